//! Owns the line that says how far a run is, and how much longer it takes: pure, from counts.

use std::time::Duration;

use crate::language::{Text, text};
use crate::model::{Rate, about, in_words};

/// How long a run must have gone before its own pace says more than the allowance.
const TELLING_TIME: Duration = Duration::from_secs(10);

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// Rows whose pre-hire is as it was to be.
    pub(super) successes: u32,
    /// Rows that the API refused.
    pub(super) refusals: u32,
    /// Attempts that were followed by a backoff.
    pub(super) retries: u64,
    /// Calls in the window that ends now.
    pub(super) calls_in_window: usize,
    /// The allowance.
    pub(super) rate: Rate,
    /// How long the server still wants no call.
    pub(super) hold: Duration,
    /// Rows that were sent and are settled.
    pub(super) sent: u32,
    /// Rows that are still to be sent and settled.
    pub(super) left: u32,
    /// Since the first call.
    pub(super) elapsed: Duration,
}

impl Standing {
    /// The line.
    pub(super) fn text(&self) -> Text {
        let mut line = text!("{successes} ok", successes = self.successes);
        if self.refusals > 0 {
            line = text!("{line}, {refusals} refused", line => line, refusals = self.refusals);
        }
        if self.retries > 0 {
            line = text!("{line}, {retries} {retries|retry|retries}", line => line, retries = self.retries);
        }
        let (used, allowed) = (self.calls_in_window, self.rate.calls());
        line = text!("{line}, {used}/{allowed} {allowed|call|calls}", line => line, used, allowed);
        if !self.hold.is_zero() {
            let hold = in_words(self.hold);
            return text!("{line}; server asked us to wait {hold}", line => line, hold => hold);
        }
        text!("{line}, {time} left", line => line, time => about(self.time_left()))
    }

    /// By the allowance; by the run's own pace where that is slower; and never before the server's wait is over.
    pub(super) fn time_left(&self) -> Duration {
        let by_allowance = self.rate.time_for(u64::from(self.left), 0);
        let by_pace = if self.elapsed >= TELLING_TIME && self.sent > 0 {
            let each = self.elapsed.as_secs_f64() / f64::from(self.sent);
            Duration::from_secs_f64((each * f64::from(self.left)).min(1e9))
        } else {
            Duration::ZERO
        };
        self.hold + by_allowance.max(by_pace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn standing() -> Standing {
        Standing {
            successes: 30,
            refusals: 0,
            retries: 0,
            calls_in_window: 31,
            rate: Rate::COREHR,
            hold: Duration::ZERO,
            sent: 30,
            left: 99,
            elapsed: Duration::from_secs(3),
        }
    }

    #[test]
    fn says_what_counts_and_nothing_else() {
        assert_eq!(standing().text().to_string(), "30 ok, 31/99 calls, about 60 s left");
        let troubled = Standing { refusals: 2, retries: 3, ..standing() };
        assert_eq!(troubled.text().to_string(), "30 ok, 2 refused, 3 retries, 31/99 calls, about 60 s left");
        let held = Standing { hold: Duration::from_secs(23), ..standing() };
        assert_eq!(held.text().to_string(), "30 ok, 31/99 calls; server asked us to wait 23 s");
    }

    #[test]
    fn the_time_left_is_the_slower_of_allowance_and_pace() {
        let seconds = |standing: Standing| standing.time_left().as_secs_f64().round();
        assert_eq!(seconds(standing()), 60.0);
        let slow = Standing { elapsed: Duration::from_secs(300), ..standing() };
        assert_eq!(seconds(slow), 990.0);
        let fast = Standing { elapsed: Duration::from_secs(10), ..standing() };
        assert_eq!(seconds(fast), 60.0, "never faster than the allowance");
        let held = Standing { hold: Duration::from_secs(23), ..standing() };
        assert_eq!(seconds(held), 83.0);
        assert_eq!(seconds(Standing { left: 0, ..standing() }), 0.0);
    }

    #[test]
    fn the_longest_line_fits_80_columns() {
        use unicode_width::UnicodeWidthStr;
        let crowded = Standing {
            successes: 99_999,
            refusals: 999,
            retries: 999,
            calls_in_window: 99,
            left: 500_000,
            ..standing()
        };
        for language in [Language::English, Language::Chinese] {
            for standing in [crowded, Standing { hold: Duration::from_secs(599), ..crowded }] {
                let line = standing.text().in_language(language);
                assert!(line.width() <= 80, "{line}");
            }
        }
    }
}
