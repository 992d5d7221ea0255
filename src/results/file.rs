//! The results file: every row of the input, in its order, with our columns behind its own.
//!
//! The input's cells are read from the private copy again, so that nothing but the outcome waits in memory.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::{fs, io};

use super::cells::{self, Cells, Locale, Original};
use super::output_path::{OutputPath, ResultsFormat};
use super::results_writer::ResultsWriter;
use super::row::ResultRow;
use crate::input::{
    Columns, RESULT_COLUMNS, Record, RecordReader, RowRules, Spool, SpoolReader, Survey, Validator,
};
use crate::language::text;
use crate::model::{Error, ErrorCode, Outcome, Result, SentRow, Settlement, Status};
use crate::preflight::PreflightRow;
use crate::store::{JournalSource, rename_durably};

/// What was written about one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// Its status.
    pub(crate) status: Status,
    /// Is its pre-hire withdrawn?
    pub(crate) success: bool,
    /// Its code.
    pub(crate) error_code: Option<ErrorCode>,
}

impl Written {
    const fn of(outcome: &Outcome) -> Written {
        let Outcome { status, error_code, .. } = *outcome;
        Written { status, success: status.is_success(), error_code }
    }
}

/// How the story of a row ended, and what was looked up before it began.
#[derive(Debug)]
struct Settled {
    settlement: Settlement,
    seen: Option<Box<PreflightRow>>,
}

/// The results, while they are written.
#[derive(Debug)]
pub(crate) struct ResultsFile<'a> {
    path: OutputPath,
    writer: ResultsWriter,
    input: RecordReader<SpoolReader<'a>>,
    columns: &'a Columns,
    rules: &'a RowRules,
    locale: Locale,
    journal: Option<Box<dyn JournalSource>>,
    window: ReorderWindow<Settled>,
    first_occurrences: FirstOccurrences,
}

impl<'a> ResultsFile<'a> {
    /// Begins the results with their header: in `RESULTS.partial`, where they grow there.
    ///
    /// # Errors
    /// When it can't be created; nothing was sent yet.
    pub(crate) fn create(
        path: OutputPath,
        spool: &'a Spool,
        survey: &'a Survey,
        rules: &'a RowRules,
    ) -> Result<Self> {
        let header: Vec<String> = survey.columns.results_header().collect();
        let writer = ResultsWriter::create(&path, spool.copied(), &header).map_err(|error| {
            cannot_write(&path, error).hint(text!("free up disk space, or choose another place with -o FILE"))
        })?;
        let mut input = spool.records();
        input.read()?;
        Ok(ResultsFile {
            path,
            writer,
            input,
            columns: &survey.columns,
            rules,
            locale: Locale::utc(),
            journal: None,
            window: ReorderWindow::new(),
            first_occurrences: FirstOccurrences::of(survey),
        })
    }

    /// Gives it a time zone, and a language for messages and advice.
    #[must_use]
    pub(crate) fn in_locale(self, locale: Locale) -> Self {
        ResultsFile { locale, ..self }
    }

    /// Gives it the journal, for rows that earlier runs have settled.
    #[must_use]
    pub(crate) fn with_journal(self, journal: Box<dyn JournalSource>) -> Self {
        ResultsFile { journal: Some(journal), ..self }
    }

    /// Leaves nothing behind: half a file of a check is of no use, and holds names.
    pub(crate) fn discard(self) {
        // If it can't be removed, the next check does it.
        let _ = fs::remove_file(self.path.partial());
    }

    /// Takes what came of a row, and writes all rows whose turn has come; each is passed to `written`.
    ///
    /// # Errors
    /// When the file can't be written: exit 4.
    pub(crate) fn settle(
        &mut self,
        row: u32,
        settlement: Settlement,
        written: impl FnMut(Written),
    ) -> Result<()> {
        self.take(row, Settled { settlement, seen: None }, written)
    }

