//! The allowance as it is written: `CALLS/PERIOD`, such as `99/60s`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

use super::span::parse_positive_span;
use crate::language::{Text, text};

/// Calls that may go at once before even spacing sets in, unless `--burst` says otherwise.
pub(crate) const DEFAULT_BURST: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");

/// Never more than `calls` in any rolling `period`, as the server sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    calls: NonZeroU32,
    period: Duration,
}

impl Rate {
    /// The default for each CoreHR API: one below the documented 100 calls a minute.
    pub const COREHR: Rate = Rate::per_minute(99);
    /// The fixed allowance of the token endpoint, whose own limit is not documented.
    pub const TOKEN: Rate = Rate::per_minute(50);
    /// What the simulated API allows: the documented limit itself.
    pub const SIMULATOR: Rate = Rate::per_minute(100);

    const fn per_minute(calls: u32) -> Rate {
        let calls = NonZeroU32::new(calls).expect("the constants above are not zero");
        Rate { calls, period: Duration::from_secs(60) }
    }

    /// Calls in one period.
    #[must_use]
    pub const fn calls(self) -> NonZeroU32 {
        self.calls
    }

    /// The length of the rolling window.
    #[must_use]
    pub const fn period(self) -> Duration {
        self.period
    }

    /// The time between two calls that are spread evenly.
    #[must_use]
    pub fn spacing(self) -> Duration {
        self.period / self.calls.get()
    }

    /// Calls in one minute, for people.
    #[must_use]
    pub fn calls_per_minute(self) -> f64 {
        f64::from(self.calls.get()) * 60.0 / self.period.as_secs_f64()
    }

    /// How long this many calls take at this allowance, of which `burst` may go at once.
    #[must_use]
    pub fn time_for(self, calls: u64, burst: u64) -> Duration {
        Duration::from_secs_f64((calls.saturating_sub(burst) as f64 * self.spacing().as_secs_f64()).min(1e9))
    }
}

impl FromStr for Rate {
    type Err = Text;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected =
            || text!("expected CALLS/PERIOD, such as 99/60s or 1000/1m, not \"{typed}\"", typed = text);
        let (calls, period) = text.split_once('/').ok_or_else(expected)?;
        let calls: NonZeroU32 = calls.trim().parse().map_err(|_| expected())?;
        let period = parse_positive_span(period).map_err(|_| expected())?;
        let rate = Rate { calls, period };
        if rate.spacing().is_zero() {
            return Err(text!("\"{typed}\" is more than one call per nanosecond", typed = text));
        }
        Ok(rate)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole_seconds = self.period.subsec_nanos() == 0;
        if whole_seconds {
            write!(f, "{}/{}s", self.calls, self.period.as_secs())
        } else {
            let period = SignedDuration::try_from(self.period).unwrap_or(SignedDuration::MAX);
            write!(f, "{}/{period:#}", self.calls)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_and_writes_one() {
        let shown = |text: &str| text.parse::<Rate>().map(|rate| rate.to_string());
        assert_eq!(shown("99/60s"), Ok("99/60s".to_owned()));
        assert_eq!(shown("100/1m"), Ok("100/60s".to_owned()));
        assert_eq!(shown("1000/60s"), Ok("1000/60s".to_owned()));
        assert_eq!(shown("20/2s"), Ok("20/2s".to_owned()));
        assert_eq!(shown("20/500ms"), Ok("20/500ms".to_owned()));
    }

    #[test]
    fn refuses_what_is_no_rate() {
        for text in ["", "99", "0/60s", "99/0s", "-1/60s", "99/", "/60s", "4294967295/1ms", "5000000000/60s"]
        {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn spreads_a_million_calls_a_second() {
        let rate: Rate = "1000000/1s".parse().expect("a rate");
        assert_eq!(rate.spacing(), Duration::from_micros(1));
        assert_eq!(Rate::COREHR.calls_per_minute(), 99.0);
    }
}
