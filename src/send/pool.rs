//! Owns the deeds of the sending stage: rows are pulled from the plan, pass the one gate and go out to the workers;
//! replies are judged, and all that happens leaves as events. One task owns all of its state.

use std::collections::VecDeque;
use std::num::{NonZeroU32, NonZeroUsize};
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::api::Api;
use super::board::{Board, Job};
use super::classify::{classify, echo, refusal};
use super::clock::Clock;
use super::pacing::{Admission, Pacing};
use super::retry::{Next, RetryPolicy};
use super::stop::StopRules;
use super::token_desk::TokenDesk;
use super::token_state::{AfterRefusal, Generation, TokenState};
use crate::error::{Error, Result};
use crate::event::{Event, Settlement, StopCause};
use crate::feishu::{Exchange, Token};
use crate::moment::Moment;
use crate::outcome::{Attempt, Ending, Verdict};
use crate::plan::{Decision, Planned};
use crate::settings::Rate;

/// How the sending stage is to work.
#[derive(Clone, Debug)]
pub struct SendSettings {
    /// Never more calls than this, as the server sees it.
    pub rate: Rate,
    /// Calls at once before even spacing sets in.
    pub burst: NonZeroU32,
    /// Calls in flight at most.
    pub workers: NonZeroUsize,
    /// The longest time for one call.
    pub timeout: Duration,
    /// How often a row is tried, and after which pauses.
    pub retry: RetryPolicy,
    /// Does the first call go alone?
    pub canary: bool,
    /// Refusals in a row that stop the run; 0 means never.
    pub stop_after: u32,
    /// No new call this long after the first one.
    pub deadline: Option<Duration>,
}

type Fetch<A> =
    Pin<Box<dyn Future<Output = (TokenDesk<A>, std::result::Result<(Token, Duration), StopCause>)> + Send>>;

/// The worker pool behind the gate.
pub struct Pool<A: Api, P> {
    api: A,
    plan: P,
    settings: SendSettings,
    clock: Clock,
    events: mpsc::Sender<Event>,
    gate: Pacing,
    board: Board,
    next_row: u32,
    ready: VecDeque<Job>,
    in_flight: JoinSet<Landed>,
    token: TokenState,
    desk: Option<TokenDesk<A>>,
    fetch: Option<Fetch<A>>,
    stop_rules: StopRules,
    first_call: Option<Moment>,
    stop: Option<StopCause>,
}

/// A call that has come back.
struct Landed {
    job: Job,
    exchange: Exchange,
    admitted: Moment,
    sent_at: Timestamp,
    generation: Generation,
}

/// The reader of the events is gone, so nothing more may be sent: it could not be recorded.
const NO_READER: &str = "the results can't be recorded";

impl<A: Api, P: Iterator<Item = Result<Planned>>> Pool<A, P> {
    /// A pool that will work the plan off.
    pub fn new(api: A, plan: P, settings: SendSettings, events: mpsc::Sender<Event>) -> Self {
        let clock = Clock::start();
        let desk = TokenDesk::new(api.clone(), clock, settings.retry, events.clone());
        Pool {
            gate: Pacing::new(settings.rate, settings.burst, settings.timeout),
            board: Board::new(settings.canary),
            next_row: 0,
            ready: VecDeque::new(),
            in_flight: JoinSet::new(),
            token: TokenState::new(api.token_is_given()),
            desk: Some(desk),
            fetch: None,
            stop_rules: StopRules::new(settings.stop_after),
            first_call: None,
            stop: None,
            api,
            plan,
            settings,
            clock,
            events,
        }
    }

    /// Works the plan off; why it was stopped early, if it was. Every row of the plan is settled when it returns.
    ///
    /// # Errors
    /// When the plan can't be read, or nobody records the events any more. Calls in flight are awaited first.
    pub async fn run(mut self) -> Result<Option<StopCause>> {
        let worked = self.work().await;
        while let Some(landed) = self.in_flight.join_next().await {
            self.land(finished(landed)).await?;
        }
        worked?;
        self.settle_the_rest().await?;
        Ok(self.stop)
    }

