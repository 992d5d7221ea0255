//! A row of the results, ready to be written in any format.

use super::cells::Cells;
use crate::input::Record;
use crate::model::Status;

/// One row of the results.
pub(super) struct ResultRow<'a> {
    /// The row of the input.
    pub(super) record: &'a Record,
    /// How many of its cells pass through.
    pub(super) passed_through: usize,
    /// What was looked up, behind them.
    pub(super) looked_up: &'a [String],
    /// The cells that stand behind all of them.
    pub(super) ours: &'a Cells,
    /// The status that they tell.
    pub(super) status: Status,
}

impl<'a> ResultRow<'a> {
    /// All cells, in order.
    pub(super) fn cells(&self) -> impl Iterator<Item = &'a str> {
        let record = self.record;
        let passed = (0..self.passed_through).map(move |index| record.cell(index));
        passed.chain(self.looked_up.iter().chain(self.ours).map(String::as_str))
    }

    /// Where the cells begin that every row of results has.
    pub(super) const fn first_of_ours(&self) -> usize {
        self.passed_through + self.looked_up.len()
    }
}