    /// Takes a row of a check, with what was looked up.
    ///
    /// # Errors
    /// When the file can't be written: exit 4.
    pub(crate) fn settle_seen(
        &mut self,
        row: u32,
        settlement: Settlement,
        seen: Option<PreflightRow>,
    ) -> Result<()> {
        self.take(row, Settled { settlement, seen: seen.map(Box::new) }, |_| ())
    }

    fn take(&mut self, row: u32, settled: Settled, mut written: impl FnMut(Written)) -> Result<()> {
        self.window.put(row, settled);
        while let Some((row, settled)) = self.window.take() {
            if let Some(row) = self.write_row(row, &settled)? {
                written(row);
            }
        }
        Ok(())
    }

    /// Hands what was written to the operating system.
    ///
    /// # Errors
    /// When the file can't be written: exit 4.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.writer.flush().map_err(|error| cannot_write(&self.path, error))
    }

    /// Gives the complete file its name.
    ///
    /// # Errors
    /// When the file can't be written or renamed: exit 4.
    pub(crate) fn finish(self) -> Result<()> {
        let path = self.path;
        self.writer
            .finish()
            .and_then(|()| rename_durably(&path.partial(), path.results()))
            .map_err(|error| cannot_write(&path, error))
    }

    fn write_row(&mut self, row: u32, settled: &Settled) -> Result<Option<Written>> {
        let Settled { settlement, seen } = settled;
        let record = self.input.read()?.expect("every row that was settled is in the copy");
        let validator = Validator::new(self.columns, self.rules);
        let line = record.line();
        let cells_of = |outcome| cells::sent(line, outcome, self.rules.operation(), &self.locale);
        let (cells, written) = match settlement {
            Settlement::Sent(SentRow { outcome, .. }) => (cells_of(outcome), Written::of(outcome)),
            Settlement::Recorded(entry) => {
                let journal = self.journal.as_ref().expect("a run that goes on has a journal");
                let SentRow { outcome, .. } = journal.entry(*entry)?;
                (cells_of(&outcome), Written::of(&outcome))
            }
            Settlement::Invalid(problem) => {
                let error_code = Some(problem.code);
                (
                    cells::invalid(line, problem, self.locale.language),
                    Written { status: Status::Invalid, success: false, error_code },
                )
            }
            Settlement::Duplicate { first } => {
                let original =
                    self.first_occurrences.of_duplicate(*first, validator.reason_or_nothing(record));
                let (status, error_code) = (Status::Duplicate, Some(ErrorCode::DuplicateId));
                (
                    cells::duplicate(line, original, self.locale.language),
                    Written { status, success: original.success, error_code },
                )
            }
            Settlement::NotReached => {
                let written = Written::of(&Outcome::default());
                (
                    cells::with_preflight(
                        cells_of(&Outcome::default()),
                        seen.as_deref(),
                        self.rules.operation(),
                        self.locale.language,
                    ),
                    written,
                )
            }
            Settlement::CarriedOver => carried_over(line, record, self.columns),
            Settlement::LeftOut => {
                // A success all the same, where another row repeats it; the others are never repeated.
                self.first_occurrences.observe(row, line, true, || validator.reason_or_nothing(record));
                return Ok(None);
            }
        };
        self.first_occurrences.observe(row, line, written.success, || validator.reason_or_nothing(record));
        let passed_through = self.columns.passed_through();
        let looked_up = looked_up(record, self.columns, settled);
        let status = written.status;
        let row = ResultRow { record, passed_through, looked_up: &looked_up, ours: &cells, status };
        self.writer.write(&row).map_err(|error| cannot_write(&self.path, error))?;
        Ok(Some(written))
    }
}

