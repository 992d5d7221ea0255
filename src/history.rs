//! Owns the story of one row: what its attempts and looks have told so far, and how it ends in an [`Outcome`].

use jiff::Timestamp;

use crate::feishu::Stage;
use crate::outcome::{Attempt, ConfirmedBy, ErrorCode, Outcome, RetryOutcome, Status, Verdict};

/// Everything that the calls so far have told about one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    attempts: u32,
    attempts_of_earlier_runs: u32,
    was_ever_in_doubt: bool,
    is_in_doubt: bool,
    first_sent_at: Option<Timestamp>,
    last: Option<(Verdict, Option<ErrorCode>)>,
    message: String,
    http_status: Option<u16>,
    log_id: Option<String>,
    settled_at: Option<Timestamp>,
}

/// How the story of a row ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The API carried the withdrawal out.
    Withdrawn,
    /// A look showed that a call of ours was carried out.
    FoundWithdrawn(Timestamp),
    /// A look showed that somebody else had withdrawn it before our first call.
    FoundWithdrawnBefore(Timestamp),
    /// The API refused, and nothing was in doubt that this would leave open.
    Refused,
    /// A look showed a stage that allows no withdrawal.
    FoundIn(Stage, Timestamp),
    /// A repeat of a call in doubt was refused in a way that does not tell whether the first was applied.
    RefusedInDoubt,
    /// No attempt is left.
    OutOfAttempts,
    /// The run ended first.
    Interrupted,
}

impl History {
    /// The story as the cells of an earlier run tell it.
    #[must_use]
    pub fn resumed(attempts: u32, first_sent_at: Option<Timestamp>, doubt: Doubt) -> Self {
        History {
            attempts,
            attempts_of_earlier_runs: attempts,
            was_ever_in_doubt: doubt != Doubt::Never,
            is_in_doubt: doubt == Doubt::Now,
            first_sent_at,
            ..History::default()
        }
    }

    /// The same story at the beginning of another run, which has attempts of its own.
    #[must_use]
    pub fn in_another_run(self) -> Self {
        History { attempts_of_earlier_runs: self.attempts, ..self }
    }

    /// Adds one call.
    pub fn record(&mut self, attempt: &Attempt) {
        if attempt.verdict.is_attempt() {
            self.attempts = self.attempts.saturating_add(1);
        }
        if attempt.verdict == Verdict::InDoubt {
            self.was_ever_in_doubt = true;
            self.is_in_doubt = true;
        }
        self.first_sent_at.get_or_insert(attempt.sent_at);
        self.settled_at = Some(attempt.ended_at);
        self.last = Some((attempt.verdict, attempt.error_code));
        self.message.clone_from(&attempt.message);
        if attempt.http_status.is_some() {
            self.http_status = attempt.http_status;
            self.log_id.clone_from(&attempt.log_id);
        }
    }

    /// Adds a call that was cut off: begun, and nobody knows how it ended.
    pub fn record_cut_off(&mut self, sent_at: Timestamp) {
        self.record(&Attempt {
            verdict: Verdict::InDoubt,
            error_code: Some(ErrorCode::ConnectionLost),
            message: "the run was cut off during the call".to_owned(),
            http_status: None,
            log_id: None,
            sent_at,
            ended_at: sent_at,
        });
    }

    /// Notes that a look found the pre-hire still active: nothing was applied so far.
    ///
    /// Doubt sticks all the same: a late call of ours may still be what withdraws it.
    pub fn found_active(&mut self) {
        self.is_in_doubt = false;
    }

    /// Was any call made at all?
    #[must_use]
    pub const fn was_sent(&self) -> bool {
        self.first_sent_at.is_some()
    }

    /// Calls made so far, without those that were throttled or met a stale token.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The same, of this run alone.
    #[must_use]
    pub const fn attempts_of_this_run(&self) -> u32 {
        self.attempts - self.attempts_of_earlier_runs
    }

    /// May a call have been applied, as far as one knows now?
    #[must_use]
    pub const fn is_in_doubt(&self) -> bool {
        self.is_in_doubt
    }

