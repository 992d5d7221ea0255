//! Owns the column `advice`: what a person should do next, by status and code.

use crate::outcome::{ErrorCode, Status};

/// The sentence for a row; empty on success.
#[must_use]
pub fn advice(status: Status, error_code: Option<ErrorCode>) -> &'static str {
    match status {
        Status::Withdrawn | Status::AlreadyWithdrawn => "",
        Status::Unknown => {
            "Look the pre-hire up in Feishu: nobody answered whether it was withdrawn. If it was not, run the same command again."
        }
        Status::NotAttempted => not_attempted(error_code),
        Status::Duplicate => "Nothing to do: an earlier row with this id decides. Remove the repeated row.",
        Status::Exhausted => match error_code {
            Some(ErrorCode::ConnectFailed) => {
                "Nothing was sent. Check the network, then run the same command again."
            }
            Some(ErrorCode::Api(1_161_116)) => {
                "Nothing was withdrawn. Wait until nobody edits this pre-hire, then run the same command again."
            }
            _ => "Nothing was withdrawn. Wait until the API is well again, then run the same command again.",
        },
        Status::Invalid => invalid(error_code),
        Status::Refused => refused(error_code),
    }
}

fn not_attempted(error_code: Option<ErrorCode>) -> &'static str {
    match error_code {
        None => "Run the same command again to go on with this row.",
        Some(_) => "Nothing was withdrawn. Mend what stopped the run, then run the same command again.",
    }
}

fn invalid(error_code: Option<ErrorCode>) -> &'static str {
    match error_code {
        Some(ErrorCode::MissingId) => "Fill in the pre-hire id, then run again.",
        Some(ErrorCode::DamagedId) => {
            "Take the id from the original export again: format the column as Text before you paste it."
        }
        Some(ErrorCode::MissingReason) => {
            "Fill in a reason, or give one for all such rows with --reason TEXT."
        }
        Some(ErrorCode::BadReason) => "Type the reason again: the cell holds a character that can't be sent.",
        Some(ErrorCode::ReasonTooLong) => "Shorten the reason to 500 characters.",
        Some(ErrorCode::ExtraCells) => {
            "Give every filled cell a column name, or put a text with commas into quotation marks."
        }
        _ => "Correct the pre-hire id: digits alone, as Feishu shows it.",
    }
}

fn refused(error_code: Option<ErrorCode>) -> &'static str {
    match error_code {
        Some(ErrorCode::Api(1_161_097)) => {
            "Ask the administrator to give the app the permission for this pre-hire, then run this row again."
        }
        Some(ErrorCode::Api(1_161_105)) => {
            "Check the id. If it is right, ask the administrator to let the app see this pre-hire, then run this row again."
        }
        // The others never refuse: a look has found the stage.
        Some(
            ErrorCode::Api(1_161_129 | 1_161_000 | 1_161_204)
            | ErrorCode::TimedOut
            | ErrorCode::ConnectionLost
            | ErrorCode::BadReply
            | ErrorCode::Http(_),
        ) => {
            "Look the pre-hire up in Feishu: its stage allows no withdrawal. It may be withdrawn or on board already."
        }
        Some(ErrorCode::Api(1_161_094)) => {
            "Look the pre-hire up in Feishu: its workflow does not allow a withdrawal now. It may be withdrawn already."
        }
        Some(ErrorCode::Api(1_161_001 | 99_992_402)) => {
            "Check the id and the reason: the API does not accept them."
        }
        Some(ErrorCode::NotWithdrawn) => {
            "Look the pre-hire up in Feishu: the API took the call but did not withdraw it."
        }
        _ => "Look the code up in Feishu's list of error codes, or give the log id to Feishu's support.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_success_has_no_advice() {
        let codes =
            [None, Some(ErrorCode::Api(1_161_129)), Some(ErrorCode::MissingId), Some(ErrorCode::TimedOut)];
        for status in Status::ALL {
            for code in codes {
                assert_eq!(advice(status, code).is_empty(), status.is_success(), "{status:?} {code:?}");
            }
        }
    }
}
