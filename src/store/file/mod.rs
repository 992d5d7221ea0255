//! The embedded default: the record beside the results, the allowance and the locks in a directory of the user.

mod allowance;
mod journal_file;
mod lock;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub use allowance::FileLimiter;
pub use journal_file::JournalFile;
pub use lock::Lock;
pub use reader::{JournalReader, open_journal};
