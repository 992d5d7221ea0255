//! Owns what look-ups do not know yet: the changes of the last few seconds.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::pre_hire::Stage;

/// The changes that some look-up may not know yet, oldest first.
#[derive(Debug)]
pub(crate) struct RecentChanges {
    longest_lag: Duration,
    changes: VecDeque<Change>,
}

/// A change, and what was before it.
#[derive(Debug)]
struct Change {
    at: Duration,
    id: Box<str>,
    before: Stage,
}

impl RecentChanges {
    /// Nothing is kept for longer than the longest lag, and nothing at all without one.
    pub(crate) fn new(longest_lag: Duration) -> RecentChanges {
        RecentChanges { longest_lag, changes: VecDeque::new() }
    }

    /// Notes that a pre-hire was in another stage before.
    pub(crate) fn note(&mut self, at: Duration, id: &str, before: Stage) {
        if self.longest_lag.is_zero() {
            return;
        }
        while self.changes.front().is_some_and(|change| change.at + self.longest_lag <= at) {
            self.changes.pop_front();
        }
        self.changes.push_back(Change { at, id: id.into(), before });
    }

    /// The stages that a look-up with this lag still sees, where they are not those of today.
    pub(crate) fn still_seen(&self, now: Duration, lag: Duration) -> HashMap<&str, Stage> {
        let mut seen = HashMap::new();
        for change in self.changes.iter().filter(|change| change.at + lag > now) {
            // The oldest unseen change decides: what was before it is what is seen.
            seen.entry(&*change.id).or_insert(change.before);
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_change_is_seen_after_the_lag_and_not_before() {
        let mut recent = RecentChanges::new(seconds(5));
        recent.note(seconds(10), "1", Stage::Preboarding);
        recent.note(seconds(12), "1", Stage::Withdrawn);
        let seen = |now, lag| recent.still_seen(seconds(now), seconds(lag)).get("1").copied();
        assert_eq!(seen(10, 5), Some(Stage::Preboarding));
        assert_eq!(seen(14, 5), Some(Stage::Preboarding));
        assert_eq!(seen(15, 5), Some(Stage::Withdrawn));
        assert_eq!(seen(17, 5), None);
        assert_eq!(seen(13, 2), Some(Stage::Withdrawn));
        assert_eq!(seen(12, 0), None);
    }

    #[test]
    fn nothing_is_kept_that_nobody_could_miss() {
        let mut recent = RecentChanges::new(seconds(5));
        for second in 0..100 {
            recent.note(seconds(second), "1", Stage::Preboarding);
        }
        assert_eq!(recent.changes.len(), 5);
        let mut none = RecentChanges::new(Duration::ZERO);
        none.note(seconds(1), "1", Stage::Preboarding);
        assert!(none.changes.is_empty());
    }
}
