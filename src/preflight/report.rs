//! What was seen of the rows: counts by stage, the first rows, and those that would be refused.

use std::collections::BTreeMap;

use super::{Eligibility, PreflightRow};
use crate::model::Operation;

/// How many rows are kept that are as one hopes.
pub(crate) const FIRST_ROWS: usize = 5;
/// How many rows are kept that are not.
pub(crate) const FIRST_PROBLEMS: usize = 20;

/// The rows that were looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PreflightReport {
    /// What they are for.
    pub(crate) operation: Operation,
    /// How many were looked up.
    pub(crate) rows: u32,
    /// How many there are in each stage that can be seen.
    pub(crate) by_stage: BTreeMap<String, u32>,
    /// Those that are not there, or may not be seen.
    pub(crate) not_visible: u32,
    /// Those whose stage may not be seen.
    pub(crate) stage_hidden: u32,
    /// Those with which it can't be done, as far as can be seen.
    pub(crate) problems: u32,
    /// The first ones, in the order of the file.
    pub(crate) first: Vec<PreflightRow>,
    /// The first ones with which it can't be done.
    pub(crate) first_problems: Vec<PreflightRow>,
}

impl PreflightReport {
    /// Nothing was looked up yet.
    pub(crate) const fn new(operation: Operation) -> Self {
        PreflightReport {
            operation,
            rows: 0,
            by_stage: BTreeMap::new(),
            not_visible: 0,
            stage_hidden: 0,
            problems: 0,
            first: Vec::new(),
            first_problems: Vec::new(),
        }
    }

    /// Counts a row.
    pub(crate) fn note(&mut self, row: PreflightRow) {
        self.rows += 1;
        match (row.eligibility, row.pre_hire.as_ref().and_then(|pre_hire| pre_hire.stage.as_ref())) {
            (Eligibility::NotVisible, _) => self.not_visible += 1,
            (_, Some(stage)) => *self.by_stage.entry(stage.to_string()).or_default() += 1,
            (_, None) => self.stage_hidden += 1,
        }
        if row.eligibility.is_problem() {
            self.problems += 1;
            keep_first(&mut self.first_problems, &row, FIRST_PROBLEMS);
        }
        keep_first(&mut self.first, &row, FIRST_ROWS);
    }
}

/// Keeps the first rows in the order of the file, in whichever order they come.
fn keep_first(rows: &mut Vec<PreflightRow>, row: &PreflightRow, most: usize) {
    let place = rows.partition_point(|known| known.row.line < row.row.line);
    if place < most {
        rows.insert(place, row.clone());
        rows.truncate(most);
    }
}
