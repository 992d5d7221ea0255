//! The rows of a file, as a run and a check go about them.

use std::time::Duration;

use super::monitor::RunMonitor;
use super::source_journal::withdrawn_ids;
use crate::cli::Duplicates;
use crate::input::{RestoreRules, RowPurpose, RowRules, Spool, Survey};
use crate::journal::entry::JobIdentity;
use crate::language::text;
use crate::model::{Error, Operation, Result, Settlement};
use crate::plan::{Decision, Upcoming};
use crate::report::Log;
use crate::settings::{InputSettings, OperationSettings, Purpose};
use crate::store::Past;

/// What a run reads.
#[derive(Clone, Copy)]
pub(super) struct RunInput<'a> {
    pub(super) settings: &'a OperationSettings,
    pub(super) rules: &'a RowRules,
    pub(super) spool: &'a Spool,
    pub(super) survey: &'a Survey,
    pub(super) past: Past<'a>,
    /// The rows that are still to be sent.
    pub(super) upcoming: &'a Upcoming,
    /// How much of the time until the deadline went by when they were looked up.
    pub(super) spent: Duration,
    pub(super) log: &'a Log,
    pub(super) monitor: &'a RunMonitor,
}

/// The rules for the rows; the journal of the withdrawals must belong to `source_owner`, where that is known.
pub(super) fn row_rules(input: &InputSettings, source_owner: Option<&JobIdentity>) -> Result<RowRules> {
    let purpose = match &input.purpose {
        Purpose::Withdraw(rules) => RowPurpose::Withdraw(rules.clone()),
        Purpose::Restore { confirm_workforce, source_journal } => RowPurpose::Restore(RestoreRules {
            confirm_workforce: *confirm_workforce,
            withdrawn: withdrawn_ids(source_journal, source_owner)?,
        }),
    };
    Ok(RowRules { only: input.only.clone(), purpose })
}

/// `--duplicates refuse`.
pub(super) fn refuse_duplicates(survey: &Survey, settings: &InputSettings) -> Result<()> {
    if settings.duplicates == Duplicates::Refuse && !survey.duplicates.is_empty() {
        let rows = survey.duplicates.len();
        let check = check_command(settings.purpose.operation());
        return Err(Error::invalid_input(text!(
            "{rows} {rows|row repeats|rows repeat} the pre-hire id of an earlier row",
            rows
        ))
        .hint(text!("find them with {check} -o FILE, or skip them with --duplicates skip", check)));
    }
    Ok(())
}

/// The command that shows what a run would do.
pub(super) const fn check_command(operation: Operation) -> &'static str {
    match operation {
        Operation::Withdraw => "prehire check INPUT",
        Operation::Restore => "prehire restore RESULTS --dry-run",
    }
}

/// What a check says of a row: none is sent.
pub(super) fn unsent(decision: Decision) -> Settlement {
    match decision {
        Decision::Send(..) | Decision::Resume(..) => Settlement::NotReached,
        Decision::Settled(settlement) => settlement,
    }
}
