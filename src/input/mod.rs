//! Stage 1: a spreadsheet becomes rows that are known to be good, or problems that name their repair.
//!
//! - [`Spool`] makes the one private copy that everything else reads.
//! - [`RecordReader`] cuts it into records and knows the line of each.
//! - [`Columns`] finds the id and the reason among the header's names.
//! - [`PreHireId`], [`WithdrawReason`] are what a cell becomes, once; a [`Request`] is what is asked for a row.
//! - [`Validator`] turns a record into a [`Row`], by the [`RowRules`]; [`WithdrawnIds`] are those that may be restored.
//! - [`Survey`] is what one pass over the whole file finds.

mod columns;
mod duplicates;
mod id;
mod problem;
mod reason;
mod records;
mod request;
mod rules;
mod spool;
mod survey;
mod utf8;
mod validate;
mod withdrawn;

pub use columns::{ColumnChoice, Columns, RESULT_COLUMNS, ends_with_ours};
pub use id::{IdProblem, PreHireId};
pub use problem::{Problem, one_line};
pub use reason::{ReasonHash, ReasonProblem, ValidReason, WithdrawReason};
pub use records::{Record, RecordReader};
pub use request::{Request, ValidRequest};
pub use rules::{RestoreRules, RowRules, WithdrawRules};
pub use spool::{Copied, InputPath, Spool, SpoolReader};
pub use survey::{DuplicateRow, Survey, survey};
pub use validate::{Row, Validator};
pub use withdrawn::{SourceJournal, WithdrawnIds};
