//! Owns the deed of copying a text: whatever its encoding, the copy is UTF-8.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

use super::decoding::Decoding;
use super::encoding::TextEncoding;
use super::utf8::{BrokenPlace, Utf8Check, Utf8Tally};
use crate::language::{Text, text};
use crate::model::{Error, Result};

/// How much is read at once.
pub(super) const PIECE: usize = 64 * 1024;

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
    let mut check = Utf8Check::default();
    let mut broken = None;
    for_each_piece(source, name, |piece| {
        if broken.is_none() {
            broken = if piece.is_empty() { check.finish() } else { check.push(piece) }.err();
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
        let decoded = decoding.push(piece, |text| file.write_all(text).map_err(Trouble::Copy));
        decoded.map_err(|trouble| match trouble {
            Trouble::Copy(error) => unwritable_copy(error),
            Trouble::Text(place) => refusal(place),
        })
    })?;
    Ok(TextCopy { file, encoding })
}

enum Trouble {
    Text(BrokenPlace),
    Copy(io::Error),
}

impl From<BrokenPlace> for Trouble {
    fn from(place: BrokenPlace) -> Self {
        Trouble::Text(place)
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
    Error::unusable(text!("can't read {name}", name)).because(error)
}

pub(super) fn unreadable_copy(error: io::Error) -> Error {
    Error::unusable(text!("can't read the private copy of the input")).because(error)
}

pub(super) fn unwritable_copy(error: io::Error) -> Error {
    Error::unusable(text!("can't make a private copy of the input"))
        .because(error)
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
    Error::unusable(message).hint(text!(
        "in the spreadsheet program, save the file as \"CSV UTF-8\", or name its encoding with --encoding NAME"
    ))
}
