//! The column `advice`: what a person should do next, by operation, status and code. What is said of a code of the API is in
//! the table of [`codes`].

use crate::feishu::codes::{self, Advice, Meaning};
use crate::language::{Text, text};
use crate::model::{ErrorCode, Operation, Status};
use crate::preflight::Eligibility;

/// The sentence for a row; empty on success.
#[must_use]
pub(crate) fn advice(operation: Operation, status: Status, error_code: Option<ErrorCode>) -> Text {
    match status {
        Status::Withdrawn | Status::AlreadyWithdrawn | Status::Restored | Status::AlreadyActive => {
            Text::default()
        }
        Status::Invalid | Status::Duplicate => {
            error_code.map_or_else(|| Advice::LookItUp.text(operation), |code| of_unsent(status, code))
        }
        Status::Unknown | Status::NotAttempted | Status::Exhausted => open(operation, status, error_code),
        Status::Refused => of_refusal(operation, error_code),
    }
}

/// The sentence for a row that could not be sent, whatever it was to be sent for.
#[must_use]
pub(crate) fn of_unsent(status: Status, code: ErrorCode) -> Text {
    match status {
        Status::Duplicate => {
            text!("Nothing to do: the earlier row with this id counts. Remove the repeated row.")
        }
        _ => of_invalid(code),
    }
}

/// The sentence for a row of which a look-up says that it would be refused.
#[must_use]
pub(crate) fn of_eligibility(eligibility: Eligibility) -> Text {
    match eligibility {
        Eligibility::Possible => Text::default(),
        Eligibility::AlreadyDone => text!("Nothing to do: remove the row from the file."),
        Eligibility::WrongStage => text!("Remove the row from the file: the API would refuse it."),
        Eligibility::StageHidden => text!(
            "Look up the pre-hire in Feishu, or grant the app permission to see onboarding_info.onboarding_status."
        ),
        Eligibility::NotVisible => text!(
            "Check the id; if it is correct, an administrator must grant the app the data permission (待入职人员) for it."
        ),
    }
}

/// A row that the next run takes up again.
fn open(operation: Operation, status: Status, error_code: Option<ErrorCode>) -> Text {
    let done = || operation.past();
    match (status, error_code) {
        (Status::Unknown, _) => {
            text!(
                "Look up the pre-hire in Feishu: the API did not say whether it was {done}. If it was not, run the same command again.",
                done => done()
            )
        }
        (Status::NotAttempted, None) => text!("Run the same command again to continue with this row."),
        (Status::NotAttempted, Some(_)) => {
            text!("Nothing was {done}. Fix what stopped the run, then run the same command again.", done => done())
        }
        (_, Some(ErrorCode::ConnectFailed)) => {
            text!("Nothing was sent. Check the network, then run the same command again.")
        }
        (_, Some(ErrorCode::Api(code))) if codes::meaning(code) == Some(Meaning::Conflict) => {
            text!(
                "Nothing was {done}. Wait until nobody is editing this pre-hire, then run the same command again.",
                done => done()
            )
        }
        _ => {
            text!(
                "Nothing was {done}. Wait until the API has recovered, then run the same command again.",
                done => done()
            )
        }
    }
}

fn of_invalid(code: ErrorCode) -> Text {
    match code {
        ErrorCode::MissingId => text!("Fill in the pre-hire id, then run again."),
        ErrorCode::DamagedId => {
            text!(
                "Copy the id from the original export again: format the column as Text before you paste it."
            )
        }
        ErrorCode::MissingReason => {
            text!("Fill in a reason, or give one for all such rows with --reason TEXT.")
        }
        ErrorCode::BadReason => {
            text!("Type the reason again: the cell contains a character that can't be sent.")
        }
        ErrorCode::ReasonTooLong => text!("Shorten the reason to 500 characters."),
        ErrorCode::ExtraCells => {
            text!(
                "Give every filled cell a column name, or put text that contains commas in quotation marks."
            )
        }
        ErrorCode::NotWithdrawn => {
            text!(
                "Nothing to undo: only what the journal proves this tool withdrew is restored. To restore this pre-hire anyway, do it in Feishu."
            )
        }
        _ => text!("Correct the pre-hire id: digits only, exactly as Feishu shows it."),
    }
}

fn of_refusal(operation: Operation, error_code: Option<ErrorCode>) -> Text {
    match error_code {
        Some(ErrorCode::Api(code)) => codes::advice(code).text(operation),
        // These never refuse by themselves: a look has found the stage.
        Some(ErrorCode::TimedOut | ErrorCode::ConnectionLost | ErrorCode::BadReply | ErrorCode::Http(_)) => {
            Advice::WrongStage.text(operation)
        }
        Some(code) if code == operation.denied() => {
            text!(
                "Look up the pre-hire in Feishu: the API accepted the call but did not {verb} the pre-hire.",
                verb => operation.verb()
            )
        }
        _ => Advice::LookItUp.text(operation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feishu::codes::TABLE;

    #[test]
    fn only_a_success_has_no_advice() {
        let codes =
            [None, Some(ErrorCode::Api(1_161_129)), Some(ErrorCode::MissingId), Some(ErrorCode::TimedOut)];
        for (status, operation) in
            Status::ALL.into_iter().flat_map(|status| Operation::ALL.map(|of| (status, of)))
        {
            for code in codes {
                let is_empty = advice(operation, status, code).is_empty();
                assert_eq!(is_empty, status.is_success(), "{operation:?} {status:?} {code:?}");
            }
        }
    }

    #[test]
    fn each_operation_speaks_of_itself_alone() {
        let codes = TABLE.iter().map(|row| Some(ErrorCode::Api(row.code))).chain([
            None,
            Some(ErrorCode::TimedOut),
            Some(ErrorCode::NotWithdrawn),
            Some(ErrorCode::NotRestored),
        ]);
        for code in codes {
            for status in [Status::Refused, Status::Unknown, Status::Exhausted, Status::NotAttempted] {
                let [withdraw, restore] =
                    Operation::ALL.map(|operation| advice(operation, status, code).to_string());
                assert!(!withdraw.contains("restor"), "{code:?} {status:?}: {withdraw}");
                assert!(!restore.contains("withdr"), "{code:?} {status:?}: {restore}");
            }
        }
    }
}
