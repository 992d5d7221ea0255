//! The words for what can be said of a row: a call's [`Verdict`], an [`Attempt`], the row's [`Outcome`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error_code::ErrorCode;
use crate::language::Text;

/// What one reply (or its absence) means; `classify` in `send` decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// What was asked for was carried out.
    Accepted,
    /// The API refused this row for good.
    Refused,
    /// Somebody else was working on the same pre-hire; certainly not applied, worth another attempt.
    Conflict,
    /// The call was turned away because of the allowance; it does not count as an attempt.
    Throttled,
    /// The token is no longer good; it does not count as an attempt.
    TokenStale,
    /// No row of this run can succeed: credentials, permission, address.
    // The journal's word, which older ones have.
    #[serde(rename = "hopeless")]
    Fatal,
    /// The call may have been applied, and nobody said so.
    InDoubt,
    /// The call certainly never reached the server.
    NotSent,
}

impl Verdict {
    /// Is a call with this verdict an attempt of its row?
    #[must_use]
    pub const fn is_attempt(self) -> bool {
        !matches!(self, Verdict::Throttled | Verdict::TokenStale)
    }
}

/// The column `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Withdrawn by this tool.
    Withdrawn,
    /// Withdrawn before, by somebody else.
    AlreadyWithdrawn,
    /// Restored by this tool.
    Restored,
    /// Restored before, by somebody else.
    AlreadyActive,
    /// The API refused it.
    Refused,
    /// Attempts ran out, and it is certain that nothing was applied.
    Exhausted,
    /// Nobody knows whether it was applied.
    Unknown,
    /// The row can't be sent.
    Invalid,
    /// The id was in an earlier row.
    Duplicate,
    /// Not sent to a conclusion in this run.
    NotAttempted,
}

impl Status {
    /// Every status, in the order in which people are told of them.
    pub const ALL: [Status; 10] = [
        Status::Withdrawn,
        Status::AlreadyWithdrawn,
        Status::Restored,
        Status::AlreadyActive,
        Status::Refused,
        Status::Exhausted,
        Status::Unknown,
        Status::Invalid,
        Status::Duplicate,
        Status::NotAttempted,
    ];

    /// The word in the column `status`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Status::Withdrawn => "withdrawn",
            Status::AlreadyWithdrawn => "already_withdrawn",
            Status::Restored => "restored",
            Status::AlreadyActive => "already_active",
            Status::Refused => "refused",
            Status::Exhausted => "exhausted",
            Status::Unknown => "unknown",
            Status::Invalid => "invalid",
            Status::Duplicate => "duplicate",
            Status::NotAttempted => "not_attempted",
        }
    }

    /// The status that a word means, if it is one of ours.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Is the pre-hire now as it was to be? A duplicate mirrors the row that was sent instead.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(
            self,
            Status::Withdrawn | Status::AlreadyWithdrawn | Status::Restored | Status::AlreadyActive
        )
    }
}

/// The column `retry_outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryOutcome {
    /// The first attempt settled the row.
    NotNeeded,
    /// A later attempt succeeded.
    Recovered,
    /// A later attempt was refused.
    RefusedOnRetry,
    /// Attempts ran out.
    Exhausted,
    /// The run ended while the row waited for another attempt.
    Interrupted,
}

impl RetryOutcome {
    /// Every one.
    pub const ALL: [RetryOutcome; 5] = [
        RetryOutcome::NotNeeded,
        RetryOutcome::Recovered,
        RetryOutcome::RefusedOnRetry,
        RetryOutcome::Exhausted,
        RetryOutcome::Interrupted,
    ];

    /// The one that a word of the column means.
    #[must_use]
    pub fn from_word(word: &str) -> Option<RetryOutcome> {
        RetryOutcome::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// The word in the column `retry_outcome`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            RetryOutcome::NotNeeded => "not_needed",
            RetryOutcome::Recovered => "recovered",
            RetryOutcome::RefusedOnRetry => "refused_on_retry",
            RetryOutcome::Exhausted => "exhausted",
            RetryOutcome::Interrupted => "interrupted",
        }
    }
}

/// One call for a row, and what came of it: a plain value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What the reply means.
    pub verdict: Verdict,
    /// The code behind it; `None` on success.
    pub error_code: Option<ErrorCode>,
    /// The API's message, or ours; one line, without secrets.
    pub message: Text,
    /// The status of the reply, if there was one.
    pub http_status: Option<u16>,
    /// The log id of the reply, if it had one.
    pub log_id: Option<String>,
    /// When the call was admitted.
    pub sent_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
}

/// What proved the status of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmedBy {
    /// The reply to the call itself.
    Reply,
    /// A look at the pre-hire afterwards.
    ReadBack,
}

impl ConfirmedBy {
    /// The word in the column `confirmed_by`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            ConfirmedBy::Reply => "reply",
            ConfirmedBy::ReadBack => "read_back",
        }
    }
}

/// All that is recorded, and said in the results, of one row that was to be sent. A field that is missing says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The column `status`.
    pub status: Status,
    /// The column `error_code`; `None` on success and for rows never sent.
    #[serde(default, rename = "code", skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
    /// The column `error_message`.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub message: Text,
    /// The column `retry_outcome`; `None` when nothing was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_outcome: Option<RetryOutcome>,
    /// The column `attempts`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempts: u32,
    /// The column `http_status`: of the last reply, if there was any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The column `confirmed_by`; `None` when nothing proved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<ConfirmedBy>,
    /// The column `log_id`: of the same reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_id: Option<String>,
    /// The column `first_sent_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_sent_at: Option<Timestamp>,
    /// The column `settled_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_has_the_words_of_the_columns() {
        let json = |word: &str| format!("\"{word}\"");
        for status in Status::ALL {
            assert_eq!(serde_json::to_string(&status).ok(), Some(json(status.word())));
        }
        for outcome in RetryOutcome::ALL {
            assert_eq!(serde_json::to_string(&outcome).ok(), Some(json(outcome.word())));
        }
        for confirmed in [ConfirmedBy::Reply, ConfirmedBy::ReadBack] {
            assert_eq!(serde_json::to_string(&confirmed).ok(), Some(json(confirmed.word())));
        }
    }

    #[test]
    fn the_words_of_verdicts_in_journals_stay_what_they_are() {
        for (verdict, word) in [
            (Verdict::Accepted, "accepted"),
            (Verdict::Refused, "refused"),
            (Verdict::Conflict, "conflict"),
            (Verdict::Throttled, "throttled"),
            (Verdict::TokenStale, "token_stale"),
            (Verdict::Fatal, "hopeless"),
            (Verdict::InDoubt, "in_doubt"),
            (Verdict::NotSent, "not_sent"),
        ] {
            assert_eq!(serde_json::to_value(verdict).ok(), Some(word.into()));
        }
    }
}
