//! What a workbook can hold: Excel's limits, found before any call, so that nothing is lost at the end.

use std::borrow::Cow;

use crate::input::Survey;
use crate::language::text;
use crate::model::{Error, Result};

/// With the header.
const MOST_ROWS: u32 = 1_048_576;
const MOST_COLUMNS: usize = 16_384;
/// The longest text of a cell, in UTF-16 code units.
const LONGEST_TEXT: usize = 32_767;
/// A zip file without the extension for large ones holds no larger part. Excel offers to repair files that have the
/// extension, so only those get it that need it; the slack is for what stands around the rows.
const LARGEST_PART: u64 = u32::MAX as u64 - (16 << 20);

/// Makes sure that every row, column and cell of the results will fit.
///
/// # Errors
/// When one doesn't; exit 2, naming it.
pub(super) fn refuse_what_does_not_fit(survey: &Survey) -> Result<()> {
    let columns = survey.columns.results_header().count();
    let longest = &survey.longest_cell;
    let rows = survey.results();
    let problem = if rows >= MOST_ROWS {
        let most = MOST_ROWS - 1;
        text!(
            "the results would have {rows} {rows|row|rows}, but a workbook holds at most {most} below its header",
            rows,
            most
        )
    } else if columns > MOST_COLUMNS {
        text!(
            "the results would have {columns} {columns|column|columns}, but a workbook holds at most {MOST_COLUMNS}",
            columns,
            MOST_COLUMNS
        )
    } else if longest.length > LONGEST_TEXT {
        let column = crate::model::one_line(survey.columns.name(longest.column), 60);
        text!(
            "row {row}: the cell in column \"{column}\" has {length} {length|character|characters}, but a workbook cell holds at most {LONGEST_TEXT}",
            row = longest.line,
            column,
            length = longest.length,
            LONGEST_TEXT
        )
    } else {
        return Ok(());
    };
    Err(Error::invalid_input(problem)
        .hint(text!("write the results as CSV: choose a name that ends with .csv with -o FILE")))
}

/// One of our own sentences that quotes a very long column name is cut; the input's cells have been measured before.
pub(super) fn fitting(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_TEXT {
        return Cow::Borrowed(text);
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > LONGEST_TEXT
    });
    match end {
        Some((end, _)) => Cow::Owned(text[..end].to_owned()),
        None => Cow::Borrowed(text),
    }
}

/// The number of a cell that is one, if it can be shown as the same digits.
pub(super) fn as_number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

/// How large the rows of a workbook are before they are compressed; never less than they are.
#[derive(Debug, Default)]
pub(super) struct SheetSize {
    bytes: u64,
}

impl SheetSize {
    /// Counts one cell.
    pub(super) fn add(&mut self, text: &str) {
        /// `<row r="…"></row>` and `<c r="…" s="…" t="inlineStr"><is><t xml:space="preserve">…</t></is></c>`
        const AROUND: u64 = 160;
        /// What an escaped character may need more than itself: `_x0001_`, `_x005F`.
        const ESCAPE: u64 = 6;
        let escaped = text.bytes().filter(|byte| matches!(byte, ..b' ' | b'&' | b'<' | b'>' | b'_' | 0xEF));
        self.bytes += AROUND + text.len() as u64 + ESCAPE * escaped.count() as u64;
    }

    /// Does it need the extension for large files?
    pub(super) const fn is_large(&self) -> bool {
        self.bytes > LARGEST_PART
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::input::{ColumnChoice, Layout, RecordReader, RowRules, survey};

    fn refusal(text: &str) -> Option<String> {
        let reader = RecordReader::new(text.as_bytes(), Layout::default());
        let survey = survey(reader, &ColumnChoice::default(), &RowRules::default(), |_| Ok(()));
        let survey = survey.expect("a usable file");
        refuse_what_does_not_fit(&survey).err().map(|error| error.report(crate::language::Language::English))
    }

    fn with_cell(cell: &str) -> String {
        format!("pre_hire_id,reason,note\n1,a,\n\n2,b,{cell}\n3,c,\n")
    }

    #[test]
    fn a_cell_is_measured_in_code_units_of_utf_16() {
        assert_eq!(refusal(&with_cell(&"x".repeat(LONGEST_TEXT))), None);
        assert_eq!(refusal(&with_cell(&"字".repeat(LONGEST_TEXT))), None);
        let said = refusal(&with_cell(&"x".repeat(LONGEST_TEXT + 1))).expect("too long");
        assert!(said.contains("row 4: the cell in column \"note\" has 32768 characters"), "{said}");
        assert!(said.contains("hint: write the results as CSV"), "{said}");
        let emoji = LONGEST_TEXT / 2 + 1;
        assert!(refusal(&with_cell(&"😀".repeat(emoji))).is_some());
        assert_eq!(refusal(&with_cell(&"😀".repeat(emoji - 1))), None);
    }

    #[test]
    fn a_long_name_of_a_column_counts_and_a_cell_without_a_column_does_not() {
        let long = "x".repeat(LONGEST_TEXT + 1);
        let said = refusal(&format!("pre_hire_id,{long}\n1,a\n")).expect("too long");
        assert!(said.contains("row 1") && said.len() < 400, "{said}");
        assert_eq!(refusal(&format!("pre_hire_id,reason\n1,a,{long}\n")), None);
    }

    #[test]
    fn the_columns_of_the_results_count() {
        let header = |columns: usize| format!("pre_hire_id,reason{}\n1,a\n", ",x".repeat(columns - 2));
        let most = MOST_COLUMNS - crate::input::RESULT_COLUMNS.len();
        assert_eq!(refusal(&header(most)), None);
        assert!(refusal(&header(most + 1)).expect("too many").contains("16385 columns"));
    }

    #[test]
    fn the_header_takes_one_row() {
        let rows = |rows: u32| format!("pre_hire_id\n{}", "x\n".repeat(rows as usize));
        assert_eq!(refusal(&rows(MOST_ROWS - 1)), None);
        assert!(refusal(&rows(MOST_ROWS)).expect("too many").contains("1048576 rows"));
    }

    #[test]
    fn numbers_are_those_that_look_the_same() {
        assert_eq!(as_number("17"), Some(17));
        assert_eq!(as_number("0"), Some(0));
        for text in ["", "017", "+1", "1.0", "7345005664477775407", " 1", "x"] {
            assert_eq!(as_number(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_cut_fits_and_is_the_beginning(text in "(a|字|😀){0,12}", repeated in 1_usize..4_000) {
            let text = text.repeat(repeated);
            let cut = fitting(&text);
            let units = cut.encode_utf16().count();
            prop_assert!(units <= LONGEST_TEXT && text.starts_with(&*cut));
            prop_assert!(cut.len() == text.len() || units >= LONGEST_TEXT - 1);
        }
    }
}
