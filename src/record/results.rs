//! Owns the results file: every row of the input, in its order, with our columns behind its own.
//!
//! The input's cells are read from the private copy again, so that nothing but the outcome waits in memory.

use std::fs;
use std::io;

use super::cells::{self, Cells, Locale};
use super::journal_file::sync_directory;
use super::order::ReorderWindow;
use super::originals::Originals;
use super::output_path::{OutputPath, ResultsFormat};
use super::replay::JournalReader;
use super::results_writer::{ResultRow, ResultsWriter};
use crate::error::{Error, Result};
use crate::event::{SentRow, Settlement};
use crate::input::{Columns, Record, RecordReader, RowRules, Spool, SpoolReader, Survey, Validator};
use crate::language::{Language, text};
use crate::outcome::{ErrorCode, Outcome, Status};

/// What was written about one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its status.
    pub status: Status,
    /// Is its pre-hire withdrawn?
    pub success: bool,
    /// Its code.
    pub error_code: Option<ErrorCode>,
}

/// The results, while they are written.
#[derive(Debug)]
pub struct ResultsFile<'a> {
    path: OutputPath,
    writer: ResultsWriter,
    input: RecordReader<SpoolReader<'a>>,
    columns: &'a Columns,
    rules: &'a RowRules,
    locale: Locale,
    journal: Option<JournalReader>,
    window: ReorderWindow<Settlement>,
    originals: Originals,
}

impl<'a> ResultsFile<'a> {
    /// Begins the results with their header: in `RESULTS.partial`, where they grow there.
    ///
    /// # Errors
    /// When it can't be created; nothing was sent yet.
    pub fn create(
        path: OutputPath,
        spool: &'a Spool,
        survey: &'a Survey,
        rules: &'a RowRules,
    ) -> Result<Self> {
        let header: Vec<String> = survey.columns.results_header().collect();
        let writer = ResultsWriter::create(&path, spool.copied(), &header).map_err(|error| {
            cannot_write(&path, error).hint(text!("make room, or choose another place with -o FILE"))
        })?;
        let mut input = spool.records();
        input.read()?;
        Ok(ResultsFile {
            path,
            writer,
            input,
            columns: &survey.columns,
            rules,
            locale: Locale::here(Language::English),
            journal: None,
            window: ReorderWindow::new(),
            originals: Originals::of(survey),
        })
    }

    /// Gives it a language for messages and advice.
    #[must_use]
    pub fn speaking(self, language: Language) -> Self {
        ResultsFile { locale: Locale::here(language), ..self }
    }

    /// Gives it the journal, for rows that earlier runs have settled.
    #[must_use]
    pub fn with_journal(self, journal: JournalReader) -> Self {
        ResultsFile { journal: Some(journal), ..self }
    }

    /// The cells that it adds to a row that was to be sent.
    #[must_use]
    pub fn cells_of(&self, line: u64, outcome: &Outcome) -> Cells {
        cells::sent(line, outcome, self.rules.operation(), &self.locale)
    }

    /// Takes what came of a row, and writes all rows whose turn has come; each is told to `written`.
    ///
    /// # Errors
    /// When the file can't be written: exit 4.
    pub fn settle(
        &mut self,
        row: u32,
        settlement: Settlement,
        mut written: impl FnMut(Written),
    ) -> Result<()> {
        self.window.put(row, settlement);
        while let Some((row, settlement)) = self.window.take() {
            if let Some(row) = self.write_row(row, &settlement)? {
                written(row);
            }
        }
        Ok(())
    }

    /// Hands what was written to the operating system.
    ///
    /// # Errors
    /// When the file can't be written: exit 4.
    pub fn flush(&mut self) -> Result<()> {
        self.writer.flush().map_err(|error| cannot_write(&self.path, error))
    }

