//! What a record becomes, by what was typed about the rows: one that can be sent, one that can't, or one that is carried over.

use std::str::FromStr;

use super::columns::Columns;
use super::records::Record;
use crate::language::{Text, text};
use crate::model::{
    Error, IdProblem, Operation, PreHireId, Problem, ReasonProblem, Request, Result, SourceJournal, Status,
    ValidReason, ValidRequest, WithdrawReason, WithdrawnIds,
};

/// How rows become rows that can be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowRules {
    /// `--only`: the rows of a results file that are meant; `None` if all are.
    pub(crate) only: Option<Selection>,
    /// What they are for.
    pub(crate) purpose: RowPurpose,
}

/// What rows are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowPurpose {
    /// They are to be withdrawn.
    Withdraw(WithdrawRules),
    /// They are rows of a results file, and to be restored.
    Restore(RestoreRules),
}

/// What was typed about rows that are to be withdrawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WithdrawRules {
    /// `--reason`: for rows whose own reason is empty or missing.
    pub(crate) default_reason: Option<WithdrawReason>,
    /// `--trust-ids`: let ids pass that merely look rounded.
    pub(crate) trust_ids: bool,
}

/// What was typed about rows that are to be restored, and what is proved of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RestoreRules {
    /// `--confirm-workforce`: also where this exceeds the head count.
    pub(crate) confirm_workforce: bool,
    /// Those that this tool has withdrawn; no other one is sent.
    pub(crate) withdrawn: WithdrawnIds,
}

impl WithdrawRules {
    /// Checks what was typed.
    pub(crate) fn new(default_reason: Option<&str>, trust_ids: bool) -> Result<WithdrawRules> {
        let parsed = default_reason.map(ValidReason::parse).transpose().map_err(|_| {
            Error::invalid_input(text!("the text of --reason can't be sent"))
                .hint(text!("give 1 to 500 characters, not just white space"))
        })?;
        Ok(WithdrawRules { default_reason: parsed.map(WithdrawReason::from), trust_ids })
    }
}

impl RowRules {
    /// What is done to the rows.
    pub(crate) const fn operation(&self) -> Operation {
        match self.purpose {
            RowPurpose::Withdraw(_) => Operation::Withdraw,
            RowPurpose::Restore(_) => Operation::Restore,
        }
    }

    /// The journal of the withdrawals that are to be undone.
    pub(crate) const fn source(&self) -> Option<&SourceJournal> {
        match &self.purpose {
            RowPurpose::Withdraw(_) => None,
            RowPurpose::Restore(rules) => Some(rules.withdrawn.journal()),
        }
    }
}

impl Default for RowPurpose {
    fn default() -> Self {
        RowPurpose::Withdraw(WithdrawRules::default())
    }
}

/// The word for every row without success.
const FAILED: &str = "failed";

/// One word of `--only`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selected {
    /// Every row without success.
    Failed,
    /// The rows with this status.
    Status(Status),
}

impl FromStr for Selected {
    type Err = Text;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = text.trim().to_ascii_lowercase();
        if word == FAILED {
            return Ok(Selected::Failed);
        }
        Status::from_word(&word).map(Selected::Status).ok_or_else(|| {
            let words = Status::ALL.map(Status::word).join(", ");
            text!("\"{typed}\" is not a status: give {FAILED}, {words}", typed = text, FAILED, words)
        })
    }
}

/// The rows that are meant; at least one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selection(Vec<Selected>);

impl Selection {
    /// The selection of these words; `None` if nothing was typed.
    pub(crate) fn of(words: Vec<Selected>) -> Option<Selection> {
        (!words.is_empty()).then_some(Selection(words))
    }

    /// Is the row meant that has these cells in the columns `status` and `success`?
    pub(crate) fn holds(&self, status: &str, success: &str) -> bool {
        self.0.iter().any(|selected| match selected {
            Selected::Failed => !is_true(success),
            Selected::Status(selected) => Status::from_word(status.trim()) == Some(*selected),
        })
    }
}

/// Does the column `success` say yes? A spreadsheet writes `TRUE`.
pub(super) fn is_true(success: &str) -> bool {
    success.trim().eq_ignore_ascii_case("true")
}

type Validated<T> = Result<T, Problem>;

