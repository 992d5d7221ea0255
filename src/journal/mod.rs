//! The write-ahead record as values: what its entries say, how they are chained, and what they tell of earlier runs.

pub(crate) mod chain;
pub(crate) mod entry;
mod index;
mod runs;

pub(crate) use index::{Index, IndexBuilder, LastWord};
pub(crate) use runs::{RunStory, Runs};
