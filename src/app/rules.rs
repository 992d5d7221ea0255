//! Owns how rows are judged: by what was typed, and for a restoration also by what the journal of the withdrawals proves.

use super::source_journal::withdrawn_ids;
use crate::input::{RestoreRules, RowPurpose, RowRules};
use crate::journal::entry::Owner;
use crate::model::Result;
use crate::settings::{InputSettings, Purpose};

/// The rules for the rows; the journal of the withdrawals must belong to `source_owner`, where that is known.
pub(super) fn row_rules(input: &InputSettings, source_owner: Option<&Owner>) -> Result<RowRules> {
    let purpose = match &input.purpose {
        Purpose::Withdraw(rules) => RowPurpose::Withdraw(rules.clone()),
        Purpose::Restore { confirm_workforce, source_journal } => RowPurpose::Restore(RestoreRules {
            confirm_workforce: *confirm_workforce,
            withdrawn: withdrawn_ids(source_journal, source_owner)?,
        }),
    };
    Ok(RowRules { only: input.only.clone(), purpose })
}