    async fn work(&mut self) -> Result<()> {
        loop {
            let wake = self.dispatch().await?;
            if self.stop.is_some() || self.is_done() {
                return Ok(());
            }
            if self.in_flight.is_empty() && self.fetch.is_none() && self.is_past_deadline(wake) {
                self.stop = Some(StopCause::Deadline);
                return Ok(());
            }
            let clock = self.clock;
            let fetch = async {
                match self.fetch.as_mut() {
                    Some(fetch) => fetch.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(landed) = self.in_flight.join_next() => self.land(finished(landed)).await?,
                fetched = fetch => self.take_token(fetched),
                () = clock.sleep_until(wake) => {}
            }
        }
    }

    fn is_done(&self) -> bool {
        self.in_flight.is_empty()
            && self.ready.is_empty()
            && self.board.next_due().is_none()
            && self.fetch.is_none()
    }

    /// Lets every call go that may go now; the moment at which to look again, if time alone can change anything.
    async fn dispatch(&mut self) -> Result<Option<Moment>> {
        while self.in_flight.len() < self.settings.workers.get() && self.stop.is_none() {
            let now = self.clock.now();
            if !self.make_ready(now).await? {
                return Ok(self.board.next_due());
            }
            let Some((token, generation)) = self.token.usable(now) else {
                self.fetch_token();
                return Ok(None);
            };
            if self.is_past_deadline(Some(now)) {
                self.stop = Some(StopCause::Deadline);
                return Ok(None);
            }
            let token = token.clone();
            match self.gate.admit(now) {
                Admission::Granted => self.launch(now, token, generation).await?,
                Admission::NotBefore(moment) if self.is_past_deadline(Some(moment)) => {
                    self.stop = Some(StopCause::Deadline);
                }
                Admission::NotBefore(moment) => return Ok(Some(moment)),
                Admission::AfterACall => return Ok(None),
            }
        }
        Ok(None)
    }

    fn is_past_deadline(&self, moment: Option<Moment>) -> bool {
        match (self.first_call, self.settings.deadline, moment) {
            (Some(first), Some(deadline), Some(moment)) => moment >= first + deadline,
            _ => false,
        }
    }

    /// Sees to it that a row is ready to go: one whose wait is over, else the next of the plan.
    async fn make_ready(&mut self, now: Moment) -> Result<bool> {
        if !self.ready.is_empty() {
            return Ok(true);
        }
        if let Some(job) = self.board.take_due(now) {
            self.ready.push_back(job);
            return Ok(true);
        }
        while self.board.has_room(self.next_row) {
            let Some(planned) = self.plan.next().transpose()? else { return Ok(false) };
            self.next_row = planned.row + 1;
            match planned.decision {
                Decision::Settled(settlement) => {
                    self.say(Event::Settled { row: planned.row, settlement }).await?
                }
                Decision::Send(id, reason) => {
                    self.board.opened(planned.row);
                    let history = Default::default();
                    let Planned { row, line, .. } = planned;
                    self.ready.push_back(Job { row, line, id, reason, history, had_reply: false });
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    async fn launch(&mut self, now: Moment, token: Token, generation: Generation) -> Result<()> {
        let job = self.ready.pop_front().expect("a row was made ready before the gate was asked");
        self.first_call.get_or_insert(now);
        self.say(Event::Admitted { at: now }).await?;
        let (api, sent_at) = (self.api.clone(), self.clock.wall());
        self.in_flight.spawn(async move {
            let exchange = api.withdraw(&token, job.id, &job.reason).await;
            Landed { job, exchange, admitted: now, sent_at, generation }
        });
        Ok(())
    }

    async fn land(&mut self, landed: Landed) -> Result<()> {
        let Landed { mut job, exchange, admitted, sent_at, generation } = landed;
        let judgement = classify(&exchange);
        let verdict = judgement.verdict;
        let now = self.clock.now();
        self.gate.ended(now, admitted, echo(&exchange, verdict), fastrand::f64());
        let attempt = Attempt {
            verdict,
            error_code: judgement.error_code,
            message: if verdict == Verdict::Accepted { String::new() } else { exchange.message() },
            http_status: exchange.status(),
            log_id: match &exchange {
                Exchange::Reply(reply) => reply.log_id.clone(),
                Exchange::Failed(_) => None,
            },
            sent_at,
            ended_at: self.clock.wall(),
        };
        job.history.record(&attempt);
        if exchange.status().is_some() {
            job.had_reply = true;
            self.stop_rules.answered();
        }
        let line = job.line;
        let last = (verdict, attempt.error_code);
        self.say(Event::Ended { line, attempt }).await?;
        self.note_for_all(verdict, &exchange, generation, now).await?;
        match self.settings.retry.decide(&job.history, last, fastrand::f64()) {
            Next::Settle(ending) => self.settle(job, ending).await?,
            Next::AgainAfter(backoff) => {
                if !backoff.is_zero() {
                    self.say(Event::Waiting { line, backoff }).await?;
                }
                self.board.wait(job, now + backoff);
            }
            Next::StopRun => self.board.wait(job, now),
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
            Verdict::Accepted | Verdict::Refused | Verdict::Conflict => self.board.release(),
            Verdict::Hopeless => self.stop_because(StopCause::Hopeless(refusal(exchange))),
            Verdict::Throttled => {
                if self.gate.is_throttled_endlessly(now) {
                    self.stop_because(StopCause::ThrottledTooLong);
                }
                self.say(Event::Held { at: now, until: self.gate.held_until() }).await?;
            }
            Verdict::TokenStale | Verdict::InDoubt | Verdict::NotSent => {}
        }
        match verdict {
            Verdict::TokenStale => {
                if self.token.refused(generation) == AfterRefusal::GiveUp {
                    self.stop_because(StopCause::TokenRefusedAgain(refusal(exchange)));
                }
            }
            Verdict::Accepted | Verdict::Refused | Verdict::Conflict => self.token.proved(generation),
            _ => {}
        }
        Ok(())
    }

    async fn settle(&mut self, job: Job, ending: Ending) -> Result<()> {
        let outcome = job.history.settle(ending);
        self.board.settled(job.row);
        if let Some(cause) = self.stop_rules.settled(outcome.status, job.had_reply) {
            self.stop_because(cause);
        }
        self.say(Event::Settled { row: job.row, settlement: Settlement::Sent(outcome) }).await
    }

    fn stop_because(&mut self, cause: StopCause) {
        self.stop.get_or_insert(cause);
    }

    fn fetch_token(&mut self) {
        if let Some(desk) = self.desk.take() {
            self.fetch = Some(Box::pin(desk.fetch()));
        }
    }

    fn take_token(&mut self, fetched: (TokenDesk<A>, std::result::Result<(Token, Duration), StopCause>)) {
        self.fetch = None;
        self.desk = Some(fetched.0);
        match fetched.1 {
            Ok((token, expire)) => self.token.granted(self.clock.now(), token, expire),
            Err(cause) => self.stop_because(cause),
        }
    }

    /// After a stop: whatever is still open, and whatever the plan still holds, gets its result, too.
    async fn settle_the_rest(&mut self) -> Result<()> {
        while let Some(job) = self.ready.pop_front().or_else(|| self.board.take_any()) {
            let settlement = Settlement::Sent(job.history.settle(Ending::Interrupted));
            self.say(Event::Settled { row: job.row, settlement }).await?;
        }
        while let Some(Planned { row, decision, .. }) = self.plan.next().transpose()? {
            let settlement = match decision {
                Decision::Settled(settlement) => settlement,
                Decision::Send(..) => Settlement::Sent(Default::default()),
            };
            self.say(Event::Settled { row, settlement }).await?;
        }
        Ok(())
    }

    async fn say(&self, event: Event) -> Result<()> {
        self.events.send(event).await.map_err(|_| Error::cannot_record(NO_READER))
    }
}

fn finished(landed: std::result::Result<Landed, tokio::task::JoinError>) -> Landed {
    landed.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => unreachable!("calls are never aborted"),
    })
}
