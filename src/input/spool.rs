//! Owns the one private copy of the input: checking, sending and results all read it, whatever happens to the file.

use std::fs::File;
use std::io::{self, Read};

use super::dialect::Dialect;
use super::records::RecordReader;
use super::source::{Copied, FileChoice, FileFormat, InputPath};
use super::text_copy::{TextCopy, copy_text, read_piece, unreadable, unreadable_copy};
use super::workbook;
use crate::input::workbook::Extent;
use crate::language::text;
use crate::model::{Error, Result};
use crate::store::platform;

/// How much of a text is looked at to find how it is cut; also how much is read first.
const HEAD: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The copy: an unlinked temporary file that only this process can read. It is UTF-8 with delimiters, whatever the
/// input was.
#[derive(Debug)]
pub struct Spool {
    file: File,
    /// Where the first record is: behind a byte order mark, and a line that names the delimiter.
    start: u64,
    copied: Copied,
}

impl Spool {
    /// Copies the input, and finds out what it is.
    ///
    /// # Errors
    /// When it can't be read or decoded, or is empty; exit 2.
    pub fn copy(input: &InputPath, choice: &FileChoice) -> Result<Spool> {
        let name = input.shown();
        match input {
            InputPath::Standard => Spool::copy_from(io::stdin().lock(), &name, choice),
            InputPath::File(path) => {
                let file = File::open(path).map_err(|error| unreadable(&name, error))?;
                Spool::copy_from(file, &name, choice)
            }
        }
    }

    /// Copies any source; `name` is for messages.
    ///
    /// # Errors
    /// As [`Spool::copy`].
    pub fn copy_from(mut source: impl Read, name: &str, choice: &FileChoice) -> Result<Spool> {
        let mut head = vec![0; HEAD];
        let length = read_piece(&mut source, &mut head).map_err(|error| unreadable(name, error))?;
        head.truncate(length);
        if head.is_empty() {
            return Err(empty(name));
        }
        if workbook::is_workbook(&head) {
            return Spool::of_workbook(&mut head.chain(source), name, choice, Extent::Whole);
        }
        let text = copy_text(&mut source, choice.encoding, &head, name)?;
        Spool::of_text(text, name, choice)
    }

    pub(super) fn of_workbook(
        source: &mut impl Read,
        name: &str,
        choice: &FileChoice,
        extent: Extent,
    ) -> Result<Spool> {
        let sheet = workbook::copy_sheet(source, name, choice, extent)?;
        let bytes = sheet.file.metadata().map_err(unreadable_copy)?.len();
        let format = FileFormat::Workbook { kind: sheet.kind, sheet: sheet.name };
        Ok(Spool { file: sheet.file, start: 0, copied: Copied { format, bytes } })
    }

    pub(super) fn of_text(text: TextCopy, name: &str, choice: &FileChoice) -> Result<Spool> {
        let TextCopy { file, encoding } = text;
        let mut head = vec![0; HEAD];
        let length = platform::read_at(&file, &mut head, 0).map_err(unreadable_copy)?;
        let mut head = &head[..length];
        // Some programs write the mark twice.
        while let Some(rest) = head.strip_prefix(BYTE_ORDER_MARK) {
            head = rest;
        }
        let marks = length - head.len();
        if head.is_empty() {
            return Err(empty(name));
        }
        if let Some(sheet) = &choice.sheet {
            return Err(Error::unusable(text!(
                "{name} is a text file, and has no sheet \"{sheet}\"",
                name,
                sheet
            ))
            .hint(text!("omit --sheet, or give the workbook itself")));
        }
        if looks_like_markup(head) {
            return Err(Error::unusable(text!(
                "{name} is a web page (HTML or XML), whatever its name says",
                name
            ))
            .hint(text!("open it in the spreadsheet program, and save it as an Excel workbook (.xlsx)")));
        }
        if looks_like_utf_16(head) {
            return Err(Error::unusable(text!("{name} looks like UTF-16 without a byte order mark", name))
                .hint(text!("specify its encoding: --encoding utf-16le or utf-16be")));
        }
        let dialect = Dialect::find(head, choice.delimiter, &choice.columns);
        let start = (marks + dialect.naming_line) as u64;
        let bytes = file.metadata().map_err(unreadable_copy)?.len() - start;
        let format = FileFormat::Text { encoding, had_byte_order_mark: marks > 0, dialect };
        Ok(Spool { file, start, copied: Copied { format, bytes } })
    }

    /// What was found out about the input.
    #[must_use]
    pub const fn copied(&self) -> &Copied {
        &self.copied
    }

    /// The records of the whole copy, with a place of its own: several can read at once.
    #[must_use]
    pub fn records(&self) -> RecordReader<SpoolReader<'_>> {
        let reader = SpoolReader { file: &self.file, place: self.start };
        RecordReader::new(reader, self.copied.layout()).with_bytes(self.copied.bytes)
    }
}

fn empty(name: &str) -> Error {
    Error::unusable(text!("{name} is empty", name))
        .hint(text!("the first line must contain the column names, such as pre_hire_id,withdraw_reason"))
}

/// HR systems like to call a web page with a table `.xls`.
fn looks_like_markup(head: &[u8]) -> bool {
    let text = head.trim_ascii_start();
    let begins =
        |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
    ["<html", "<!doctype", "<?xml", "<table", "<meta", "<head", "<!--"].iter().any(|word| begins(word))
}

/// In UTF-16, every other byte of a Latin text is a NUL.
fn looks_like_utf_16(head: &[u8]) -> bool {
    let nul_bytes = head.iter().filter(|byte| **byte == 0).count();
    nul_bytes > head.len() / 4
}

/// Reads the copy from its beginning, apart from all other readers.
#[derive(Debug)]
pub struct SpoolReader<'a> {
    file: &'a File,
    place: u64,
}

impl Read for SpoolReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = platform::read_at(self.file, buffer, self.place)?;
        self.place += length as u64;
        Ok(length)
    }
}
