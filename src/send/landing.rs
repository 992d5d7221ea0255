//! Owns what happens when a call of the operation comes back: it is judged, told, and its row goes on or is settled.

use jiff::Timestamp;

use super::api::Api;
use super::board::Job;
use super::classify::{Judgement, classify, echo, refusal};
use super::gate::GateHold;
use super::look::Question;
use super::pool::{LandedCall, Pool};
use super::retry::Next;
use super::token_state::{AfterRefusal, Generation};
use crate::feishu::Exchange;
use crate::language::Text;
use crate::model::{
    Attempt, Ending, Event, Moment, Request, Result, SentRow, Settlement, StopCause, Verdict,
};
use crate::pace::Echo;
use crate::plan::Planned;

/// A row that meets a stale token so often in a row, each time a newer one, will always do.
const MOST_STALE_IN_A_ROW: u32 = 3;

impl<A: Api, P: Iterator<Item = Result<Planned>>> Pool<A, P> {
    pub(super) async fn land_call(&mut self, landed: LandedCall) -> Result<()> {
        let LandedCall { mut job, exchange, pass, sent_at, generation } = landed;
        let now = self.clock.now();
        let Some(exchange) = exchange else {
            // Its beginning could not be recorded, so it never left.
            self.gates.call.ended(now, &pass, Echo::NeverSent)?;
            self.stop_because(StopCause::CannotRecord);
            self.waiting.put(now, job);
            return Ok(());
        };
        let attempt = self.attempt(&exchange, sent_at);
        let verdict = attempt.verdict;
        self.gates.call.ended(now, &pass, echo(&exchange, verdict))?;
        job.history.record(&attempt);
        if verdict == Verdict::TokenStale {
            job.stale_in_a_row += 1;
        } else {
            job.stale_in_a_row = 0;
        }
        if job.stale_in_a_row >= MOST_STALE_IN_A_ROW {
            // The token serves other rows, so it is not the token.
            self.stop_because(StopCause::TokenRefusedAgain(refusal(&exchange)));
        }
        if exchange.status().is_some() {
            job.had_reply = true;
            self.stop_rules.answered();
        }
        self.ear.tell(Event::Ended { line: job.line(), id: job.id, attempt }).await?;
        self.note_for_all(verdict, &exchange, generation, now).await?;
        self.go_on(job, now).await
    }

    /// One call that has just ended, and what it means.
    fn attempt(&self, exchange: &Exchange, sent_at: Timestamp) -> Attempt {
        let operation = self.settings.operation;
        let Judgement { verdict, error_code } = classify(exchange, operation);
        let is_accepted = verdict == Verdict::Accepted;
        Attempt {
            verdict,
            error_code,
            message: if is_accepted { Text::default() } else { exchange.message_about(operation) },
            http_status: exchange.status(),
            log_id: exchange.log_id(),
            sent_at,
            ended_at: self.clock.wall(),
        }
    }

    /// Goes on with a row after its last call, of this run or of an earlier one.
    pub(super) async fn go_on(&mut self, job: Job, now: Moment) -> Result<()> {
        if job.row.is_none() {
            self.ask(job, Question::WasItApplied, now);
            return self.answer_all_if_blind().await;
        }
        let next = self.settings.retry.decide(&job.history, self.may_look, fastrand::f64());
        self.follow(job, next, now).await
    }

    pub(super) async fn follow(&mut self, job: Job, next: Next, now: Moment) -> Result<()> {
        match next {
            Next::Settle(ending) => self.settle(job, &ending).await?,
            Next::AgainAfter(backoff) => {
                if !backoff.is_zero() {
                    self.ear.tell(Event::Waiting { line: job.line(), backoff }).await?;
                }
                self.waiting.put(now + backoff, job);
            }
            Next::Ask(question) => self.ask(job, question, now),
            Next::StopRun => self.waiting.put(now, job),
        }
        Ok(())
    }

    /// What a reply means beyond its own row.
    async fn note_for_all(
        &mut self,
        verdict: Verdict,
        exchange: &Exchange,
        generation: Generation,
        now: Moment,
    ) -> Result<()> {
        match verdict {
            Verdict::Accepted | Verdict::Refused | Verdict::Conflict => {
                self.board.release();
                self.token.proved(generation);
            }
            Verdict::Hopeless => self.stop_because(StopCause::Hopeless(refusal(exchange))),
            Verdict::Throttled => self.note_hold(self.gates.call.hold(now), now).await?,
            Verdict::TokenStale => self.renew_token(exchange, generation),
            Verdict::InDoubt | Verdict::NotSent => {}
        }
        Ok(())
    }

    /// What a throttled reply means for the run, whichever gate it has closed.
    pub(super) async fn note_hold(&mut self, hold: GateHold, now: Moment) -> Result<()> {
        if hold.is_endless {
            self.stop_because(StopCause::ThrottledTooLong);
        }
        self.ear.tell(Event::Held { at: now, until: hold.until }).await
    }

    pub(super) fn renew_token(&mut self, exchange: &Exchange, generation: Generation) {
        if self.token.refused(generation) == AfterRefusal::GiveUp {
            self.stop_because(StopCause::TokenRefusedAgain(refusal(exchange)));
        }
    }

    pub(super) async fn settle(&mut self, job: Job, ending: &Ending) -> Result<()> {
        let Job { row, id, request, history, had_reply, .. } = job;
        let reason = request.as_ref().map(Request::hash);
        let (line, doubt) = (row.map_or(0, |row| row.line), history.doubt());
        let was_sent = history.was_sent();
        // A row that was settled without a call of this run says nothing of the network.
        let was_heard = had_reply || history.attempts_of_this_run() == 0;
        let outcome = history.settle(ending, self.settings.operation);
        let status = outcome.status;
        let sent = SentRow { line, id, reason, doubt, outcome };
        let Some(row) = row else { return self.ear.tell(Event::LeftInDoubt(sent)).await };
        self.board.settled(row.index);
        if *ending != Ending::Interrupted
            && let Some(cause) = self.stop_rules.settled(status, was_heard)
        {
            self.stop_because(cause);
        }
        let settlement = if was_sent { Settlement::Sent(sent) } else { Settlement::NotReached };
        self.ear.tell(Event::Settled { row: row.index, settlement }).await
    }
}
