//! What happened, as values: all that leaves the sending stage, in the order in which it happened.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::Exit;
use super::error_code::ErrorCode;
use super::history::Doubt;
use super::id::PreHireId;
use super::moment::Moment;
use super::outcome::{Attempt, Outcome};
use super::problem::Problem;
use super::reason::ReasonHash;
use super::stage::Stage;
use crate::language::Text;

/// One thing that happened. Rows are counted from 0, without the header and empty rows.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The gate let a call of the operation go; it waits for its beginning to be on record.
    Admitted {
        /// When, for decisions.
        at: Moment,
        /// When, for people.
        sent_at: Timestamp,
        /// The line of its row.
        line: u64,
        /// The pre-hire.
        id: PreHireId,
        /// A short hash of what is asked for.
        reason: ReasonHash,
        /// Which attempt of this row it is, counted from 1.
        attempt: u32,
    },
    /// A call of the operation has ended.
    Ended {
        /// The line of its row.
        line: u64,
        /// The pre-hire.
        id: PreHireId,
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
    /// A new token is in use.
    TokenObtained,
    /// The app ticket was refused, and a new one was asked for.
    TicketAskedFor,
    /// Pre-hires were looked up.
    LookedUp(LookedUp),
    /// The app may not look pre-hires up; the run goes on without. Said once.
    MayNotLook(Refusal),
    /// A pre-hire in doubt that the file no longer holds was looked up, or could not be.
    LeftInDoubt(SentRow),
    /// The story of a row is over.
    Settled {
        /// The row.
        row: u32,
        /// How it ended.
        settlement: Settlement,
    },
}

/// One call that looked pre-hires up.
#[derive(Clone, Debug)]
pub(crate) struct LookedUp {
    /// When it was answered.
    pub(crate) at: Timestamp,
    /// Each pre-hire, and its stage if it came back.
    pub(crate) found: Vec<(PreHireId, Option<Stage>)>,
    /// The status of the reply, if there was one.
    pub(crate) http_status: Option<u16>,
    /// The code, if the look failed.
    pub(crate) error_code: Option<ErrorCode>,
    /// The log id of the reply.
    pub(crate) log_id: Option<String>,
}

/// How the story of a row ended.
#[derive(Clone, Debug)]
pub(crate) enum Settlement {
    /// It was to be sent, and this is what came of it.
    Sent(SentRow),
    /// The run ended before its turn came.
    NotReached,
    /// An earlier run settled it; what came of it is this entry of the journal.
    Recorded(EntryId),
    /// It could not be sent.
    Invalid(Problem),
    /// Its id stands in an earlier row, which tells whether it is a success.
    Duplicate {
        /// That row.
        first: u32,
    },
    /// An earlier results file settled it; its cells go over as they are.
    CarriedOver,
    /// A row that `--only` leaves out: it has no result.
    LeftOut,
}

/// An entry of a journal. What the number means is known to the store that keeps it; later entries have higher ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EntryId(pub(crate) u64);

/// A row that was to be sent, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SentRow {
    /// The line on which the row begins; 0 for a pre-hire that the file no longer holds.
    #[serde(default, rename = "row")]
    pub(crate) line: u64,
    /// The pre-hire.
    pub(crate) id: PreHireId,
    /// A short hash of what was asked for, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<ReasonHash>,
    /// The doubt that is left.
    #[serde(default, skip_serializing_if = "Doubt::is_none")]
    pub(crate) doubt: Doubt,
    /// Its outcome.
    pub(crate) outcome: Outcome,
}

/// Why a run was stopped before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopCause {
    /// A reply that no row can hope to escape.
    Fatal(Refusal),
    /// The token endpoint refused the app.
    TokenDenied(Refusal),
    /// A token was refused, and so was the one that was fetched in its place.
    TokenRefusedAgain(Refusal),
    /// The token endpoint did not answer with a token in all attempts.
    NoToken(Refusal),
    /// A store app has no ticket that is accepted.
    NoTicket(NoTicket, Refusal),
    /// This many rows were refused one after the other.
    ConsecutiveRefusals(u32),
    /// This many rows got no reply one after the other.
    ConsecutiveNoReply(u32),
    /// The first row got no reply in all its attempts.
    FirstCallUnanswered,
    /// The server has turned away every call for too long.
    ThrottledTooLong,
    /// The time of `--deadline` is over.
    Deadline,
    /// Somebody stopped it: Ctrl-C, or SIGTERM.
    Interrupted(Interrupt),
    /// The results can't be written any more.
    WriteFailed,
    /// The app may not search, or the search is one that the API will never answer.
    SearchRefused(Refusal),
    /// A search got no answer in all its attempts.
    SearchUnanswered(Refusal),
    /// The pages of a search make no sense.
    PaginationBroken(PageFault),
}

impl StopCause {
    /// How the process ends.
    pub const fn exit(&self) -> Exit {
        match self {
            StopCause::Interrupted(Interrupt::Interrupt) => Exit::Interrupted,
            StopCause::Interrupted(Interrupt::Terminate) => Exit::Terminated,
            StopCause::WriteFailed => Exit::WriteFailed,
            _ => Exit::StoppedEarly,
        }
    }

    /// What the API said, if it said anything.
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            StopCause::Fatal(refusal)
            | StopCause::TokenDenied(refusal)
            | StopCause::TokenRefusedAgain(refusal)
            | StopCause::NoToken(refusal)
            | StopCause::NoTicket(_, refusal)
            | StopCause::SearchRefused(refusal)
            | StopCause::SearchUnanswered(refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// What is wrong with the pages of a search. Following them could go on for ever, or leave people out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFault {
    /// There is said to be another page, but not where.
    NoToken,
    /// There is said to be another page, and nobody is on this one.
    EmptyPage,
    /// The next page is one that was there before.
    RepeatedToken,
    /// The same people once more, under another token.
    RepeatedPage,
    /// More pages than there can be.
    TooMany,
}

/// Why a store app's refused ticket could not be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTicket {
    /// A new one was asked for, and none came into its file in time.
    NoneCame,
    /// A new one was asked for, but the ticket was given, so nothing could bring the new one here.
    Fixed,
    /// A new one could not be asked for.
    NotResent,
}

/// The signal that stopped a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupt {
    /// SIGINT, as from Ctrl-C.
    Interrupt,
    /// SIGTERM, as from a scheduler.
    Terminate,
}

/// What the API said when it refused the whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub error_code: Option<ErrorCode>,
    /// The message.
    pub message: Text,
    /// The log id, for the API's support.
    pub log_id: Option<String>,
    /// Where the API says that help is to be found.
    pub help_url: Option<String>,
}
