//! The one private copy of the input: checking, sending and results all read it, whatever happens to the file. And what the
//! input is: where it comes from, what was typed about its form, and what was found out about it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::columns::ColumnChoice;
use super::dialect::Dialect;
use super::records::{Delimiter, Layout, LineEnd, RecordReader};
use super::text::{TextCopy, TextEncoding, copy_text, read_piece, unreadable, unreadable_copy};
use super::workbook::{self, Extent, SheetRequest, WorkbookKind, WorkbookReading};
use crate::language::{Language, text};
use crate::model::{Error, Result};
use crate::store::platform;

/// Where the input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InputPath {
    /// A file.
    File(PathBuf),
    /// Standard input, written `-`.
    Standard,
}

impl InputPath {
    /// Reads the argument: a path, or `-`.
    pub(crate) fn from_argument(argument: &Path) -> Self {
        if argument == Path::new("-") { InputPath::Standard } else { InputPath::File(argument.to_owned()) }
    }

    /// The name for messages.
    pub(crate) fn shown(&self) -> String {
        match self {
            InputPath::File(path) => path.display().to_string(),
            InputPath::Standard => "standard input".to_owned(),
        }
    }
}

/// What was typed about the form of the file, where it is not to be found by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileChoice {
    /// `--encoding`.
    pub(crate) encoding: Option<TextEncoding>,
    /// `--delimiter`.
    pub(crate) delimiter: Option<Delimiter>,
    /// `--sheet`.
    pub(crate) sheet: Option<String>,
    /// `--id-column` and `--reason-column`.
    pub(crate) columns: ColumnChoice,
    /// The language of messages about it.
    pub(crate) language: Language,
    /// Where workbooks are read.
    pub(crate) workbooks: WorkbookReading,
}

/// What form the file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileFormat {
    /// A text with delimiters.
    Text {
        /// Its encoding.
        encoding: TextEncoding,
        /// Did it begin with a byte order mark?
        had_byte_order_mark: bool,
        /// How it is cut.
        dialect: Dialect,
    },
    /// A sheet of a workbook.
    Workbook {
        /// Which program's.
        kind: WorkbookKind,
        /// The name of the sheet.
        sheet: String,
    },
}

/// What was found out about the input while it was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    /// What form it has.
    pub(crate) format: FileFormat,
    /// The size of the copy, in bytes.
    pub(crate) bytes: u64,
}

impl Copied {
    /// How the copy is to be read.
    pub(crate) fn layout(&self) -> Layout {
        match &self.format {
            FileFormat::Text { dialect, .. } => dialect.layout(),
            FileFormat::Workbook { .. } => Layout { has_row_numbers: true, ..Layout::default() },
        }
    }

    /// The delimiter of results in CSV: that of the input.
    pub(crate) fn delimiter(&self) -> Delimiter {
        self.layout().delimiter
    }

    /// The line ends of results in CSV: those of the input.
    pub(crate) fn line_end(&self) -> LineEnd {
        match &self.format {
            FileFormat::Text { dialect, .. } => dialect.line_end,
            FileFormat::Workbook { .. } => LineEnd::CrLf,
        }
    }

    /// Do results in CSV begin with a byte order mark? Without one, the program that wrote such an input would take
    /// them for another encoding.
    pub(crate) fn wants_byte_order_mark(&self) -> bool {
        match &self.format {
            FileFormat::Text { encoding, had_byte_order_mark, .. } => {
                *had_byte_order_mark || *encoding != TextEncoding::UTF_8
            }
            FileFormat::Workbook { .. } => true,
        }
    }
}

/// How much of a text is looked at to find how it is cut; also how much is read first.
const HEAD: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The copy: an unlinked temporary file that only this process can read. It is UTF-8 with delimiters, whatever the
/// input was.
#[derive(Debug)]
pub(crate) struct Spool {
    file: File,
    /// Where the first record is: behind a byte order mark, and a line that names the delimiter.
    start: u64,
    copied: Copied,
}

