//! What a page is made of.

use jiff::Timestamp;

use super::facts::Facts;
use super::tracks::Tracks;
use crate::input::Columns;
use crate::journal::Runs;
use crate::model::Operation;
use crate::results::cells::Locale;

#[derive(Debug)]
pub(crate) struct PageSource<'a> {
    pub(crate) results: &'a str,
    pub(crate) columns: &'a Columns,
    pub(crate) facts: &'a Facts,
    /// What their journal tells, if it was found.
    pub(crate) record: Option<PageRecord<'a>>,
    pub(crate) locale: &'a Locale,
    pub(crate) made_at: Timestamp,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PageRecord<'a> {
    pub(crate) name: &'a str,
    pub(crate) runs: &'a Runs,
    pub(crate) tracks: &'a Tracks,
    /// Does one of its runs name these results?
    pub(crate) names_results: bool,
}

impl PageSource<'_> {
    /// What was done: the journal knows; else the rows may.
    pub(super) fn operation(&self) -> Option<Operation> {
        let owner = self.record.and_then(|record| Some(&record.runs.all.last()?.started.owner));
        owner.and_then(|owner| Operation::from_word(&owner.operation)).or_else(|| self.facts.operation())
    }
}
