//! The first pass: the file is surveyed, and the rows that are still to be sent are counted on the way.

use std::io::Read;

use super::decision::{UpcomingRow, decide};
use crate::input::{ColumnChoice, RecordReader, RowRules, SendableRow, Survey, survey};
use crate::model::Result;
use crate::store::Past;

/// How many rows a person who is asked is shown with all their cells.
const SHOWN_ROWS: usize = 3;
/// How many rows are remembered, for a look at them before the question.
pub const REMEMBERED_ROWS: usize = 500;

/// The rows that are still to be sent.
#[derive(Debug, Default)]
pub struct Upcoming {
    /// How many.
    pub rows: u32,
    /// The first [`REMEMBERED_ROWS`] of them.
    pub first: Vec<UpcomingRow>,
    /// The cells of the very first ones.
    pub first_cells: Vec<(u64, Vec<String>)>,
}

/// Surveys the whole file, and decides on each row by what earlier runs have left behind.
///
/// # Errors
/// When the file can't be used at all, or the journal can't be read; exit 2.
pub fn first_pass<R: Read>(
    reader: RecordReader<R>,
    choice: &ColumnChoice,
    rules: &RowRules,
    past: Past<'_>,
) -> Result<(Survey, Upcoming)> {
    let mut upcoming = Upcoming::default();
    let survey = survey(reader, choice, rules, |row| upcoming.note(row, past))?;
    Ok((survey, upcoming))
}

impl Upcoming {
    fn note(&mut self, row: SendableRow<'_>, past: Past<'_>) -> Result<()> {
        let record = row.record;
        let Some(row) = decide(row, past)?.upcoming(record.line()) else { return Ok(()) };
        self.rows += 1;
        if self.first.len() < REMEMBERED_ROWS {
            self.first.push(row);
        }
        if self.first_cells.len() < SHOWN_ROWS {
            self.first_cells.push((row.line, record.cells().map(str::to_owned).collect()));
        }
        Ok(())
    }
}
