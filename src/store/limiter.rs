//! The interface of an allowance: its keeper decides whether a call may go.

use std::pin::Pin;

use crate::model::{Moment, Result};
use crate::pace::Feedback;

/// What a store answers when it has done its work.
pub(crate) type Stored<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// The right to make one call. Its holder reports the end of the call.
#[derive(Debug)]
pub(crate) struct Permit {
    pub(super) call: u64,
    pub(super) admitted: Moment,
}

/// May the call go?
#[derive(Debug)]
pub(crate) enum Answer {
    /// It counts from now on.
    Granted(Permit),
    /// Ask again at this moment.
    NotBefore(Moment),
    /// Ask again after a call in flight has ended.
    AfterACall,
}

/// How a throttled reply holds the calls back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldBack {
    /// No call goes before this moment.
    pub(crate) until: Moment,
    /// Has the server throttled every call for so long that waiting is of no use?
    pub(crate) is_endless: bool,
}

/// The allowance of one API.
pub(crate) trait Limiter: Send {
    /// Asks for the admission of one call. An error when it can't be recorded: the call must not go.
    fn admit(&mut self, now: Moment) -> Stored<'_, Answer>;

    /// Records the end of a call, and returns how calls are held back since. An error when it can't be recorded.
    fn ended(&mut self, now: Moment, permit: Permit, feedback: Feedback) -> Stored<'_, HeldBack>;
}
