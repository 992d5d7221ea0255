//! The queries that answer the looks of an account.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::account::Account;
use super::api::Api;
use super::calls::{Asked, Leave};
use super::classify::{Reading, classify_question, feedback_of_question, refusal};
use super::look::Found;
use super::looks::{LookReply, Waiting};
use crate::feishu::QueryReply;
use crate::model::{Event, LookedUp, Moment, PreHireId, Result};

/// Makes the queries of an account for as long as it is asked to.
pub(super) async fn serve<A: Api>(account: &Account<A>) -> Result<()> {
    let looks = &account.looks;
    let calls = &account.calls;
    let mut queries = FuturesUnordered::new();
    let mut is_stopped = false;
    loop {
        let due = looks.next_due();
        if due.is_some_and(|due| due <= calls.clock.now()) && !is_stopped {
            looks.gather(true);
            queries.push(query(account));
        }
        let next = looks.next_due();
        tokio::select! {
            biased;
            Some(ended) = queries.next() => ended?,
            () = calls.stop.ordered(), if !is_stopped => {
                is_stopped = true;
                // A row that waits for its look is not judged without: the next run asks again.
                looks.answer_all(|| LookReply::Interrupted);
            }
            () = looks.changed.notified() => {
                if is_stopped {
                    looks.answer_all(|| LookReply::Interrupted);
                }
            }
            () = calls.clock.sleep_until(next.unwrap_or(Moment::ORIGIN)), if next.is_some() => {}
        }
    }
}

/// One query: it takes what is due when its leave comes.
async fn query<A: Api>(account: &Account<A>) -> Result<()> {
    let (looks, calls) = (&account.looks, &account.calls);
    let worker = account.worker(None).await;
    let asked = match worker {
        Some(_) => calls.leave(&account.gates.query).await?,
        None => Asked::Stopped,
    };
    let now = calls.clock.now();
    match asked {
        Asked::Granted(leave) => {
            let batch = looks.take_batch(now);
            looks.changed.notify_one();
            look_up(account, batch, leave).await
        }
        Asked::Stopped | Asked::TooLate => {
            looks.gather(false);
            looks.answer_all(|| LookReply::Interrupted);
            Ok(())
        }
    }
}

async fn look_up<A: Api>(account: &Account<A>, batch: Vec<Waiting>, leave: Leave) -> Result<()> {
    let (looks, calls) = (&account.looks, &account.calls);
    let ids: Vec<PreHireId> = batch.iter().map(|waiting| waiting.id).collect();
    let reply = calls.api.query(&leave.token, &ids).await;
    let (now, reading) = (calls.clock.now(), Reading::of(&reply.exchange));
    let feedback = feedback_of_question(&reply.exchange);
    let hold = account.gates.query.ended(now, leave.permit, feedback).await;
    calls.events.send(Event::LookedUp(told(account, &ids, &reply))).await?;
    let hold = hold?;
    // No code of a look ever stops the run: at worst it goes on without looking.
    match reading {
        Reading::Answered => calls.prove(leave.generation),
        Reading::Throttled => calls.note_hold(hold).await?,
        Reading::TokenStale => {
            if let Some(cause) = calls.renew(leave.generation, &reply.exchange) {
                calls.stop.because(cause);
            }
        }
        Reading::Refused => {
            if looks.refused() {
                calls.events.send(Event::MayNotLook(refusal(&reply.exchange))).await?;
            }
            looks.answer_all(|| LookReply::MayNotLook);
        }
        Reading::Failed => {}
    }
    for waiting in batch {
        let found = match (reading, reply.stage_of(waiting.id)) {
            (Reading::Throttled | Reading::TokenStale, _) if !calls.stop.is_ordered() => {
                looks.put(now, waiting);
                continue;
            }
            (Reading::Throttled | Reading::TokenStale, _) => LookReply::Interrupted,
            (Reading::Refused, _) => LookReply::MayNotLook,
            (Reading::Failed, _) => LookReply::Found(Found::Failed),
            (Reading::Answered, Some(stage)) => LookReply::Found(Found::In(stage.clone())),
            (Reading::Answered, None) => LookReply::Found(Found::Nothing),
        };
        let _ = waiting.reply.send(found);
    }
    Ok(())
}

fn told<A: Api>(account: &Account<A>, ids: &[PreHireId], reply: &QueryReply) -> LookedUp {
    let found = ids.iter().map(|id| (*id, reply.stage_of(*id).cloned()));
    let is_answered = Reading::of(&reply.exchange) == Reading::Answered;
    let error_code = classify_question(&reply.exchange).error_code;
    LookedUp {
        at: account.calls.clock.wall(),
        found: found.collect(),
        http_status: reply.exchange.status(),
        error_code: error_code.filter(|_| !is_answered),
        log_id: reply.exchange.log_id(),
    }
}
