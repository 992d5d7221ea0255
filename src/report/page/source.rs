//! What a page is made of.

use jiff::Timestamp;

use super::facts::Facts;
use super::tracks::Tracks;
use crate::input::Columns;
use crate::journal::Runs;
use crate::model::Operation;
use crate::results::cells::Locale;

#[derive(Debug)]
pub struct PageSource<'a> {
    pub results: &'a str,
    pub columns: &'a Columns,
    pub facts: &'a Facts,
    /// What their journal tells, if it was found.
    pub record: Option<PageRecord<'a>>,
    pub locale: &'a Locale,
    pub made_at: Timestamp,
}

#[derive(Clone, Copy, Debug)]
pub struct PageRecord<'a> {
    pub name: &'a str,
    pub runs: &'a Runs,
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
