//! Owns what a cell of a workbook shows, as far as the library tells. A text is itself; a number is what a spreadsheet
//! keeps of it: 15 digits.

use calamine::{Data, ExcelDateTime};

/// From here on a number has 16 digits or more. It is written with an exponent, which no id has: a numeric
/// cell of 16 digits or more is damaged, whatever it shows.
const FIRST_OF_16_DIGITS: f64 = 1e15;
/// The first serial number behind 9999-12-31.
const AFTER_THE_LAST_DAY: f64 = 2_958_466.0;

/// The text of a cell.
pub(super) fn shown(cell: Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text,
        Data::Int(number) => shown_number(number as f64),
        Data::Float(number) => shown_number(number),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::DateTime(time) => shown_time(&time),
        Data::DateTimeIso(text) => shown_iso_time(&text),
        Data::DurationIso(text) => shown_iso_duration(&text),
        Data::Error(error) => error.to_string(),
    }
}

fn shown_number(number: f64) -> String {
    if !number.is_finite() {
        return "#NUM!".to_owned();
    }
    let rounded: f64 = format!("{number:.14e}").parse().expect("a number that was just written");
    if rounded.abs() >= FIRST_OF_16_DIGITS {
        return with_exponent(rounded);
    }
    let text = rounded.to_string();
    // A fraction never becomes the digits of somebody's id.
    if number.fract() != 0.0 && !text.contains('.') { number.to_string() } else { text }
}

/// `7.34500566447778E+18`.
fn with_exponent(number: f64) -> String {
    let text = format!("{number:E}");
    let (mantissa, exponent) = text.split_once('E').expect("it was asked for an exponent");
    format!("{mantissa}E+{exponent}")
}

/// `2024-05-01`, `2024-05-01T09:30:00`, a time of the day without a date, or a length of time.
fn shown_time(time: &ExcelDateTime) -> String {
    let days = time.as_f64();
    if time.is_duration() {
        return shown_length(days);
    }
    if !(0.0..AFTER_THE_LAST_DAY).contains(&days) {
        return shown_number(days);
    }
    let (year, month, day, hour, minute, second, millisecond) = time.to_ymd_hms_milli();
    let fraction = if millisecond == 0 { String::new() } else { format!(".{millisecond:03}") };
    let clock = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    let is_midnight = (hour, minute, second, millisecond) == (0, 0, 0, 0);
    match (days < 1.0, is_midnight) {
        (true, _) => clock,
        (false, true) => format!("{year:04}-{month:02}-{day:02}"),
        (false, false) => format!("{year:04}-{month:02}-{day:02}T{clock}"),
    }
}

/// `36:30:00`.
fn shown_length(days: f64) -> String {
    let seconds = (days * 86_400.0).round();
    if !(0.0..FIRST_OF_16_DIGITS).contains(&seconds) {
        return shown_number(days);
    }
    let seconds = seconds as u64;
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// A date without a time of the day has none.
fn shown_iso_time(text: &str) -> String {
    text.strip_suffix("T00:00:00").unwrap_or(text).to_owned()
}

/// `PT36H30M00S` → `36:30:00`; anything else stays as it is.
fn shown_iso_duration(text: &str) -> String {
    let clock = || {
        let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
        let (minutes, rest) = rest.split_once('M')?;
        let seconds = rest.strip_suffix('S')?.split(['.', ',']).next()?;
        let number = |part: &str| part.parse::<u32>().ok();
        Some(format!("{:02}:{:02}:{:02}", number(hours)?, number(minutes)?, number(seconds)?))
    };
    clock().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{IdProblem, PreHireId};
    use calamine::ExcelDateTimeType;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_shown_as_a_spreadsheet_keeps_them() {
        for (number, text) in [
            (0.0, "0"),
            (30.0, "30"),
            (12.5, "12.5"),
            (0.1 + 0.2, "0.3"),
            (-7.25, "-7.25"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e15, "1E+15"),
            (7_345_005_664_477_775_407.0, "7.34500566447778E+18"),
            (123_456_789_012_345.6, "123456789012345.6"),
            (f64::NAN, "#NUM!"),
        ] {
            assert_eq!(shown_number(number), text);
        }
    }

    #[test]
    fn dates_and_times_are_never_serial_numbers() {
        let time =
            |value, is_1904| shown_time(&ExcelDateTime::new(value, ExcelDateTimeType::DateTime, is_1904));
        assert_eq!(time(45_413.0, false), "2024-05-01");
        assert_eq!(time(45_413.0 + 9.5 / 24.0, false), "2024-05-01T09:30:00");
        assert_eq!(time(45_413.0 - 1_462.0, true), "2024-05-01");
        assert_eq!(time(0.395_833_333_333_333, false), "09:30:00");
        assert_eq!(time(7.345e18, false), "7.345E+18");
        assert_eq!(time(-1.0, false), "-1");
        let length = ExcelDateTime::new(1.520_833_333, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(shown_time(&length), "36:30:00");
        assert_eq!(shown_iso_time("2024-05-01T00:00:00"), "2024-05-01");
        assert_eq!(shown_iso_time("2024-05-01T09:30:00"), "2024-05-01T09:30:00");
        assert_eq!(shown_iso_duration("PT09H30M00S"), "09:30:00");
        assert_eq!(shown_iso_duration("P1D"), "P1D");
    }

    proptest! {
        #[test]
        fn a_number_of_16_digits_or_more_is_never_an_id(number in 1e15_f64..1e32) {
            prop_assert_eq!(PreHireId::parse(&shown_number(number), true), Err(IdProblem::Rewritten));
            prop_assert_eq!(PreHireId::parse(&shown_number(-number), true).is_err(), true);
        }

        #[test]
        fn a_whole_number_of_15_digits_keeps_them_all(number in 0_u64..1_000_000_000_000_000) {
            prop_assert_eq!(shown_number(number as f64), number.to_string());
        }

        #[test]
        fn a_fraction_is_never_an_id(number in 0.0_f64..1e15) {
            prop_assume!(number.fract() != 0.0);
            prop_assert!(PreHireId::parse(&shown_number(number), true).is_err());
        }
    }
}
