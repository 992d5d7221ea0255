//! The story of a row: called, judged, looked up, called again, settled.

use jiff::Timestamp;
use tokio::sync::SemaphorePermit;

use super::account::Account;
use super::api::Api;
use super::calls::{Asked, Leave};
use super::classify::{Judgement, classify, feedback, refusal};
use super::look::{AfterLook, Found, Look, Question};
use super::looks::LookReply;
use super::retry::Next;
use crate::feishu::Exchange;
use crate::language::Text;
use crate::model::{
    Attempt, Ending, Event, History, PreHireId, Request, Result, SentRow, Settlement, StopCause, Verdict,
};
use crate::pace::Feedback;
use crate::plan::{Decision, Planned};

/// A row that meets a stale token so often in a row, each time a newer one, always will.
const MOST_STALE_IN_A_ROW: u32 = 3;

/// A pre-hire on its way.
#[derive(Debug)]
pub(super) struct Row {
    /// Its number in the file, and the line on which it begins; `None` for one in doubt that the file no longer holds.
    place: Option<(u32, u64)>,
    id: PreHireId,
    /// What is asked for; `None` where it is only looked up.
    request: Option<Request>,
    /// What its attempts have told so far.
    history: History,
    /// Was any call of this run answered?
    had_reply: bool,
    stale_in_a_row: u32,
}

/// What the plan wants done with a row.
pub(super) enum Opened {
    /// It is sent, or looked up.
    Row(Box<Row>),
    /// Its story is over before it began.
    Settled(u32, Settlement),
}

/// Tells the story of a row to its end. A row that waits holds no worker; the first call goes with the one that it got.
pub(super) async fn story<A: Api>(
    account: &Account<A>,
    mut row: Box<Row>,
    worker: SemaphorePermit<'_>,
) -> Result<Option<u32>> {
    let mut worker = Some(worker);
    let mut next = row.first_step(account);
    let ending = loop {
        next = match next {
            Next::Settle(ending) => break ending,
            Next::StopRun => break Ending::Interrupted,
            Next::AgainAfter(backoff) => {
                if !backoff.is_zero() {
                    drop(worker.take());
                    let line = row.line();
                    account.calls.events.send(Event::Waiting { line, backoff }).await?;
                    if !account.calls.pause(account.calls.clock.now() + backoff).await {
                        break Ending::Interrupted;
                    }
                }
                if !row.call(account, worker.take()).await? {
                    break Ending::Interrupted;
                }
                row.after_call(account)
            }
            Next::Ask(question) => {
                drop(worker.take());
                match row.look(account, question).await {
                    // Nobody asked for a pre-hire that the file no longer holds: it is looked up, never called.
                    Some(AfterLook::CallAgain) if row.place.is_none() => break Ending::Interrupted,
                    None => break Ending::Interrupted,
                    Some(answer) => {
                        account.settings.retry.after(answer, &row.history, account.calls.clock.chance())
                    }
                }
            }
        };
    };
    let place = row.place.map(|(index, _)| index);
    row.settle(account, &ending).await?;
    Ok(place)
}

impl Row {
    /// Opens a row of the plan.
    pub(super) fn open(planned: Planned) -> Opened {
        let (place, id, request, history) = match planned {
            Planned::LeftInDoubt(id, history) => (None, id, None, history.in_another_run(None)),
            Planned::Row { index, line, decision } => match decision {
                Decision::Settled(settlement) => return Opened::Settled(index, settlement),
                Decision::Send(id, request) => (Some((index, line)), id, Some(request), History::default()),
                Decision::Resume(id, request, history) => {
                    let hash = request.as_ref().map(Request::hash);
                    (Some((index, line)), id, request, history.in_another_run(hash))
                }
            },
        };
        Opened::Row(Box::new(Row { place, id, request, history, had_reply: false, stale_in_a_row: 0 }))
    }

    /// The line for messages; 0 for a pre-hire without a row.
    fn line(&self) -> u64 {
        self.place.map_or(0, |(_, line)| line)
    }

    /// How an earlier run has left it decides how it begins.
    fn first_step<A: Api>(&self, account: &Account<A>) -> Next {
        let is_new = self.history.last().is_none() && !self.history.is_in_doubt();
        if is_new { Next::AgainAfter(std::time::Duration::ZERO) } else { self.after_call(account) }
    }

    /// What follows from its last call, of this run or of an earlier one.
    fn after_call<A: Api>(&self, account: &Account<A>) -> Next {
        if self.place.is_none() {
            return Next::Ask(Question::WasItApplied);
        }
        account.settings.retry.decide(&self.history, account.looks.may_look(), account.calls.clock.chance())
    }

    /// Makes one call, recorded before its first byte leaves; false if it does not go any more.
    async fn call<A: Api>(
        &mut self,
        account: &Account<A>,
        worker: Option<SemaphorePermit<'_>>,
    ) -> Result<bool> {
        let calls = &account.calls;
        let Some(_worker) = account.worker(worker).await else { return Ok(false) };
        let leave = match calls.leave(&account.gates.call).await? {
            Asked::Granted(leave) => leave,
            Asked::Stopped => return Ok(false),
            Asked::TooLate => {
                calls.stop.because(StopCause::Deadline);
                return Ok(false);
            }
        };
        let request = self.request.as_ref().expect("a row without a request is only looked up");
        let (at, sent_at) = (calls.clock.now(), calls.clock.wall());
        calls.note_first_call(at);
        let begun = Event::Admitted {
            at,
            sent_at,
            line: self.line(),
            id: self.id,
            reason: request.hash(),
            attempt: self.history.attempts() + 1,
        };
        if !calls.events.write_ahead(begun).await? {
            account.gates.call.ended(calls.clock.now(), leave.permit, Feedback::NeverSent).await?;
            calls.stop.because(StopCause::WriteFailed);
            return Ok(false);
        }
        let exchange = calls.api.call(&leave.token, self.id, request).await;
        self.judge(account, &exchange, (leave, sent_at)).await?;
        Ok(true)
    }

