//! The cells that an earlier results file has.

use super::cells::{self, Cells};
use super::file::Written;
use crate::input::{Columns, Record};
use crate::model::Status;

/// An earlier success goes over as it is, with the new row number.
pub(super) fn carried_over(line: u64, record: &Record, columns: &Columns) -> (Cells, Written) {
    let mut cells: Cells =
        std::array::from_fn(|index| record.cell(columns.earlier_results() + index).to_owned());
    cells[0] = line.to_string();
    // A spreadsheet writes TRUE.
    cells[cells::SUCCESS] = true.to_string();
    let status = Status::from_word(cells[cells::STATUS].trim()).unwrap_or(Status::Withdrawn);
    let error_code = cells[cells::ERROR_CODE].parse().ok();
    (cells, Written { status, success: true, error_code })
}
