//! Owns what a record becomes: a row that can be sent, one that can't, or one that is carried over.

use super::columns::{Columns, RESULT_COLUMNS};
use super::id::PreHireId;
use super::problem::Problem;
use super::reason::{ValidReason, WithdrawReason};
use super::record::Record;
use crate::error::{Error, Result};
use crate::outcome::Status;

/// What was typed about the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowRules {
    /// `--reason`: for rows whose own reason is empty or missing.
    pub default_reason: Option<WithdrawReason>,
    /// `--trust-ids`: let ids pass that merely look rounded.
    pub trust_ids: bool,
}

impl RowRules {
    /// Checks what was typed.
    ///
    /// # Errors
    /// When the text of `--reason` could not be sent; exit 2.
    pub fn new(default_reason: Option<&str>, trust_ids: bool) -> Result<RowRules> {
        let parsed = default_reason.map(ValidReason::parse).transpose().map_err(|_| {
            Error::unusable("the text of --reason can't be sent")
                .hint("give 1 to 500 characters, not white space alone")
        })?;
        Ok(RowRules { default_reason: parsed.map(WithdrawReason::from), trust_ids })
    }
}

/// One row, validated.
#[derive(Debug, PartialEq, Eq)]
pub enum Row<'a> {
    /// It can be sent, unless its id stands in an earlier row.
    Sendable {
        /// The pre-hire.
        id: PreHireId,
        /// The reason, or the one of `--reason`.
        reason: ValidReason<'a>,
    },
    /// It can't be sent.
    Invalid(Problem),
    /// A row of an earlier results file that is a success already: it goes over unsent, cells and all.
    CarriedOver {
        /// The pre-hire.
        id: PreHireId,
        /// What the earlier run said.
        status: Status,
    },
}

/// Turns records into rows by the header and the rules.
#[derive(Clone, Copy, Debug)]
pub struct Validator<'a> {
    columns: &'a Columns,
    rules: &'a RowRules,
}

impl<'a> Validator<'a> {
    /// A validator for the files with this header.
    #[must_use]
    pub const fn new(columns: &'a Columns, rules: &'a RowRules) -> Self {
        Validator { columns, rules }
    }

    /// Validates one record.
    pub fn row<'r>(&self, record: &'r Record) -> Row<'r>
    where
        'a: 'r,
    {
        match self.parts(record) {
            Ok((id, reason)) => match self.earlier_success(record) {
                Some(status) => Row::CarriedOver { id, status },
                None => Row::Sendable { id, reason },
            },
            Err(problem) => Row::Invalid(problem),
        }
    }

    fn parts<'r>(&self, record: &'r Record) -> std::result::Result<(PreHireId, ValidReason<'r>), Problem>
    where
        'a: 'r,
    {
        let width = self.columns.width();
        if let Some(extra) = (width..record.len()).find(|index| !record.cell_bytes(*index).is_empty()) {
            return Err(Problem::of_extra_cell(width, record.len(), record.cell(extra)));
        }
        let cell = record.cell(self.columns.id());
        let id = PreHireId::parse(cell, self.rules.trust_ids)
            .map_err(|problem| Problem::of_id(problem, self.columns.name(self.columns.id()), cell))?;
        Ok((id, self.reason(record)?))
    }

    fn reason<'r>(&self, record: &'r Record) -> std::result::Result<ValidReason<'r>, Problem>
    where
        'a: 'r,
    {
        let (cell, name) = match self.columns.reason() {
            Some(index) => (record.cell(index), self.columns.name(index)),
            None => ("", ""),
        };
        match (ValidReason::parse(cell), &self.rules.default_reason) {
            (Ok(reason), _) => Ok(reason),
            (Err(super::ReasonProblem::Missing), Some(default)) => {
                Ok(ValidReason::parse(default.as_str()).expect("the text of --reason was checked"))
            }
            (Err(problem), _) => Err(Problem::of_reason(problem, name, cell)),
        }
    }

    fn earlier_success(&self, record: &Record) -> Option<Status> {
        let status = self.earlier_cell(record, "status")?;
        Status::from_word(status).filter(|status| status.is_success())
    }

    /// Where the input is a results file of ours: what it says in one of our columns.
    pub fn earlier_cell<'r>(&self, record: &'r Record, column: &str) -> Option<&'r str> {
        let place = RESULT_COLUMNS.iter().position(|name| *name == column)?;
        self.columns.is_results().then(|| record.cell(self.columns.passed_through() + place))
    }
}
