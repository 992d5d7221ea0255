//! The embedded default: the record beside the results, the allowance and the locks in a directory of the user.

mod allowance;
mod journal;
mod journal_file;
mod lock;
mod replay;
mod scan;

pub use allowance::FileLimiter;
pub use journal::Journal;
pub use journal_file::JournalFile;
pub use lock::Lock;
pub use replay::{JournalReader, Replay, Replayer, open_journal, read_journal, replay};
#[cfg(test)]
pub(crate) use scan::LONGEST_TORN_END;
pub use scan::{JournalEnd, Scan, scan_journal};
