//! Owns the deeds of the sending stage: rows are pulled from the plan, pass the gate and go out to the workers, and
//! all that happens leaves as events. One task owns all of its state.

use std::num::{NonZeroU32, NonZeroUsize};
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::api::{Api, Ear, Notice};
use super::board::{Board, Job};
use super::clock::Clock;
use super::due::DueQueue;
use super::gate::{Gate, Pass};
use super::looking::{LandedQuery, WaitingLook};
use super::retry::{Next, RetryPolicy};
use super::stop::StopRules;
use super::token_desk::TokenDesk;
use super::token_state::{Generation, TokenState};
use crate::feishu::{Exchange, Token};
use crate::model::{Ending, Event, Moment, Operation, Rate, Request, Result, SentRow, Settlement, StopCause};
use crate::plan::{Decision, Planned};

/// How the sending stage is to work.
#[derive(Clone, Debug)]
pub struct SendSettings {
    /// What is done to the pre-hires.
    pub operation: Operation,
    /// Never more calls than this, as the server sees it, for each API apart.
    pub rate: Rate,
    /// Calls at once before even spacing sets in.
    pub burst: NonZeroU32,
    /// Calls in flight at most.
    pub workers: NonZeroUsize,
    /// The longest time for one call.
    pub timeout: Duration,
    /// How often a row is tried, and after which pauses.
    pub retry: RetryPolicy,
    /// How long after a doubtful call the first look comes; `None` if pre-hires are never looked up.
    pub read_back: Option<Duration>,
    /// Does the first call go alone?
    pub canary: bool,
    /// Refusals in a row that stop the run; 0 means never.
    pub stop_after: u32,
    /// No new call this long after the first one.
    pub deadline: Option<Duration>,
}

/// The gates of the two APIs.
pub struct Gates {
    /// For the calls of the operation.
    pub call: Gate,
    /// For looks.
    pub query: Gate,
}

/// The pool's lines to the rest of the program.
pub struct Lines {
    /// Where events go.
    pub events: mpsc::Sender<Notice>,
    /// Where an order to stop comes from.
    pub halt: watch::Receiver<Option<StopCause>>,
}

pub(super) type Fetched<A> = (TokenDesk<A>, std::result::Result<(Token, Duration), StopCause>);

/// The worker pool behind the gates.
pub struct Pool<A: Api, P> {
    pub(super) api: A,
    pub(super) plan: P,
    pub(super) settings: SendSettings,
    pub(super) clock: Clock,
    pub(super) ear: Ear,
    halt: watch::Receiver<Option<StopCause>>,
    pub(super) gates: Gates,
    pub(super) board: Board,
    pub(super) next_row: u32,
    pub(super) ready: Option<Job>,
    pub(super) waiting: DueQueue<Job>,
    pub(super) looks: DueQueue<WaitingLook>,
    pub(super) may_look: bool,
    pub(super) in_flight: JoinSet<Landed>,
    pub(super) token: TokenState,
    pub(super) desk: Option<TokenDesk<A>>,
    pub(super) fetch: Option<Pin<Box<dyn Future<Output = Fetched<A>> + Send>>>,
    pub(super) stop_rules: StopRules,
    pub(super) first_call: Option<Moment>,
    pub(super) stop: Option<StopCause>,
}

/// A call that has come back.
pub(super) enum Landed {
    Call(Box<LandedCall>),
    Query(LandedQuery),
}

/// A call of the operation that has come back.
pub(super) struct LandedCall {
    pub(super) job: Job,
    /// `None` if its beginning could not be recorded: it never left.
    pub(super) exchange: Option<Exchange>,
    pub(super) pass: Pass,
    pub(super) sent_at: Timestamp,
    pub(super) generation: Generation,
}

impl<A: Api, P: Iterator<Item = Result<Planned>>> Pool<A, P> {
    /// A pool that will work the plan off.
    pub fn new(api: A, plan: P, settings: SendSettings, gates: Gates, lines: Lines) -> Self {
        let (clock, ear) = (Clock::start(), Ear(lines.events));
        let desk = TokenDesk::new(api.clone(), clock, settings.retry, ear.clone());
        Pool {
            board: Board::new(settings.canary),
            next_row: 0,
            ready: None,
            waiting: DueQueue::new(),
            looks: DueQueue::new(),
            may_look: settings.read_back.is_some(),
            in_flight: JoinSet::new(),
            token: TokenState::of(&api.token_source()),
            desk: Some(desk),
            fetch: None,
            stop_rules: StopRules::new(settings.stop_after),
            first_call: None,
            stop: None,
            halt: lines.halt,
            api,
            plan,
            settings,
            clock,
            ear,
            gates,
        }
    }

