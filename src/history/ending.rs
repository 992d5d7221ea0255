//! Owns how the story of a row ends: each ending, and the outcome that it makes of what the calls have told.

use jiff::Timestamp;

use super::History;
use crate::feishu::Stage;
use crate::language::{Text, text};
use crate::operation::Operation;
use crate::outcome::{ConfirmedBy, Outcome, RetryOutcome, Status};

/// How the story of a row ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
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
    pub fn settle(self, ending: &Ending, operation: Operation) -> Outcome {
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
