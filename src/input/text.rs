//! A text in any encoding is copied as UTF-8, piece by piece; what can't be decoded is an error with its place.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::str::FromStr;

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::language::{Text, text};
use crate::model::{Error, Result};

/// How much is read, and decoded, at once.
const PIECE: usize = 64 * 1024;

/// A copy in UTF-8, and what the original was.
pub(super) struct TextCopy {
    pub(super) file: File,
    pub(super) encoding: TextEncoding,
}

/// Copies a text: by its byte order mark, else as strict UTF-8, else as GB18030.
pub(super) fn copy_text(
    source: &mut impl Read,
    typed: Option<TextEncoding>,
    head: &[u8],
    name: &str,
) -> Result<TextCopy> {
    let marked = TextEncoding::of_mark(head);
    let certain = typed.map(|typed| typed.or_as_marked(head)).or(marked);
    let mut source = head.chain(source);
    match certain {
        Some(encoding) if encoding != TextEncoding::UTF_8 => {
            decoded(&mut source, encoding, name, |place| not_text(name, encoding, place))
        }
        certain => {
            let (mut file, broken) = copied(&mut source, name)?;
            let Some(place) = broken else { return Ok(TextCopy { file, encoding: TextEncoding::UTF_8 }) };
            if certain.is_some() || is_broken_utf8(&mut file)? {
                return Err(not_text(name, TextEncoding::UTF_8, place));
            }
            file.rewind().map_err(unreadable_copy)?;
            decoded(&mut file, TextEncoding::GB18030, name, |place| neither(name, place))
        }
    }
}

/// A new, unlinked file that only this process can read.
pub(super) fn private_file() -> Result<File> {
    tempfile::tempfile().map_err(unwritable_copy)
}

/// Copies the bytes as they are; the first that is not UTF-8.
fn copied(source: &mut impl Read, name: &str) -> Result<(File, Option<BrokenPlace>)> {
    let mut file = private_file()?;
    let mut check = Decoding::of(TextEncoding::UTF_8);
    let mut broken = None;
    for_each_piece(source, name, |piece| {
        if broken.is_none() {
            broken = check.push(piece, |_| Ok(())).err();
        }
        file.write_all(piece).map_err(unwritable_copy)
    })?;
    Ok((file, broken))
}

/// Copies a text of another encoding.
fn decoded(
    source: &mut impl Read,
    encoding: TextEncoding,
    name: &str,
    refusal: impl Fn(BrokenPlace) -> Error,
) -> Result<TextCopy> {
    let mut file = private_file()?;
    let mut decoding = Decoding::of(encoding);
    for_each_piece(source, name, |piece| {
        let decoded = decoding.push(piece, |text| file.write_all(text).map_err(Undecodable::Copy));
        decoded.map_err(|trouble| match trouble {
            Undecodable::Copy(error) => unwritable_copy(error),
            Undecodable::Text(place) => refusal(place),
        })
    })?;
    Ok(TextCopy { file, encoding })
}

enum Undecodable {
    Text(BrokenPlace),
    Copy(io::Error),
}

impl From<BrokenPlace> for Undecodable {
    fn from(place: BrokenPlace) -> Self {
        Undecodable::Text(place)
    }
}

fn is_broken_utf8(file: &mut File) -> Result<bool> {
    file.rewind().map_err(unreadable_copy)?;
    let mut tally = Utf8Tally::default();
    let mut piece = vec![0; PIECE];
    loop {
        match read_piece(file, &mut piece).map_err(unreadable_copy)? {
            0 => return Ok(tally.is_broken_utf8()),
            length => tally.push(&piece[..length]),
        }
    }
}

/// Hands on one piece after the other, and an empty one at the end.
fn for_each_piece(
    source: &mut impl Read,
    name: &str,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let length = read_piece(source, &mut piece).map_err(|error| unreadable(name, error))?;
        take(&piece[..length])?;
        if length == 0 {
            return Ok(());
        }
    }
}