/// One row, validated.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CheckedRow<'a> {
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
pub(crate) struct Validator<'a> {
    columns: &'a Columns,
    rules: &'a RowRules,
}

impl<'a> Validator<'a> {
    /// A validator for the files with this header.
    pub(crate) const fn new(columns: &'a Columns, rules: &'a RowRules) -> Self {
        Validator { columns, rules }
    }

    /// Validates one record.
    pub(crate) fn row<'r>(&self, record: &'r Record) -> CheckedRow<'r>
    where
        'a: 'r,
    {
        if !self.is_selected(record) {
            return CheckedRow::LeftOut { success: self.left_out_success(record) };
        }
        let row = match &self.rules.purpose {
            RowPurpose::Withdraw(rules) => self.row_to_withdraw(record, rules),
            RowPurpose::Restore(rules) => self.row_to_restore(record, rules),
        };
        row.unwrap_or_else(CheckedRow::Invalid)
    }

    fn row_to_withdraw<'r>(&self, record: &'r Record, rules: &'a WithdrawRules) -> Validated<CheckedRow<'r>>
    where
        'a: 'r,
    {
        if let Some(status) = self.carried_over(record) {
            return Ok(CheckedRow::CarriedOver { id: self.id(record, true).ok(), status });
        }
        self.check_width(record)?;
        let id = self.id(record, rules.trust_ids)?;
        let reason = self.reason(record, rules)?;
        Ok(CheckedRow::Sendable { id, request: Request::Withdraw(reason) })
    }

    /// Only what the results call withdrawn, and what their journal proves to be so by this tool.
    fn row_to_restore<'r>(&self, record: &'r Record, rules: &RestoreRules) -> Validated<CheckedRow<'r>> {
        self.check_width(record)?;
        let status = self.earlier_cell(record, "status").unwrap_or_default().trim();
        if status != Status::Withdrawn.word() {
            let problem = Problem::of_status(status);
            let repeated = (status == Status::Duplicate.word()).then(|| self.id(record, true).ok()).flatten();
            return repeated.map_or(Err(problem.clone()), |id| Ok(CheckedRow::Repetition { id, problem }));
        }
        // An id that merely looks rounded is no other one if the journal knows it.
        let id = self.id(record, true)?;
        if !rules.withdrawn.hold(id) {
            self.id(record, false)?;
            let (column, cell) = (self.columns.name(self.columns.id()), record.cell(self.columns.id()));
            return Err(Problem::of_unproved_id(&rules.withdrawn.journal().name, column, cell));
        }
        let confirm_workforce = rules.confirm_workforce;
        Ok(CheckedRow::Sendable { id, request: Request::Restore { confirm_workforce } })
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
    pub(crate) fn reason_or_nothing<'r>(&self, record: &'r Record) -> &'r str
    where
        'a: 'r,
    {
        match &self.rules.purpose {
            RowPurpose::Withdraw(rules) => self.reason(record, rules).map_or("", ValidReason::as_str),
            RowPurpose::Restore(_) => "",
        }
    }

    /// Where the input is a results file of ours: what it says in one of our columns.
    pub(crate) fn earlier_cell<'r>(&self, record: &'r Record, column: &str) -> Option<&'r str> {
        self.columns.earlier_cell(record, column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(words: &str) -> Selection {
        let words = words.split(',').map(|word| word.parse().expect("a word")).collect();
        Selection::of(words).expect("words were given")
    }

    #[test]
    fn failed_is_every_row_without_success() {
        let failed = selection("failed");
        for status in Status::ALL.map(Status::word) {
            assert!(failed.holds(status, "false") && failed.holds(status, "FALSE"), "{status}");
            assert!(!failed.holds(status, "true") && !failed.holds(status, "TRUE"), "{status}");
        }
        assert!(failed.holds("", ""));
    }

    #[test]
    fn a_status_selects_itself_alone() {
        let two = selection("unknown, Exhausted");
        for status in Status::ALL {
            let is_one = matches!(status, Status::Unknown | Status::Exhausted);
            assert_eq!(two.holds(status.word(), "false"), is_one, "{status:?}");
        }
        assert!("succeeded".parse::<Selected>().is_err());
        assert_eq!(Selection::of(Vec::new()), None);
    }
}
