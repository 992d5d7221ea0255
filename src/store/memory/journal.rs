//! A journal in memory: for tests, and for those who keep their record elsewhere.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::journal::chain::Chain;
use crate::journal::entry::Entry;
use crate::language::text;
use crate::model::{EntryId, Error, Result, SentRow};
use crate::store::{Journal, JournalEnd, JournalSource, Scan, Seq};

/// A journal that ends with the process. Its clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl MemoryJournal {
    /// One that has these entries already.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        MemoryJournal { entries: Arc::new(Mutex::new(entries.to_vec())) }
    }

    /// Nothing can fail between the locking and the unlocking.
    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, entry: Entry, waiter: Option<oneshot::Sender<()>>) -> Result<Seq> {
        self.entries().push(entry);
        if let Some(waiter) = waiter {
            // One that has gone away does not matter.
            let _ = waiter.send(());
        }
        Ok(self.durable())
    }

    fn durable(&self) -> Seq {
        self.entries().len() as Seq
    }

    fn request_sync(&mut self) -> Result<()> {
        Ok(())
    }

    fn sync(&mut self) -> Pin<Box<dyn Future<Output = Result<()>> + '_>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl JournalSource for MemoryJournal {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn scan(&self, show: &mut dyn FnMut(EntryId, &Entry)) -> Result<Scan> {
        let entries = self.entries().clone();
        for (number, entry) in (0..).zip(&entries) {
            show(EntryId(number), entry);
        }
        let (lines, first_hash, chain) = (entries.len() as u64, String::new(), Chain::default());
        Ok(Scan { lines, end: JournalEnd::Whole, first_hash, chain, good_bytes: 0 })
    }

    fn entry(&self, id: EntryId) -> Result<SentRow> {
        let place = usize::try_from(id.0).unwrap_or(usize::MAX);
        match self.entries().get(place) {
            Some(Entry::RowSettled(row)) => Ok(row.clone()),
            _ => Err(Error::cannot_record(text!("the journal was changed during the run"))),
        }
    }

    fn most_rows(&self) -> usize {
        self.entries().len()
    }
}
