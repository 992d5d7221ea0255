//! Looks at pre-hires in doubt: gathered, and looked up ten at a time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Notify, oneshot};

use super::account::Account;
use super::api::{Api, TokenApi};
use super::calls::{Asked, Calls, Leave};
use super::classify::{Reading, classify_question, feedback_of_question, refusal};
use super::look::Found;
use crate::feishu::{self, QueryReply};
use crate::model::{self, Event, Moment, PreHireId, Result};

/// The result of a row's look.
pub(super) enum Reply {
    Found(Found),
    /// The app may not look pre-hires up.
    MayNotLook,
    /// The run ends first.
    Interrupted,
}

/// A pre-hire that waits to be looked up.
struct Waiting {
    id: PreHireId,
    reply: oneshot::Sender<Reply>,
}

/// The looks of an account.
pub(super) struct Looks {
    may_look: AtomicBool,
    queue: Mutex<Queue>,
    /// Somebody has asked, or a batch is on its way.
    changed: Notify,
}

#[derive(Default)]
struct Queue {
    /// By the moment at which the look is due, and in the order of asking.
    waiting: BTreeMap<(Moment, u64), Waiting>,
    asked: u64,
    /// Does a query wait for its leave? It will take whatever is due then.
    is_gathering: bool,
}

impl Looks {
    pub(super) fn new(may_look: bool) -> Self {
        Looks { may_look: AtomicBool::new(may_look), queue: Mutex::default(), changed: Notify::new() }
    }

    /// May the app look pre-hires up, as far as one knows?
    pub(super) fn may_look(&self) -> bool {
        self.may_look.load(Ordering::Relaxed)
    }

    /// Looks a pre-hire up at this moment.
    pub(super) async fn ask<A: TokenApi>(&self, calls: &Calls<A>, id: PreHireId, due: Moment) -> Reply {
        if !self.may_look() {
            return Reply::MayNotLook;
        }
        let (sender, reply) = oneshot::channel();
        self.put(due, Waiting { id, reply: sender });
        self.changed.notify_one();
        tokio::select! {
            biased;
            reply = reply => reply.unwrap_or(Reply::Interrupted),
            () = calls.too_late(due) => Reply::Interrupted,
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("nobody panics with the queue")
    }

    fn put(&self, due: Moment, waiting: Waiting) {
        let mut queue = self.queue();
        queue.asked += 1;
        let number = queue.asked;
        queue.waiting.insert((due, number), waiting);
    }

    /// When the next look is due, unless a query is about to take it.
    fn next_due(&self) -> Option<Moment> {
        let queue = self.queue();
        queue.waiting.first_key_value().map(|((due, _), _)| *due).filter(|_| !queue.is_gathering)
    }

    /// What is due, as many as one query takes.
    fn take_batch(&self, now: Moment) -> Vec<Waiting> {
        let mut queue = self.queue();
        queue.is_gathering = false;
        let mut batch = Vec::new();
        while batch.len() < feishu::MOST_QUERIED
            && let Some(first) = queue.waiting.first_entry()
            && first.key().0 <= now
        {
            batch.push(first.remove());
        }
        batch
    }

    /// Every look that waits is answered so.
    fn answer_all(&self, reply: fn() -> Reply) {
        let waiting = std::mem::take(&mut self.queue().waiting);
        for waiting in waiting.into_values() {
            // A row that was dropped does not matter.
            let _ = waiting.reply.send(reply());
        }
    }
}

/// Makes the queries of an account for as long as it is asked to.
pub(super) async fn serve<A: Api>(account: &Account<A>) -> Result<()> {
    let looks = &account.looks;
    let calls = &account.calls;
    let mut queries = FuturesUnordered::new();
    let mut is_stopped = false;
    loop {
        let due = looks.next_due();
        if due.is_some_and(|due| due <= calls.clock.now()) && !is_stopped {
            looks.queue().is_gathering = true;
            queries.push(query(account));
        }
        let next = looks.next_due();
        tokio::select! {
            biased;
            Some(ended) = queries.next() => ended?,
            () = calls.stop.ordered(), if !is_stopped => {
                is_stopped = true;
                // A row that waits for its look is not judged without: the next run asks again.
                looks.answer_all(|| Reply::Interrupted);
            }
            () = looks.changed.notified() => {
                if is_stopped {
                    looks.answer_all(|| Reply::Interrupted);
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
            looks.queue().is_gathering = false;
            looks.answer_all(|| Reply::Interrupted);
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
            if looks.may_look.swap(false, Ordering::Relaxed) {
                calls.events.send(Event::MayNotLook(refusal(&reply.exchange))).await?;
            }
            looks.answer_all(|| Reply::MayNotLook);
        }
        Reading::Failed => {}
    }
    for waiting in batch {
        let found = match (reading, reply.stage_of(waiting.id)) {
            (Reading::Throttled | Reading::TokenStale, _) if !calls.stop.is_ordered() => {
                looks.put(now, waiting);
                continue;
            }
            (Reading::Throttled | Reading::TokenStale, _) => Reply::Interrupted,
            (Reading::Refused, _) => Reply::MayNotLook,
            (Reading::Failed, _) => Reply::Found(Found::Failed),
            (Reading::Answered, Some(stage)) => Reply::Found(Found::In(stage.clone())),
            (Reading::Answered, None) => Reply::Found(Found::Nothing),
        };
        let _ = waiting.reply.send(found);
    }
    Ok(())
}

fn told<A: Api>(account: &Account<A>, ids: &[PreHireId], reply: &QueryReply) -> model::Look {
    let found = ids.iter().map(|id| (*id, reply.stage_of(*id).cloned()));
    let is_answered = Reading::of(&reply.exchange) == Reading::Answered;
    let error_code = classify_question(&reply.exchange).error_code;
    model::Look {
        at: account.calls.clock.wall(),
        found: found.collect(),
        http_status: reply.exchange.status(),
        error_code: error_code.filter(|_| !is_answered),
        log_id: reply.exchange.log_id(),
    }
}
