//! Owns what is done after each reply to one search call. Asking again does no harm, so nothing is ever in doubt.

use std::time::Duration;

use crate::send::{Reading, RetryPolicy};

/// One page that is asked for until it is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking {
    policy: RetryPolicy,
    attempts: u32,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterReply {
    /// The page is there.
    Take,
    /// Ask again, after this pause.
    AgainAfter(Duration),
    /// Ask again as soon as the gate, or a new token, allows.
    AgainWhenAllowed,
    /// It will never be answered.
    Refused,
    /// It was asked for often enough.
    GiveUp,
}

impl Asking {
    pub(super) const fn new(policy: RetryPolicy) -> Self {
        Asking { policy, attempts: 0 }
    }

    /// Decides after a reply; `is_readable` if there was a page in it, `jitter` lies between 0 and 1.
    pub(super) fn hear(&mut self, reading: Reading, is_readable: bool, jitter: f64) -> AfterReply {
        match reading {
            Reading::Answered if is_readable => AfterReply::Take,
            Reading::Throttled | Reading::TokenStale => AfterReply::AgainWhenAllowed,
            Reading::Refused => AfterReply::Refused,
            Reading::Answered | Reading::Failed => {
                self.attempts += 1;
                self.policy
                    .pause_after(self.attempts, jitter)
                    .map_or(AfterReply::GiveUp, AfterReply::AgainAfter)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    use proptest::prelude::*;

    fn asking(max_attempts: u32) -> Asking {
        let max_attempts = NonZeroU32::new(max_attempts).expect("an attempt");
        let second = Duration::from_secs(1);
        Asking::new(RetryPolicy { max_attempts, base: second, cap: 60 * second })
    }

    #[test]
    fn an_answer_that_can_be_read_is_taken_and_another_one_is_asked_for_again() {
        let mut asking = asking(3);
        assert_eq!(
            asking.hear(Reading::Answered, false, 1.0),
            AfterReply::AgainAfter(Duration::from_secs(1))
        );
        assert_eq!(asking.hear(Reading::Failed, true, 1.0), AfterReply::AgainAfter(Duration::from_secs(2)));
        assert_eq!(asking.hear(Reading::Answered, true, 1.0), AfterReply::Take);
        assert_eq!(asking.hear(Reading::Failed, false, 1.0), AfterReply::GiveUp);
        assert_eq!(asking.hear(Reading::Refused, false, 1.0), AfterReply::Refused);
    }

    proptest! {
        #[test]
        fn it_ends_after_as_many_failures_as_there_are_attempts(
            replies in proptest::collection::vec(0_u8..4, 0..60),
            max_attempts in 1_u32..8,
        ) {
            let mut asking = asking(max_attempts);
            let mut failures = 0;
            for reply in replies {
                let (reading, is_failure) = match reply {
                    0 => (Reading::Throttled, false),
                    1 => (Reading::TokenStale, false),
                    2 => (Reading::Answered, true),
                    _ => (Reading::Failed, true),
                };
                failures += u32::from(is_failure);
                match asking.hear(reading, false, 0.5) {
                    AfterReply::AgainWhenAllowed => prop_assert!(!is_failure),
                    AfterReply::AgainAfter(pause) => {
                        prop_assert!(is_failure && failures < max_attempts);
                        prop_assert!(pause <= Duration::from_secs(60));
                    }
                    AfterReply::GiveUp => {
                        prop_assert_eq!(failures, max_attempts);
                        break;
                    }
                    AfterReply::Take | AfterReply::Refused => prop_assert!(false, "nobody said so"),
                }
            }
        }
    }
}