    /// Gives the complete file its name.
    ///
    /// # Errors
    /// When the file can't be written or renamed: exit 4.
    pub fn finish(self) -> Result<()> {
        let path = self.path;
        self.writer
            .finish()
            .and_then(|()| fs::rename(path.partial(), path.results()))
            .and_then(|()| sync_directory(path.results()))
            .map_err(|error| cannot_write(&path, error))
    }

    fn write_row(&mut self, row: u32, settlement: &Settlement) -> Result<Option<Written>> {
        let record = self.input.read()?.expect("every row that was settled is in the copy");
        let validator = Validator::new(self.columns, self.rules);
        let line = record.line();
        let cells_of = |outcome| cells::sent(line, outcome, self.rules.operation(), &self.locale);
        let (cells, written) = match settlement {
            Settlement::Sent(SentRow { outcome, .. }) => {
                let written = Written {
                    status: outcome.status,
                    success: outcome.status.is_success(),
                    error_code: outcome.error_code,
                };
                (cells_of(outcome), written)
            }
            Settlement::Invalid(problem) => {
                let error_code = Some(problem.code);
                (
                    cells::invalid(line, problem, self.locale.language),
                    Written { status: Status::Invalid, success: false, error_code },
                )
            }
            Settlement::Duplicate { first } => {
                let original = self.originals.of_duplicate(*first, validator.reason_or_nothing(record));
                let (status, error_code) = (Status::Duplicate, Some(ErrorCode::DuplicateId));
                (
                    cells::duplicate(line, original, self.locale.language),
                    Written { status, success: original.success, error_code },
                )
            }
            Settlement::NotReached => {
                let written = Written { status: Status::NotAttempted, success: false, error_code: None };
                (cells_of(&Outcome::default()), written)
            }
            Settlement::Recorded { offset } => recorded(line, self.journal.as_ref(), *offset)?,
            Settlement::CarriedOver => carried_over(line, record, self.columns),
            Settlement::LeftOut => {
                // A success all the same, where another row repeats it; the others are never repeated.
                self.originals.note(row, line, true, || validator.reason_or_nothing(record));
                return Ok(None);
            }
        };
        self.originals.note(row, line, written.success, || validator.reason_or_nothing(record));
        let passed_through = self.columns.passed_through();
        let row = ResultRow { record, passed_through, ours: &cells, status: written.status };
        self.writer.write(&row).map_err(|error| cannot_write(&self.path, error))?;
        Ok(Some(written))
    }
}

/// What an earlier run recorded goes over as it is, with the new row number.
fn recorded(line: u64, journal: Option<&JournalReader>, offset: u64) -> Result<(Cells, Written)> {
    let journal = journal.expect("a run that goes on has a journal");
    let (mut cells, _) = journal.row_at(offset)?;
    cells[0] = line.to_string();
    let status = Status::from_word(&cells[cells::STATUS]).unwrap_or(Status::Unknown);
    let error_code = cells[cells::ERROR_CODE].parse().ok();
    Ok((cells, Written { status, success: status.is_success(), error_code }))
}

/// An earlier success goes over as it is, with the new row number.
fn carried_over(line: u64, record: &Record, columns: &Columns) -> (Cells, Written) {
    let mut cells: Cells =
        std::array::from_fn(|index| record.cell(columns.passed_through() + index).to_owned());
    cells[0] = line.to_string();
    // A spreadsheet writes TRUE.
    cells[cells::SUCCESS] = true.to_string();
    let status = Status::from_word(cells[cells::STATUS].trim()).unwrap_or(Status::Withdrawn);
    let error_code = cells[cells::ERROR_CODE].parse().ok();
    (cells, Written { status, success: true, error_code })
}

fn cannot_write(path: &OutputPath, error: io::Error) -> Error {
    let written = match path.format() {
        ResultsFormat::Csv => path.partial(),
        ResultsFormat::Workbook => path.results().to_owned(),
    };
    Error::cannot_record(text!("can't write {written}", written = written.display()))
        .because(error)
        // Another place would have a journal of its own, which knows nothing of this run.
        .hint(text!("make room, then run the same command again"))
}
