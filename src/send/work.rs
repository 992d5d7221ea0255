//! An account works a plan off: it opens row after row, and awaits them all.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;

use super::account::{Account, Gates, Lines, SendSettings};
use super::api::Api;
use super::calls::Stop;
use super::queries;
use super::record::{Recorder, View};
use super::retry::Next;
use super::row::{self, Opened, Row};
use crate::model::{Ending, Event, Request, Result, SentRow, Settlement, StopCause};
use crate::plan::{Decision, Planned};
use crate::store::Journal;

/// Events that may wait to be recorded.
const QUEUE: usize = 1_024;
/// The most rows that are in flight or wait for another attempt.
const MOST_OPEN: usize = 1_024;
/// The most rows from the oldest open one on: finished ones among them wait for their order in the results.
const LONGEST_SPAN: u32 = 4_096;

/// Works a plan off, and records what happens, until all of it is recorded: the recorder as it is then, and why the run was
/// stopped early, if it was.
pub(crate) async fn work_off<A: Api, V: View>(
    (api, settings, gates): (A, SendSettings, Gates),
    plan: impl Iterator<Item = Result<Planned>>,
    (journal, view): (Box<dyn Journal>, V),
    stop: Stop,
) -> Result<(Recorder<V>, Option<StopCause>)> {
    let (events, notices) = mpsc::channel(QUEUE);
    let account = Account::new(api, settings, gates, Lines { events, stop: stop.clone() });
    let mut recorder = Recorder::new(journal, view, stop);
    let (stopped, recorded) = tokio::join!(account.run(plan), recorder.record(notices));
    // Trouble with the journal comes first: the account's own error follows from it.
    recorded?;
    Ok((recorder, stopped?))
}

impl<A: Api> Account<A> {
    /// Works the plan off; why it was stopped early, if it was. Every row of the plan is settled when it returns. An error
    /// when the plan can't be read, or nobody records the events any more; calls in flight are awaited first.
    pub(crate) async fn run(
        self,
        mut plan: impl Iterator<Item = Result<Planned>>,
    ) -> Result<Option<StopCause>> {
        tokio::select! {
            worked = self.work(&mut plan) => worked?,
            served = queries::serve(&self) => served?,
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
