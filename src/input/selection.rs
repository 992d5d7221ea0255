//! Owns which rows of a results file are meant: those in the states that `--only` names.

use std::str::FromStr;

use crate::language::{Text, text};
use crate::model::Status;

/// The word for every row without success.
const FAILED: &str = "failed";

/// One word of `--only`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selected {
    /// Every row without success.
    Failed,
    /// The rows with this status.
    Status(Status),
}

impl FromStr for Selected {
    type Err = Text;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = text.trim().to_ascii_lowercase();
        if word == FAILED {
            return Ok(Selected::Failed);
        }
        Status::from_word(&word).map(Selected::Status).ok_or_else(|| {
            let words = Status::ALL.map(Status::word).join(", ");
            text!("\"{typed}\" is not a status: give {FAILED}, {words}", typed = text, FAILED, words)
        })
    }
}

/// The rows that are meant; at least one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection(Vec<Selected>);

impl Selection {
    /// The selection of these words; `None` if nothing was typed.
    #[must_use]
    pub fn of(words: Vec<Selected>) -> Option<Selection> {
        (!words.is_empty()).then_some(Selection(words))
    }

    /// Is the row meant that has these cells in the columns `status` and `success`?
    #[must_use]
    pub fn holds(&self, status: &str, success: &str) -> bool {
        self.0.iter().any(|selected| match selected {
            Selected::Failed => !is_true(success),
            Selected::Status(selected) => Status::from_word(status.trim()) == Some(*selected),
        })
    }
}

/// Does the column `success` say yes? A spreadsheet writes `TRUE`.
pub(super) fn is_true(success: &str) -> bool {
    success.trim().eq_ignore_ascii_case("true")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(words: &str) -> Selection {
        let words = words.split(',').map(|word| word.parse().expect("a word")).collect();
        Selection::of(words).expect("words were given")
    }

    #[test]
    fn failed_is_every_row_without_success() {
        let failed = selection("failed");
        for status in Status::ALL.map(Status::word) {
            assert!(failed.holds(status, "false") && failed.holds(status, "FALSE"), "{status}");
            assert!(!failed.holds(status, "true") && !failed.holds(status, "TRUE"), "{status}");
        }
        assert!(failed.holds("", ""));
    }

    #[test]
    fn a_status_selects_itself_alone() {
        let two = selection("unknown, Exhausted");
        for status in Status::ALL {
            let is_one = matches!(status, Status::Unknown | Status::Exhausted);
            assert_eq!(two.holds(status.word(), "false"), is_one, "{status:?}");
        }
        assert!("succeeded".parse::<Selected>().is_err());
        assert_eq!(Selection::of(Vec::new()), None);
    }
}
