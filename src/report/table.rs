//! The form of what people read on a terminal, where a Chinese character takes two places: a column of names and one of
//! values, or a small grid.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::language::{Language, Text};

/// The places of the column of names, unless there are others.
const NAMES: usize = 18;
/// What stands before and between the columns of a grid, and its widest line.
const INDENT: &str = "  ";
const GAP: usize = 2;
const WIDEST_LINE: usize = 80;

/// A text that grows line by line.
#[derive(Debug)]
pub(super) struct Table {
    language: Language,
    names: usize,
    text: String,
}

impl Table {
    pub(super) const fn new(language: Language) -> Self {
        Table::with_names(language, NAMES)
    }

    /// With a column of names of so many places.
    pub(super) const fn with_names(language: Language, names: usize) -> Self {
        Table { language, names, text: String::new() }
    }

    pub(super) fn line(&mut self, name: Text, value: Text) {
        let name = padded(&name.in_language(self.language), self.names);
        let value = value.in_language(self.language);
        let _ = writeln!(self.text, "  {name} {value}");
    }

    /// The same with a number, or anything that reads the same in every language.
    pub(super) fn count(&mut self, name: Text, value: impl ToString) {
        self.line(name, Text::Plain(value.to_string()));
    }

    pub(super) fn say(&mut self, text: Text) {
        let _ = writeln!(self.text, "{}", text.in_language(self.language));
    }

    pub(super) fn add(&mut self, lines: &str) {
        self.text.push_str(lines);
    }

    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// The text, with blanks behind it up to a width.
pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// A grid with a header: columns as wide as their longest cell, but no wider than `widest` says, cut so that a line fits
/// 80 places.
pub(super) fn grid<const N: usize>(header: [String; N], widest: [usize; N], rows: &[[String; N]]) -> String {
    let width_of = |column: usize| {
        let cells = rows.iter().map(|row| row[column].width());
        cells.chain([header[column].width()]).max().unwrap_or(0).min(widest[column])
    };
    let mut widths: [usize; N] = std::array::from_fn(width_of);
    let others: usize = widths[..N - 1].iter().map(|width| width + GAP).sum();
    widths[N - 1] = widths[N - 1].min(WIDEST_LINE.saturating_sub(INDENT.len() + others));
    let mut text = String::new();
    for row in std::iter::once(&header).chain(rows) {
        let mut line = INDENT.to_owned();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(&padded(&fitting(cell, width), width + GAP));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The text, cut to a width; a Chinese character takes two columns.
fn fitting(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for character in text.chars() {
        cut.push(character);
        // Measured as a whole: some characters make the one before them wider. One column is for the sign that says so.
        if cut.width() + 1 > width {
            cut.pop();
            break;
        }
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_stand_under_each_other_in_any_language() {
        assert_eq!(padded("rows", 6), "rows  ");
        assert_eq!(padded("行数", 6), "行数  ");
        assert_eq!(padded("longer than that", 6), "longer than that");
    }

    #[test]
    fn columns_stand_below_each_other_whatever_the_script() {
        let rows = [["2", "张伟", "a@b.c"], ["10", "Smith, John", ""]].map(|row| row.map(str::to_owned));
        let text = grid(["row", "name", "work email"].map(str::to_owned), [6, 8, 60], &rows);
        assert_eq!(text, "  row  name      work email\n  2    张伟      a@b.c\n  10   Smith, …\n");
        assert_eq!(fitting("张伟张伟", 6), "张伟…");
        assert_eq!(fitting("张伟张伟", 5), "张伟…");
        assert_eq!(fitting("张伟张伟", 8), "张伟张伟");
        assert_eq!(
            fitting("1*\u{fe0f}23", 3),
            "1*…",
            "the second character makes the first two columns wide"
        );
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_a_terminal(rows in proptest::collection::vec(["\\PC{0,60}", "\\PC{0,60}", "\\PC{0,200}"], 0..8)) {
            let text = grid(["a", "b", "c"].map(str::to_owned), [10, 20, 500], &rows);
            prop_assert_eq!(text.lines().count(), rows.len() + 1);
            for line in text.lines() {
                prop_assert!(line.width() <= WIDEST_LINE, "{line:?}");
            }
        }
    }
}
