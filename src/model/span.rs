//! How a length of time is written on the command line: `30s`, `1m`, `500ms`, `2h`.

use std::time::Duration;

use jiff::SignedDuration;

use crate::language::{Text, text};

/// The longest time that any setting takes: a day. Sums of several stay far from overflow.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Parses a length of time: a number with a unit (`500ms`, `30s`, `1m`, `1h30m`), from zero to 24 hours.
///
/// # Errors
/// A sentence that says what is expected; it is shown behind the name of the flag.
pub(crate) fn parse_span(text: &str) -> Result<Duration, Text> {
    let expected =
        || text!("expected a time with its unit, such as 500ms, 30s or 2m, not \"{typed}\"", typed = text);
    let signed: SignedDuration = text.trim().parse().map_err(|_| expected())?;
    let span = Duration::try_from(signed).map_err(|_| expected())?;
    if span > LONGEST {
        return Err(text!("\"{typed}\" is longer than 24 hours", typed = text));
    }
    Ok(span)
}

/// Parses a length of time as [`parse_span`] does, but refuses zero.
///
/// # Errors
/// As [`parse_span`].
pub(crate) fn parse_positive_span(text: &str) -> Result<Duration, Text> {
    let span = parse_span(text)?;
    if span.is_zero() {
        return Err(text!("must be more than zero"));
    }
    Ok(span)
}

/// Writes a length of time as one would type it: `30s`, `50m`, `500ms`. [`parse_span`] reads it again.
#[must_use]
pub(crate) fn spelled(span: Duration) -> String {
    let seconds = span.as_secs();
    match (span.subsec_nanos(), seconds) {
        (0, 7200..) if seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        (0, 120..) if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        (0, _) => format!("{seconds}s"),
        (nanos, _) if nanos.is_multiple_of(1_000_000) => format!("{}ms", span.as_millis()),
        _ => format!("{}ns", span.as_nanos()),
    }
}

/// Writes a length of time as a person reads it: `45 s`, `12 min`, `3 h 20 min`; parts that do not matter are left out.
#[must_use]
pub(crate) fn in_words(span: Duration) -> Text {
    let seconds = span.as_secs();
    match seconds {
        0 => text!("{number} ms", number = span.as_millis()),
        1..=89 => text!("{number} s", number = span.as_secs_f64().round()),
        90..=5399 => text!("{number} min", number = (seconds + 30) / 60),
        _ => text!("{hours} h {minutes} min", hours = seconds / 3600, minutes = seconds % 3600 / 60),
    }
}

/// An estimate in words: nobody wants to know of how many milliseconds it speaks.
#[must_use]
pub(crate) fn about(span: Duration) -> Text {
    if span.as_secs() == 0 {
        text!("less than a second")
    } else {
        text!("about {duration}", duration => in_words(span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_that_people_type() {
        let read = |text| parse_span(text).ok();
        assert_eq!(read("30s"), Some(Duration::from_secs(30)));
        assert_eq!(read("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(read("1m"), Some(Duration::from_secs(60)));
        assert_eq!(read("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(read("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(read("0s"), Some(Duration::ZERO));
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in ["", "30", "-5s", "soon", "25h", "1e30s", "s"] {
            assert!(parse_span(text).is_err(), "{text}");
        }
        assert!(parse_positive_span("0s").is_err());
    }

    #[test]
    fn what_is_spelled_is_what_was_typed() {
        for text in ["0s", "1s", "60s", "90s", "50m", "2h", "500ms", "1500ms", "61m", "1ns", "24h"] {
            assert_eq!(parse_span(text).map(spelled), Ok(text.to_owned()));
        }
    }

    #[test]
    fn words_are_rounded_to_what_matters() {
        let words = |seconds| in_words(Duration::from_secs(seconds)).to_string();
        assert_eq!(words(45), "45 s");
        assert_eq!(words(720), "12 min");
        assert_eq!(words(12_000), "3 h 20 min");
        assert_eq!(in_words(Duration::from_millis(250)).to_string(), "250 ms");
        assert_eq!(about(Duration::ZERO).to_string(), "less than a second");
        assert_eq!(about(Duration::from_secs(720)).to_string(), "about 12 min");
    }
}
