//! Owns how a text is laid out: its delimiter, its line ends, the number of its first line.

use std::fmt;
use std::str::FromStr;

use crate::language::{Text, text};

/// What stands between two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiter(u8);

impl Delimiter {
    /// The usual one.
    pub const COMMA: Delimiter = Delimiter(b',');
    /// What a spreadsheet writes where the comma is the decimal point.
    pub const SEMICOLON: Delimiter = Delimiter(b';');
    /// What "Unicode Text" has.
    pub const TAB: Delimiter = Delimiter(b'\t');
    /// What some HR systems write.
    pub const BAR: Delimiter = Delimiter(b'|');

    /// The byte that it is.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b'\t' => f.write_str("tab"),
            byte => write!(f, "{}", char::from(byte)),
        }
    }
}

impl FromStr for Delimiter {
    type Err = Text;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            _ if text.eq_ignore_ascii_case("tab") || text == "\\t" => Ok(Delimiter(b'\t')),
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n' | 0) => Ok(Delimiter(*byte)),
            _ => Err(text!(
                "expected one character such as , ; | or the word tab, not \"{typed}\"",
                typed = text
            )),
        }
    }
}

/// What ends a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnd {
    /// LF, as everywhere but on Windows.
    #[default]
    Lf,
    /// CR LF, as on Windows.
    CrLf,
    /// CR alone, as on an old Macintosh.
    Cr,
}

impl fmt::Display for LineEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LineEnd::Lf => "LF",
            LineEnd::CrLf => "CRLF",
            LineEnd::Cr => "CR",
        })
    }
}

/// How the text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What stands between two cells.
    pub delimiter: Delimiter,
    /// The number of the first line.
    pub first_line: u64,
    /// Does each record begin with a cell that holds its row number, and that nobody else sees?
    pub has_row_numbers: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Layout { delimiter: Delimiter::COMMA, first_line: 1, has_row_numbers: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delimiter_is_typed_as_one_character_or_as_tab() {
        let parsed = |text: &str| text.parse::<Delimiter>().map(Delimiter::byte).ok();
        assert_eq!(parsed(";"), Some(b';'));
        assert_eq!(parsed("tab"), Some(b'\t'));
        assert_eq!(parsed("\\t"), Some(b'\t'));
        assert_eq!(parsed("\t"), Some(b'\t'));
        for text in ["", ";;", "\"", "\n", "，", "\0"] {
            assert_eq!(parsed(text), None, "{text:?}");
        }
    }
}
