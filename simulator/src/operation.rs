//! Owns what can be done to a pre-hire: the operations, and one deed as a call asks for it.

use crate::api::Api;
use crate::codes;
use crate::render::Say;
use crate::wire::{RestoreRequest, WithdrawRequest};

/// The longest reason, in Unicode scalar values.
const LONGEST_REASON: usize = 500;
/// The longest id, in digits.
const LONGEST_ID: usize = 32;

/// What can be done to a pre-hire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// 撤销入职.
    Withdraw,
    /// 恢复入职.
    Restore,
}

impl Operation {
    /// The endpoint that does it.
    pub(crate) fn api(self) -> Api {
        match self {
            Operation::Withdraw => Api::WithdrawOnboarding,
            Operation::Restore => Api::RestoreFlowInstance,
        }
    }
}

/// The body of a call, of the right form but perhaps without all it needs.
#[derive(Debug)]
pub(crate) enum ChangeRequest {
    Withdraw(WithdrawRequest),
    Restore(RestoreRequest),
}

/// One deed, with all it needs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed<'call> {
    Withdraw { id: &'call str, reason: &'call str },
    Restore { id: &'call str, confirm_workforce: bool },
}

impl ChangeRequest {
    /// Reads a body; `None` when it is not of the right form.
    pub(crate) fn read(operation: Operation, body: &[u8]) -> Option<ChangeRequest> {
        match operation {
            Operation::Withdraw => serde_json::from_slice(body).ok().map(ChangeRequest::Withdraw),
            Operation::Restore => serde_json::from_slice(body).ok().map(ChangeRequest::Restore),
        }
    }

    /// The deed, or what is wrong with the parameters.
    pub(crate) fn deed(&self) -> Result<Deed<'_>, Say> {
        match self {
            ChangeRequest::Withdraw(request) => {
                let id = required(request.pre_hire_id.as_deref(), "pre_hire_id")?;
                let reason = required(request.withdraw_reason.as_deref(), "withdraw_reason")?;
                if is_id(id) && is_reason(reason) {
                    Ok(Deed::Withdraw { id, reason })
                } else {
                    Err(Say::Code(codes::PARAM_INVALID))
                }
            }
            ChangeRequest::Restore(request) => {
                let id = required(request.pre_hire_id.as_deref(), "pre_hire_id")?;
                let confirm_workforce = request.confirm_workforce.unwrap_or(false);
                if is_id(id) {
                    Ok(Deed::Restore { id, confirm_workforce })
                } else {
                    Err(Say::Code(codes::PARAM_INVALID))
                }
            }
        }
    }

    /// The pre-hire, if the body names one.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            ChangeRequest::Withdraw(request) => request.pre_hire_id.as_deref(),
            ChangeRequest::Restore(request) => request.pre_hire_id.as_deref(),
        }
    }

    /// What the record keeps: the pre-hire, the reason, and whether the work force is confirmed.
    pub(crate) fn into_parts(self) -> (Option<String>, Option<String>, Option<bool>) {
        match self {
            ChangeRequest::Withdraw(request) => (request.pre_hire_id, request.withdraw_reason, None),
            ChangeRequest::Restore(request) => (request.pre_hire_id, None, request.confirm_workforce),
        }
    }
}

impl<'call> Deed<'call> {
    /// The pre-hire.
    pub(crate) fn id(self) -> &'call str {
        match self {
            Deed::Withdraw { id, .. } | Deed::Restore { id, .. } => id,
        }
    }

    /// What is done to the pre-hire.
    pub(crate) fn operation(self) -> Operation {
        match self {
            Deed::Withdraw { .. } => Operation::Withdraw,
            Deed::Restore { .. } => Operation::Restore,
        }
    }
}

fn required<'call>(value: Option<&'call str>, field: &'static str) -> Result<&'call str, Say> {
    value.ok_or(Say::MissingField(field))
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_reason(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().take(LONGEST_REASON + 1).count() <= LONGEST_REASON
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// What is wrong with a body, `None` when nothing is.
    fn fault(operation: Operation, body: &str) -> Option<Say> {
        match ChangeRequest::read(operation, body.as_bytes()) {
            None => Some(Say::Code(codes::PARAM_INVALID)),
            Some(request) => request.deed().err(),
        }
    }

    #[test]
    fn a_withdrawal_needs_an_id_and_a_reason_that_fits() {
        let with_reason = |reason: &str| format!(r#"{{"pre_hire_id":"1","withdraw_reason":"{reason}"}}"#);
        let table = [
            (r#"{"withdraw_reason":"r"}"#.to_owned(), Some(Say::MissingField("pre_hire_id"))),
            (r#"{"pre_hire_id":"1"}"#.to_owned(), Some(Say::MissingField("withdraw_reason"))),
            (r#"{"pre_hire_id":"","withdraw_reason":"r"}"#.to_owned(), Some(Say::Code(1_161_001))),
            (r#"{"pre_hire_id":"7.345E+18","withdraw_reason":"r"}"#.to_owned(), Some(Say::Code(1_161_001))),
            (r#"{"pre_hire_id":1,"withdraw_reason":"r"}"#.to_owned(), Some(Say::Code(1_161_001))),
            (r#"{"pre_hire_id":"1","withdraw_reason":"r","more":1}"#.to_owned(), Some(Say::Code(1_161_001))),
            (with_reason(" "), Some(Say::Code(1_161_001))),
            (with_reason(&"字".repeat(501)), Some(Say::Code(1_161_001))),
            (with_reason(&"字".repeat(500)), None),
        ];
        for (body, expected) in table {
            assert_eq!(fault(Operation::Withdraw, &body), expected, "{body}");
        }
    }

    #[test]
    fn a_restoration_needs_an_id_and_may_confirm_the_work_force() {
        let table = [
            (r#"{"pre_hire_id":"1"}"#, None),
            (r#"{"pre_hire_id":"1","confirm_workforce":null}"#, None),
            (r#"{"pre_hire_id":"1","confirm_workforce":"true"}"#, Some(Say::Code(1_161_001))),
            (r#"{"pre_hire_id":"1","withdraw_reason":"r"}"#, Some(Say::Code(1_161_001))),
            (r#"{"pre_hire_id":"a"}"#, Some(Say::Code(1_161_001))),
            ("{}", Some(Say::MissingField("pre_hire_id"))),
            ("", Some(Say::Code(1_161_001))),
        ];
        for (body, expected) in table {
            assert_eq!(fault(Operation::Restore, body), expected, "{body}");
        }
        for (body, confirmed) in [("", false), (r#","confirm_workforce":true"#, true)] {
            let body = format!(r#"{{"pre_hire_id":"1"{body}}}"#);
            let request = ChangeRequest::read(Operation::Restore, body.as_bytes()).unwrap();
            let deed = request.deed().unwrap();
            assert!(
                matches!(deed, Deed::Restore { confirm_workforce, .. } if confirm_workforce == confirmed)
            );
        }
    }
}
