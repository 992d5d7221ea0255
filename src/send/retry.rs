//! The decision after each attempt: settle the row, try again after a backoff, or stop the run.

use std::num::NonZeroU32;
use std::time::Duration;

use super::look::{AfterLook, Question};
use crate::model::{Ending, History, Verdict};

/// How often, and after which pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RetryPolicy {
    /// Attempts for each row in this run.
    pub(crate) max_attempts: NonZeroU32,
    /// The first backoff is drawn between zero and this.
    pub(crate) base: Duration,
    /// No backoff is longer than this.
    pub(crate) cap: Duration,
}

/// What to do with a row now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Its story is over.
    Settle(Ending),
    /// Another attempt, not before this much time has passed.
    AgainAfter(Duration),
    /// Look the pre-hire up first.
    Ask(Question),
    /// The run must stop; the row stays open.
    StopRun,
}

impl RetryPolicy {
    /// Full-jitter exponential backoff: anything between zero and `base · 2^(attempts − 1)`, at most `cap`.
    ///
    /// `jitter` lies between 0 and 1.
    #[must_use]
    pub(crate) fn backoff(&self, attempts: u32, jitter: f64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap).mul_f64(jitter.clamp(0.0, 1.0))
    }

    /// Decides after a call that `history` already holds; `may_look` says whether pre-hires can be looked up.
    #[must_use]
    pub(crate) fn decide(&self, history: &History, may_look: bool, jitter: f64) -> Next {
        let Some(last @ (verdict, error_code)) = history.last() else {
            // An earlier run has left its cells, and with them perhaps a doubt, but not the story of its calls.
            let is_to_be_asked = may_look && history.is_in_doubt();
            let question = is_to_be_asked.then_some(Question::WasItApplied);
            return question.map_or(Next::AgainAfter(Duration::ZERO), Next::Ask);
        };
        match verdict {
            Verdict::Accepted => Next::Settle(Ending::Done),
            Verdict::Throttled | Verdict::TokenStale => Next::AgainAfter(Duration::ZERO),
            Verdict::Fatal => Next::StopRun,
            Verdict::Conflict | Verdict::NotSent => self.again(history, jitter),
            Verdict::InDoubt | Verdict::Refused => match Question::raised_by(history, last) {
                None => Next::Settle(Ending::Refused),
                Some(question) if may_look => Next::Ask(question),
                Some(question) => self.after(question.unanswered(error_code), history, jitter),
            },
        }
    }

    /// The pause before another attempt after so many; `None` when there is to be none. `jitter` lies between 0 and 1.
    #[must_use]
    pub(crate) fn pause_after(&self, attempts: u32, jitter: f64) -> Option<Duration> {
        (attempts < self.max_attempts.get()).then(|| self.backoff(attempts, jitter))
    }

    /// Decides after a look.
    #[must_use]
    pub(crate) fn after(&self, look: AfterLook, history: &History, jitter: f64) -> Next {
        match look {
            AfterLook::Settle(ending) => Next::Settle(ending),
            AfterLook::CallAgain | AfterLook::LookAgainAfter(_) => self.again(history, jitter),
        }
    }

    fn again(&self, history: &History, jitter: f64) -> Next {
        let pause = self.pause_after(history.attempts_of_this_run(), jitter);
        pause.map_or(Next::Settle(Ending::OutOfAttempts), Next::AgainAfter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attempt, ErrorCode, Operation, Outcome, RetryOutcome, Status};
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
            message: crate::language::Text::plain("said"),
            http_status: Some(400),
            log_id: None,
            sent_at: Timestamp::UNIX_EPOCH,
            ended_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Feeds replies until the row is settled; interrupts it when they run out or the run stops.
    fn fold(replies: &[(Verdict, Option<ErrorCode>)], operation: Operation) -> Outcome {
        let mut history = History::default();
        for reply in replies {
            history.record(&attempt(reply.0, reply.1));
            match POLICY.decide(&history, false, 0.5) {
                Next::Settle(ending) => return history.settle(&ending, operation),
                Next::StopRun => break,
                Next::AgainAfter(_) => {}
                Next::Ask(question) => unreachable!("{question:?} was not allowed"),
            }
        }
        history.settle(&Ending::Interrupted, operation)
    }

    const WRONG_STAGE: (Verdict, Option<ErrorCode>) = (Verdict::Refused, Some(ErrorCode::Api(1_161_129)));
    const NO_RIGHT: (Verdict, Option<ErrorCode>) = (Verdict::Refused, Some(ErrorCode::Api(1_161_097)));
    const WORKFORCE: (Verdict, Option<ErrorCode>) = (Verdict::Refused, Some(ErrorCode::Api(1_161_063)));
    const CONFLICT: (Verdict, Option<ErrorCode>) = (Verdict::Conflict, Some(ErrorCode::Api(1_161_116)));
    const DOUBT: (Verdict, Option<ErrorCode>) = (Verdict::InDoubt, Some(ErrorCode::TimedOut));
    const DONE: (Verdict, Option<ErrorCode>) = (Verdict::Accepted, None);
    const THROTTLED: (Verdict, Option<ErrorCode>) = (Verdict::Throttled, Some(ErrorCode::Http(429)));

    #[test]
    fn each_story_has_its_words() {
        Operation::ALL.into_iter().for_each(assert_words);
    }

    fn assert_words(operation: Operation) {
        use RetryOutcome::*;
        let story = |replies: &[_]| {
            let outcome = fold(replies, operation);
            (outcome.status, outcome.retry_outcome, outcome.attempts)
        };
        assert_eq!(story(&[DONE]), (operation.done(), Some(NotNeeded), 1));
        assert_eq!(story(&[THROTTLED, THROTTLED, DONE]), (operation.done(), Some(NotNeeded), 1));
        assert_eq!(story(&[CONFLICT, DONE]), (operation.done(), Some(Recovered), 2));
        assert_eq!(story(&[WRONG_STAGE]), (Status::Refused, Some(NotNeeded), 1));
        assert_eq!(story(&[CONFLICT, WRONG_STAGE]), (Status::Refused, Some(RefusedOnRetry), 2));
        assert_eq!(story(&[DOUBT, WRONG_STAGE]), (Status::Unknown, Some(RefusedOnRetry), 2));
        assert_eq!(story(&[DOUBT, NO_RIGHT]), (Status::Refused, Some(RefusedOnRetry), 2));
        // Who was restored takes up head count: the repeat may be refused for what the first call has done.
        assert_eq!(story(&[DOUBT, WORKFORCE]), (Status::Unknown, Some(RefusedOnRetry), 2));
        assert_eq!(story(&[WORKFORCE]), (Status::Refused, Some(NotNeeded), 1));
        assert_eq!(story(&[CONFLICT; 5]), (Status::Exhausted, Some(Exhausted), 5));
        assert_eq!(story(&[DOUBT; 5]), (Status::Unknown, Some(Exhausted), 5));
        assert_eq!(story(&[DOUBT, CONFLICT]), (Status::Unknown, Some(Interrupted), 2));
        assert_eq!(story(&[CONFLICT]), (Status::NotAttempted, Some(Interrupted), 1));
        assert_eq!(story(&[THROTTLED]), (Status::NotAttempted, Some(Interrupted), 0));
        assert_eq!(story(&[(Verdict::Fatal, None)]), (Status::NotAttempted, Some(Interrupted), 1));
        assert_eq!(story(&[]), (Status::NotAttempted, None, 0));
    }

    #[test]
    fn a_doubt_that_the_cells_of_an_earlier_run_tell_of_is_looked_up_first() {
        use crate::model::Doubt;
        let next = |doubt, may_look| POLICY.decide(&History::resumed(2, None, doubt), may_look, 0.5);
        assert_eq!(next(Doubt::Now, true), Next::Ask(Question::WasItApplied));
        for (doubt, may_look) in [(Doubt::Now, false), (Doubt::Before, true), (Doubt::Never, true)] {
            assert_eq!(next(doubt, may_look), Next::AgainAfter(Duration::ZERO), "{doubt:?}");
        }
    }

    fn any_reply() -> impl Strategy<Value = (Verdict, Option<ErrorCode>)> {
        prop_oneof![
            Just(WRONG_STAGE),
            Just(NO_RIGHT),
            Just(WORKFORCE),
            Just(CONFLICT),
            Just(DOUBT),
            Just(DONE),
            Just(THROTTLED),
            Just((Verdict::NotSent, Some(ErrorCode::ConnectFailed))),
            Just((Verdict::TokenStale, Some(ErrorCode::Api(99_991_663)))),
            Just((Verdict::Fatal, Some(ErrorCode::Api(99_991_672)))),
        ]
    }

    proptest! {
        #[test]
        fn any_sequence_of_replies_folds_to_one_honest_outcome(
            replies in proptest::collection::vec(any_reply(), 0..12),
            operation in prop::sample::select(Operation::ALL.to_vec()),
        ) {
            let outcome = fold(&replies, operation);
            prop_assert!(outcome.attempts <= POLICY.max_attempts.get());
            if outcome.status == operation.done() {
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
