//! Owns the decision after each attempt: settle the row, try again after a backoff, or stop the run.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::feishu::codes;
use crate::outcome::{Ending, ErrorCode, History, Verdict};

/// How often, and after which pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts for each row in this run.
    pub max_attempts: NonZeroU32,
    /// The first backoff is drawn between zero and this.
    pub base: Duration,
    /// No backoff is longer than this.
    pub cap: Duration,
}

/// What to do with a row now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Its story is over.
    Settle(Ending),
    /// Another attempt, not before this much time has passed.
    AgainAfter(Duration),
    /// The run must stop; the row stays open.
    StopRun,
}

impl RetryPolicy {
    /// Full-jitter exponential backoff: anything between zero and `base · 2^(attempts − 1)`, at most `cap`.
    ///
    /// `jitter` lies between 0 and 1.
    #[must_use]
    pub fn backoff(&self, attempts: u32, jitter: f64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap).mul_f64(jitter.clamp(0.0, 1.0))
    }

    /// Decides after an attempt that `history` already holds.
    #[must_use]
    pub fn decide(&self, history: &History, last: (Verdict, Option<ErrorCode>), jitter: f64) -> Next {
        let (verdict, error_code) = last;
        match verdict {
            Verdict::Accepted => Next::Settle(Ending::Withdrawn),
            Verdict::Refused => Next::Settle(ending_of_refusal(history, error_code)),
            Verdict::Throttled | Verdict::TokenStale => Next::AgainAfter(Duration::ZERO),
            Verdict::Hopeless => Next::StopRun,
            Verdict::Conflict | Verdict::InDoubt | Verdict::NotSent => {
                if history.attempts() < self.max_attempts.get() {
                    Next::AgainAfter(self.backoff(history.attempts(), jitter))
                } else {
                    Next::Settle(Ending::OutOfAttempts)
                }
            }
        }
    }
}

