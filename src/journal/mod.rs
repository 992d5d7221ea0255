//! The write-ahead record as values: what its entries say, how they are chained, and what they tell of earlier runs.

pub mod chain;
pub mod entry;
mod index;
mod runs;

pub use index::{Index, IndexBuilder, LastWord};
pub use runs::{RunEnd, RunStory, Runs};
