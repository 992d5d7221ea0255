//! Stage 1: a spreadsheet becomes rows that are known to be good, or problems that name their repair.
//!
//! - [`Spool`] makes the one private copy that everything else reads.
//! - [`RecordReader`] cuts it into records and knows the line of each.
//! - [`Columns`] finds the id and the reason among the header's names.
//! - [`PreHireId`], [`WithdrawReason`] are what a cell becomes, once.
//! - [`Validator`] turns a record into a [`Row`].
//! - [`Survey`] is what one pass over the whole file finds.

mod columns;
mod duplicates;
mod id;
mod longest_cell;
mod problem;
mod reason;
mod records;
mod spool;
mod survey;
mod utf8;
mod validate;

pub use columns::{ColumnChoice, Columns, RESULT_COLUMNS, ends_with_ours};
pub use id::{IdProblem, PreHireId};
pub use longest_cell::LongestCell;
pub use problem::{Problem, one_line};
pub use reason::{ReasonHash, ReasonProblem, ValidReason, WithdrawReason};
pub use records::{Record, RecordReader};
pub use spool::{Copied, InputPath, Spool, SpoolReader};
pub use survey::{DuplicateRow, Survey, survey};
pub use validate::{Row, RowRules, Validator};
