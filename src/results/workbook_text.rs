//! Owns the texts that can't go into a workbook in one piece.
//!
//! What XML can't hold, such as a carriage return, is written as `_x000D_`, and a text that merely looks so as
//! `_x005F_x000D_`. The library takes care of both, but not of a text that becomes an escape only through the one
//! behind it: `_x0041` and a carriage return would be read as `A` and `x000D_`. Such a text is cut between the two.

use std::iter;

const ESCAPE: usize = "_x0041_".len();

/// The pieces of a text that must be apart, with their own escapes; `None` for a text that may stay in one piece.
pub(super) fn pieces(text: &str) -> Option<Vec<String>> {
    // Hardly any text gets beyond this.
    if !text.contains("_x") {
        return None;
    }
    let is_cut = |(place, character): &(usize, char)| {
        needs_escape(*character) && ends_with_half_an_escape(&text[..*place])
    };
    let cuts: Vec<usize> = text.char_indices().filter(is_cut).map(|(place, _)| place).collect();
    if cuts.is_empty() {
        return None;
    }
    let starts = iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain(iter::once(text.len()));
    Some(starts.zip(ends).map(|(start, end)| escaped(&text[start..end])).collect())
}

/// The characters that XML 1.0 can't hold, and the carriage return, which it would change.
const fn needs_escape(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn ends_with_half_an_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len().checked_sub(ESCAPE - 1).is_some_and(|start| is_half_an_escape(&bytes[start..]))
}

/// Such as `_x0041`.
fn is_half_an_escape(bytes: &[u8]) -> bool {
    bytes.starts_with(b"_x") && bytes[2..].iter().all(u8::is_ascii_hexdigit)
}

/// Marks every `_x0041_` of a text as no escape.
fn escaped(text: &str) -> String {
    let is_escape = |place: usize| {
        let bytes = text.as_bytes().get(place..place + ESCAPE);
        bytes.is_some_and(|bytes| is_half_an_escape(&bytes[..ESCAPE - 1]) && bytes.ends_with(b"_"))
    };
    let mut marked = String::with_capacity(text.len());
    for (place, character) in text.char_indices() {
        if character == '_' && is_escape(place) {
            marked.push_str("_x005F");
        }
        marked.push(character);
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_half_an_escape_and_a_whole_one() {
        assert_eq!(pieces("a_x0041\r\nb"), Some(vec!["a_x0041".to_owned(), "\r\nb".to_owned()]));
        assert_eq!(
            pieces("_x0041_ _xabCD\u{1}_x0042\u{2}"),
            Some(["_x005F_x0041_ _xabCD", "\u{1}_x0042", "\u{2}"].map(str::to_owned).to_vec())
        );
        for text in ["", "a\r\n", "_x0041_\r", "_x004\r", "_xé041\r", "x0041\r", "_x0041\n", "字_x\r"] {
            assert_eq!(pieces(text), None, "{text:?}");
        }
    }
}
