//! Owns what a record becomes: a row that can be sent, one that can't, or one that is carried over.

use super::columns::Columns;
use super::record::Record;
use super::rules::{RestoreRules, RowPurpose, RowRules, WithdrawRules};
use super::selection::is_true;
use crate::model::{
    IdProblem, PreHireId, Problem, ReasonProblem, Request, Status, ValidReason, ValidRequest,
};

type Validated<T> = std::result::Result<T, Problem>;

/// One row, validated.
#[derive(Debug, PartialEq, Eq)]
pub enum Row<'a> {
    /// It can be sent, unless its id stands in an earlier row.
    Sendable {
        /// The pre-hire.
        id: PreHireId,
        /// What is asked for.
        request: ValidRequest<'a>,
    },
    /// It can't be sent.
    Invalid(Problem),
    /// It can't be sent either; but it shares the fate of an earlier row with its id that can.
    Repetition {
        /// The pre-hire.
        id: PreHireId,
        /// What is wrong with it where there is no such row.
        problem: Problem,
    },
    /// A row of an earlier results file that is a success already: it goes over unsent, cells and all.
    CarriedOver {
        /// The pre-hire, unless a spreadsheet has changed its id since.
        id: Option<PreHireId>,
        /// What the earlier run said.
        status: Status,
    },
    /// A row of an earlier results file that `--only` does not name: it is neither sent nor in the results.
    LeftOut {
        /// The pre-hire, if it is a success already: a row that repeats it must not send it.
        success: Option<PreHireId>,
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
        if !self.is_selected(record) {
            return Row::LeftOut { success: self.left_out_success(record) };
        }
        let row = match &self.rules.purpose {
            RowPurpose::Withdraw(rules) => self.row_to_withdraw(record, rules),
            RowPurpose::Restore(rules) => self.row_to_restore(record, rules),
        };
        row.unwrap_or_else(Row::Invalid)
    }

    fn row_to_withdraw<'r>(&self, record: &'r Record, rules: &'a WithdrawRules) -> Validated<Row<'r>>
    where
        'a: 'r,
    {
        if let Some(status) = self.carried_over(record) {
            return Ok(Row::CarriedOver { id: self.id(record, true).ok(), status });
        }
        self.check_width(record)?;
        let id = self.id(record, rules.trust_ids)?;
        let reason = self.reason(record, rules)?;
        Ok(Row::Sendable { id, request: Request::Withdraw(reason) })
    }

    /// Only what the results call withdrawn, and what their journal proves to be so by this tool.
    fn row_to_restore<'r>(&self, record: &'r Record, rules: &RestoreRules) -> Validated<Row<'r>> {
        self.check_width(record)?;
        let status = self.earlier_cell(record, "status").unwrap_or_default().trim();
        if status != Status::Withdrawn.word() {
            let problem = Problem::of_status(status);
            let repeated = (status == Status::Duplicate.word()).then(|| self.id(record, true).ok()).flatten();
            return repeated.map_or(Err(problem.clone()), |id| Ok(Row::Repetition { id, problem }));
        }
        // An id that merely looks rounded is no other one if the journal knows it.
        let id = self.id(record, true)?;
        if !rules.withdrawn.hold(id) {
            self.id(record, false)?;
            let (column, cell) = (self.columns.name(self.columns.id()), record.cell(self.columns.id()));
            return Err(Problem::of_unproved_id(&rules.withdrawn.journal().name, column, cell));
        }
        let confirm_workforce = rules.confirm_workforce;
        Ok(Row::Sendable { id, request: Request::Restore { confirm_workforce } })
    }

    fn check_width(&self, record: &Record) -> Validated<()> {
        let width = self.columns.width();
        match (width..record.len()).find(|index| !record.cell_bytes(*index).is_empty()) {
            Some(extra) => Err(Problem::of_extra_cell(width, record.len(), record.cell(extra))),
            None => Ok(()),
        }
    }

    fn id(&self, record: &Record, trust_rounded: bool) -> Validated<PreHireId> {
        let cell = record.cell(self.columns.id());
        let problem =
            |problem: IdProblem| Problem::of_id(problem, self.columns.name(self.columns.id()), cell);
        PreHireId::parse(cell, trust_rounded).map_err(problem)
    }

    fn reason<'r>(&self, record: &'r Record, rules: &'a WithdrawRules) -> Validated<ValidReason<'r>>
    where
        'a: 'r,
    {
        let (cell, name) = match self.columns.reason() {
            Some(index) => (record.cell(index), self.columns.name(index)),
            None => ("", ""),
        };
        match (ValidReason::parse(cell), &rules.default_reason) {
            (Ok(reason), _) => Ok(reason),
            (Err(ReasonProblem::Missing), Some(default)) => {
                Ok(ValidReason::parse(default.as_str()).expect("the text of --reason was checked"))
            }
            (Err(problem), _) => Err(Problem::of_reason(problem, name, cell)),
        }
    }

    fn is_selected(&self, record: &Record) -> bool {
        let cell = |column| self.earlier_cell(record, column).unwrap_or_default();
        self.rules.only.as_ref().is_none_or(|only| only.holds(cell("status"), cell("success")))
    }

    /// The pre-hire of a row that is not meant, if it is already withdrawn. For a restoration none is a success yet.
    fn left_out_success(&self, record: &Record) -> Option<PreHireId> {
        match &self.rules.purpose {
            RowPurpose::Withdraw(_) => self.earlier_success(record).and_then(|_| self.id(record, true).ok()),
            RowPurpose::Restore(_) => None,
        }
    }

    /// What an earlier run said of a row that goes over unsent: a success, unless `--only` names it, and whatever
    /// repeats one.
    fn carried_over(&self, record: &Record) -> Option<Status> {
        let status = self.earlier_success(record)?;
        (self.rules.only.is_none() || status == Status::Duplicate).then_some(status)
    }

    /// What an earlier run said of a row whose pre-hire is withdrawn. One that was restored can be withdrawn again.
    fn earlier_success(&self, record: &Record) -> Option<Status> {
        let status = Status::from_word(self.earlier_cell(record, "status")?.trim())?;
        let is_success = match status {
            Status::Withdrawn | Status::AlreadyWithdrawn => true,
            Status::Duplicate => self.earlier_cell(record, "success").is_some_and(is_true),
            _ => false,
        };
        is_success.then_some(status)
    }

    /// The reason with which the row would be sent; empty if there is none.
    pub fn reason_or_nothing<'r>(&self, record: &'r Record) -> &'r str
    where
        'a: 'r,
    {
        match &self.rules.purpose {
            RowPurpose::Withdraw(rules) => self.reason(record, rules).map_or("", ValidReason::as_str),
            RowPurpose::Restore(_) => "",
        }
    }

    /// Where the input is a results file of ours: what it says in one of our columns.
    pub fn earlier_cell<'r>(&self, record: &'r Record, column: &str) -> Option<&'r str> {
        self.columns.earlier_cell(record, column)
    }
}
