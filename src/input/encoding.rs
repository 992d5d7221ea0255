//! Owns which encodings a text may be in: by its byte order mark, or by the name that was typed.

use std::fmt;
use std::str::FromStr;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::language::{Text, text};

/// The encoding of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextEncoding(&'static Encoding);

impl TextEncoding {
    /// What most programs write.
    pub const UTF_8: TextEncoding = TextEncoding(UTF_8);
    /// What Excel writes on a Chinese Windows; GBK and GB 2312 are parts of it.
    pub const GB18030: TextEncoding = TextEncoding(GB18030);

    /// What the byte order mark at the beginning of a file says.
    #[must_use]
    pub fn of_mark(head: &[u8]) -> Option<TextEncoding> {
        Encoding::for_bom(head).map(|(encoding, _)| TextEncoding(encoding))
    }

    /// The encoding of a file whose encoding was typed. Which half of a UTF-16 unit comes first is the mark's to say.
    #[must_use]
    pub fn or_as_marked(self, head: &[u8]) -> TextEncoding {
        TextEncoding::of_mark(head).filter(|marked| marked.is_utf_16() && self.is_utf_16()).unwrap_or(self)
    }

    /// Does each unit take two bytes?
    #[must_use]
    pub fn is_utf_16(self) -> bool {
        self.0 == UTF_16LE || self.0 == UTF_16BE
    }

    pub(super) const fn encoding(self) -> &'static Encoding {
        self.0
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.name() {
            "gb18030" => "GB18030",
            name => name,
        })
    }
}

impl FromStr for TextEncoding {
    type Err = Text;

    /// Reads a name such as `gbk`, `utf-8`, `utf-16le` or `big5` (the labels of the WHATWG Encoding Standard).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Encoding::for_label_no_replacement(text.as_bytes());
        match known {
            // GBK is read as what it is a part of, so that a rare name is not lost.
            Some(encoding) if encoding == encoding_rs::GBK => Ok(TextEncoding::GB18030),
            Some(encoding) => Ok(TextEncoding(encoding)),
            None => Err(text!(
                "\"{typed}\" is not an encoding: try utf-8, gb18030, gbk, utf-16le, utf-16be or big5",
                typed = text
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_marks_are_known() {
        let name = |text: &str| text.parse::<TextEncoding>().map(|encoding| encoding.to_string());
        for (typed, known) in [("gbk", "GB18030"), ("GB2312", "GB18030"), ("utf8", "UTF-8"), ("Big5", "Big5")]
        {
            assert_eq!(name(typed).as_deref(), Ok(known), "{typed}");
        }
        assert!(name("latin-42").is_err());
        assert!(name("").is_err());
        let marked = |head: &[u8]| TextEncoding::of_mark(head).map(|encoding| encoding.to_string());
        assert_eq!(marked(b"\xFF\xFEp\0").as_deref(), Some("UTF-16LE"));
        assert_eq!(marked(b"\xFE\xFF\0p").as_deref(), Some("UTF-16BE"));
        assert_eq!(marked(b"\xEF\xBB\xBFp").as_deref(), Some("UTF-8"));
        assert_eq!(marked(b"pre"), None);
    }

    #[test]
    fn the_mark_says_the_order_of_the_halves() {
        let typed: TextEncoding = "utf-16".parse().expect("a name");
        assert_eq!(typed.or_as_marked(b"\xFE\xFF\0p").to_string(), "UTF-16BE");
        assert_eq!(TextEncoding::GB18030.or_as_marked(b"\xFE\xFF\0p"), TextEncoding::GB18030);
    }
}