    /// Judges a call that has ended. It is recorded before anything follows from it.
    async fn judge<A: Api>(
        &mut self,
        account: &Account<A>,
        exchange: &Exchange,
        (leave, sent_at): (Leave, Timestamp),
    ) -> Result<()> {
        let calls = &account.calls;
        let attempt = attempt(account, exchange, sent_at);
        let verdict = attempt.verdict;
        let now = calls.clock.now();
        let hold = account.gates.call.ended(now, leave.permit, feedback(exchange, verdict)).await;
        self.history.record(&attempt);
        if exchange.status().is_some() {
            self.had_reply = true;
            account.stop_rules().answered();
        }
        calls.events.send(Event::Ended { line: self.line(), id: self.id, attempt }).await?;
        let hold = hold?;
        self.stale_in_a_row = if verdict == Verdict::TokenStale { self.stale_in_a_row + 1 } else { 0 };
        match verdict {
            Verdict::Accepted | Verdict::Refused | Verdict::Conflict => {
                account.pass_canary();
                calls.prove(leave.generation);
            }
            Verdict::Fatal => calls.stop.because(StopCause::Fatal(refusal(exchange))),
            Verdict::Throttled => calls.note_hold(hold).await?,
            // The token serves other rows, so it is not the token.
            Verdict::TokenStale if self.stale_in_a_row >= MOST_STALE_IN_A_ROW => {
                calls.stop.because(StopCause::TokenRefusedAgain(refusal(exchange)));
            }
            Verdict::TokenStale => {
                if let Some(cause) = calls.renew(leave.generation, exchange) {
                    calls.stop.because(cause);
                }
            }
            Verdict::InDoubt | Verdict::NotSent => {}
        }
        Ok(())
    }

    /// Looks it up until there is an answer; `None` if the run ends first.
    async fn look<A: Api>(&mut self, account: &Account<A>, question: Question) -> Option<AfterLook> {
        let clock = account.calls.clock;
        let operation = account.settings.operation;
        let delay = account.settings.read_back.unwrap_or_default();
        let asked = clock.now();
        let mut due = asked + question.first_delay(operation, delay, asked.since_origin());
        let code = self.history.last().and_then(|(_, code)| code);
        let mut looks = 0;
        loop {
            let found = match account.looks.ask(&account.calls, self.id, due).await {
                LookReply::Found(found) => found,
                LookReply::MayNotLook => return Some(question.unanswered(code)),
                LookReply::Interrupted => return None,
            };
            looks += 1;
            let now = clock.now();
            let (age, run_age) = (now.since(asked), now.since_origin());
            let look = Look { operation, question, looks, age, run_age, at: clock.wall() };
            let is_untouched = matches!(&found, Found::In(stage) if operation.is_possible_in(stage));
            match look.decide(found, code, delay) {
                AfterLook::LookAgainAfter(pause) => due = now + pause,
                answer => {
                    if answer == AfterLook::CallAgain && is_untouched && look.is_believed() {
                        self.history.found_untouched();
                    }
                    return Some(answer);
                }
            }
        }
    }

    /// Closes its story.
    async fn settle<A: Api>(self, account: &Account<A>, ending: &Ending) -> Result<()> {
        let Row { place, id, request, history, had_reply, .. } = self;
        let reason = request.as_ref().map(Request::hash);
        let (line, doubt) = (place.map_or(0, |(_, line)| line), history.doubt());
        let was_sent = history.was_sent();
        // A row that was settled without a call of this run says nothing of the network.
        let was_answered = had_reply || history.attempts_of_this_run() == 0;
        let outcome = history.settle(ending, account.settings.operation);
        let status = outcome.status;
        let sent = SentRow { line, id, reason, doubt, outcome };
        let Some((index, _)) = place else {
            return account.calls.events.send(Event::LeftInDoubt(sent)).await;
        };
        account.pass_canary();
        if *ending != Ending::Interrupted
            && let Some(cause) = account.stop_rules().settled(status, was_answered)
        {
            account.calls.stop.because(cause);
        }
        let settlement = if was_sent { Settlement::Sent(sent) } else { Settlement::NotReached };
        account.calls.events.send(Event::Settled { row: index, settlement }).await
    }
}

/// One call that has just ended, and what it means.
fn attempt<A: Api>(account: &Account<A>, exchange: &Exchange, sent_at: Timestamp) -> Attempt {
    let operation = account.settings.operation;
    let Judgement { verdict, error_code } = classify(exchange, operation);
    let is_accepted = verdict == Verdict::Accepted;
    Attempt {
        verdict,
        error_code,
        message: if is_accepted { Text::default() } else { exchange.message_about(operation) },
        http_status: exchange.status(),
        log_id: exchange.log_id(),
        sent_at,
        ended_at: account.calls.clock.wall(),
    }
}