    /// Works the plan off; why it was stopped early, if it was. Every row of the plan is settled when it returns.
    ///
    /// # Errors
    /// When the plan can't be read, or nobody records the events any more. Calls in flight are awaited first.
    pub async fn run(mut self) -> Result<Option<StopCause>> {
        let mut worked = self.work().await;
        while let Some(landed) = self.in_flight.join_next().await {
            let recorded = self.land(finished(landed)).await;
            worked = worked.and(recorded);
        }
        worked?;
        self.settle_the_rest().await?;
        Ok(self.stop)
    }

    async fn work(&mut self) -> Result<()> {
        let mut halt = self.halt.clone();
        loop {
            let wake = self.dispatch().await?;
            if self.stop.is_some() || self.is_done() {
                return Ok(());
            }
            let (now, deadline) = (self.clock.now(), self.deadline());
            let is_vain = self.fetch.is_none() && self.is_past_deadline(wake);
            if self.in_flight.is_empty() && (is_vain || self.is_past_deadline(Some(now))) {
                self.stop_because(StopCause::Deadline);
                return Ok(());
            }
            let wake = wake.into_iter().chain(deadline.filter(|deadline| *deadline > now)).min();
            let clock = self.clock;
            let fetch = async {
                match self.fetch.as_mut() {
                    Some(fetch) => fetch.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(landed) = self.in_flight.join_next() => self.land(finished(landed)).await?,
                fetched = fetch => self.take_token(fetched).await?,
                Some(cause) = order(&mut halt) => self.stop_because(cause),
                () = clock.sleep_until(wake) => {}
            }
        }
    }

    fn is_done(&self) -> bool {
        let nothing_waits = self.ready.is_none() && self.waiting.is_empty() && self.looks.is_empty();
        nothing_waits && self.in_flight.is_empty() && self.fetch.is_none()
    }

    async fn land(&mut self, landed: Landed) -> Result<()> {
        match landed {
            Landed::Call(call) => self.land_call(*call).await,
            Landed::Query(query) => self.land_query(query).await,
        }
    }

    pub(super) fn stop_because(&mut self, cause: StopCause) {
        self.stop.get_or_insert(cause);
    }

    /// After a stop: whatever is still open, and whatever the plan still holds, gets its result, too.
    async fn settle_the_rest(&mut self) -> Result<()> {
        // A row that waits for its look is not judged without: the next run asks again.
        let looked_for = std::iter::from_fn(|| self.looks.take_any()).map(|look| look.job);
        let open: Vec<Job> = looked_for.collect();
        for job in open {
            self.settle(job, &Ending::Interrupted).await?;
        }
        while let Some(job) = self.ready.take().or_else(|| self.waiting.take_any()) {
            self.settle(job, &Ending::Interrupted).await?;
        }
        while let Some(planned) = self.plan.next().transpose()? {
            let Planned::Row { index, line, decision } = planned else { continue };
            let settlement = match decision {
                Decision::Settled(settlement) => settlement,
                Decision::Send(..) => Settlement::NotReached,
                Decision::Resume(id, request, history) => {
                    let reason = request.as_ref().map(Request::hash);
                    let history = history.in_another_run(reason);
                    // A reply that an earlier run recorded, and did not live to settle, says all without a call.
                    let ending = match self.settings.retry.decide(&history, self.may_look, 0.0) {
                        Next::Settle(ending) => ending,
                        _ => Ending::Interrupted,
                    };
                    let doubt = history.doubt();
                    let outcome = history.settle(&ending, self.settings.operation);
                    Settlement::Sent(SentRow { line, id, reason, doubt, outcome })
                }
            };
            self.ear.tell(Event::Settled { row: index, settlement }).await?;
        }
        Ok(())
    }
}

/// The order to stop, when it comes.
async fn order(halt: &mut watch::Receiver<Option<StopCause>>) -> Option<StopCause> {
    halt.wait_for(Option::is_some).await.ok().and_then(|cause| cause.clone())
}

fn finished(landed: std::result::Result<Landed, tokio::task::JoinError>) -> Landed {
    landed.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => unreachable!("calls are never aborted"),
    })
}
