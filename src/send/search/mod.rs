//! Looking pre-hires up, beside the rows: one call at a time, through a gate of its own.
//!
//! - [`Pager`] says which page comes next, and when pages make no sense;
//! - a [`Filter`] lets those pass who were asked for, once each;
//! - the [`Searcher`] makes the calls, and tells a [`SearchWatcher`].

mod filter;
mod pager;
mod searcher;
#[cfg(test)]
mod searcher_tests;

pub(crate) use filter::Filter;
pub(crate) use pager::Pager;
pub(crate) use searcher::SearchSettings;
pub(crate) use searcher::{SearchEnd, SearchEvent, SearchWatcher, Searcher};
