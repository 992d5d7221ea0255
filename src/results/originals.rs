//! Owns what a repeated row has to say of the row that it repeats.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::cells::Original;
use crate::input::Survey;

/// The rows that later ones repeat: what a duplicate has to say of them.
#[derive(Debug)]
pub(super) struct Originals {
    rows: HashMap<u32, Option<FirstRow>>,
    hasher: RandomState,
}

#[derive(Clone, Copy, Debug)]
struct FirstRow {
    line: u64,
    success: bool,
    reason: u64,
}

impl Originals {
    pub(super) fn of(survey: &Survey) -> Self {
        let rows = survey.duplicates.iter().map(|duplicate| (duplicate.first, None)).collect();
        #[expect(clippy::disallowed_methods, reason = "reasons are compared by it within this run alone")]
        let hasher = RandomState::new();
        Originals { rows, hasher }
    }

    pub(super) fn note<'r>(&mut self, row: u32, line: u64, success: bool, reason: impl Fn() -> &'r str) {
        if let Some(first) = self.rows.get_mut(&row) {
            *first = Some(FirstRow { line, success, reason: self.hasher.hash_one(reason()) });
        }
    }

    pub(super) fn of_duplicate(&self, first: u32, reason: &str) -> Original {
        let first = self
            .rows
            .get(&first)
            .copied()
            .flatten()
            .expect("the first row was written before its duplicates");
        let other_reason = first.reason != self.hasher.hash_one(reason);
        Original { line: first.line, success: first.success, other_reason }
    }
}
