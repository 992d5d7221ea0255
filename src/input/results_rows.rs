//! Reading a results file of ours, row by row, in whatever form it has been saved since.

use super::columns::{ColumnChoice, Columns};
use super::records::{Record, RecordReader};
use super::rows::is_true;
use super::spool::{Spool, SpoolReader};
use crate::model::{Operation, PreHireId, Result, Status};

/// The rows of a results file.
#[derive(Debug)]
pub(crate) struct ResultsRows<'a> {
    reader: RecordReader<SpoolReader<'a>>,
    columns: Columns,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResultsRow<'r> {
    record: &'r Record,
    columns: &'r Columns,
}

impl<'a> ResultsRows<'a> {
    /// The rows of the copy of a results file.
    pub(crate) fn of(spool: &'a Spool, choice: &ColumnChoice) -> Result<Self> {
        let mut reader = spool.records();
        let header = reader.header()?;
        // A restoration reads such files, too, and wants the same of them.
        let columns = Columns::find(header, choice, Operation::Restore)?;
        Ok(ResultsRows { reader, columns })
    }

    /// What the header says.
    pub(crate) const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The next row; `None` at the end.
    pub(crate) fn read(&mut self) -> Result<Option<ResultsRow<'_>>> {
        let columns = &self.columns;
        Ok(self.reader.read()?.map(|record| ResultsRow { record, columns }))
    }
}

impl<'r> ResultsRow<'r> {
    /// The line on which it begins, in the results.
    pub(crate) const fn line(self) -> u64 {
        self.record.line()
    }

    /// The pre-hire, as the cell has it.
    pub(crate) fn id_cell(self) -> &'r str {
        self.record.cell(self.columns.id())
    }

    /// The pre-hire, if it can be read.
    pub(crate) fn id(self) -> Option<PreHireId> {
        PreHireId::parse(self.id_cell(), true).ok()
    }

    /// A cell of the input's own.
    pub(crate) fn input_cell(self, index: usize) -> &'r str {
        self.record.cell(index)
    }

    /// The cell in a column of ours, by its name.
    pub(crate) fn named(self, column: &str) -> &'r str {
        self.columns.earlier_cell(self.record, column).unwrap_or_default()
    }

    /// The status, if it is one of our words.
    pub(crate) fn status(self) -> Option<Status> {
        Status::from_word(self.named("status").trim())
    }

    /// Is the pre-hire as it was to be? A spreadsheet writes `TRUE`.
    pub(crate) fn is_success(self) -> bool {
        is_true(self.named("success"))
    }
}
