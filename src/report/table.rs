//! Owns the form of what people read: a column of names and one of values, where a Chinese character takes two places.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::language::{Language, Text};

/// The places of the column of names, unless there are others.
const NAMES: usize = 18;

/// A text that grows line by line.
#[derive(Debug)]
pub(super) struct Table {
    language: Language,
    /// The places of the column of names.
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

    /// A line with a name and a value.
    pub(super) fn line(&mut self, name: Text, value: Text) {
        let name = padded(&name.in_language(self.language), self.names);
        let value = value.in_language(self.language);
        let _ = writeln!(self.text, "  {name} {value}");
    }

    /// The same with a number, or anything that reads the same in every language.
    pub(super) fn count(&mut self, name: Text, value: impl ToString) {
        self.line(name, Text::Plain(value.to_string()));
    }

    /// A paragraph.
    pub(super) fn say(&mut self, text: Text) {
        let _ = writeln!(self.text, "{}", text.in_language(self.language));
    }

    /// Lines that are ready.
    pub(super) fn add(&mut self, lines: &str) {
        self.text.push_str(lines);
    }

    /// A blank line.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_under_each_other_in_any_language() {
        assert_eq!(padded("rows", 6), "rows  ");
        assert_eq!(padded("行数", 6), "行数  ");
        assert_eq!(padded("longer than that", 6), "longer than that");
    }
}
