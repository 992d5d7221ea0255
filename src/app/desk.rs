//! Owns the one event loop: what the pool says goes into the journal, then into the results, then onto the screen.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::Receiver;

use crate::journal::entry::{Entry, FoundStage};
use crate::model::{Error, Event, Exit, Look, Result, Settlement, StopCause};
use crate::report::{Progress, Tally};
use crate::results::ResultsFile;
use crate::send::{Ack, Notice, Stop};
use crate::store::Journal;

/// How often the display and the partial results are brought up to date.
const TICK: Duration = Duration::from_millis(200);

/// Everything that changes when something happens, in one hand.
pub(super) struct Desk<'a> {
    pub(super) journal: Journal,
    pub(super) results: ResultsFile<'a>,
    pub(super) tally: &'a mut Tally,
    pub(super) progress: Progress,
    /// Stops the pool when the results can't be written any more.
    pub(super) stop: Stop,
    /// Settled rows whose record is not on disk yet: nobody may see them before.
    pub(super) unseen: VecDeque<(u64, u32, Settlement)>,
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

    /// Closes the books: the journal first, then the results get their name.
    pub(super) async fn close(mut self, stop: Option<&StopCause>) -> Result<Exit> {
        let exit = match (&self.trouble, stop) {
            (Some(_), _) => Exit::CannotRecord,
            (None, Some(stop)) => stop.exit(),
            (None, None) => self.tally.exit(),
        };
        let stopped = stop.map(|stop| crate::report::stop_words(stop).to_string());
        let entry = Entry::RunFinished { at: Timestamp::now(), exit_code: exit.code(), stopped };
        self.journal.append_durably(entry).await?;
        match self.trouble {
            Some(trouble) => Err(trouble),
            None => {
                self.results.finish()?;
                Ok(exit)
            }
        }
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
                self.unseen.push_back((self.journal.appended(), row, settlement));
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
        self.journal.append(entry, ack).map(|_| ())
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
