//! Where the record, the allowance and the locks are kept, and the clocks. Nothing outside knows offsets, lock files, modes or boots.

pub(crate) mod clock;
#[cfg(test)]
mod example;
mod file;
mod files;
mod lease;
mod limiter;
mod memory;
mod past;
pub(crate) mod platform;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use tokio::sync::oneshot;

use crate::journal::chain::{Chain, Damage};
use crate::journal::entry::Entry;
use crate::language::text;
use crate::model::{EntryId, Error, Result, SentRow};

#[cfg(test)]
pub(crate) use example::run_started;
pub(crate) use file::allowance_directory;
pub(crate) use file::{FileLimiter, JournalFile, JournalReader, open_journal};
pub(crate) use files::{
    create_private, directory_of, parent_of, remove, rename_durably, with_ending, write_whole,
};
pub(crate) use lease::{Lease, Leases};
#[cfg(test)]
pub(crate) use limiter::Stored;
pub(crate) use limiter::{Answer, HeldBack, Limiter, Permit};
pub(crate) use memory::{MemoryJournal, MemoryLeases, MemoryLimiter};
pub(crate) use past::{Earlier, Past};

/// The number of an entry among those that this run has appended, counted from 1.
pub(crate) type Seq = u64;

/// A journal that this run appends to. What it appends is durable in that order.
pub(crate) trait Journal: fmt::Debug {
    /// Appends an entry. The receiver resolves when it is durable, and with an error if it can't be.
    ///
    /// # Errors
    /// When nothing can be appended any more: exit 4.
    fn append(&mut self, entry: Entry, waiter: Option<oneshot::Sender<()>>) -> Result<Seq>;

    /// The last entry that is durable, and all before it; 0 if none is.
    fn durable(&self) -> Seq;

    /// Asks for all entries so far to be durable soon, and does not wait.
    ///
    /// # Errors
    /// When nothing can be appended any more: exit 4.
    fn request_sync(&mut self) -> Result<()>;

    /// Waits until all entries so far are durable.
    ///
    /// # Errors
    /// When they can't be: exit 4.
    fn sync(&mut self) -> Pin<Box<dyn Future<Output = Result<()>> + '_>>;
}

impl dyn Journal + '_ {
    /// Appends an entry and waits until it, and all before it, are durable.
    ///
    /// # Errors
    /// When they can't be: exit 4.
    pub(crate) async fn append_durably(&mut self, entry: Entry) -> Result<()> {
        self.append(entry, None)?;
        self.sync().await
    }
}

/// A journal that is read, and never changed.
pub(crate) trait JournalSource: fmt::Debug {
    /// Its name, for people.
    fn name(&self) -> String;

    /// Reads it from its beginning; each entry is shown with its id.
    ///
    /// # Errors
    /// When it can't be read, or another version of prehire made it: exit 2.
    fn scan(&self, show: &mut dyn FnMut(EntryId, &Entry)) -> Result<Scan>;

    /// The settled row that this entry tells of.
    ///
    /// # Errors
    /// When it is not there any more: exit 4.
    fn entry(&self, id: EntryId) -> Result<SentRow>;

    /// How many rows it can tell of at most, roughly: room for them need not grow.
    fn most_rows(&self) -> usize;
}

impl dyn JournalSource + '_ {
    /// The same as [`scan`](JournalSource::scan), where damage is an error, too: exit 2, naming the line.
    ///
    /// # Errors
    /// As said.
    pub(crate) fn read(&self, show: &mut dyn FnMut(EntryId, &Entry)) -> Result<Scan> {
        let scan = self.scan(show)?;
        scan.refuse_damage(&self.name())?;
        Ok(scan)
    }
}

/// What reading a journal has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The good lines.
    pub(crate) lines: u64,
    /// What is behind them.
    pub(crate) end: JournalEnd,
    /// The hash of the first line; empty where there is none.
    pub(crate) first_hash: String,
    /// Where the chain stands behind the last good line.
    chain: Chain,
    /// The bytes up to the end of that line.
    good_bytes: u64,
}

/// What is behind the good lines of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JournalEnd {
    /// Nothing.
    Whole,
    /// So many bytes of lines that were never finished: a run died while it wrote them, or one is writing them now.
    Torn(u64),
    /// A line that is not as it was written. What it was, nobody knows any more.
    Damaged(Damage),
}

impl Scan {
    /// The number of the damaged line, if there is one, and what is wrong with it.
    #[must_use]
    pub(crate) const fn damage(&self) -> Option<(u64, Damage)> {
        match self.end {
            JournalEnd::Damaged(damage) => Some((self.lines + 1, damage)),
            JournalEnd::Whole | JournalEnd::Torn(_) => None,
        }
    }

    /// Damage as an error, naming the line.
    fn refuse_damage(&self, path: &str) -> Result<()> {
        let Some((line, damage)) = self.damage() else { return Ok(()) };
        let cause = damage.in_words();
        let message = text!("line {line} of {path} is damaged: {cause}", line, path, cause => cause);
        Err(Error::invalid_input(message).hint(text!("restore the file from a backup")))
    }

    /// How many bytes are torn at the end.
    #[must_use]
    pub(crate) const fn torn_bytes(&self) -> u64 {
        match self.end {
            JournalEnd::Torn(bytes) => bytes,
            JournalEnd::Whole | JournalEnd::Damaged(_) => 0,
        }
    }
}
