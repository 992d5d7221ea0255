//! A journal in memory: for tests, and for those who keep their record elsewhere.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::journal::chain::Chain;
use crate::journal::entry::Entry;
use crate::language::text;
use crate::model::{EntryId, Error, Result, SentRow};
use crate::store::{Journal, JournalEnd, JournalSource, Lease, Scan, Seq};

/// A journal that ends with the process. Its clones are the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryJournal {
    log: Arc<Mutex<LoggedEntries>>,
    /// The fencing number of the lease under which this clone appends.
    fence: u64,
}

#[derive(Debug, Default)]
struct LoggedEntries {
    entries: Vec<Entry>,
    /// That of the last holder.
    fence: u64,
}

impl MemoryJournal {
    /// One that has these entries already.
    #[cfg(test)]
    pub(crate) fn of(entries: &[Entry]) -> Self {
        MemoryJournal {
            log: Arc::new(Mutex::new(LoggedEntries { entries: entries.to_vec(), fence: 0 })),
            fence: 0,
        }
    }

    /// The same one, for the holder of this lease. Those before may not append any more.
    pub(crate) fn held_by(&self, lease: &dyn Lease) -> Self {
        let fence = lease.fence();
        let mut log = self.log();
        log.fence = log.fence.max(fence);
        MemoryJournal { log: self.log.clone(), fence }
    }

    /// Nothing can fail between the locking and the unlocking.
    fn log(&self) -> MutexGuard<'_, LoggedEntries> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, entry: Entry, waiter: Option<oneshot::Sender<()>>) -> Result<Seq> {
        {
            let mut log = self.log();
            if self.fence < log.fence {
                return Err(Error::locked(text!("another run has taken this one over")));
            }
            log.entries.push(entry);
        }
        if let Some(waiter) = waiter {
            // A receiver that was dropped does not matter.
            let _ = waiter.send(());
        }
        Ok(self.durable())
    }

    fn durable(&self) -> Seq {
        self.log().entries.len() as Seq
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
        let entries = self.log().entries.clone();
        for (number, entry) in (0..).zip(&entries) {
            show(EntryId(number), entry);
        }
        let (lines, first_hash, chain) = (entries.len() as u64, String::new(), Chain::default());
        Ok(Scan { lines, end: JournalEnd::Whole, first_hash, chain, good_bytes: 0 })
    }

    fn entry(&self, id: EntryId) -> Result<SentRow> {
        let place = usize::try_from(id.0).unwrap_or(usize::MAX);
        match self.log().entries.get(place) {
            Some(Entry::RowSettled(row)) => Ok(row.clone()),
            _ => Err(Error::write_failed(text!("the journal was changed during the run"))),
        }
    }

    fn most_rows(&self) -> usize {
        self.log().entries.len()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::language::Text;
    use crate::store::{Leases, MemoryLeases};

    fn at() -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    #[tokio::test(start_paused = true)]
    async fn a_holder_that_was_overtaken_appends_nothing_any_more() {
        let (leases, journal) = (MemoryLeases::default(), MemoryJournal::default());
        let acquire = || leases.acquire(Path::new("job"), Text::plain("the journal"), Duration::ZERO);
        let first = acquire().await.expect("it is free");
        let mut before = journal.held_by(&*first);
        before.append(Entry::TokenRefreshed { at: at() }, None).expect("it holds the lease");
        drop(first);
        let second = acquire().await.expect("it is free again");
        let mut after = journal.held_by(&*second);
        let refused = before.append(Entry::TokenRefreshed { at: at() }, None).expect_err("overtaken");
        assert_eq!(refused.exit().code(), 75);
        assert_eq!(after.append(Entry::TokenRefreshed { at: at() }, None).expect("it holds the lease"), 2);
    }
}