/// After a call in doubt, "wrong stage" may be the echo of our own success.
fn ending_of_refusal(history: &History, error_code: Option<ErrorCode>) -> Ending {
    match error_code {
        Some(ErrorCode::Api(code)) if history.is_in_doubt() && codes::leaves_doubt(code) => {
            Ending::RefusedInDoubt
        }
        _ => Ending::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Attempt, Outcome, RetryOutcome, Status};
    use jiff::Timestamp;
    use proptest::prelude::*;

    const POLICY: RetryPolicy = RetryPolicy {
        max_attempts: NonZeroU32::new(5).expect("five"),
        base: Duration::from_secs(1),
        cap: Duration::from_secs(60),
    };

    fn attempt(verdict: Verdict, error_code: Option<ErrorCode>) -> Attempt {
        Attempt {
            verdict,
            error_code,
            message: "said".to_owned(),
            http_status: Some(400),
            log_id: None,
            sent_at: Timestamp::UNIX_EPOCH,
            ended_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Feeds replies until the row is settled; interrupts it when they run out or the run stops.
    fn fold(replies: &[(Verdict, Option<ErrorCode>)]) -> Outcome {
        let mut history = History::default();
        for reply in replies {
            history.record(&attempt(reply.0, reply.1));
            match POLICY.decide(&history, *reply, 0.5) {
                Next::Settle(ending) => return history.settle(ending),
                Next::StopRun => break,
                Next::AgainAfter(_) => {}
            }
        }
        history.settle(Ending::Interrupted)
    }

    const WRONG_STAGE: (Verdict, Option<ErrorCode>) = (Verdict::Refused, Some(ErrorCode::Api(1_161_129)));
    const NO_RIGHT: (Verdict, Option<ErrorCode>) = (Verdict::Refused, Some(ErrorCode::Api(1_161_097)));
    const CONFLICT: (Verdict, Option<ErrorCode>) = (Verdict::Conflict, Some(ErrorCode::Api(1_161_116)));
    const DOUBT: (Verdict, Option<ErrorCode>) = (Verdict::InDoubt, Some(ErrorCode::TimedOut));
    const DONE: (Verdict, Option<ErrorCode>) = (Verdict::Accepted, None);
    const THROTTLED: (Verdict, Option<ErrorCode>) = (Verdict::Throttled, Some(ErrorCode::Http(429)));

    #[test]
    fn each_story_has_its_words() {
        use RetryOutcome::*;
        let story = |replies: &[_]| {
            let outcome = fold(replies);
            (outcome.status, outcome.retry_outcome, outcome.attempts)
        };
        assert_eq!(story(&[DONE]), (Status::Withdrawn, Some(NotNeeded), 1));
        assert_eq!(story(&[THROTTLED, THROTTLED, DONE]), (Status::Withdrawn, Some(NotNeeded), 1));
        assert_eq!(story(&[CONFLICT, DONE]), (Status::Withdrawn, Some(Recovered), 2));
        assert_eq!(story(&[WRONG_STAGE]), (Status::Refused, Some(NotNeeded), 1));
        assert_eq!(story(&[CONFLICT, WRONG_STAGE]), (Status::Refused, Some(RefusedOnRetry), 2));
        assert_eq!(story(&[DOUBT, WRONG_STAGE]), (Status::Unknown, Some(RefusedOnRetry), 2));
        assert_eq!(story(&[DOUBT, NO_RIGHT]), (Status::Refused, Some(RefusedOnRetry), 2));
        assert_eq!(story(&[CONFLICT; 5]), (Status::Exhausted, Some(Exhausted), 5));
        assert_eq!(story(&[DOUBT; 5]), (Status::Unknown, Some(Exhausted), 5));
        assert_eq!(story(&[DOUBT, CONFLICT]), (Status::Unknown, Some(Interrupted), 2));
        assert_eq!(story(&[CONFLICT]), (Status::NotAttempted, Some(Interrupted), 1));
        assert_eq!(story(&[THROTTLED]), (Status::NotAttempted, Some(Interrupted), 0));
        assert_eq!(story(&[(Verdict::Hopeless, None)]), (Status::NotAttempted, Some(Interrupted), 1));
        assert_eq!(story(&[]), (Status::NotAttempted, None, 0));
    }

    fn any_reply() -> impl Strategy<Value = (Verdict, Option<ErrorCode>)> {
        prop_oneof![
            Just(WRONG_STAGE),
            Just(NO_RIGHT),
            Just(CONFLICT),
            Just(DOUBT),
            Just(DONE),
            Just(THROTTLED),
            Just((Verdict::NotSent, Some(ErrorCode::ConnectFailed))),
            Just((Verdict::TokenStale, Some(ErrorCode::Api(99_991_663)))),
            Just((Verdict::Hopeless, Some(ErrorCode::Api(99_991_672)))),
        ]
    }

    proptest! {
        #[test]
        fn any_sequence_of_replies_folds_to_one_honest_outcome(replies in proptest::collection::vec(any_reply(), 0..12)) {
            let outcome = fold(&replies);
            prop_assert!(outcome.attempts <= POLICY.max_attempts.get());
            if outcome.status == Status::Withdrawn {
                prop_assert!(replies.contains(&DONE));
                prop_assert_eq!(outcome.error_code, None);
            }
            if matches!(outcome.status, Status::Exhausted | Status::NotAttempted) {
                prop_assert!(!replies[..].iter().take(outcome.attempts as usize).all(|reply| *reply == DOUBT) || outcome.attempts == 0);
            }
        }

        #[test]
        fn backoffs_stay_within_their_bounds(attempts in 0_u32..100, jitter in 0.0_f64..=1.0) {
            let backoff = POLICY.backoff(attempts, jitter);
            prop_assert!(backoff <= POLICY.cap);
            prop_assert!(backoff <= POLICY.base * 2_u32.saturating_pow(attempts.saturating_sub(1).min(20)));
        }
    }
}
