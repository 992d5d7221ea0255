//! Owns a call as it comes in, before anybody has judged it.

use std::time::Duration;

/// A call as it came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'call> {
    pub(super) method: &'call str,
    pub(super) path: &'call str,
    /// What stands behind the path and a question mark.
    pub(super) query: &'call str,
    pub(super) authorization: Option<&'call str>,
    pub(super) body: &'call [u8],
}

/// When a call came, since the start, and what was rolled for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) arrived_at: Duration,
    pub(super) dice: u64,
}

/// A call's time and dice, and the log id of its reply.
#[derive(Clone, Copy, Debug)]
pub(super) struct Occasion<'call> {
    pub(super) moment: Moment,
    pub(super) log_id: &'call str,
}

impl<'call> Request<'call> {
    /// The token that it carries.
    pub(super) fn token(&self) -> Option<&'call str> {
        self.authorization.and_then(|value| value.strip_prefix("Bearer "))
    }
}
