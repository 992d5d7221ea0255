//! The hold: "no call of this API before this moment", which a throttled reply sets.

use std::time::Duration;

use crate::model::Moment;

/// Longer waits than this are not believed.
const LONGEST_ASKED: Duration = Duration::from_secs(10 * 60);
/// What is added to the wait that the server asked for, at most.
const JITTER: Duration = Duration::from_secs(1);
/// The first wait when the server does not say how long; it doubles up to the longest.
const FIRST_GUESS: Duration = Duration::from_secs(1);
const LONGEST_GUESS: Duration = Duration::from_secs(60);
/// A throttle that goes on for longer than this, without one admitted call, ends the run.
const LONGEST_THROTTLE: Duration = Duration::from_secs(15 * 60);

/// The hold of one API.
#[derive(Debug, Default)]
pub(super) struct Hold {
    until: Moment,
    set_at: Moment,
    in_a_row: u32,
    throttled_since: Option<Moment>,
}

impl Hold {
    /// The moment before which no call may go.
    #[must_use]
    pub(super) const fn until(&self) -> Moment {
        self.until
    }

    /// Notes a throttled reply to a call that was admitted at `admitted`. It never moves the hold to an earlier time.
    ///
    /// `asked` is the wait that the server named; `jitter` lies between 0 and 1.
    pub(super) fn throttled(&mut self, now: Moment, admitted: Moment, asked: Option<Duration>, jitter: f64) {
        // Replies to calls that were under way when the hold began tell nothing new.
        if self.in_a_row == 0 || admitted >= self.set_at {
            self.in_a_row = self.in_a_row.saturating_add(1);
            self.set_at = now;
        }
        self.throttled_since.get_or_insert(now);
        let wait = match asked {
            Some(asked) => asked.min(LONGEST_ASKED) + JITTER.mul_f64(jitter),
            None => {
                let doublings = (self.in_a_row - 1).min(16);
                let guess = (FIRST_GUESS * 2_u32.pow(doublings)).min(LONGEST_GUESS);
                guess / 2 + guess.mul_f64(jitter / 2.0)
            }
        };
        self.until = self.until.max(now + wait);
    }

    /// Notes that the server let a call through that was admitted at `admitted`.
    pub(super) fn passed(&mut self, admitted: Moment) {
        if admitted >= self.set_at {
            self.in_a_row = 0;
            self.throttled_since = None;
        }
    }

    /// Has the server turned everything away for so long that waiting is of no use?
    #[must_use]
    pub(super) fn is_endless(&self, now: Moment) -> bool {
        self.throttled_since.is_some_and(|since| now.since(since) > LONGEST_THROTTLE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: u64) -> Moment {
        Moment::after_origin(Duration::from_secs(seconds))
    }

    #[test]
    fn obeys_the_server_within_reason() {
        let mut hold = Hold::default();
        hold.throttled(at(100), at(99), Some(Duration::from_millis(52_500)), 0.0);
        assert_eq!(hold.until(), at(100) + Duration::from_millis(52_500));
        hold.throttled(at(101), at(99), Some(Duration::from_secs(9_999)), 1.0);
        assert_eq!(hold.until(), at(101) + LONGEST_ASKED + JITTER);
    }

    #[test]
    fn without_a_word_of_the_server_it_doubles_once_a_hold() {
        let mut hold = Hold::default();
        hold.throttled(at(10), at(8), None, 1.0);
        hold.throttled(at(10), at(9), None, 1.0);
        assert_eq!(hold.until(), at(11), "the second call was under way already");
        for (now, until) in [(11, 13), (13, 17), (17, 25)] {
            hold.throttled(at(now), at(now), None, 1.0);
            assert_eq!(hold.until(), at(until));
        }
    }

    #[test]
    fn ends_the_run_after_a_quarter_of_an_hour_without_one_call_let_through() {
        let mut hold = Hold::default();
        hold.throttled(at(0), at(0), None, 0.5);
        assert!(!hold.is_endless(at(900)));
        assert!(hold.is_endless(at(901)));
        hold.passed(at(800));
        assert!(!hold.is_endless(at(901)));
    }

    proptest! {
        #[test]
        fn never_moves_to_an_earlier_time(replies in proptest::collection::vec((0_u64..50, proptest::option::of(0_u64..2_000), 0.0_f64..=1.0), 1..40)) {
            let mut hold = Hold::default();
            let mut now = Moment::ORIGIN;
            for (pause, asked, jitter) in replies {
                now = now + Duration::from_secs(pause);
                let before = hold.until();
                hold.throttled(now, now, asked.map(Duration::from_secs), jitter);
                prop_assert!(hold.until() >= before);
                prop_assert!(hold.until() >= now);
                prop_assert!(hold.until() <= now.max(before) + LONGEST_ASKED + JITTER);
            }
        }
    }
}
