//! Looking pre-hires up, beside the rows: one call at a time, through a gate of its own.
//!
//! - [`Pager`] says which page comes next, and when pages make no sense;
//! - `asking` says what is done after a reply;
//! - a [`Sieve`] lets those pass who were asked for, once each;
//! - the [`Searcher`] makes the calls, and tells a [`SearchWatcher`].

mod asking;
mod pager;
mod searcher;
#[cfg(test)]
mod searcher_tests;
mod sieve;
mod watcher;

pub use pager::Pager;
pub use searcher::{SearchEnd, SearchSettings, Searcher};
pub use sieve::Sieve;
pub use watcher::{SearchEvent, SearchWatcher};
