//! Owns the log ids: a name for each reply, shaped like the real ones.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// Fourteen digits of Beijing time and twenty hexadecimal digits: a salt and a count.
#[derive(Debug)]
pub(crate) struct LogIds {
    started: Option<Timestamp>,
    second: u64,
    stamp: String,
    count: u32,
}

impl LogIds {
    /// Without a start the time stands still, so that the same calls get the same ids.
    pub(crate) fn new(started: Option<Timestamp>) -> LogIds {
        LogIds { started, second: 0, stamp: stamp(started, 0), count: 0 }
    }

    /// The next id; the count makes it unique whatever the salt is.
    pub(crate) fn next(&mut self, elapsed: Duration, salt: u64) -> String {
        if self.started.is_some() && elapsed.as_secs() != self.second {
            self.second = elapsed.as_secs();
            self.stamp = stamp(self.started, self.second);
        }
        self.count = self.count.wrapping_add(1);
        format!("{}{:012X}{:08X}", self.stamp, salt & 0xFFFF_FFFF_FFFF, self.count)
    }
}

fn stamp(started: Option<Timestamp>, seconds: u64) -> String {
    let seconds = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    let now = started.unwrap_or(Timestamp::UNIX_EPOCH).saturating_add(seconds);
    let now = now.unwrap_or(Timestamp::UNIX_EPOCH);
    in_beijing(now).strftime("%Y%m%d%H%M%S").to_string()
}

/// The date and time that clocks in Beijing show.
pub(crate) fn in_beijing(now: Timestamp) -> DateTime {
    Offset::constant(8).to_datetime(now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_id_is_the_time_in_beijing_and_twenty_hexadecimal_digits() {
        let mut ids = LogIds::new(Some("2024-12-19T15:59:58Z".parse().unwrap()));
        assert_eq!(ids.next(Duration::from_millis(900), 0xABC), "20241219235958000000000ABC00000001");
        assert_eq!(ids.next(Duration::from_millis(2100), 0xABC), "20241220000000000000000ABC00000002");
    }

    #[test]
    fn without_a_start_the_time_stands_still() {
        let ids = |elapsed| LogIds::new(None).next(Duration::from_secs(elapsed), 7);
        assert_eq!(ids(1), ids(1000));
    }
}
