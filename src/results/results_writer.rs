//! How a row reaches the disk: as a line of CSV, or as a row of a workbook. What stands in it is decided before.

use std::io;

use super::csv_results::CsvResults;
use super::output_path::{OutputPath, ResultsFormat};
use super::row::ResultRow;
use super::workbook_results::WorkbookResults;
use crate::input::Copied;

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
