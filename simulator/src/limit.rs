//! Owns the server's side of an allowance: at most N calls admitted in any rolling period.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

/// Below this period whole seconds would be too coarse to wait by.
const FINE_PERIOD: Duration = Duration::from_secs(10);

/// An allowance: so many calls in any rolling period. Written as `100/60s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    calls: NonZeroU32,
    period: Duration,
}

impl Rate {
    /// What the documents say of each CoreHR API.
    pub const DOCUMENTED: Rate = Rate::per_minute(100);
    /// The token endpoints'; theirs is not documented.
    pub(crate) const TOKEN: Rate = Rate::per_minute(1000);

    /// So many calls in any period of this length.
    #[must_use]
    pub const fn new(calls: NonZeroU32, period: Duration) -> Rate {
        Rate { calls, period }
    }

    const fn per_minute(calls: u32) -> Rate {
        Rate::new(NonZeroU32::new(calls).expect("the constants above are not zero"), Duration::from_secs(60))
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Rate, String> {
        let read = || {
            let (calls, period) = text.split_once('/')?;
            let period: SignedDuration = period.parse().ok()?;
            Some(Rate::new(calls.parse().ok()?, Duration::try_from(period).ok()?))
        };
        read().ok_or_else(|| format!("expected CALLS/PERIOD, such as 100/60s, not \"{text}\""))
    }
}

/// The admitted calls of one API that may still count. Refused calls do not count.
#[derive(Debug)]
pub(crate) struct Window {
    rate: Rate,
    admitted: VecDeque<Duration>,
}

impl Window {
    pub(crate) fn new(rate: Rate) -> Window {
        Window { rate, admitted: VecDeque::new() }
    }

    /// Admits a call that arrived at this time since the start.
    ///
    /// A call and another exactly one period later are not in one window: it is half-open.
    pub(crate) fn admit(&mut self, at: Duration) -> Result<(), Refusal> {
        // Calls are judged in the order of their bodies' ends, which may not be that of their arrivals.
        let at = self.admitted.back().map_or(at, |last| at.max(*last));
        while self.admitted.front().is_some_and(|first| *first + self.rate.period <= at) {
            self.admitted.pop_front();
        }
        match self.admitted.front() {
            Some(first) if self.admitted.len() >= self.rate.calls.get() as usize => {
                Err(Refusal { rate: self.rate, wait: *first + self.rate.period - at })
            }
            _ => {
                self.admitted.push_back(at);
                Ok(())
            }
        }
    }
}

/// What a refused call is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    rate: Rate,
    wait: Duration,
}

impl Refusal {
    /// `x-ogw-ratelimit-limit`.
    pub(crate) fn limit(self) -> String {
        self.rate.calls.to_string()
    }

    /// `x-ogw-ratelimit-reset`: whole seconds, or with three decimals for short periods; never too early.
    pub(crate) fn reset(self) -> String {
        if self.rate.period < FINE_PERIOD {
            let milliseconds = self.wait.as_nanos().div_ceil(1_000_000);
            format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
        } else {
            self.wait.as_nanos().div_ceil(1_000_000_000).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn a_place_frees_exactly_one_period_after_it_was_taken() {
        let mut window = Window::new(rate("2/60s"));
        let second = Duration::from_secs;
        assert!(window.admit(second(1)).is_ok());
        assert!(window.admit(second(2)).is_ok());
        let refusal = window.admit(Duration::from_millis(9_500)).unwrap_err();
        assert_eq!((refusal.limit().as_str(), refusal.reset().as_str()), ("2", "52"));
        assert!(window.admit(Duration::from_nanos(60_999_999_999)).is_err());
        assert!(window.admit(second(61)).is_ok());
        assert!(window.admit(second(61)).is_err());
    }

    #[test]
    fn a_short_period_is_told_in_fractions_of_a_second() {
        let mut window = Window::new(rate("1/2s"));
        assert!(window.admit(Duration::ZERO).is_ok());
        let refusal = window.admit(Duration::from_micros(1_500_500)).unwrap_err();
        assert_eq!(refusal.reset(), "0.500");
        assert_eq!(window.admit(Duration::from_nanos(1)).unwrap_err().reset(), "2.000");
    }

    proptest! {
        #[test]
        fn never_admits_more_than_the_limit_in_any_window(
            calls in 1u32..6,
            gaps in prop::collection::vec(0u64..400, 1..200),
        ) {
            let period = Duration::from_millis(1000);
            let mut window = Window::new(rate(&format!("{calls}/1000ms")));
            let mut now = Duration::ZERO;
            let mut admitted = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                match window.admit(now) {
                    Ok(()) => admitted.push(now),
                    Err(refusal) => prop_assert!(refusal.wait > Duration::ZERO && refusal.wait <= period),
                }
            }
            for start in &admitted {
                let inside = admitted.iter().filter(|at| *at >= start && **at < *start + period).count();
                prop_assert!(inside <= calls as usize);
            }
        }
    }
}
