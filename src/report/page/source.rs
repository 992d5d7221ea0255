//! What a page is made of.

use jiff::Timestamp;

use super::facts::Facts;
use super::tracks::Tracks;
use crate::input::Columns;
use crate::journal::Runs;
use crate::model::Operation;
use crate::results::cells::Locale;

/// What a page is made of.
#[derive(Debug)]
pub struct PageSource<'a> {
    /// The name of the results.
    pub results: &'a str,
    /// Their header.
    pub columns: &'a Columns,
    /// What their rows tell.
    pub facts: &'a Facts,
    /// What their journal tells, if it was found.
    pub record: Option<PageRecord<'a>>,
    /// How it is said.
    pub locale: &'a Locale,
    /// When the page is made.
    pub made_at: Timestamp,
}

/// What the journal tells.
#[derive(Clone, Copy, Debug)]
pub struct PageRecord<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its runs.
    pub runs: &'a Runs,
    /// Their timelines.
    pub tracks: &'a Tracks,
    /// Does one of its runs name these results?
    pub names_results: bool,
}

impl PageSource<'_> {
    /// What was done: the journal knows; else the rows may.
    pub(super) fn operation(&self) -> Option<Operation> {
        let owner = self.record.and_then(|record| Some(&record.runs.all.last()?.started.owner));
        owner.and_then(|owner| Operation::from_word(&owner.operation)).or_else(|| self.facts.operation())
    }
}
