//! The clocks of this machine. Decisions take a time as a parameter; who asks for it, asks here.
#![expect(clippy::disallowed_methods, reason = "the one place that reads the clocks")]

use std::time::Instant;

use jiff::Timestamp;

/// The time of day, for records and for people.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// A clock that nobody can set, for how long something took.
pub(crate) fn instant() -> Instant {
    Instant::now()
}
