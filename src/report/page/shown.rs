//! Owns how numbers, times and statuses are written on the page.

use crate::model::Status;

/// The colour of a status.
pub(super) const fn kind(status: Option<Status>) -> &'static str {
    match status {
        Some(Status::Withdrawn | Status::Restored) => "done",
        Some(Status::AlreadyWithdrawn | Status::AlreadyActive) => "before",
        Some(Status::Refused) => "refused",
        Some(Status::Exhausted) => "exhausted",
        Some(Status::Unknown) => "unknown",
        Some(Status::Invalid) => "invalid",
        Some(Status::Duplicate) => "duplicate",
        Some(Status::NotAttempted) | None => "open",
    }
}

pub(super) fn word(status: Option<Status>) -> String {
    status.map_or("?", Status::word).to_owned()
}

/// A share of all rows; what is there is never "0 %", and what is missing never "100 %".
pub(super) fn share(rows: u64, all: u64) -> String {
    let percent = rows as f64 / all as f64 * 100.0;
    match percent {
        _ if rows == all => "100 %".to_owned(),
        percent if percent < 0.1 => "< 0.1 %".to_owned(),
        percent if percent > 99.9 => "> 99.9 %".to_owned(),
        percent => format!("{percent:.1} %"),
    }
}

/// `1234567` as `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, shown) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), shown);
        }
    }

    #[test]
    fn a_share_never_hides_a_row() {
        assert_eq!(share(1, 1_000_000), "< 0.1 %");
        assert_eq!(share(999_999, 1_000_000), "> 99.9 %");
        assert_eq!(share(5, 5), "100 %");
        assert_eq!(share(1, 3), "33.3 %");
    }
}
