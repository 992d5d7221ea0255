//! Where the record, the allowance and the locks are kept.

mod allowance;
#[cfg(test)]
mod example;
mod files;
mod journal;
mod journal_file;
mod lock;
mod replay;
mod scan;
mod uptime;

pub use allowance::{Allowance, AllowanceStore, NoStore};
#[cfg(test)]
pub(crate) use example::run_started;
pub(crate) use files::{create_anew, directory_of, parent_of, put_in_place, remove, seen_from, with_ending};
pub use journal::Journal;
pub use journal_file::JournalFile;
pub use lock::Lock;
pub use replay::{JournalReader, Replay, Replayer, open_journal, read_journal, replay};
#[cfg(test)]
pub(crate) use scan::LONGEST_TORN_END;
pub use scan::{Damage, JournalEnd, Scan, scan_journal};
