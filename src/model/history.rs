//! The story of one row: what its attempts and looks have told so far, and how it ends in an [`Outcome`].

use jiff::Timestamp;

use super::error_code::ErrorCode;
use super::operation::Operation;
use super::outcome::{Attempt, ConfirmedBy, Outcome, RetryOutcome, Status, Verdict};
use super::reason::ReasonHash;
use super::stage::Stage;
use crate::language::{Text, text};

/// Everything that the calls so far have told about one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    attempts: u32,
    attempts_of_earlier_runs: u32,
    was_ever_in_doubt: bool,
    is_in_doubt: bool,
    first_sent_at: Option<Timestamp>,
    last: Option<(Verdict, Option<ErrorCode>)>,
    last_reason: Option<ReasonHash>,
    /// The code that an earlier run has recorded, where its calls are not known one by one.
    recorded_code: Option<ErrorCode>,
    message: Text,
    http_status: Option<u16>,
    log_id: Option<String>,
    settled_at: Option<Timestamp>,
}

impl History {
    /// The story that an earlier run has settled with this outcome, and with this doubt left.
    #[must_use]
    pub(crate) fn recorded(outcome: Outcome, doubt: Doubt) -> Self {
        History {
            attempts: outcome.attempts,
            attempts_of_earlier_runs: outcome.attempts,
            was_ever_in_doubt: doubt != Doubt::Never,
            is_in_doubt: doubt == Doubt::Now,
            first_sent_at: outcome.first_sent_at,
            recorded_code: outcome.error_code,
            message: outcome.message,
            http_status: outcome.http_status,
            log_id: outcome.log_id,
            ..History::default()
        }
    }

    /// A story of so many calls, the first at this time.
    #[cfg(test)]
    pub(crate) fn resumed(attempts: u32, first_sent_at: Option<Timestamp>, doubt: Doubt) -> Self {
        History::recorded(Outcome { attempts, first_sent_at, ..Outcome::default() }, doubt)
    }

    /// The same story at the beginning of another run, which has attempts of its own, and perhaps another reason.
    ///
    /// What the last call came to counts no more if it was refused for another reason, or says nothing of a doubt.
    #[must_use]
    pub(crate) fn in_another_run(self, reason: Option<ReasonHash>) -> Self {
        let is_other_reason = self.last_reason.is_some() && reason.is_some() && self.last_reason != reason;
        let counts = match self.last {
            Some((Verdict::Refused, _)) => !is_other_reason,
            Some((Verdict::Accepted | Verdict::InDoubt, _)) => true,
            _ => !self.is_in_doubt,
        };
        let last = self.last.filter(|_| counts);
        History { attempts_of_earlier_runs: self.attempts, last, ..self }
    }

    /// The same story as it goes on after an earlier one: no call and no doubt of that is forgotten.
    #[must_use]
    pub(crate) fn after(self, earlier: History) -> Self {
        History {
            attempts: self.attempts.saturating_add(earlier.attempts),
            was_ever_in_doubt: self.was_ever_in_doubt || earlier.was_ever_in_doubt,
            is_in_doubt: self.is_in_doubt || earlier.is_in_doubt,
            first_sent_at: earlier.first_sent_at.or(self.first_sent_at),
            recorded_code: earlier.recorded_code,
            http_status: self.http_status.or(earlier.http_status),
            log_id: if self.http_status.is_some() { self.log_id } else { earlier.log_id },
            ..self
        }
    }

    /// The same without the code of a refusal: what was asked for then is not what is asked for now.
    #[must_use]
    pub(crate) fn without_code(self) -> Self {
        History { recorded_code: None, ..self }
    }

    /// Notes the reason (or what stands for it) of the last call.
    pub(crate) fn called_with(&mut self, reason: ReasonHash) {
        self.last_reason = Some(reason);
    }

