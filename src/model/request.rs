//! What is asked for one pre-hire, beside its id.

use super::reason::{ReasonHash, ValidReason, WithdrawReason};

/// What is asked for one pre-hire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request<R = WithdrawReason> {
    /// Withdraw it for this reason.
    Withdraw(R),
    /// Restore it.
    Restore {
        /// Also where this exceeds the head count (`--confirm-workforce`).
        confirm_workforce: bool,
    },
}

/// A request whose reason is still in its cell.
pub(crate) type ValidRequest<'a> = Request<ValidReason<'a>>;

/// What the hash of a restoration that takes up head count by force is made of.
const WITH_CONFIRMED_WORKFORCE: &str = "confirm_workforce";

impl Request {
    /// Tells, across runs, whether the same is asked for.
    #[must_use]
    pub(crate) fn hash(&self) -> ReasonHash {
        match self {
            Request::Withdraw(reason) => ReasonHash::of(reason.as_str()),
            Request::Restore { confirm_workforce: false } => ReasonHash::of(""),
            Request::Restore { confirm_workforce: true } => ReasonHash::of(WITH_CONFIRMED_WORKFORCE),
        }
    }
}

impl<'a> ValidRequest<'a> {
    /// The reason; empty where none is sent.
    #[must_use]
    pub(crate) const fn reason(self) -> &'a str {
        match self {
            Request::Withdraw(reason) => reason.as_str(),
            Request::Restore { .. } => "",
        }
    }
}

impl From<ValidRequest<'_>> for Request {
    fn from(request: ValidRequest<'_>) -> Self {
        match request {
            Request::Withdraw(reason) => Request::Withdraw(reason.into()),
            Request::Restore { confirm_workforce } => Request::Restore { confirm_workforce },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_request_has_another_hash() {
        let withdraw =
            |reason| Request::from(ValidRequest::Withdraw(ValidReason::parse(reason).expect("a reason")));
        let restore = |confirm_workforce| Request::Restore { confirm_workforce };
        assert_eq!(withdraw("a").hash(), ReasonHash::of("a"));
        assert_ne!(withdraw("a").hash(), withdraw("b").hash());
        assert_ne!(restore(false).hash(), restore(true).hash(), "head count by force is another chance");
    }
}