/// Fills the piece as far as the source goes, so that what marks a file is never cut in two.
pub(super) fn read_piece(source: &mut impl Read, piece: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < piece.len() {
        match source.read(&mut piece[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

pub(super) fn unreadable(name: &str, error: io::Error) -> Error {
    Error::invalid_input(text!("can't read {name}", name)).caused_by(error)
}

pub(super) fn unreadable_copy(error: io::Error) -> Error {
    Error::invalid_input(text!("can't read the private copy of the input")).caused_by(error)
}

pub(super) fn unwritable_copy(error: io::Error) -> Error {
    Error::invalid_input(text!("can't make a private copy of the input"))
        .caused_by(error)
        .hint(text!("the copy is made in the temporary directory; set TMPDIR to one with enough free space"))
}

fn not_text(name: &str, encoding: TextEncoding, place: BrokenPlace) -> Error {
    let BrokenPlace { line, byte } = place;
    with_hint(text!("{name} is not {encoding}: line {line}, byte {byte}", name, encoding, line, byte))
}

fn neither(name: &str, place: BrokenPlace) -> Error {
    let BrokenPlace { line, byte } = place;
    with_hint(text!("{name} is neither UTF-8 nor GB18030: line {line}, byte {byte}", name, line, byte))
}

fn with_hint(message: Text) -> Error {
    Error::invalid_input(message).hint(text!(
        "in the spreadsheet program, save the file as \"CSV UTF-8\", or name its encoding with --encoding NAME"
    ))
}

/// The encoding of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextEncoding(&'static Encoding);

impl TextEncoding {
    /// What most programs write.
    pub(crate) const UTF_8: TextEncoding = TextEncoding(UTF_8);
    /// What Excel writes on a Chinese Windows; GBK and GB 2312 are parts of it.
    pub(crate) const GB18030: TextEncoding = TextEncoding(GB18030);

    /// What the byte order mark at the beginning of a file says.
    fn of_mark(head: &[u8]) -> Option<TextEncoding> {
        Encoding::for_bom(head).map(|(encoding, _)| TextEncoding(encoding))
    }

    /// The encoding of a file whose encoding was typed. Which half of a UTF-16 unit comes first is the mark's to say.
    fn or_as_marked(self, head: &[u8]) -> TextEncoding {
        TextEncoding::of_mark(head).filter(|marked| marked.is_utf_16() && self.is_utf_16()).unwrap_or(self)
    }

    /// Does each unit take two bytes?
    fn is_utf_16(self) -> bool {
        self.0 == UTF_16LE || self.0 == UTF_16BE
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

/// The first byte that does not belong to the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct BrokenPlace {
    /// The line that it stands in, counted from 1.
    line: u64,
    /// Its place in the text, counted from 1.
    byte: u64,
}

/// A text on its way into UTF-8. A byte order mark stays in it.
struct Decoding {
    decoder: Decoder,
    text: Vec<u8>,
    bytes: u64,
    line_ends: u64,
}

impl Decoding {
    /// At the beginning of a text.
    fn of(encoding: TextEncoding) -> Self {
        let decoder = encoding.0.new_decoder_without_bom_handling();
        Decoding { decoder, text: vec![0; PIECE], bytes: 0, line_ends: 0 }
    }

    /// Decodes the next piece; the text is handed to `take` in parts. An empty piece is the end.
    fn push<E: From<BrokenPlace>>(
        &mut self,
        mut piece: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let is_last = piece.is_empty();
        loop {
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(piece, &mut self.text, is_last);
            let text = &self.text[..written];
            piece = &piece[read..];
            self.bytes += read as u64;
            self.line_ends += line_ends(text);
            take(text)?;
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(bad, good_behind) => {
                    let behind = u64::from(bad) + u64::from(good_behind);
                    let byte = self.bytes.saturating_sub(behind) + 1;
                    return Err(BrokenPlace { line: self.line_ends + 1, byte }.into());
                }
            }
        }
    }
}

/// Counts the multi-byte sequences of a text that is not all UTF-8, to tell a broken one from one in GB18030.
#[derive(Debug, Default)]
struct Utf8Tally {
    cut: Vec<u8>,
    whole: u64,
    broken: u64,
}

impl Utf8Tally {
    /// Counts the next piece.
    fn push(&mut self, piece: &[u8]) {
        let mut text = std::mem::take(&mut self.cut);
        text.extend_from_slice(piece);
        let mut chunks = text.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            let several = chunk.valid().bytes().filter(|byte| *byte >= FIRST_OF_SEVERAL);
            self.whole += several.count() as u64;
            match chunk.invalid() {
                [] => {}
                bad if chunks.peek().is_none() && is_cut_off(bad) => self.cut = bad.to_vec(),
                _ => self.broken += 1,
            }
        }
    }

    /// Is it UTF-8 with broken places? ASCII does not count.
    fn is_broken_utf8(&self) -> bool {
        self.whole > self.broken + u64::from(!self.cut.is_empty())
    }
}

/// Could these bytes be the beginning of a character?
fn is_cut_off(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// Each character of several bytes begins with one from here on.
const FIRST_OF_SEVERAL: u8 = 0xC0;

fn line_ends(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    fn decode(name: &str, pieces: &[&[u8]]) -> Result<String, BrokenPlace> {
        let mut decoding = Decoding::of(name.parse().expect("an encoding"));
        let mut text = Vec::new();
        for piece in pieces.iter().copied().filter(|piece| !piece.is_empty()).chain([&[][..]]) {
            decoding.push(piece, |part| {
                text.extend_from_slice(part);
                Ok::<(), BrokenPlace>(())
            })?;
        }
        Ok(String::from_utf8(text).expect("it becomes UTF-8"))
    }

    #[test]
    fn chinese_texts_come_out_whole() {
        assert_eq!(decode("gbk", &[b"\xB3\xB7\xCF\xFA\xD4\xAD", b"\xD2\xF2"]).as_deref(), Ok("撤销原因"));
        assert_eq!(decode("gb18030", &[b"\x82\x35", b"\x8F\x33"]).as_deref(), Ok("龦"));
        assert_eq!(decode("utf-16be", &[b"\x5F", b"\x20\0A"]).as_deref(), Ok("张A"));
        assert_eq!(decode("utf-16le", &[b"=\xD8", b"\0\xDE"]).as_deref(), Ok("😀"));
    }

    #[test]
    fn what_can_not_be_decoded_is_named_by_line_and_byte() {
        assert_eq!(decode("gbk", &[b"id\n1,\xB3\n"]), Err(BrokenPlace { line: 2, byte: 6 }));
        assert_eq!(decode("gbk", &[b"id\n1,", b"\xB3"]), Err(BrokenPlace { line: 2, byte: 6 }));
        assert_eq!(decode("utf-16le", &[b"a\0\n\0", b"\0\xD8a\0"]), Err(BrokenPlace { line: 2, byte: 5 }));
        assert_eq!(decode("utf-16le", &[b"a\0\n"]), Err(BrokenPlace { line: 1, byte: 3 }));
    }

    proptest! {
        #[test]
        fn every_text_survives_its_encoding_however_it_is_cut(text in any::<String>(), cuts in proptest::collection::vec(1_usize..5, 0..40)) {
            let (bytes, ..) = encoding_rs::GB18030.encode(&text);
            let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let reversible = encoding_rs::GB18030.decode_without_bom_handling(&bytes).0 == text;
            for (name, bytes) in [("gb18030", &bytes[..]), ("utf-16le", &utf_16[..])] {
                let mut pieces = Vec::new();
                let mut rest = bytes;
                for cut in &cuts {
                    let (piece, after) = rest.split_at((*cut).min(rest.len()));
                    pieces.push(piece);
                    rest = after;
                }
                pieces.push(rest);
                if name != "gb18030" || reversible {
                    prop_assert_eq!(decode(name, &pieces), Ok(text.clone()), "{}", name);
                }
            }
        }
    }

    fn check(pieces: &[&[u8]]) -> Result<(), BrokenPlace> {
        let mut check = Decoding::of(TextEncoding::UTF_8);
        let pieces = pieces.iter().filter(|piece| !piece.is_empty());
        pieces.copied().chain([&[][..]]).try_for_each(|piece| check.push(piece, |_| Ok(())))
    }

    #[test]
    fn names_the_line_and_the_byte() {
        assert_eq!(check(&[b"a,b\n1,\xB3\xB7\n"]), Err(BrokenPlace { line: 2, byte: 7 }));
        assert_eq!(check(&["id\n字".as_bytes(), b"\xE5\xAD"]), Err(BrokenPlace { line: 2, byte: 7 }));
    }

    fn is_broken_utf8(pieces: &[&[u8]]) -> bool {
        let mut tally = Utf8Tally::default();
        pieces.iter().for_each(|piece| tally.push(piece));
        tally.is_broken_utf8()
    }

    #[test]
    fn one_broken_byte_does_not_make_it_another_encoding() {
        assert!(is_broken_utf8(&["原因,张\n".as_bytes(), b"\xB3"]));
        assert!(!is_broken_utf8(&[b"\xD4\xAD\xD2\xF2,\xD5\xC5\n"]), "GB18030");
        assert!(!is_broken_utf8(&[b"caf\xE9\n"]), "a tie is none");
        assert!(!is_broken_utf8(&["é".as_bytes(), b"\xE5\xAD"]), "cut off at the end");
        assert!(is_broken_utf8(&["éé".as_bytes(), b"\xE5\xAD"]));
    }

    proptest! {
        #[test]
        fn the_tally_does_not_depend_on_the_cuts(text in any::<Vec<u8>>(), cut in 0_usize..40) {
            let (one, other) = text.split_at(cut.min(text.len()));
            let bytewise: Vec<&[u8]> = text.chunks(1).collect();
            prop_assert_eq!(is_broken_utf8(&[&text]), is_broken_utf8(&[one, other]));
            prop_assert_eq!(is_broken_utf8(&[&text]), is_broken_utf8(&bytewise));
        }

        #[test]
        fn pieces_do_not_matter(text in any::<Vec<u8>>(), good in any::<String>(), cuts in proptest::collection::vec(1_usize..5, 0..40)) {
            let whole: Vec<u8> = good.bytes().chain(text).collect();
            let mut pieces = Vec::new();
            let mut rest = whole.as_slice();
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            pieces.push(rest);
            let valid = std::str::from_utf8(&whole).map_err(|error| error.valid_up_to() as u64 + 1);
            prop_assert_eq!(check(&pieces).map_err(|error| error.byte), valid.map(|_| ()));
        }
    }
}
