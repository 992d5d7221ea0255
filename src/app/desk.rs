//! The one event loop: what the pool says goes into the journal, then into the results, then onto the screen.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::Receiver;

use crate::journal::entry::{Entry, FoundStage};
use crate::model::{Error, Event, Exit, Look, Result, Settlement, StopCause};
use crate::report::{Progress, Tally};
use crate::results::ResultsFile;
use crate::send::{Ack, Notice, Stop};
use crate::store::{Journal, Seq};

/// How often the display and the partial results are brought up to date.
const TICK: Duration = Duration::from_millis(200);

/// Everything that changes when something happens, in one hand.
pub(super) struct Desk<'a> {
    pub(super) journal: Box<dyn Journal>,
    /// The last entry that was appended.
    pub(super) appended: Seq,
    pub(super) results: ResultsFile<'a>,
    pub(super) tally: &'a mut Tally,
    pub(super) progress: Progress,
    /// Stops the pool when the results can't be written any more.
    pub(super) stop: Stop,
    /// Settled rows whose record is not on disk yet: nobody may see them before.
    pub(super) unseen: VecDeque<(Seq, u32, Settlement)>,
    /// Why the results can't be written any more; the journal goes on.
    pub(super) trouble: Option<Error>,
}

impl Desk<'_> {
    /// Records what happens until the pool has ended.
    pub(super) async fn record(&mut self, mut notices: Receiver<Notice>) -> Result<()> {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = ticks.tick() => self.tick()?,
                notice = notices.recv() => match notice {
                    Some(notice) => self.apply(notice)?,
                    None => break,
                }
            }
        }
        self.journal.sync().await?;
        self.show_what_is_durable();
        self.progress.finish();
        Ok(())
    }

    /// Closes the books: the results get their name, and the journal says how the run ended.
    pub(super) async fn close(self, stop: Option<&StopCause>) -> Result<Exit> {
        let Desk { mut journal, results, tally, trouble, .. } = self;
        let trouble = trouble.or_else(|| results.finish().err());
        let exit = match (&trouble, stop) {
            (Some(trouble), _) => trouble.exit(),
            (None, Some(stop)) => stop.exit(),
            (None, None) => tally.exit(),
        };
        let stopped = stop.map(crate::report::stop_words);
        let entry = Entry::RunFinished { at: Timestamp::now(), exit_code: exit.code(), stopped };
        journal.append_durably(entry).await?;
        trouble.map_or(Ok(exit), Err)
    }

    fn apply(&mut self, notice: Notice) -> Result<()> {
        let Notice { event, ack } = notice;
        self.tally.note(&event);
        self.progress.note(&event);
        match event {
            Event::Settled { row, settlement } => {
                if let Settlement::Sent(sent) = &settlement {
                    self.append(Entry::RowSettled(sent.clone()), None)?;
                }
                self.unseen.push_back((self.appended, row, settlement));
            }
            Event::LeftInDoubt(sent) => self.append(Entry::RowSettled(sent), None)?,
            event => {
                if let Some(entry) = entry_of(event) {
                    self.append(entry, ack)?;
                }
            }
        }
        self.show_what_is_durable();
        Ok(())
    }

    fn append(&mut self, entry: Entry, ack: Option<Ack>) -> Result<()> {
        self.appended = self.journal.append(entry, ack)?;
        Ok(())
    }

    fn tick(&mut self) -> Result<()> {
        if !self.unseen.is_empty() {
            self.journal.request_sync()?;
        }
        self.show_what_is_durable();
        let flushed = self.results.flush();
        self.note_trouble(flushed);
        self.progress.tick(self.tally);
        Ok(())
    }

    /// Writes the results of all rows whose record is on disk.
    fn show_what_is_durable(&mut self) {
        let durable = self.journal.durable();
        while self.unseen.front().is_some_and(|(line, ..)| *line <= durable)
            && let Some((_, row, settlement)) = self.unseen.pop_front()
        {
            if self.trouble.is_none() {
                let tally = &mut *self.tally;
                let settled = self.results.settle(row, settlement, |written| tally.wrote(written));
                self.note_trouble(settled);
            }
        }
    }

    /// The results can't be written: no further call may go, but what comes back is still recorded.
    fn note_trouble(&mut self, written: Result<()>) {
        if let Err(error) = written
            && self.trouble.is_none()
        {
            self.trouble = Some(error);
            self.stop.because(StopCause::CannotRecord);
        }
    }
}

/// The line of an event that is recorded.
fn entry_of(event: Event) -> Option<Entry> {
    let at = Timestamp::now;
    match event {
        Event::Admitted { sent_at, line, id, reason, attempt, .. } => {
            Some(Entry::CallStarted { at: sent_at, id, row: line, reason, attempt })
        }
        Event::Ended { id, attempt, .. } => Some(Entry::call_finished(id, &attempt)),
        Event::Held { at: now, until } => {
            Some(Entry::Throttled { at: at(), seconds: until.since(now).as_secs_f64() })
        }
        Event::TokenObtained => Some(Entry::TokenRefreshed { at: at() }),
        Event::LookedUp(look) => Some(read_back(look)),
        Event::Waiting { .. }
        | Event::TokenCalled
        | Event::TicketAskedFor
        | Event::MayNotLook(_)
        | Event::LeftInDoubt(_)
        | Event::Settled { .. } => None,
    }
}

fn read_back(look: Look) -> Entry {
    let Look { at, found, http_status, error_code, log_id } = look;
    let found =
        found.into_iter().map(|(id, stage)| FoundStage { id, stage: stage.map(|stage| stage.to_string()) });
    Entry::ReadBack { at, found: found.collect(), http_status, code: error_code, log_id }
}
