//! The timeline of a run: its calls in every rolling window, the replies that turned calls away, and the times when none
//! could go. It takes as much memory for a second as for a month.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

/// The most parts into which the time of a run is cut.
pub(super) const MOST_BUCKETS: usize = 240;
/// The shortest part, in milliseconds.
const SHORTEST: i64 = 10;

/// One part of the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) calls: u64,
    /// The most calls in any window that ends in it.
    pub(crate) peak: usize,
    pub(crate) throttled: u64,
    /// Could no call go in it, for a while at least, because the server had said so?
    pub(crate) is_held: bool,
}

/// The calls of the last window. It goes on from one run to the next, as the allowance does.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentCalls {
    recent: VecDeque<i64>,
}

/// A run's time, cut into parts of one length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Timeline {
    start: i64,
    now: i64,
    window: i64,
    width: i64,
    buckets: Vec<Bucket>,
    held_until: i64,
    most: usize,
}

impl Timeline {
    /// Of a run that starts now, with windows of this length.
    pub(crate) fn of(start: Timestamp, window: Duration) -> Self {
        let start = start.as_millisecond();
        let window = i64::try_from(window.as_millis()).unwrap_or(i64::MAX).max(1);
        let buckets = Vec::new();
        Timeline { start, now: start, window, width: SHORTEST, buckets, held_until: start, most: 0 }
    }

    pub(crate) fn call(&mut self, at: Timestamp, calls: &mut RecentCalls) {
        let bucket = self.advance(at.as_millisecond(), calls);
        calls.recent.push_back(self.now);
        let peak = calls.recent.len();
        self.most = self.most.max(peak);
        let bucket = &mut self.buckets[bucket];
        bucket.calls += 1;
        bucket.peak = bucket.peak.max(peak);
    }

    /// Notes that the server turned a call away: for so long no call goes.
    pub(crate) fn throttled(&mut self, at: Timestamp, hold: Duration, calls: &mut RecentCalls) {
        let bucket = self.advance(at.as_millisecond(), calls);
        self.buckets[bucket].throttled += 1;
        self.buckets[bucket].is_held = true;
        let hold = i64::try_from(hold.as_millis()).unwrap_or(i64::MAX);
        self.held_until = self.held_until.max(self.now.saturating_add(hold));
    }

    /// Notes that the run was still there.
    pub(crate) fn pass(&mut self, at: Timestamp, calls: &mut RecentCalls) {
        self.advance(at.as_millisecond(), calls);
    }

    pub(crate) fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// When it begins, and how long all parts take.
    pub(crate) fn extent(&self) -> (Timestamp, Duration) {
        let start = Timestamp::from_millisecond(self.start).unwrap_or(Timestamp::UNIX_EPOCH);
        let parts = u64::try_from(self.buckets.len()).unwrap_or(u64::MAX);
        (start, Duration::from_millis(self.width.unsigned_abs().saturating_mul(parts)))
    }

    pub(crate) const fn most_in_window(&self) -> usize {
        self.most
    }

    /// The part in which a time lies; all parts up to it are there then. A clock that was set back stands still.
    fn advance(&mut self, at: i64, calls: &mut RecentCalls) -> usize {
        self.now = self.now.max(at);
        while (self.now - self.start) / self.width >= MOST_BUCKETS as i64 {
            self.double();
        }
        let index = usize::try_from((self.now - self.start) / self.width).expect("it is less than the most");
        while self.buckets.len() <= index {
            let start = self.start + self.buckets.len() as i64 * self.width;
            calls.forget_before(start - self.window);
            let is_held = start < self.held_until;
            let peak = calls.recent.len();
            self.buckets.push(Bucket { peak, is_held, ..Bucket::default() });
        }
        calls.forget_before(self.now - self.window);
        index
    }

