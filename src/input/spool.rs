//! Owns the one private copy of the input: checking, sending and results all read it, whatever happens to the file.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::utf8::{NotUtf8, Utf8Check};
use crate::error::{Error, Result};

const PIECE: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Where the input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputPath {
    /// A file.
    File(PathBuf),
    /// Standard input, written `-`.
    Standard,
}

impl InputPath {
    /// Reads the argument: a path, or `-`.
    #[must_use]
    pub fn from_argument(argument: &Path) -> Self {
        if argument == Path::new("-") { InputPath::Standard } else { InputPath::File(argument.to_owned()) }
    }

    /// The name for messages.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            InputPath::File(path) => path.display().to_string(),
            InputPath::Standard => "standard input".to_owned(),
        }
    }
}

/// The copy: an unlinked temporary file that only this process can read. It is UTF-8 without a byte order mark.
#[derive(Debug)]
pub struct Spool {
    file: File,
    copied: Copied,
}

/// What was seen while the input was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Did the text begin with a byte order mark?
    pub had_byte_order_mark: bool,
    /// Do its lines end with CR LF (as the first one does)?
    pub had_carriage_returns: bool,
    /// The size of the copy, in bytes.
    pub bytes: u64,
}

impl Spool {
    /// Copies the input, and checks on the way that it is text.
    ///
    /// # Errors
    /// When it can't be read, is empty or is not UTF-8; exit 2.
    pub fn copy(input: &InputPath) -> Result<Spool> {
        let name = input.shown();
        let unreadable = |error: io::Error| Error::unusable(format!("can't read {name}")).because(error);
        match input {
            InputPath::Standard => Spool::copy_from(io::stdin().lock(), &name),
            InputPath::File(path) => Spool::copy_from(File::open(path).map_err(unreadable)?, &name),
        }
    }

    /// Copies any source; `name` is for messages.
    ///
    /// # Errors
    /// As [`Spool::copy`].
    pub fn copy_from(mut source: impl Read, name: &str) -> Result<Spool> {
        let unwritable = |error: io::Error| {
            Error::unusable("can't make a private copy of the input")
                .because(error)
                .hint("the copy is made in the directory for temporary files; set TMPDIR to one with room")
        };
        let mut file = tempfile::tempfile().map_err(unwritable)?;
        let mut copied = Copied::default();
        let mut check = Utf8Check::default();
        let mut piece = vec![0; PIECE];
        let mut head = Vec::with_capacity(BYTE_ORDER_MARK.len());
        let mut first_line_seen = false;
        loop {
            let length = read_piece(&mut source, &mut piece)
                .map_err(|error| Error::unusable(format!("can't read {name}")).because(error))?;
            if length == 0 {
                break;
            }
            let mut text = &piece[..length];
            check.push(text).map_err(|place| not_text(name, place))?;
            if head.is_empty() {
                head.extend_from_slice(&text[..text.len().min(BYTE_ORDER_MARK.len())]);
                if let Some(rest) = text.strip_prefix(BYTE_ORDER_MARK) {
                    copied.had_byte_order_mark = true;
                    text = rest;
                }
            }
            if !first_line_seen && let Some(end) = text.iter().position(|byte| *byte == b'\n') {
                first_line_seen = true;
                copied.had_carriage_returns = text[..end].ends_with(b"\r");
            }
            file.write_all(text).map_err(unwritable)?;
            copied.bytes += text.len() as u64;
        }
        check.finish().map_err(|place| not_text(name, place))?;
        if copied.bytes == 0 {
            return Err(Error::unusable(format!("{name} is empty"))
                .hint("the first line must hold the column names, such as pre_hire_id,withdraw_reason"));
        }
        Ok(Spool { file, copied })
    }

    /// What was seen while the input was copied.
    #[must_use]
    pub const fn copied(&self) -> Copied {
        self.copied
    }

    /// A reader of the whole copy, with a place of its own: several can read at once.
    #[must_use]
    pub fn reader(&self) -> SpoolReader<'_> {
        SpoolReader { file: &self.file, place: 0 }
    }
}

/// Fills the piece as far as the source goes, so that a byte order mark is never cut in two.
fn read_piece(source: &mut impl Read, piece: &mut [u8]) -> io::Result<usize> {
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

fn not_text(name: &str, place: NotUtf8) -> Error {
    Error::unusable(format!("{name} is not UTF-8 text: line {}, byte {}", place.line, place.byte))
        .hint("in the spreadsheet program, save the file as \"CSV UTF-8 (comma delimited)\"")
}

/// Reads the copy from its beginning, apart from all other readers.
#[derive(Debug)]
pub struct SpoolReader<'a> {
    file: &'a File,
    place: u64,
}

impl Read for SpoolReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read_at(buffer, self.place)?;
        self.place += length as u64;
        Ok(length)
    }
}
