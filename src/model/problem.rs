//! Why a row can't be sent, in sentences about the file: column, value, what is wrong.

use super::error_code::ErrorCode;
use super::id::IdProblem;
use super::outcome::Status;
use super::reason::ReasonProblem;
use crate::language::{Text, text};

/// How much of a cell a message shows.
const SHOWN_CHARACTERS: usize = 60;

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The word for the column `error_code`.
    pub(crate) code: ErrorCode,
    /// The name of the column with the problem; empty when the file lacks that column.
    pub(crate) column: String,
    /// The beginning of the cell.
    pub(crate) value: String,
    /// The sentence for the column `error_message`.
    pub(crate) message: Text,
}

impl Problem {
    pub(crate) fn of_id(problem: IdProblem, column: &str, cell: &str) -> Problem {
        let value = one_line(cell, SHOWN_CHARACTERS);
        let (code, message) = match problem {
            IdProblem::Missing => {
                (ErrorCode::MissingId, text!("the cell in column \"{column}\" is empty", column))
            }
            IdProblem::NotDigits => (
                ErrorCode::BadId,
                text!(
                    "\"{value}\" in column \"{column}\" is not a pre-hire id: an id is 1 to 32 digits",
                    value,
                    column
                ),
            ),
            IdProblem::Rewritten => (
                ErrorCode::DamagedId,
                text!(
                    "\"{value}\" in column \"{column}\" was changed by a spreadsheet or an input method: it could be another person's id",
                    value,
                    column
                ),
            ),
            IdProblem::Rounded => (
                ErrorCode::DamagedId,
                text!(
                    "\"{value}\" in column \"{column}\" has only zeros after the 15th digit: a spreadsheet has rounded it, so it could be another person's id",
                    value,
                    column
                ),
            ),
        };
        Problem { code, column: column.to_owned(), value, message }
    }

    pub(crate) fn of_reason(problem: ReasonProblem, column: &str, cell: &str) -> Problem {
        let (code, message) = match problem {
            ReasonProblem::Missing if column.is_empty() => {
                (ErrorCode::MissingReason, text!("the file has no reason column"))
            }
            ReasonProblem::Missing => {
                (ErrorCode::MissingReason, text!("the cell in column \"{column}\" is empty", column))
            }
            ReasonProblem::HoldsNul => {
                (ErrorCode::BadReason, text!("the cell in column \"{column}\" contains a NUL byte", column))
            }
            ReasonProblem::TooLong(characters) => (
                ErrorCode::ReasonTooLong,
                text!(
                    "the cell in column \"{column}\" has {characters} {characters|character|characters}; at most 500 are allowed",
                    column,
                    characters
                ),
            ),
        };
        Problem { code, column: column.to_owned(), value: one_line(cell, SHOWN_CHARACTERS), message }
    }

    /// Of a row of a results file that is to be restored, and is not called withdrawn there.
    pub(crate) fn of_status(status: &str) -> Problem {
        let value = one_line(status, SHOWN_CHARACTERS);
        let why = match Status::from_word(status) {
            Some(Status::Unknown) => text!("it is not known whether this tool withdrew it"),
            _ => text!("this tool did not withdraw it"),
        };
        let message =
            text!("its status in the results is \"{value}\", not \"withdrawn\": {why}", value, why => why);
        Problem { code: ErrorCode::NotWithdrawn, column: "status".to_owned(), value, message }
    }

    /// Of a row that is called withdrawn, but not by the journal.
    pub(crate) fn of_unproved_id(journal: &str, column: &str, cell: &str) -> Problem {
        let message = text!(
            "{journal} does not show that this tool withdrew it; the journal of another run might (--source-journal FILE)",
            journal
        );
        let value = one_line(cell, SHOWN_CHARACTERS);
        Problem { code: ErrorCode::NotWithdrawn, column: column.to_owned(), value, message }
    }

    pub(crate) fn of_extra_cell(width: usize, cells: usize, cell: &str) -> Problem {
        let value = one_line(cell, SHOWN_CHARACTERS);
        let message = text!(
            "the row has {cells} {cells|cell|cells}, but the header has only {width}: \"{value}\" belongs to no column",
            cells,
            width,
            value
        );
        Problem { code: ErrorCode::ExtraCells, column: String::new(), value, message }
    }
}

/// The text on one line, without control characters, and cut after so many characters.
#[must_use]
pub(crate) fn one_line(text: &str, most_characters: usize) -> String {
    let mut line: String = text
        .chars()
        .take(most_characters)
        .map(|character| {
            if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                character
            }
        })
        .collect();
    if text.chars().nth(most_characters).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line("a\r\nb\tc\0d\u{2028}e", 50), "a  b c d e");
        assert_eq!(one_line("字字字", 2), "字字…");
        assert_eq!(one_line("字字", 2), "字字");
    }
}