    fn double(&mut self) {
        let merged = self.buckets.chunks(2).map(|pair| {
            pair.iter().fold(Bucket::default(), |sum, bucket| Bucket {
                calls: sum.calls + bucket.calls,
                peak: sum.peak.max(bucket.peak),
                throttled: sum.throttled + bucket.throttled,
                is_held: sum.is_held || bucket.is_held,
            })
        });
        self.buckets = merged.collect();
        self.width = self.width.saturating_mul(2);
    }
}

impl RecentCalls {
    /// A call counts for one window, and no longer.
    fn forget_before(&mut self, moment: i64) {
        while self.recent.front().is_some_and(|call| *call <= moment) {
            self.recent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + millisecond).expect("a time")
    }

    fn timeline(window: u64) -> Timeline {
        Timeline::of(at(0), Duration::from_millis(window))
    }

    #[test]
    fn a_window_is_open_at_its_end_and_goes_on_in_the_next_run() {
        let mut calls = RecentCalls::default();
        let mut first = timeline(10_000);
        for second in [0, 1, 9, 10, 11] {
            first.call(at(second * 1_000), &mut calls);
        }
        assert_eq!(first.most_in_window(), 3);
        let mut second = Timeline::of(at(12_000), Duration::from_secs(10));
        second.call(at(12_000), &mut calls);
        assert_eq!(second.most_in_window(), 4, "9, 10, 11 and 12");
        assert_eq!(second.buckets()[0].peak, 4);
    }

    #[test]
    fn a_hold_is_seen_until_its_end() {
        let mut calls = RecentCalls::default();
        let mut timeline = timeline(1_000);
        for (now, hold) in [(1_000, 1_000), (1_100, 900), (1_200, 1_300), (4_000, 100)] {
            timeline.throttled(at(now), Duration::from_millis(hold), &mut calls);
        }
        timeline.pass(at(5_000), &mut calls);
        let width = timeline.extent().1.as_millis() as usize / timeline.buckets().len();
        let is_held = |moment: usize| timeline.buckets()[moment / width].is_held;
        assert!(!is_held(500) && is_held(1_500) && is_held(2_400) && !is_held(3_500) && is_held(4_000));
    }

    #[test]
    fn what_passes_without_calls_counts_down() {
        let mut calls = RecentCalls::default();
        let mut timeline = timeline(60_000);
        for second in 0..60 {
            timeline.call(at(second * 1_000), &mut calls);
        }
        timeline.pass(at(180_000), &mut calls);
        let peaks: Vec<usize> = timeline.buckets().iter().map(|bucket| bucket.peak).collect();
        assert_eq!(peaks.iter().max(), Some(&60));
        assert_eq!(peaks.last(), Some(&0));
        let after = peaks.iter().skip_while(|peak| **peak < 60).copied().collect::<Vec<_>>();
        assert!(after.is_sorted_by(|one, next| one >= next) && after.contains(&30), "{after:?}");
    }

    proptest! {
        #[test]
        fn it_is_bounded_and_tells_the_truth(steps in prop::collection::vec(0_i64..100_000, 1..400), window in 1_u64..200_000) {
            let (mut timeline, mut calls, mut now) = (timeline(window), RecentCalls::default(), 0);
            let mut times = Vec::new();
            for step in steps {
                now += step;
                times.push(now);
                timeline.call(at(now), &mut calls);
            }
            let window = i64::try_from(window).expect("small");
            let in_window = |end: &i64| times.iter().filter(|call| **call > end - window && *call <= end).count();
            // Of calls at the same moment, the last one sees them all.
            let most = times.iter().map(in_window).max();
            prop_assert_eq!(Some(timeline.most_in_window()), most);
            prop_assert!(timeline.buckets().len() <= MOST_BUCKETS);
            prop_assert_eq!(timeline.buckets().iter().map(|bucket| bucket.calls).sum::<u64>(), times.len() as u64);
            prop_assert_eq!(timeline.buckets().iter().map(|bucket| bucket.peak).max(), most);
            let (start, extent) = timeline.extent();
            prop_assert_eq!(start, at(0));
            prop_assert!(extent.as_millis() as i64 > now);
        }
    }
}
