//! Even spacing: `governor` says when the next call keeps the rhythm.
//!
//! After a throttle somebody else is known to share the allowance: one window of nine tenths of the rate,
//! then the rate itself, and no bursts any more.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, FakeRelativeClock};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::model::{Moment, Rate};

// governor's own clock is real; this one is set by the caller, so that time stays a parameter.
type Spacer = RateLimiter<NotKeyed, InMemoryState, FakeRelativeClock, NoOpMiddleware<Nanos>>;

/// Spreads calls evenly, after a first burst.
#[derive(Debug)]
pub(super) struct Spacing {
    rate: Rate,
    clock: FakeRelativeClock,
    told: Moment,
    limiter: Spacer,
    careful_until: Option<Moment>,
}

impl Spacing {
    /// Spacing for the allowance; `burst` calls may go at once before it sets in.
    #[must_use]
    pub(super) fn new(rate: Rate, burst: NonZeroU32) -> Self {
        let clock = FakeRelativeClock::default();
        // More than the cap at once is impossible anyway, and keeps governor's arithmetic far from its ends.
        let limiter = limiter(rate.spacing(), burst.min(rate.calls()), &clock);
        Spacing { rate, clock, told: Moment::ORIGIN, limiter, careful_until: None }
    }

    /// Takes a place in the rhythm, or says when the next one is.
    ///
    /// # Errors
    /// The moment before which no call keeps the rhythm.
    pub(super) fn take(&mut self, now: Moment) -> Result<(), Moment> {
        self.clock.advance(now.since(self.told));
        self.told = self.told.max(now);
        if self.careful_until.is_some_and(|until| until <= now) {
            self.careful_until = None;
            self.limiter = limiter(self.rate.spacing(), NonZeroU32::MIN, &self.clock);
        }
        self.limiter.check().map_err(|refused| {
            // Rounded up to what a timer can tell apart, or a wait of nothing would spin.
            now + refused.wait_time_from(self.clock.now()).max(Duration::from_nanos(1))
        })
    }

    /// Notes a throttle, whose hold ends at `hold_until`.
    pub(super) fn throttled(&mut self, hold_until: Moment) {
        let careful = self.rate.spacing() * 10 / 9;
        self.limiter = limiter(careful, NonZeroU32::MIN, &self.clock);
        self.careful_until = Some(hold_until + self.rate.period());
    }
}

fn limiter(spacing: Duration, burst: NonZeroU32, clock: &FakeRelativeClock) -> Spacer {
    let quota = Quota::with_period(spacing).expect("a rate's spacing is never zero").allow_burst(burst);
    RateLimiter::direct_with_clock(quota, clock.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Moment {
        Moment::after_origin(Duration::from_millis(milliseconds))
    }

    /// The milliseconds at which calls go, when each goes as early as it may.
    fn calls(spacing: &mut Spacing, from: u64, count: usize) -> Vec<u128> {
        let mut now = at(from);
        let mut taken = Vec::new();
        while taken.len() < count {
            match spacing.take(now) {
                Ok(()) => taken.push(now.since_origin().as_millis()),
                Err(later) => now = later,
            }
        }
        taken
    }

    #[test]
    fn a_burst_and_then_one_call_each_interval() {
        let mut spacing = Spacing::new("10/1s".parse().expect("a rate"), NonZeroU32::new(3).expect("three"));
        assert_eq!(calls(&mut spacing, 0, 6), [0, 0, 0, 100, 200, 300]);
    }

    #[test]
    fn after_a_throttle_slower_for_a_window_and_never_a_burst_again() {
        let mut spacing = Spacing::new("9/1s".parse().expect("a rate"), NonZeroU32::new(5).expect("five"));
        calls(&mut spacing, 0, 5);
        spacing.throttled(at(2_000));
        let taken = calls(&mut spacing, 2_000, 14);
        let gaps: Vec<u128> = taken.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps[..7].iter().all(|gap| (123..=124).contains(gap)), "{gaps:?}");
        assert!(gaps[10..].iter().all(|gap| (111..=112).contains(gap)), "{gaps:?}");
    }
}
