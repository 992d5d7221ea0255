//! Owns what happened, as values: all that leaves the sending stage, in the order in which it happened.

use std::time::Duration;

use crate::input::Problem;
use crate::moment::Moment;
use crate::outcome::{Attempt, ErrorCode, Outcome};

/// One thing that happened. Rows are counted from 0, without the header and empty rows.
#[derive(Clone, Debug)]
pub enum Event {
    /// The gate let a withdraw call go.
    Admitted {
        /// When.
        at: Moment,
    },
    /// A withdraw call has ended.
    Ended {
        /// The line of its row.
        line: u64,
        /// What came of it.
        attempt: Attempt,
    },
    /// The server turned a call away; none goes before the hold ends.
    Held {
        /// When the reply came.
        at: Moment,
        /// When the hold ends.
        until: Moment,
    },
    /// A row waits for another attempt.
    Waiting {
        /// The line of the row.
        line: u64,
        /// For how long.
        backoff: Duration,
    },
    /// The token endpoint was called.
    TokenCalled,
    /// The story of a row is over.
    Settled {
        /// The row.
        row: u32,
        /// How it ended.
        settlement: Settlement,
    },
}

/// How the story of a row ended.
#[derive(Clone, Debug)]
pub enum Settlement {
    /// It was to be sent, and this is what came of it.
    Sent(Outcome),
    /// It could not be sent.
    Invalid(Problem),
    /// Its id stands in an earlier row, which tells whether it is a success.
    Duplicate {
        /// That row.
        first: u32,
    },
    /// An earlier results file settled it; its cells go over as they are.
    CarriedOver,
}

/// Why a run was stopped before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopCause {
    /// A reply that no row can hope to escape.
    Hopeless(Refusal),
    /// The token endpoint refused the app.
    TokenDenied(Refusal),
    /// A token was refused, and so was the one that was fetched in its place.
    TokenRefusedAgain(Refusal),
    /// The token endpoint did not answer with a token in all attempts.
    NoToken(Refusal),
    /// This many rows were refused one after the other.
    RefusalsInARow(u32),
    /// This many rows got no reply one after the other.
    SilenceInARow(u32),
    /// The first row got no reply in all its attempts.
    FirstCallUnanswered,
    /// The server has turned away every call for too long.
    ThrottledTooLong,
    /// The time of `--deadline` is over.
    Deadline,
}

/// What the API said when it refused the whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub error_code: Option<ErrorCode>,
    /// The message.
    pub message: String,
    /// The log id, for the API's support.
    pub log_id: Option<String>,
    /// Where the API says that help is to be found.
    pub help_url: Option<String>,
}
