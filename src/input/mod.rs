//! Stage 1: a spreadsheet becomes rows that are known to be good, or problems that name their repair.
//!
//! - [`Spool`] makes the one private copy that everything else reads: [`TextEncoding`] and [`Decoding`] turn any text
//!   into UTF-8, [`workbook`] turns a workbook into such a text, [`Dialect`] finds how it is cut.
//! - [`RecordReader`] cuts it into records and knows the line of each.
//! - [`Columns`] finds the id and the reason among the header's names.
//! - [`PreHireId`](crate::model::PreHireId), [`WithdrawReason`](crate::model::WithdrawReason) are what a cell becomes, once; a [`Request`](crate::model::Request) is what is asked for a row.
//! - [`Validator`] turns a record into a [`Row`], by the [`RowRules`]; a [`Selection`] says which
//!   rows of a results file are meant, [`WithdrawnIds`](crate::model::WithdrawnIds) are those that may be restored.
//! - [`Survey`] is what one pass over the whole file finds.

mod columns;
mod decoding;
mod dialect;
mod duplicates;
mod encoding;
mod header;
mod layout;
mod longest_cell;
mod quotes;
mod record;
mod records;
mod results_rows;
mod rules;
mod selection;
mod source;
mod spool;
mod survey;
mod text_copy;
mod utf8;
mod validate;
pub mod workbook;

use columns::ROWS_ABOVE_A_HEADER;

pub use columns::{ColumnChoice, Columns, LOOK_UP_COLUMNS, RESULT_COLUMNS, ends_with_ours};
pub use decoding::Decoding;
pub use dialect::Dialect;
pub use encoding::TextEncoding;
pub use header::header_of;
pub use layout::{Delimiter, Layout, LineEnd};
pub use longest_cell::LongestCell;
pub use record::Record;
pub use records::RecordReader;
pub use results_rows::{ResultsRow, ResultsRows};
pub use rules::{RestoreRules, RowPurpose, RowRules, WithdrawRules};
pub use selection::{Selected, Selection};
pub use source::{Copied, FileChoice, FileFormat, InputPath};
pub use spool::{Spool, SpoolReader};
pub use survey::{DuplicateRow, SendableRow, Survey, survey};
pub use utf8::BrokenPlace;
pub use validate::{Row, Validator};
