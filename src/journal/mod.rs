//! The write-ahead record as values: what its lines say, how they are chained, and what they tell of earlier runs.

pub mod chain;
pub mod entry;
mod last_words;
mod ledger;
mod logbook;

pub use last_words::{LastWord, LastWords, LastWordsBuilder};
pub use ledger::{Earlier, Ledger, LedgerBuilder, Past, Recall};
pub use logbook::{Logbook, RunEnd, RunStory};
