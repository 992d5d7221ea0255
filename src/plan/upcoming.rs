//! The first pass: the file is surveyed, and the rows that are still to be sent are counted on the way.

use std::io::Read;

use super::decision::{UpcomingRow, decide};
use crate::input::{ColumnChoice, RecordReader, RowRules, SendableRow, Survey, survey};
use crate::model::Result;
use crate::store::Past;

/// How many rows a person who is asked is shown with all their cells.
const SHOWN_ROWS: usize = 3;
/// How many rows are remembered, for a look at them before the question.
pub(crate) const REMEMBERED_ROWS: usize = 500;

/// The rows that are still to be sent.
#[derive(Debug, Default)]
pub(crate) struct Upcoming {
    /// How many.
    pub(crate) rows: u32,
    /// The first [`REMEMBERED_ROWS`] of them.
    pub(crate) first: Vec<UpcomingRow>,
    /// The cells of the very first ones.
    pub(crate) first_cells: Vec<(u64, Vec<String>)>,
}

/// Surveys the whole file, and decides on each row by what earlier runs have left behind.
///
/// # Errors
/// When the file can't be used at all, or the journal can't be read; exit 2.
pub(crate) fn first_pass<R: Read>(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Layout;
    use crate::journal::IndexBuilder;
    use crate::journal::entry::Entry;
    use crate::model::{Doubt, Outcome, PreHireId, ReasonHash, SentRow, Status};
    use crate::store::{JournalSource, MemoryJournal};
    use jiff::Timestamp;

    #[test]
    fn all_are_counted_and_the_first_ones_are_remembered() {
        let id = |number: u32| PreHireId::parse(&number.to_string(), true).expect("an id");
        let (reason, at) = (ReasonHash::of("a"), Timestamp::UNIX_EPOCH);
        let outcome = Outcome { status: Status::Withdrawn, ..Outcome::default() };
        let journal = MemoryJournal::of(&[
            Entry::RowSettled(SentRow {
                line: 2,
                id: id(1),
                reason: Some(reason),
                doubt: Doubt::Never,
                outcome,
            }),
            Entry::CallStarted { at, id: id(3), row: 6, reason, attempt: 1 },
        ]);
        let mut index = IndexBuilder::default();
        journal.scan(&mut |id, entry| index.take(id, entry)).expect("memory");
        let index = index.build();
        let rows: String = (1..=700).map(|number| format!("{number},a\n{number},repeated\n")).collect();
        let text = format!("pre_hire_id,reason\n{rows}none,a\n");
        let reader = RecordReader::new(text.as_bytes(), Layout::default());
        let past = Past { index: &index, journal: Some(&journal) };
        let (survey, upcoming) =
            first_pass(reader, &ColumnChoice::default(), &RowRules::default(), past).expect("a usable file");
        assert_eq!((survey.sendable, upcoming.rows), (700, 699), "the first one is done");
        assert_eq!(upcoming.first.len(), REMEMBERED_ROWS);
        let first = |row: &UpcomingRow| (row.line, row.id, row.was_in_doubt);
        assert_eq!(
            upcoming.first[..3].iter().map(first).collect::<Vec<_>>(),
            [(4, id(2), false), (6, id(3), true), (8, id(4), false)]
        );
        let cells: Vec<(u64, String)> =
            upcoming.first_cells.iter().map(|(line, cells)| (*line, cells.join(","))).collect();
        assert_eq!(cells, [(4, "2,a".to_owned()), (6, "3,a".to_owned()), (8, "4,a".to_owned())]);
    }
}
