//! Owns the cells that earlier runs have written: from their journal, or from their results.

use super::cells::{self, Cells};
use super::file::Written;
use crate::input::{Columns, Record};
use crate::model::{Result, Status};
use crate::store::JournalReader;

/// What an earlier run recorded goes over as it is, with the new row number.
pub(super) fn recorded(line: u64, journal: Option<&JournalReader>, offset: u64) -> Result<(Cells, Written)> {
    let journal = journal.expect("a run that goes on has a journal");
    let (mut cells, _) = journal.row_at(offset)?;
    cells[0] = line.to_string();
    let status = Status::from_word(&cells[cells::STATUS]).unwrap_or(Status::Unknown);
    let error_code = cells[cells::ERROR_CODE].parse().ok();
    Ok((cells, Written { status, success: status.is_success(), error_code }))
}

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