    /// Was any call ever in doubt?
    #[must_use]
    pub const fn was_ever_in_doubt(&self) -> bool {
        self.was_ever_in_doubt
    }

    /// What the last call came to.
    #[must_use]
    pub const fn last(&self) -> Option<(Verdict, Option<ErrorCode>)> {
        self.last
    }

    /// The doubt, for the record.
    #[must_use]
    pub const fn doubt(&self) -> Doubt {
        match (self.was_ever_in_doubt, self.is_in_doubt) {
            (_, true) => Doubt::Now,
            (true, false) => Doubt::Before,
            (false, false) => Doubt::Never,
        }
    }

    /// Closes the story of the row.
    #[must_use]
    pub fn settle(self, ending: &Ending) -> Outcome {
        let status = self.status(ending);
        let success = status.is_success();
        let error_code = self.last.and_then(|(_, code)| code).filter(|_| !success);
        let (confirmed_by, looked_at) = match ending {
            Ending::Withdrawn | Ending::Refused => (Some(ConfirmedBy::Reply), None),
            Ending::FoundWithdrawn(at) | Ending::FoundWithdrawnBefore(at) | Ending::FoundIn(_, at) => {
                (Some(ConfirmedBy::ReadBack), Some(*at))
            }
            Ending::RefusedInDoubt | Ending::OutOfAttempts | Ending::Interrupted => (None, None),
        };
        let message = match ending {
            _ if success => String::new(),
            Ending::FoundIn(stage, _) if self.message.is_empty() => {
                format!("read back: the stage is {stage}")
            }
            Ending::FoundIn(stage, _) => format!("{}; read back: the stage is {stage}", self.message),
            _ => self.message.clone(),
        };
        Outcome {
            status,
            error_code,
            message,
            retry_outcome: self.retry_outcome(ending),
            attempts: self.attempts,
            http_status: self.http_status,
            confirmed_by,
            log_id: self.log_id,
            first_sent_at: self.first_sent_at,
            settled_at: looked_at.or(self.settled_at).filter(|_| status != Status::NotAttempted),
        }
    }

    const fn status(&self, ending: &Ending) -> Status {
        match ending {
            Ending::Withdrawn | Ending::FoundWithdrawn(_) => Status::Withdrawn,
            Ending::FoundWithdrawnBefore(_) => Status::AlreadyWithdrawn,
            Ending::Refused | Ending::FoundIn(..) => Status::Refused,
            Ending::RefusedInDoubt => Status::Unknown,
            Ending::OutOfAttempts | Ending::Interrupted if self.is_in_doubt => Status::Unknown,
            Ending::OutOfAttempts => Status::Exhausted,
            Ending::Interrupted => Status::NotAttempted,
        }
    }

    fn retry_outcome(&self, ending: &Ending) -> Option<RetryOutcome> {
        let at_once = self.attempts <= 1 && !self.was_ever_in_doubt;
        match ending {
            Ending::Withdrawn if self.attempts <= 1 => Some(RetryOutcome::NotNeeded),
            Ending::FoundWithdrawnBefore(_) | Ending::Refused | Ending::FoundIn(..) if at_once => {
                Some(RetryOutcome::NotNeeded)
            }
            Ending::Withdrawn | Ending::FoundWithdrawn(_) => Some(RetryOutcome::Recovered),
            Ending::FoundWithdrawnBefore(_)
            | Ending::Refused
            | Ending::FoundIn(..)
            | Ending::RefusedInDoubt => Some(RetryOutcome::RefusedOnRetry),
            Ending::OutOfAttempts => Some(RetryOutcome::Exhausted),
            Ending::Interrupted => self.first_sent_at.map(|_| RetryOutcome::Interrupted),
        }
    }
}

impl Default for Outcome {
    /// A row that was never sent.
    fn default() -> Self {
        History::default().settle(&Ending::Interrupted)
    }
}

/// What is known of the doubt about a pre-hire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// No call was ever in doubt.
    Never,
    /// One was, and a look then found the pre-hire active.
    Before,
    /// A call may have been applied.
    Now,
}
