//! Where the record, the allowance and the locks are kept. Nothing outside knows offsets, lock files, modes or boots.

#[cfg(test)]
mod example;
mod file;
mod files;
mod limiter;
mod memory;
pub(crate) mod platform;

#[cfg(test)]
pub(crate) use example::run_started;
#[cfg(test)]
pub(crate) use file::LONGEST_TORN_END;
pub use file::{
    FileLimiter, Journal, JournalEnd, JournalFile, JournalReader, Lock, Replay, Replayer, Scan, open_journal,
    read_journal, replay, scan_journal,
};
pub(crate) use files::{create_anew, directory_of, parent_of, put_in_place, remove, seen_from, with_ending};
pub use limiter::{Answer, Hold, Limiter, Permit, Stored};
pub use memory::MemoryLimiter;
