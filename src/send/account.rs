//! An account carries a plan out: the app, host and tenant for which calls are made, with everything that they share.

use std::collections::BTreeSet;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Notify, Semaphore, SemaphorePermit, mpsc};

use super::api::{Api, EventSender, Notice};
use super::calls::{Calls, Gate, Stop};
use super::clock::Clock;
use super::looks::{self, Looks};
use super::retry::{Next, RetryPolicy};
use super::row::{self, Opened, Row};
use super::stop::StopRules;
use super::tokens::Tokens;
use crate::model::{Ending, Event, Operation, Rate, Request, Result, SentRow, Settlement, StopCause};
use crate::plan::{Decision, Planned};

/// The most rows that are in flight or wait for another attempt.
const MOST_OPEN: usize = 1_024;
/// The most rows from the oldest open one on: finished ones among them wait for their order in the results.
const LONGEST_SPAN: u32 = 4_096;

/// How rows are sent.
#[derive(Clone, Debug)]
pub(crate) struct SendSettings {
    /// What is done to the pre-hires.
    pub(crate) operation: Operation,
    /// Never more calls than this, as the server sees it, for each API apart.
    pub(crate) rate: Rate,
    /// Calls at once before even spacing sets in.
    pub(crate) burst: NonZeroU32,
    /// Calls in flight at most.
    pub(crate) workers: NonZeroUsize,
    /// The longest time for one call.
    pub(crate) timeout: Duration,
    /// How often a row is tried, and after which pauses.
    pub(crate) retry: RetryPolicy,
    /// How long after a doubtful call the first look comes; `None` if pre-hires are never looked up.
    pub(crate) read_back: Option<Duration>,
    /// Does the first call go alone?
    pub(crate) canary: bool,
    /// Refusals in a row that stop the run; 0 means never.
    pub(crate) stop_after: u32,
    /// No new call this long after the first one.
    pub(crate) deadline: Option<Duration>,
}

/// The gates of the two APIs.
pub(crate) struct Gates {
    /// For the calls of the operation.
    pub(crate) call: Gate,
    /// For looks.
    pub(crate) query: Gate,
}

/// Where events go, and where an order to stop comes from.
pub(crate) struct Lines {
    pub(crate) events: mpsc::Sender<Notice>,
    pub(crate) stop: Stop,
}

/// One app, at one host, for one tenant, at work.
pub(crate) struct Account<A> {
    pub(super) calls: Calls<A>,
    pub(super) gates: Gates,
    pub(super) looks: Looks,
    pub(super) settings: SendSettings,
    workers: Semaphore,
    stop_rules: Mutex<StopRules>,
    canary: Canary,
}

/// The first row goes alone, until a reply says that others may follow.
struct Canary {
    is_pending: AtomicBool,
    passed: Notify,
}

impl<A: Api> Account<A> {
    pub(crate) fn new(api: A, settings: SendSettings, gates: Gates, lines: Lines) -> Self {
        let tokens = Tokens::new(api, Clock::start(), settings.retry, EventSender(lines.events));
        Account {
            calls: Calls::new(tokens, settings.deadline, lines.stop),
            gates,
            looks: Looks::new(settings.read_back.is_some()),
            workers: Semaphore::new(settings.workers.get()),
            stop_rules: Mutex::new(StopRules::new(settings.stop_after)),
            canary: Canary { is_pending: AtomicBool::new(settings.canary), passed: Notify::new() },
            settings,
        }
    }

    /// Works the plan off; why it was stopped early, if it was. Every row of the plan is settled when it returns. An error
    /// when the plan can't be read, or nobody records the events any more; calls in flight are awaited first.
    pub(crate) async fn run(
        self,
        mut plan: impl Iterator<Item = Result<Planned>>,
    ) -> Result<Option<StopCause>> {
        tokio::select! {
            worked = self.work(&mut plan) => worked?,
            served = looks::serve(&self) => served?,
        }
        if self.calls.met_the_deadline() {
            self.calls.stop.because(StopCause::Deadline);
        }
        self.settle_the_rest(plan).await?;
        Ok(self.calls.stop.cause())
    }

    /// Opens row after row, and awaits them all. After a stop no further row is opened.
    async fn work(&self, plan: &mut impl Iterator<Item = Result<Planned>>) -> Result<()> {
        let mut open = FuturesUnordered::new();
        let mut span = OpenRows::default();
        let (mut is_planned, mut worked) = (false, Ok(()));
        loop {
            let may_open =
                !is_planned && span.has_room(self.is_canary_pending()) && !self.calls.stop.is_ordered();
            if may_open && let Ok(worker) = self.workers.try_acquire() {
                let Some(planned) = plan.next() else {
                    is_planned = true;
                    continue;
                };
                match self.open(planned, &mut span).await {
                    Ok(Some(row)) => open.push(row::story(self, row, worker)),
                    Ok(None) => {}
                    Err(error) => worked = worked.and(self.give_up(error)),
                }
                continue;
            }
            tokio::select! {
                biased;
                Some(ended) = open.next() => match ended {
                    Ok(row) => span.closed(row),
                    Err(error) => worked = worked.and(self.give_up(error)),
                },
                worker = self.workers.acquire(), if may_open => drop(worker),
                () = self.canary.passed.notified(), if !is_planned && !open.is_empty() => {}
                else => return worked,
            }
        }
    }

