//! The embedded default: the record beside the results, the allowance and the locks in a directory of the user.

mod allowance;
mod journal_file;
mod lock;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use allowance::FileLimiter;
pub(crate) use allowance::allowance_directory;
pub(crate) use journal_file::JournalFile;
pub(crate) use reader::{JournalReader, open_journal};
