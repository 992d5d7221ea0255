//! Stage 1: a spreadsheet becomes rows that are known to be good, or problems that name their repair.
//!
//! - [`Spool`] makes the one private copy that everything else reads: `text` turns any text into UTF-8, [`workbook`] turns a
//!   workbook into such a text, `Dialect` finds how it is cut.
//! - [`RecordReader`] cuts it into records and knows the line of each.
//! - [`Columns`] finds the id and the reason among the header's names.
//! - [`Validator`] turns a record into a [`CheckedRow`], by the [`RowRules`]; a [`Selection`] says which rows of a results file
//!   are meant.
//! - [`survey()`] is one pass over the whole file; a [`Survey`] is what it finds.
//! - [`ResultsRows`] are those of a results file, as `verify` and `report` read it.

mod columns;
mod dialect;
mod records;
mod results_rows;
mod rows;
mod spool;
mod survey;
mod text;
pub(crate) mod workbook;

pub(crate) use columns::{ColumnChoice, Columns, LOOK_UP_COLUMNS, RESULT_COLUMNS, ends_with_ours};
pub(crate) use records::{Delimiter, Layout, LineEnd, Record, RecordReader};
pub(crate) use results_rows::{ResultsRow, ResultsRows};
pub(crate) use rows::{
    CheckedRow, RestoreRules, RowPurpose, RowRules, Selected, Selection, Validator, WithdrawRules,
};
pub(crate) use spool::{Copied, FileChoice, FileFormat, InputPath, Spool, SpoolReader, header_of};
pub(crate) use survey::{SendableRow, Survey, survey};
pub(crate) use text::TextEncoding;
