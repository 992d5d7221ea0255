//! Owns a call as it comes in, before anybody has judged it.

use std::time::Duration;

/// A call as it came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'call> {
    pub(crate) method: &'call str,
    pub(crate) path: &'call str,
    /// What stands behind the path and a question mark.
    pub(crate) query: &'call str,
    pub(crate) authorization: Option<&'call str>,
    pub(crate) body: &'call [u8],
}

/// When a call came, since the start, and what was rolled for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) arrived_at: Duration,
    pub(crate) dice: u64,
}

/// A call's time and dice, and the log id of its reply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occasion<'call> {
    pub(crate) moment: Moment,
    pub(crate) log_id: &'call str,
}

impl<'call> Request<'call> {
    /// The token that it carries.
    pub(crate) fn token(&self) -> Option<&'call str> {
        self.authorization.and_then(|value| value.strip_prefix("Bearer "))
    }
}
