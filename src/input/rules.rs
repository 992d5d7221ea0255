//! Owns what was typed about the rows: how each becomes one that can be sent.

use super::selection::Selection;
use crate::language::text;
use crate::model::{Error, Operation, Result, SourceJournal, ValidReason, WithdrawReason, WithdrawnIds};

/// How rows become rows that can be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowRules {
    /// `--only`: the rows of a results file that are meant; `None` if all are.
    pub only: Option<Selection>,
    /// What they are for.
    pub purpose: RowPurpose,
}

/// What rows are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowPurpose {
    /// They are to be withdrawn.
    Withdraw(WithdrawRules),
    /// They are rows of a results file, and to be restored.
    Restore(RestoreRules),
}

/// What was typed about rows that are to be withdrawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WithdrawRules {
    /// `--reason`: for rows whose own reason is empty or missing.
    pub default_reason: Option<WithdrawReason>,
    /// `--trust-ids`: let ids pass that merely look rounded.
    pub trust_ids: bool,
}

/// What was typed about rows that are to be restored, and what is proved of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestoreRules {
    /// `--confirm-workforce`: also where this exceeds the head count.
    pub confirm_workforce: bool,
    /// Those that this tool has withdrawn; no other one is sent.
    pub withdrawn: WithdrawnIds,
}

impl WithdrawRules {
    /// Checks what was typed.
    ///
    /// # Errors
    /// When the text of `--reason` could not be sent; exit 2.
    pub fn new(default_reason: Option<&str>, trust_ids: bool) -> Result<WithdrawRules> {
        let parsed = default_reason.map(ValidReason::parse).transpose().map_err(|_| {
            Error::unusable(text!("the text of --reason can't be sent"))
                .hint(text!("give 1 to 500 characters, not just white space"))
        })?;
        Ok(WithdrawRules { default_reason: parsed.map(WithdrawReason::from), trust_ids })
    }
}

impl RowRules {
    /// What is done to the rows.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        match self.purpose {
            RowPurpose::Withdraw(_) => Operation::Withdraw,
            RowPurpose::Restore(_) => Operation::Restore,
        }
    }

    /// The journal of the withdrawals that are to be undone.
    #[must_use]
    pub const fn source(&self) -> Option<&SourceJournal> {
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
