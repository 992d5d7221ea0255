//! The one event loop: what happens goes into the journal first, and is shown when it is durable.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;

use super::api::{Ack, Notice};
use super::calls::Stop;
use crate::journal::entry::{Entry, FoundStage};
use crate::model::{Error, Event, LookedUp, Result, Settlement, StopCause};
use crate::store::clock;
use crate::store::{Journal, Seq};

/// How often what is shown is brought up to date.
const TICK: Duration = Duration::from_millis(200);

/// Those who see what is recorded: results, counts, a screen.
pub(crate) trait View {
    /// Something has happened; its record may not be durable yet.
    fn note(&mut self, event: &Event);

    /// A row is settled, and its record is durable.
    fn settled(&mut self, row: u32, settlement: Settlement) -> Result<()>;

    /// Some time has passed.
    fn tick(&mut self) -> Result<()>;
}

/// Everything that changes when something happens, in one hand.
pub(crate) struct Recorder<V> {
    pub(crate) journal: Box<dyn Journal>,
    pub(crate) view: V,
    /// Why the view can't show any more; the journal goes on.
    pub(crate) trouble: Option<Error>,
    stop: Stop,
    /// The last entry that was appended.
    appended: Seq,
    /// Settled rows whose record is not durable yet: nobody may see them before.
    unseen: VecDeque<(Seq, u32, Settlement)>,
}

impl<V: View> Recorder<V> {
    pub(crate) fn new(journal: Box<dyn Journal>, view: V, stop: Stop) -> Self {
        Recorder { journal, view, trouble: None, stop, appended: 0, unseen: VecDeque::new() }
    }

    /// Records what happens until nobody sends events any more. An error when the journal can't be written: exit 4.
    pub(crate) async fn record(&mut self, mut notices: Receiver<Notice>) -> Result<()> {
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
        Ok(())
    }

    fn apply(&mut self, notice: Notice) -> Result<()> {
        let Notice { event, ack } = notice;
        self.view.note(&event);
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
        let shown = self.view.tick();
        self.note_trouble(shown);
        Ok(())
    }

    fn show_what_is_durable(&mut self) {
        let durable = self.journal.durable();
        while self.unseen.front().is_some_and(|(entry, ..)| *entry <= durable)
            && let Some((_, row, settlement)) = self.unseen.pop_front()
        {
            if self.trouble.is_none() {
                let shown = self.view.settled(row, settlement);
                self.note_trouble(shown);
            }
        }
    }

    /// The results can't be written: no further call may go, but what comes back is still recorded.
    fn note_trouble(&mut self, shown: Result<()>) {
        if let Err(error) = shown
            && self.trouble.is_none()
        {
            self.trouble = Some(error);
            self.stop.because(StopCause::WriteFailed);
        }
    }
}

/// The entry of an event that is recorded.
fn entry_of(event: Event) -> Option<Entry> {
    let at = clock::now;
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

fn read_back(look: LookedUp) -> Entry {
    let LookedUp { at, found, http_status, error_code, log_id } = look;
    let found =
        found.into_iter().map(|(id, stage)| FoundStage { id, stage: stage.map(|stage| stage.to_string()) });
    Entry::ReadBack { at, found: found.collect(), http_status, code: error_code, log_id }
}
