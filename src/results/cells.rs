//! The cells that the results add to a row: the columns of [`RESULT_COLUMNS`], in their order.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::advice::{self, advice};
use crate::input::{LOOK_UP_COLUMNS, RESULT_COLUMNS};
use crate::language::{Language, Text, text};
use crate::model::{ConfirmedBy, ErrorCode, Operation, Outcome, PreHire, Problem, RetryOutcome, Status};
use crate::preflight::{Eligibility, PreflightRow};

/// One row's cells, in the order of [`RESULT_COLUMNS`].
pub(crate) type Cells = [String; RESULT_COLUMNS.len()];

/// How a place writes: its time, and the language of its people.
#[derive(Clone, Debug)]
pub(crate) struct Locale {
    /// Its time zone.
    pub(crate) time_zone: TimeZone,
    /// The language of messages and advice.
    pub(crate) language: Language,
}

impl Locale {
    /// Where people are from everywhere.
    #[must_use]
    pub(crate) const fn utc() -> Self {
        Locale { time_zone: TimeZone::UTC, language: Language::English }
    }

    /// A time as people read it here.
    #[must_use]
    pub(crate) fn shown(&self, at: Timestamp) -> String {
        at.to_zoned(self.time_zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
    }
}

/// The places of the cells that are read again.
pub(crate) const STATUS: usize = 1;
/// Is the pre-hire as it was to be?
pub(crate) const SUCCESS: usize = 2;
const ERROR_MESSAGE: usize = 4;
const ADVICE: usize = 10;

/// The cells of a row that was to be sent.
#[must_use]
pub(crate) fn sent(line: u64, outcome: &Outcome, operation: Operation, locale: &Locale) -> Cells {
    let Locale { time_zone, language } = locale;
    let Outcome { status, error_code, .. } = outcome;
    let shown = |time: Option<Timestamp>| time.map_or_else(String::new, |time| rfc_3339(time, time_zone));
    [
        line.to_string(),
        status.word().to_owned(),
        status.is_success().to_string(),
        error_code.map_or_else(String::new, |code| code.to_string()),
        formula_safe(&outcome.message.in_language(*language)),
        outcome.retry_outcome.map_or("", RetryOutcome::word).to_owned(),
        outcome.attempts.to_string(),
        outcome.http_status.map_or_else(String::new, |status| status.to_string()),
        outcome.confirmed_by.map_or("", ConfirmedBy::word).to_owned(),
        outcome.log_id.as_deref().map_or_else(String::new, formula_safe),
        advice(operation, *status, *error_code).in_language(*language),
        shown(outcome.first_sent_at),
        shown(outcome.settled_at),
    ]
}

/// The cells of a row that could not be sent.
#[must_use]
pub(crate) fn invalid(line: u64, problem: &Problem, language: Language) -> Cells {
    let unsent = Unsent { status: Status::Invalid, success: false, code: problem.code };
    unsent.cells(line, &problem.message, language)
}

/// The cells in front of those: what was looked up of a pre-hire. What the app may not see is empty.
#[must_use]
pub(crate) fn looked_up(pre_hire: Option<&PreHire>) -> [String; LOOK_UP_COLUMNS.len()] {
    let Some(pre_hire) = pre_hire else { return Default::default() };
    let safe = |text: &Option<String>| text.as_deref().map_or_else(String::new, formula_safe);
    let stage = pre_hire.stage.as_ref().map_or_else(String::new, |stage| formula_safe(&stage.to_string()));
    [safe(&pre_hire.name), stage, safe(&pre_hire.onboarding_date)]
}

/// The cells of a row that would be sent, with what a look-up says of that.
#[must_use]
pub(crate) fn with_preflight(
    mut cells: Cells,
    seen: Option<&PreflightRow>,
    operation: Operation,
    language: Language,
) -> Cells {
    let Some(seen) = seen.filter(|seen| seen.eligibility.is_problem()) else { return cells };
    let stage = seen.pre_hire.as_ref().and_then(|pre_hire| pre_hire.stage.as_ref());
    let done = || operation.past();
    let message = match (seen.eligibility, stage) {
        (Eligibility::NotVisible, ..) => {
            text!("there is no such pre-hire, or the app is not allowed to see it")
        }
        (Eligibility::AlreadyDone, _) => text!("it is already {done}", done => done()),
        (_, None) => text!("the app is not allowed to see the stage of this pre-hire"),
        (_, Some(stage)) => {
            text!("its stage is {stage}, where it can't be {done}", stage, done => done())
        }
    };
    cells[ERROR_MESSAGE] = message.in_language(language);
    cells[ADVICE] = advice::of_eligibility(seen.eligibility).in_language(language);
    cells
}

/// The row that a duplicate repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Original {
    /// Its line in the file.
    pub(crate) line: u64,
    /// Is its pre-hire as it was to be?
    pub(crate) success: bool,
    /// Does the repeated row give another reason?
    pub(crate) other_reason: bool,
}

