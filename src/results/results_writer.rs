//! Owns how a row reaches the disk: as a line of CSV, or as a row of a workbook. What stands in it is decided before.

use std::io;

use super::cells::Cells;
use super::csv_results::CsvResults;
use super::output_path::{OutputPath, ResultsFormat};
use super::workbook_results::WorkbookResults;
use crate::input::{Copied, Record};
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

/// The results while they are written.
#[derive(Debug)]
pub(super) enum ResultsWriter {
    /// It grows in `RESULTS.partial`.
    Csv(Box<CsvResults>),
    /// It is put together at the end.
    Workbook(Box<WorkbookResults>),
}

impl ResultsWriter {
    /// Begins with the header.
    pub(super) fn create(path: &OutputPath, copied: &Copied, header: &[String]) -> io::Result<Self> {
        let partial = path.partial();
        match path.format() {
            ResultsFormat::Csv => {
                let csv = CsvResults::create(&partial, copied, header)?;
                Ok(ResultsWriter::Csv(Box::new(csv)))
            }
            ResultsFormat::Workbook => {
                let workbook = WorkbookResults::create(&partial, header)?;
                Ok(ResultsWriter::Workbook(Box::new(workbook)))
            }
        }
    }

    /// Writes the next row.
    pub(super) fn write(&mut self, row: &ResultRow<'_>) -> io::Result<()> {
        match self {
            ResultsWriter::Csv(csv) => csv.write(row),
            ResultsWriter::Workbook(workbook) => workbook.write(row),
        }
    }

    /// Hands what was written to the operating system, as far as others can see it.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            ResultsWriter::Csv(csv) => csv.flush(),
            ResultsWriter::Workbook(_) => Ok(()),
        }
    }

    /// Completes the file under the partial name; it is on disk when this returns.
    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            ResultsWriter::Csv(csv) => csv.finish(),
            ResultsWriter::Workbook(workbook) => workbook.finish(),
        }
    }
}
