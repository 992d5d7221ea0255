//! How a day is written on the command line: `2026-03-01`, or counted from today: `today`, `-30d`, `+2w`.

use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::language::{Text, text};

const DAYS_OF_A_WEEK: i32 = 7;
/// A hundred years: a larger number is a typing error.
const MOST_DAYS: i32 = 36_525;
/// How long a date is. The parser below takes other forms, too, which mean other things elsewhere.
const DATE_LENGTH: usize = "2026-03-01".len();

/// A day as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Day {
    /// This one.
    Fixed(Date),
    /// So many days after today, or before it.
    FromToday(i32),
}

impl Day {
    /// The day itself, when today is this one.
    #[must_use]
    pub(crate) fn resolve(self, today: Date) -> Date {
        match self {
            Day::Fixed(date) => date,
            Day::FromToday(days) => today.saturating_add(days.days()),
        }
    }
}

impl FromStr for Day {
    type Err = Text;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = || {
            text!(
                "expected a date such as 2026-03-01, or today, -30d, +7d or -2w, not \"{typed}\"",
                typed = text
            )
        };
        if text == "today" {
            return Ok(Day::FromToday(0));
        }
        if text.starts_with(['+', '-']) {
            let days = days_from_today(text).ok_or_else(expected)?;
            if days.abs() > MOST_DAYS {
                return Err(text!("\"{typed}\" is more than a hundred years away", typed = text));
            }
            return Ok(Day::FromToday(days));
        }
        let date = text.parse().ok().filter(|_| text.len() == DATE_LENGTH);
        date.map(Day::Fixed).ok_or_else(expected)
    }
}

/// A sign, a number, a unit.
fn days_from_today(text: &str) -> Option<i32> {
    let (sign, rest) = text.split_at(1);
    let (number, unit) = match (rest.strip_suffix('d'), rest.strip_suffix('w')) {
        (Some(number), _) => (number, 1),
        (None, Some(number)) => (number, DAYS_OF_A_WEEK),
        (None, None) => return None,
    };
    let count = number.bytes().all(|digit| digit.is_ascii_digit()).then(|| number.parse::<i32>().ok())??;
    let days = count.saturating_mul(unit);
    Some(if sign == "-" { -days } else { days })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_is_a_date_or_counted_from_today() {
        let today = date(2026, 3, 1);
        let seen = |text: &str| text.parse::<Day>().map(|day| day.resolve(today));
        assert_eq!(seen("2024-02-29"), Ok(date(2024, 2, 29)));
        assert_eq!(seen("today"), Ok(today));
        assert_eq!(seen("-30d"), Ok(date(2026, 1, 30)));
        assert_eq!(seen("+7d"), Ok(date(2026, 3, 8)));
        assert_eq!(seen("-2w"), Ok(date(2026, 2, 15)));
        assert_eq!(seen("-0d"), Ok(today));
        assert_eq!(seen("+36525d"), Ok(date(2126, 3, 2)));
    }

    #[test]
    fn what_could_mean_something_else_is_refused() {
        for text in [
            "",
            "-",
            "+",
            "d",
            "-d",
            "30d",
            "-30",
            "-30m",
            "-3 0d",
            "--30d",
            "-+30d",
            "-1.5d",
            "+36526d",
            "-99999999999d",
            "-9999w",
            "Today",
            "yesterday",
            "20260301",
            "2026-3-1",
            "01.03.2026",
            "2026-02-30",
            "2026-03-01T00:00",
            "-2026-03-01",
            "２０２６-03-01",
            "--reason",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn no_day_leaves_the_calendar() {
        assert_eq!(Day::FromToday(MOST_DAYS).resolve(Date::MAX), Date::MAX);
        assert_eq!(Day::FromToday(-MOST_DAYS).resolve(Date::MIN), Date::MIN);
    }
}