impl Spool {
    /// Copies the input, and finds out what it is.
    pub(crate) fn copy(input: &InputPath, choice: &FileChoice) -> Result<Spool> {
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
    pub(crate) fn copy_from(mut source: impl Read, name: &str, choice: &FileChoice) -> Result<Spool> {
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

    fn of_workbook(source: &mut impl Read, name: &str, choice: &FileChoice, extent: Extent) -> Result<Spool> {
        let typed = choice.encoding.map(|_| "--encoding").or(choice.delimiter.map(|_| "--delimiter"));
        if let Some(flag) = typed {
            return Err(Error::invalid_input(text!(
                "{name} is a workbook, and {flag} is for text files",
                name,
                flag
            ))
            .hint(text!("omit {flag}", flag)));
        }
        let request = SheetRequest {
            name: name.to_owned(),
            sheet: choice.sheet.clone(),
            id_column: choice.columns.id.clone(),
            language: choice.language,
            extent,
        };
        let sheet = workbook::copy_sheet(source, &request, &choice.workbooks)?;
        let bytes = sheet.file.metadata().map_err(unreadable_copy)?.len();
        let format = FileFormat::Workbook { kind: sheet.kind, sheet: sheet.name };
        Ok(Spool { file: sheet.file, start: 0, copied: Copied { format, bytes } })
    }

    fn of_text(text: TextCopy, name: &str, choice: &FileChoice) -> Result<Spool> {
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
            return Err(Error::invalid_input(text!(
                "{name} is a text file, and has no sheet \"{sheet}\"",
                name,
                sheet
            ))
            .hint(text!("omit --sheet, or give the workbook itself")));
        }
        if looks_like_markup(head) {
            return Err(Error::invalid_input(text!(
                "{name} is a web page (HTML or XML), whatever its name says",
                name
            ))
            .hint(text!("open it in the spreadsheet program, and save it as an Excel workbook (.xlsx)")));
        }
        if looks_like_utf_16(head) {
            return Err(Error::invalid_input(text!(
                "{name} looks like UTF-16 without a byte order mark",
                name
            ))
            .hint(text!("specify its encoding: --encoding utf-16le or utf-16be")));
        }
        let dialect = Dialect::find(head, choice.delimiter, &choice.columns);
        let start = (marks + dialect.naming_line) as u64;
        let bytes = file.metadata().map_err(unreadable_copy)?.len() - start;
        let format = FileFormat::Text { encoding, had_byte_order_mark: marks > 0, dialect };
        Ok(Spool { file, start, copied: Copied { format, bytes } })
    }

    /// What was found out about the input.
    pub(crate) const fn copied(&self) -> &Copied {
        &self.copied
    }

    /// The records of the whole copy, with a place of its own: several can read at once.
    pub(crate) fn records(&self) -> RecordReader<SpoolReader<'_>> {
        let reader = SpoolReader { file: &self.file, place: self.start };
        RecordReader::new(reader, self.copied.layout()).with_bytes(self.copied.bytes)
    }
}

fn empty(name: &str) -> Error {
    Error::invalid_input(text!("{name} is empty", name))
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
pub(crate) struct SpoolReader<'a> {
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

/// No header of ours is longer, as long as its names can be read.
const LONGEST_HEADER: usize = 1024 * 1024;

/// The names in the first row; `input` is what was typed about the input that the results were made from.
pub(crate) fn header_of(results: &Path, input: &FileChoice) -> Result<Vec<String>> {
    let name = results.display().to_string();
    let mut file = File::open(results).map_err(|error| unreadable(&name, error))?;
    let mut head = vec![0; LONGEST_HEADER];
    let length = read_piece(&mut file, &mut head).map_err(|error| unreadable(&name, error))?;
    head.truncate(length);
    let (columns, workbooks) = (input.columns.clone(), input.workbooks.clone());
    let choice = FileChoice { columns, workbooks, ..FileChoice::default() };
    let spool = if workbook::is_workbook(&head) {
        Spool::of_workbook(&mut head.chain(file), &name, &choice, Extent::FirstRow)?
    } else {
        let line_end = head.iter().rposition(|byte| matches!(byte, b'\r' | b'\n'));
        head.truncate(line_end.map_or(length, |place| place + 1));
        let text = copy_text(&mut io::empty(), Some(TextEncoding::UTF_8), &head, &name)?;
        Spool::of_text(text, &name, &FileChoice { delimiter: input.delimiter, ..choice })?
    };
    let mut records = spool.records();
    let header = records.read()?.map(|header| header.cells().map(str::to_owned).collect());
    Ok(header.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(bytes: &[u8], input: &FileChoice) -> Option<Vec<String>> {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("out.csv");
        std::fs::write(&path, bytes).expect("it can be written");
        header_of(&path, input).ok()
    }

    #[test]
    fn the_header_is_read_as_we_write_it_and_nothing_else() {
        let found = |text: &str| header(text.as_bytes(), &FileChoice::default()).expect("a header");
        assert_eq!(found("id,row\n1,2\n"), ["id", "row"]);
        assert_eq!(found("\u{FEFF}id;row\r\n1;2\r\n"), ["id", "row"]);
        assert_eq!(found("id,row"), ["id", "row"]);
        let rows = "1,x\n".repeat(LONGEST_HEADER);
        assert_eq!(
            found(&format!("id,row\n{rows}1,\"a quotation mark that is never closed\n")),
            ["id", "row"]
        );
        let input = FileChoice { delimiter: "~".parse().ok(), ..FileChoice::default() };
        assert_eq!(header(b"id~row\n", &input), Some(vec!["id".to_owned(), "row".to_owned()]));
    }

    #[test]
    fn what_we_do_not_write_is_an_error() {
        for bytes in [&b""[..], b"id,\xFF\xFErow\n", b"PK\x03\x04", b"<html></html>"] {
            assert_eq!(header(bytes, &FileChoice::default()), None, "{bytes:?}");
        }
        assert!(header_of(Path::new("/nowhere/out.csv"), &FileChoice::default()).is_err());
    }
}
