//! The embedded default: the record beside the results, the allowance and the locks in a directory of the user.

mod allowance;
mod journal_file;
mod lock;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub use allowance::FileLimiter;
pub(crate) use allowance::allowance_directory;
pub use journal_file::JournalFile;
pub use reader::{JournalReader, open_journal};
