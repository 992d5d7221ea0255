//! What a pre-hire id is: 1 to 32 ASCII digits, kept as text.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most digits that an id may have.
const MOST_DIGITS: usize = 32;
/// A spreadsheet keeps this many digits of a number and makes zeros of the rest.
const DIGITS_A_SPREADSHEET_KEEPS: usize = 15;
/// What fills the half bytes behind the last digit.
const FILLER: u8 = 0xF;

/// A pre-hire id. It is text and stays text: two digits to a byte, so that a million of them fit into 16 MB,
/// and leading zeros count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PreHireId([u8; MOST_DIGITS / 2]);

/// Why a cell is no pre-hire id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdProblem {
    /// Nothing but white space.
    Missing,
    /// Something else than 1 to 32 digits.
    NotDigits,
    /// A number as a spreadsheet writes it (`7.345E+18`, `7345.0`), or digits of full width.
    Rewritten,
    /// 16 digits or more, and zeros alone after the 15th: a spreadsheet has rounded it.
    Rounded,
}

impl PreHireId {
    /// Parses the text of a cell. Surrounding white space and one leading `'` are cleaned away; nothing else is.
    ///
    /// `trust_rounded` lets ids pass that merely look rounded.
    ///
    /// # Errors
    /// What is wrong with it; an id that a spreadsheet has changed could be another person's.
    pub fn parse(cell: &str, trust_rounded: bool) -> Result<PreHireId, IdProblem> {
        let text = cleaned(cell);
        if text.is_empty() {
            return Err(IdProblem::Missing);
        }
        let digits = text.as_bytes();
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(if is_rewritten(text) { IdProblem::Rewritten } else { IdProblem::NotDigits });
        }
        if digits.len() > MOST_DIGITS {
            return Err(IdProblem::NotDigits);
        }
        let lost = digits.get(DIGITS_A_SPREADSHEET_KEEPS..).unwrap_or_default();
        if !trust_rounded && !lost.is_empty() && lost.iter().all(|digit| *digit == b'0') {
            return Err(IdProblem::Rounded);
        }
        Ok(PreHireId::pack(digits))
    }

    /// Does the cell hold more than the id itself: white space around it, or a leading `'`?
    #[must_use]
    pub fn is_cleaned(cell: &str) -> bool {
        cleaned(cell).len() != cell.len()
    }

    fn pack(digits: &[u8]) -> PreHireId {
        let half = |index: usize| digits.get(index).map_or(FILLER, |digit| digit - b'0');
        let mut packed = [0; MOST_DIGITS / 2];
        for (index, byte) in packed.iter_mut().enumerate() {
            *byte = half(2 * index) << 4 | half(2 * index + 1);
        }
        PreHireId(packed)
    }
}

impl fmt::Display for PreHireId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let halves = self.0.iter().flat_map(|byte| [byte >> 4, byte & FILLER]);
        let mut text = [0; MOST_DIGITS];
        let mut length = 0;
        for digit in halves.take_while(|half| *half != FILLER) {
            text[length] = b'0' + digit;
            length += 1;
        }
        f.write_str(std::str::from_utf8(&text[..length]).expect("digits are ASCII"))
    }
}

impl Serialize for PreHireId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PreHireId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        PreHireId::parse(&text, true).map_err(|_| serde::de::Error::custom("not a pre-hire id"))
    }
}

impl fmt::Debug for PreHireId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// White space, and the invisible characters that come along when an id is copied from a page.
pub(crate) fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn cleaned(cell: &str) -> &str {
    let text = cell.trim_matches(is_blank);
    text.strip_prefix('\'').unwrap_or(text).trim_matches(is_blank)
}

/// Is this a number as a spreadsheet or an input method writes it: an exponent, a decimal point, full width?
fn is_rewritten(text: &str) -> bool {
    let narrow: String = text.chars().map(to_half_width).collect();
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let without_sign = |part: &str| part.strip_prefix(['+', '-']).unwrap_or(part).to_owned();
    match narrow.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let digits = without_sign(mantissa).replacen(['.', ','], "", 1);
            all_digits(&digits) && all_digits(&without_sign(exponent))
        }
        None => {
            let digits = without_sign(&narrow).replacen('.', "", 1);
            all_digits(&digits) && (narrow.contains('.') || narrow != text)
        }
    }
}

/// `７` → `7`: the forms of full width that an input method writes.
fn to_half_width(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(character) - 0xFEE0).expect("the block maps onto ASCII")
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(cell: &str) -> Result<String, IdProblem> {
        PreHireId::parse(cell, false).map(|id| id.to_string())
    }

    #[test]
    fn keeps_every_digit() {
        for id in ["7345005664477775407", "1", "0", "007", "12345678901234567890123456789012"] {
            assert_eq!(parse(id), Ok(id.to_owned()));
        }
        assert_ne!(PreHireId::parse("007", false), PreHireId::parse("7", false));
    }

    #[test]
    fn cleans_white_space_and_one_apostrophe() {
        for cell in [
            " 7345005664477775407\t",
            "'7345005664477775407",
            "\u{A0}7345005664477775407\u{200B}",
            "\u{FEFF} '7345005664477775407\u{3000}",
        ] {
            assert_eq!(parse(cell), Ok("7345005664477775407".to_owned()), "{cell:?}");
        }
        assert_eq!(parse("''7345005664477775407"), Err(IdProblem::NotDigits));
    }

    #[test]
    fn refuses_what_a_spreadsheet_has_rewritten() {
        for cell in [
            "7.345E+18",
            "7.345e18",
            "7345005664477775407.0",
            "7,345E+18",
            "７３４５００５６６４４７７７７５４０７",
            "7.34500566447777E+018",
            "1E5",
            "12.",
            "７.345E+18",
            "-7.3E+18",
        ] {
            assert_eq!(parse(cell), Err(IdProblem::Rewritten), "{cell:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_id() {
        for cell in [
            "abc",
            "7345 005664477775407",
            "7345005664477775407a",
            "1234567890123456789012345678901234",
            "7\u{0}",
            "E5",
            ".",
            "7345-0056",
            "٧٣٤٥",
        ] {
            assert_eq!(parse(cell), Err(IdProblem::NotDigits), "{cell:?}");
        }
        for cell in ["", "  ", "'", "\u{200B}"] {
            assert_eq!(parse(cell), Err(IdProblem::Missing), "{cell:?}");
        }
    }

    #[test]
    fn refuses_rounded_ids_unless_they_are_trusted() {
        for cell in ["7345005664477770000", "1234567890123450", "0000000000000000"] {
            assert_eq!(parse(cell), Err(IdProblem::Rounded), "{cell:?}");
            assert!(PreHireId::parse(cell, true).is_ok());
        }
        assert!(parse("123456789012340").is_ok(), "15 digits can't have been rounded");
        assert!(parse("7345005664477770001").is_ok());
    }

    proptest! {
        #[test]
        fn what_parses_is_what_was_written(cell in "[ \t]{0,2}[0-9]{1,32}[ \t]{0,2}") {
            prop_assert_eq!(PreHireId::parse(&cell, true).map(|id| id.to_string()), Ok(cell.trim().to_owned()));
        }

        #[test]
        fn no_text_makes_it_panic_or_become_other_digits(cell in any::<String>()) {
            if let Ok(id) = PreHireId::parse(&cell, false) {
                prop_assert!(cell.contains(&id.to_string()));
            }
        }
    }
}