    /// Adds one call.
    pub(crate) fn record(&mut self, attempt: &Attempt) {
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
    pub(crate) fn record_cut_off(&mut self, sent_at: Timestamp) {
        self.record(&Attempt {
            verdict: Verdict::InDoubt,
            error_code: Some(ErrorCode::ConnectionLost),
            message: text!("the run was interrupted during the call"),
            http_status: None,
            log_id: None,
            sent_at,
            ended_at: sent_at,
        });
    }

    /// Notes that a look found the pre-hire in a stage from before the call: nothing was applied so far.
    ///
    /// Doubt sticks all the same: a late call of ours may still be what does it.
    pub(crate) fn found_untouched(&mut self) {
        self.is_in_doubt = false;
    }

    /// Was any call made at all?
    #[must_use]
    pub(crate) const fn was_sent(&self) -> bool {
        self.first_sent_at.is_some()
    }

    /// Calls made so far, without those that were throttled or met a stale token.
    #[must_use]
    pub(crate) const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The same, of this run alone.
    #[must_use]
    pub(crate) const fn attempts_of_this_run(&self) -> u32 {
        self.attempts - self.attempts_of_earlier_runs
    }

    /// May a call have been applied, as far as one knows now?
    #[must_use]
    pub(crate) const fn is_in_doubt(&self) -> bool {
        self.is_in_doubt
    }

    /// Was any call ever in doubt?
    #[must_use]
    pub(crate) const fn was_ever_in_doubt(&self) -> bool {
        self.was_ever_in_doubt
    }

    /// What the last call came to.
    #[must_use]
    pub(crate) const fn last(&self) -> Option<(Verdict, Option<ErrorCode>)> {
        self.last
    }

    /// The doubt, for the record.
    #[must_use]
    pub(crate) const fn doubt(&self) -> Doubt {
        match (self.was_ever_in_doubt, self.is_in_doubt) {
            (_, true) => Doubt::Now,
            (true, false) => Doubt::Before,
            (false, false) => Doubt::Never,
        }
    }
}

/// What is known of the doubt about a pre-hire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Doubt {
    /// No call was ever in doubt.
    #[default]
    Never,
    /// One was, and a look then found the pre-hire untouched.
    Before,
    /// A call may have been applied.
    Now,
}

impl Doubt {
    /// Was there never any?
    #[must_use]
    pub(crate) fn is_none(&self) -> bool {
        *self == Doubt::Never
    }
}

/// How the story of a row ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The API carried it out.
    Done,
    /// A look showed that a call of ours was carried out.
    FoundDone(Timestamp),
    /// A look showed that somebody else had done it before our first call.
    FoundDoneBefore(Timestamp),
    /// The API refused, and nothing was in doubt that this would leave open.
    Refused,
    /// A look showed a stage that does not allow it.
    FoundIn(Stage, Timestamp),
    /// A repeat of a call in doubt was refused in a way that does not tell whether the first was applied.
    RefusedInDoubt,
    /// No attempt is left.
    OutOfAttempts,
    /// The run ended first.
    Interrupted,
}

impl History {
    /// Closes the story of the row, with the words of the operation.
    #[must_use]
    pub(crate) fn settle(self, ending: &Ending, operation: Operation) -> Outcome {
        let status = self.status(ending, operation);
        let success = status.is_success();
        let last_code = self.last.map_or(self.recorded_code, |(_, code)| code);
        let error_code = last_code.filter(|_| !success);
        let (confirmed_by, looked_at) = match ending {
            Ending::Done | Ending::Refused => (Some(ConfirmedBy::Reply), None),
            Ending::FoundDone(at) | Ending::FoundDoneBefore(at) | Ending::FoundIn(_, at) => {
                (Some(ConfirmedBy::ReadBack), Some(*at))
            }
            Ending::RefusedInDoubt | Ending::OutOfAttempts | Ending::Interrupted => (None, None),
        };
        let message = match ending {
            _ if success => Text::default(),
            Ending::FoundIn(stage, _) if self.message.is_empty() => {
                text!("read back: the stage is {stage}", stage)
            }
            Ending::FoundIn(stage, _) => {
                text!("{message} (read back: the stage is {stage})", message => self.message.clone(), stage)
            }
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

    const fn status(&self, ending: &Ending, operation: Operation) -> Status {
        match ending {
            Ending::Done | Ending::FoundDone(_) => operation.done(),
            Ending::FoundDoneBefore(_) => operation.done_before(),
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
            Ending::Done if self.attempts <= 1 => Some(RetryOutcome::NotNeeded),
            Ending::FoundDoneBefore(_) | Ending::Refused | Ending::FoundIn(..) if at_once => {
                Some(RetryOutcome::NotNeeded)
            }
            Ending::Done | Ending::FoundDone(_) => Some(RetryOutcome::Recovered),
            Ending::FoundDoneBefore(_) | Ending::Refused | Ending::FoundIn(..) | Ending::RefusedInDoubt => {
                Some(RetryOutcome::RefusedOnRetry)
            }
            Ending::OutOfAttempts => Some(RetryOutcome::Exhausted),
            Ending::Interrupted => self.first_sent_at.map(|_| RetryOutcome::Interrupted),
        }
    }
}

impl Default for Outcome {
    /// A row that was never sent.
    fn default() -> Self {
        // What was never sent has the same words whatever it was sent for.
        History::default().settle(&Ending::Interrupted, Operation::Withdraw)
    }
}
