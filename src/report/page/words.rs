//! The words of the page, and how numbers and statuses are written on it.

use crate::language::{Language, Text, text};
use crate::model::{RetryOutcome, Status};

/// Names each word, and says it.
macro_rules! words {
    ($($name:ident: $text:expr),* $(,)?) => {
        /// All words of the page that stand there without a number.
        #[derive(Debug)]
        pub(super) struct Words {
            $(pub(super) $name: String),*
        }

        impl Words {
            pub(super) fn in_language(language: Language) -> Words {
                Words { $($name: $text.in_language(language)),* }
            }
        }
    };
}

words! {
    outcomes: text!("Outcomes"),
    status: text!("status"),
    meaning: text!("meaning"),
    rows: text!("rows"),
    share: text!("share"),
    what_to_do: text!("What to do"),
    nothing_to_do: text!("Nothing: every row succeeded."),
    code: text!("code"),
    advice: text!("advice"),
    calls_and_allowance: text!("Calls against the allowance"),
    no_timeline: text!(
        "There is no timeline: the journal of these results was not found. Give it with --journal FILE."
    ),
    no_calls: text!("No run in the journal has made a call."),
    retries_and_waits: text!("Retries and waits"),
    people: text!("Rows that need attention"),
    filter: text!("Filter"),
    filter_hint: text!("a name, an id, a code, a word"),
    every_status: text!("every status"),
    no_match: text!("No row matches."),
    row: text!("row"),
    id: text!("pre-hire id"),
    message: text!("message"),
    personal_data: text!("This page contains personal data: only its owner can read it. Keep it no longer than needed."),
    legend_calls: text!("calls in the last window"),
    legend_cap: text!("allowed"),
    legend_held: text!("calls held back"),
    legend_throttled: text!("throttled by the server"),
}

/// What a status means, in a few words.
pub(super) fn meaning(status: Option<Status>) -> Text {
    match status {
        Some(Status::Withdrawn) => text!("withdrawn by this tool"),
        Some(Status::AlreadyWithdrawn) => text!("withdrawn before, by somebody else"),
        Some(Status::Restored) => text!("restored by this tool"),
        Some(Status::AlreadyActive) => text!("restored before, by somebody else"),
        Some(Status::Refused) => text!("permanently refused by the API"),
        Some(Status::Exhausted) => text!("all attempts were used up; definitely not done"),
        Some(Status::Unknown) => text!("it is not known whether it was done: look it up"),
        Some(Status::Invalid) => text!("the row can't be sent; no call was made"),
        Some(Status::Duplicate) => text!("an earlier row has the same id"),
        Some(Status::NotAttempted) => text!("the run ended before its turn; definitely not done"),
        None => text!("unknown status"),
    }
}

/// How a run ended, by its exit code.
pub(super) fn ending(exit_code: u8) -> Text {
    match exit_code {
        0 => text!("ended, every row succeeded"),
        1 => text!("ended, some rows did not succeed"),
        3 => text!("stopped early"),
        4 => text!("stopped: results or journal could not be written"),
        130 | 143 => text!("interrupted"),
        code => text!("ended with exit code {code}", code),
    }
}

/// What came of the calls for a row.
pub(super) fn retry_outcome(outcome: Option<RetryOutcome>) -> Text {
    match outcome {
        Some(RetryOutcome::NotNeeded) => text!("settled by the first attempt"),
        Some(RetryOutcome::Recovered) => text!("succeeded on a later attempt or look-up"),
        Some(RetryOutcome::RefusedOnRetry) => text!("refused on a later attempt"),
        Some(RetryOutcome::Exhausted) => text!("gave up after all attempts"),
        Some(RetryOutcome::Interrupted) => text!("the run ended while the row was waiting"),
        None => text!("never called"),
    }
}

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