/// An earlier success goes over as it is, with the new row number.
fn carried_over(line: u64, record: &Record, columns: &Columns) -> (Cells, Written) {
    let cell = |column: &str| columns.earlier_cell(record, column).unwrap_or_default();
    let cells = RESULT_COLUMNS.map(|column| match column {
        "row" => line.to_string(),
        // A spreadsheet writes TRUE.
        "success" => true.to_string(),
        column => cell(column).to_owned(),
    });
    let status = Status::from_word(cell("status").trim()).unwrap_or(Status::Withdrawn);
    (cells, Written { status, success: true, error_code: cell("error_code").parse().ok() })
}

/// The cells that tell what was looked up; of an earlier success, what was looked up then.
fn looked_up(record: &Record, columns: &Columns, settled: &Settled) -> Vec<String> {
    if !columns.tell_look_up() {
        return Vec::new();
    }
    let earlier = columns.passed_through()..columns.earlier_results();
    match (&settled.seen, &settled.settlement) {
        (Some(seen), _) => cells::looked_up(seen.pre_hire.as_ref()).into(),
        (None, Settlement::CarriedOver) if !earlier.is_empty() => {
            earlier.map(|index| record.cell(index).to_owned()).collect()
        }
        (None, _) => cells::looked_up(None).into(),
    }
}

fn cannot_write(path: &OutputPath, error: io::Error) -> Error {
    let written = match path.format() {
        ResultsFormat::Csv => path.partial(),
        ResultsFormat::Workbook => path.results().to_owned(),
    };
    Error::write_failed(text!("can't write {written}", written = written.display()))
        .caused_by(error)
        // Another place would have a journal of its own, which knows nothing of this run.
        .hint(text!("free up disk space, then run the same command again"))
}

/// Holds back what came too early.
#[derive(Debug)]
struct ReorderWindow<T> {
    next: u32,
    held: VecDeque<Option<T>>,
}

impl<T> ReorderWindow<T> {
    /// A window that waits for row 0.
    fn new() -> Self {
        ReorderWindow { next: 0, held: VecDeque::new() }
    }

    /// Takes what came of a row.
    fn put(&mut self, row: u32, value: T) {
        let place = row.checked_sub(self.next).expect("a row is settled once") as usize;
        if place >= self.held.len() {
            self.held.resize_with(place + 1, || None);
        }
        let before = self.held[place].replace(value);
        assert!(before.is_none(), "a row is settled once");
    }

    /// The next row in order, if it is there.
    fn take(&mut self) -> Option<(u32, T)> {
        let value = self.held.front_mut()?.take()?;
        self.held.pop_front();
        let row = self.next;
        self.next += 1;
        Some((row, value))
    }
}

/// The rows that later ones repeat: what a duplicate has to say of them.
#[derive(Debug)]
struct FirstOccurrences {
    rows: HashMap<u32, Option<FirstRow>>,
    hasher: RandomState,
}

#[derive(Clone, Copy, Debug)]
struct FirstRow {
    line: u64,
    success: bool,
    reason: u64,
}

impl FirstOccurrences {
    fn of(survey: &Survey) -> Self {
        let rows = survey.duplicates.iter().map(|duplicate| (duplicate.first, None)).collect();
        #[expect(clippy::disallowed_methods, reason = "reasons are compared by it within this run alone")]
        let hasher = RandomState::new();
        FirstOccurrences { rows, hasher }
    }

    fn observe<'r>(&mut self, row: u32, line: u64, success: bool, reason: impl Fn() -> &'r str) {
        if let Some(first) = self.rows.get_mut(&row) {
            *first = Some(FirstRow { line, success, reason: self.hasher.hash_one(reason()) });
        }
    }

    fn of_duplicate(&self, first: u32, reason: &str) -> Original {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_in_are_rows_out_in_order(rows in Just((0_u32..60).collect::<Vec<u32>>()).prop_shuffle()) {
            let mut window = ReorderWindow::new();
            let mut out = Vec::new();
            for row in rows {
                window.put(row, row);
                out.extend(std::iter::from_fn(|| window.take()));
            }
            prop_assert_eq!(out, (0..60).map(|row| (row, row)).collect::<Vec<_>>());
        }
    }
}
