//! Owns the three levels of what can be said of a row: one call's [`Verdict`], one row's [`History`], its [`Outcome`].

use std::fmt;

use jiff::Timestamp;

/// What one reply (or its absence) means; see "What a reply means" in the design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The withdrawal was carried out.
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
    Hopeless,
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

/// What stands in the column `error_code`: the API's number, or one of our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorCode {
    /// The integer code of the API.
    Api(i64),
    /// A reply without a code, on a status other than 2xx.
    Http(u16),
    /// The call never left: no address, no connection, no handshake.
    ConnectFailed,
    /// No whole reply within the timeout.
    TimedOut,
    /// The connection ended before the whole reply was there.
    ConnectionLost,
    /// A reply that can't be understood.
    BadReply,
    /// Code 0, but `success` is false.
    NotWithdrawn,
    /// The id cell is empty.
    MissingId,
    /// The id is not made of 1 to 32 digits.
    BadId,
    /// A spreadsheet has changed the id.
    DamagedId,
    /// The reason is empty or white space alone.
    MissingReason,
    /// The reason holds a NUL byte.
    BadReason,
    /// The reason has more than 500 characters.
    ReasonTooLong,
    /// The row has more filled cells than the header has names.
    ExtraCells,
    /// The id stands in an earlier row, too.
    DuplicateId,
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            ErrorCode::Api(code) => return write!(f, "{code}"),
            ErrorCode::Http(status) => return write!(f, "http_{status}"),
            ErrorCode::ConnectFailed => "connect_failed",
            ErrorCode::TimedOut => "timed_out",
            ErrorCode::ConnectionLost => "connection_lost",
            ErrorCode::BadReply => "bad_reply",
            ErrorCode::NotWithdrawn => "not_withdrawn",
            ErrorCode::MissingId => "missing_id",
            ErrorCode::BadId => "bad_id",
            ErrorCode::DamagedId => "damaged_id",
            ErrorCode::MissingReason => "missing_reason",
            ErrorCode::BadReason => "bad_reason",
            ErrorCode::ReasonTooLong => "reason_too_long",
            ErrorCode::ExtraCells => "extra_cells",
            ErrorCode::DuplicateId => "duplicate_id",
        };
        f.write_str(word)
    }
}

/// The column `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Withdrawn by this tool.
    Withdrawn,
    /// Withdrawn before, by somebody else.
    AlreadyWithdrawn,
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
    /// Every status, in the order of the contract.
    pub const ALL: [Status; 8] = [
        Status::Withdrawn,
        Status::AlreadyWithdrawn,
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

    /// Is the pre-hire now withdrawn? A duplicate mirrors the row that was sent instead.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Status::Withdrawn | Status::AlreadyWithdrawn)
    }
}

/// The column `retry_outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    pub message: String,
    /// The status of the reply, if there was one.
    pub http_status: Option<u16>,
    /// The log id of the reply, if it had one.
    pub log_id: Option<String>,
    /// When the call was admitted.
    pub sent_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
}

/// Everything that the attempts so far have told about one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    attempts: u32,
    in_doubt: bool,
    first_sent_at: Option<Timestamp>,
    error_code: Option<ErrorCode>,
    message: String,
    http_status: Option<u16>,
    log_id: Option<String>,
    settled_at: Option<Timestamp>,
}

/// How the story of a row ends, as the retry decision sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The API carried the withdrawal out.
    Withdrawn,
    /// The API refused, and nothing was in doubt that this would leave open.
    Refused,
    /// A repeat of a call in doubt was refused in a way that does not tell whether the first was applied.
    RefusedInDoubt,
    /// No attempt is left.
    OutOfAttempts,
    /// The run ended first.
    Interrupted,
}

impl History {
    /// Adds one call.
    pub fn record(&mut self, attempt: &Attempt) {
        if attempt.verdict.is_attempt() {
            self.attempts = self.attempts.saturating_add(1);
        }
        self.in_doubt |= attempt.verdict == Verdict::InDoubt;
        self.first_sent_at.get_or_insert(attempt.sent_at);
        self.settled_at = Some(attempt.ended_at);
        self.error_code = attempt.error_code;
        self.message.clone_from(&attempt.message);
        if attempt.http_status.is_some() {
            self.http_status = attempt.http_status;
            self.log_id.clone_from(&attempt.log_id);
        }
    }

    /// Calls made so far, without those that were throttled or met a stale token.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// May an earlier call have been applied?
    #[must_use]
    pub const fn is_in_doubt(&self) -> bool {
        self.in_doubt
    }

    /// Was any call made at all?
    #[must_use]
    pub const fn was_sent(&self) -> bool {
        self.first_sent_at.is_some()
    }

    /// Closes the story of the row.
    #[must_use]
    pub fn settle(self, ending: Ending) -> Outcome {
        let status = match ending {
            Ending::Withdrawn => Status::Withdrawn,
            Ending::Refused => Status::Refused,
            Ending::RefusedInDoubt => Status::Unknown,
            Ending::OutOfAttempts if self.in_doubt => Status::Unknown,
            Ending::OutOfAttempts => Status::Exhausted,
            Ending::Interrupted if self.in_doubt => Status::Unknown,
            Ending::Interrupted => Status::NotAttempted,
        };
        let first = self.attempts <= 1;
        let retry_outcome = match ending {
            Ending::Withdrawn | Ending::Refused if first => Some(RetryOutcome::NotNeeded),
            Ending::Withdrawn => Some(RetryOutcome::Recovered),
            Ending::Refused | Ending::RefusedInDoubt => Some(RetryOutcome::RefusedOnRetry),
            Ending::OutOfAttempts => Some(RetryOutcome::Exhausted),
            Ending::Interrupted => self.was_sent().then_some(RetryOutcome::Interrupted),
        };
        let success = status.is_success();
        Outcome {
            status,
            error_code: self.error_code.filter(|_| !success),
            message: if success { String::new() } else { self.message },
            retry_outcome,
            attempts: self.attempts,
            http_status: self.http_status,
            confirmed_by_reply: matches!(ending, Ending::Withdrawn | Ending::Refused),
            log_id: self.log_id,
            first_sent_at: self.first_sent_at,
            settled_at: self.settled_at.filter(|_| status != Status::NotAttempted),
        }
    }
}

impl Default for Outcome {
    /// A row that was never sent.
    fn default() -> Self {
        History::default().settle(Ending::Interrupted)
    }
}

/// All that the results say of one row that was to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The column `status`.
    pub status: Status,
    /// The column `error_code`; `None` on success and for rows never sent.
    pub error_code: Option<ErrorCode>,
    /// The column `error_message`.
    pub message: String,
    /// The column `retry_outcome`; `None` when nothing was sent.
    pub retry_outcome: Option<RetryOutcome>,
    /// The column `attempts`.
    pub attempts: u32,
    /// The column `http_status`: of the last reply, if there was any.
    pub http_status: Option<u16>,
    /// The column `confirmed_by`: did a reply decide?
    pub confirmed_by_reply: bool,
    /// The column `log_id`: of the same reply.
    pub log_id: Option<String>,
    /// The column `first_sent_at`.
    pub first_sent_at: Option<Timestamp>,
    /// The column `settled_at`.
    pub settled_at: Option<Timestamp>,
}