    /// Opens a row of the plan; one that is settled already is reported at once.
    async fn open(&self, planned: Result<Planned>, span: &mut OpenRows) -> Result<Option<Box<Row>>> {
        let planned = planned?;
        let index = planned.index();
        match Row::open(planned) {
            Opened::Row(row) => {
                span.planned(index, true);
                Ok(Some(row))
            }
            Opened::Settled(row, settlement) => {
                span.planned(index, false);
                self.calls.events.send(Event::Settled { row, settlement }).await?;
                Ok(None)
            }
        }
    }

    /// The run can't be recorded, or the plan not be read: no further call goes, and those in flight are awaited.
    fn give_up(&self, error: crate::model::Error) -> Result<()> {
        self.calls.stop.because(StopCause::WriteFailed);
        Err(error)
    }

    /// After a stop: whatever the plan still holds gets its result, too.
    async fn settle_the_rest(&self, plan: impl Iterator<Item = Result<Planned>>) -> Result<()> {
        for planned in plan {
            let Planned::Row { index, line, decision } = planned? else { continue };
            let settlement = match decision {
                Decision::Settled(settlement) => settlement,
                Decision::Send(..) => Settlement::NotReached,
                Decision::Resume(id, request, history) => {
                    let reason = request.as_ref().map(Request::hash);
                    let history = history.in_another_run(reason);
                    // A reply that an earlier run recorded, and did not live to settle, says all without a call.
                    let ending = match self.settings.retry.decide(&history, self.looks.may_look(), 0.0) {
                        Next::Settle(ending) => ending,
                        _ => Ending::Interrupted,
                    };
                    let doubt = history.doubt();
                    let outcome = history.settle(&ending, self.settings.operation);
                    Settlement::Sent(SentRow { line, id, reason, doubt, outcome })
                }
            };
            self.calls.events.send(Event::Settled { row: index, settlement }).await?;
        }
        Ok(())
    }

    /// The worker that a call goes with: this one, or else the next that is free; `None` if the run stops first.
    pub(super) async fn worker<'a>(
        &'a self,
        worker: Option<SemaphorePermit<'a>>,
    ) -> Option<SemaphorePermit<'a>> {
        if worker.is_some() {
            return worker;
        }
        tokio::select! {
            biased;
            () = self.calls.stop.ordered() => None,
            worker = self.workers.acquire() => worker.ok(),
        }
    }

    pub(super) fn stop_rules(&self) -> MutexGuard<'_, StopRules> {
        self.stop_rules.lock().expect("nobody panics with the rules")
    }

    fn is_canary_pending(&self) -> bool {
        self.canary.is_pending.load(Ordering::Relaxed)
    }

    /// The first call has come back, or its row is settled: others may follow.
    pub(super) fn pass_canary(&self) {
        if self.canary.is_pending.swap(false, Ordering::Relaxed) {
            self.canary.passed.notify_one();
        }
    }
}

/// The rows that are open, by their number in the file.
#[derive(Debug, Default)]
struct OpenRows {
    open: BTreeSet<u32>,
    without_row: usize,
    next: u32,
}

impl OpenRows {
    /// May the next row be opened? Never while too many wait, or order would be lost.
    fn has_room(&self, goes_alone: bool) -> bool {
        let most = if goes_alone { 1 } else { MOST_OPEN };
        let span = self.open.first().map_or(0, |oldest| self.next - oldest);
        self.open.len() + self.without_row < most && span < LONGEST_SPAN
    }

    fn planned(&mut self, index: Option<u32>, is_open: bool) {
        match index {
            Some(index) => {
                self.next = index + 1;
                if is_open {
                    self.open.insert(index);
                }
            }
            None => self.without_row += 1,
        }
    }

    fn closed(&mut self, index: Option<u32>) {
        match index {
            Some(index) => {
                self.open.remove(&index);
            }
            None => self.without_row -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(rows: std::ops::Range<u32>) -> OpenRows {
        let mut open = OpenRows::default();
        rows.for_each(|row| open.planned(Some(row), true));
        open
    }

    #[test]
    fn the_canary_goes_alone() {
        assert!(OpenRows::default().has_room(true));
        assert!(!open(0..1).has_room(true));
        assert!(open(0..1).has_room(false));
    }

    #[test]
    fn rows_that_wait_and_rows_that_are_far_ahead_of_one_have_a_bound() {
        let mut rows = open(0..1_024);
        assert!(!rows.has_room(false));
        (1..1_024).for_each(|row| rows.closed(Some(row)));
        (1_024..4_095).for_each(|row| rows.planned(Some(row), false));
        assert!(rows.has_room(false));
        rows.planned(Some(4_095), false);
        assert!(!rows.has_room(false), "row 0 is still open");
        rows.closed(Some(0));
        assert!(rows.has_room(false));
    }
}