/// The cells of a row whose id stands in an earlier row.
#[must_use]
pub(crate) fn duplicate(line: u64, original: Original, language: Language) -> Cells {
    let Original { line: first, success, other_reason } = original;
    let message = if other_reason {
        text!("row {first} has the same pre-hire id; its reason was used, not this one", first)
    } else {
        text!("row {first} has the same pre-hire id", first)
    };
    let unsent = Unsent { status: Status::Duplicate, success, code: ErrorCode::DuplicateId };
    unsent.cells(line, &message, language)
}

/// A row that could not be sent.
struct Unsent {
    status: Status,
    success: bool,
    code: ErrorCode,
}

impl Unsent {
    fn cells(&self, line: u64, message: &Text, language: Language) -> Cells {
        let mut cells = Cells::default();
        cells[0] = line.to_string();
        cells[1] = self.status.word().to_owned();
        cells[2] = self.success.to_string();
        cells[3] = self.code.to_string();
        cells[ERROR_MESSAGE] = message.in_language(language);
        cells[6] = "0".to_owned();
        if !self.success {
            cells[ADVICE] = advice::of_unsent(self.status, self.code).in_language(language);
        }
        cells
    }
}

/// A time as the results and the log show it: RFC 3339 with milliseconds and the offset of this place.
pub(crate) fn rfc_3339(time: Timestamp, time_zone: &TimeZone) -> String {
    time.to_zoned(time_zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// A text from the server that a spreadsheet would take for a formula gets a leading `'`.
pub(super) fn formula_safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_server_is_no_formula() {
        for text in ["=1+1", "+1", "-1", "@x", "\tx", "\rx"] {
            let outcome = Outcome { message: Text::Plain(text.to_owned()), ..Outcome::default() };
            let cells = sent(2, &outcome, Operation::Withdraw, &Locale::utc());
            assert_eq!(cells[4], format!("'{text}"));
        }
        let outcome = Outcome { message: Text::Plain("a=b".to_owned()), ..Outcome::default() };
        assert_eq!(sent(2, &outcome, Operation::Withdraw, &Locale::utc())[4], "a=b");
    }

    #[test]
    fn times_carry_their_offset() {
        let beijing = TimeZone::fixed(jiff::tz::offset(8));
        assert_eq!(rfc_3339(Timestamp::UNIX_EPOCH, &beijing), "1970-01-01T08:00:00.000+08:00");
        assert_eq!(rfc_3339(Timestamp::UNIX_EPOCH, &TimeZone::UTC), "1970-01-01T00:00:00.000+00:00");
    }

    #[test]
    fn a_duplicate_mirrors_the_row_that_was_sent() {
        let original = Original { line: 3, success: true, other_reason: true };
        let cells = duplicate(7, original, Language::English);
        assert_eq!(cells[..4], ["7", "duplicate", "true", "duplicate_id"]);
        assert!(cells[4].contains("row 3") && cells[4].contains("reason"), "{}", cells[4]);
        assert_eq!(cells[10], "");
        assert_eq!(duplicate(7, Original { success: false, ..original }, Language::English)[2], "false");
    }
}
