//! How the text is cut into records, and on which line each begins, as an editor counts.
//!
//! It stands on `csv-core`, the parser of the `csv` crate: that one's own line numbers are off after blank lines
//! and with CR LF, and here the bytes in front of a record can be seen.
//!
//! The private copy of a workbook is such a text, too. Its sheet's row numbers stand in front of each record.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::text::unreadable_copy;
use crate::language::{Text, text};
use crate::model::{Error, Result};

/// What stands between two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delimiter(u8);

impl Delimiter {
    /// The usual one.
    pub(crate) const COMMA: Delimiter = Delimiter(b',');
    /// What a spreadsheet writes where the comma is the decimal point.
    pub(crate) const SEMICOLON: Delimiter = Delimiter(b';');
    /// What "Unicode Text" has.
    pub(crate) const TAB: Delimiter = Delimiter(b'\t');
    /// What some HR systems write.
    pub(crate) const BAR: Delimiter = Delimiter(b'|');

    /// The byte that it is.
    pub(crate) const fn byte(self) -> u8 {
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
pub(crate) enum LineEnd {
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
pub(crate) struct Layout {
    /// What stands between two cells.
    pub(crate) delimiter: Delimiter,
    /// The number of the first line.
    pub(crate) first_line: u64,
    /// Does each record begin with a cell that holds its row number, and that nobody else sees?
    pub(crate) has_row_numbers: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Layout { delimiter: Delimiter::COMMA, first_line: 1, has_row_numbers: false }
    }
}

/// One record: its cells, and the line on which it begins.
#[derive(Debug)]
pub(crate) struct Record {
    line: u64,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    length: usize,
    /// Cells in front that do not count: the row number.
    hidden: usize,
}

impl Record {
    /// The line on which it begins, counted from 1.
    pub(crate) const fn line(&self) -> u64 {
        self.line
    }

    /// How many cells it has.
    pub(crate) const fn len(&self) -> usize {
        self.length.saturating_sub(self.hidden)
    }

    /// Is every cell empty, as in a blank line or in `,,`?
    pub(crate) fn is_empty(&self) -> bool {
        self.length <= self.hidden || self.ends[self.length - 1] == self.start_of(self.hidden)
    }

    /// The text of a cell; a missing one is empty.
    pub(crate) fn cell(&self, index: usize) -> &str {
        std::str::from_utf8(self.cell_bytes(index)).expect("the copy of the input is UTF-8, cut at ASCII")
    }

    /// The bytes of a cell; a missing one is empty.
    pub(crate) fn cell_bytes(&self, index: usize) -> &[u8] {
        if index >= self.len() {
            return &[];
        }
        let index = index + self.hidden;
        &self.bytes[self.start_of(index)..self.ends[index]]
    }

    fn start_of(&self, index: usize) -> usize {
        if index == 0 { 0 } else { self.ends[index - 1] }
    }

    /// All cells, in order.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }
}

/// Where in a row the last byte was, as far as quotation marks go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    /// At the beginning of a cell.
    Before,
    /// In a cell without quotation marks around it.
    Outside,
    /// In a cell that was opened with one, on this line.
    Inside(u64),
    /// Behind one that closes the cell, unless another follows.
    Closing(u64),
    /// Behind a closed cell something else followed than the next cell, on this line.
    Misplaced(u64),
}

impl Quotes {
    /// The place behind the next byte, which stands on this line.
    const fn after(self, byte: u8, delimiter: u8, line: u64) -> Quotes {
        match (self, byte) {
            (Quotes::Misplaced(line), _) => Quotes::Misplaced(line),
            (Quotes::Before, b'"') => Quotes::Inside(line),
            (Quotes::Inside(opened), b'"') => Quotes::Closing(opened),
            (Quotes::Inside(opened), _) => Quotes::Inside(opened),
            (Quotes::Closing(opened), b'"') => Quotes::Inside(opened),
            (_, b'\r' | b'\n') => Quotes::Before,
            (_, byte) if byte == delimiter => Quotes::Before,
            (Quotes::Closing(_), _) => Quotes::Misplaced(line),
            (Quotes::Before | Quotes::Outside, _) => Quotes::Outside,
        }
    }
}

const BUFFER: usize = 64 * 1024;
/// More than any honest row; a quote that is never closed would swallow the rest of the file.
const MOST_BYTES_OF_A_RECORD: usize = 16 * 1024 * 1024;
/// A buffer that one huge record has made larger than this is given back.
const BYTES_TO_KEEP: usize = 256 * 1024;

/// Reads one record after the other; empty rows are skipped, but their lines count.
#[derive(Debug)]
pub(crate) struct RecordReader<R> {
    parser: Reader,
    source: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    line: u64,
    after_carriage_return: bool,
    quotes: Quotes,
    delimiter: u8,
    record: Record,
    bytes: u64,
}

impl<R: Read> RecordReader<R> {
    /// A reader of a text with this layout.
    pub(crate) fn new(source: R, layout: Layout) -> Self {
        let hidden = usize::from(layout.has_row_numbers);
        let record = Record { line: 0, bytes: vec![0; 1024], ends: vec![0; 32], length: 0, hidden };
        let buffer = vec![0; BUFFER].into_boxed_slice();
        let delimiter = layout.delimiter.byte();
        let parser = ReaderBuilder::new().delimiter(delimiter).build();
        let line = layout.first_line;
        RecordReader {
            parser,
            source,
            buffer,
            start: 0,
            end: 0,
            line,
            after_carriage_return: false,
            quotes: Quotes::Before,
            delimiter,
            record,
            bytes: 0,
        }
    }

    /// Says how long the text is, so that memory for its rows can be reserved.
    pub(crate) fn with_bytes(self, bytes: u64) -> Self {
        RecordReader { bytes, ..self }
    }

    /// How long the text is; 0 if nobody said so.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next record that is not empty; `None` at the end.
    pub(crate) fn read(&mut self) -> Result<Option<&Record>> {
        loop {
            self.skip_line_ends()?;
            self.record.line = self.line;
            if !self.read_one()? {
                return Ok(None);
            }
            if !self.record.is_empty() {
                return Ok(Some(&self.record));
            }
        }
    }

    /// The header: the first record that is not empty.
    pub(crate) fn header(&mut self) -> Result<&Record> {
        self.read()?.ok_or_else(|| Error::invalid_input(text!("the file contains only empty rows")))
    }

    fn fill(&mut self) -> Result<()> {
        if self.start < self.end {
            return Ok(());
        }
        self.start = 0;
        self.end = self.source.read(&mut self.buffer).map_err(unreadable_copy)?;
        Ok(())
    }

    fn skip_line_ends(&mut self) -> Result<()> {
        loop {
            self.fill()?;
            match self.buffer[self.start..self.end].first() {
                Some(b'\r' | b'\n') => self.consume(1),
                _ => return Ok(()),
            }
        }
    }

    /// Counts the line ends among the next bytes: LF, CR LF and CR alone are one each.
    fn consume(&mut self, length: usize) {
        for byte in &self.buffer[self.start..self.start + length] {
            match byte {
                b'\n' if self.after_carriage_return => {}
                b'\n' | b'\r' => self.line += 1,
                _ => {}
            }
            self.after_carriage_return = *byte == b'\r';
            self.quotes = self.quotes.after(*byte, self.delimiter, self.line);
        }
        self.start += length;
    }

    fn read_one(&mut self) -> Result<bool> {
        if self.record.bytes.len() > BYTES_TO_KEEP {
            self.record.bytes.truncate(BYTES_TO_KEEP);
            self.record.bytes.shrink_to_fit();
        }
        let (mut bytes, mut ends) = (0, 0);
        loop {
            self.fill()?;
            let Record { bytes: output, ends: output_ends, .. } = &mut self.record;
            let input = &self.buffer[self.start..self.end];
            let (result, read, written, ended) =
                self.parser.read_record(input, &mut output[bytes..], &mut output_ends[ends..]);
            self.consume(read);
            bytes += written;
            ends += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.grow_bytes()?,
                ReadRecordResult::OutputEndsFull => {
                    let length = self.record.ends.len() * 2;
                    self.record.ends.resize(length, 0);
                }
                ReadRecordResult::Record => {
                    self.record.length = ends;
                    self.take_row_number();
                    return self.check_quotes().map(|()| true);
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    fn take_row_number(&mut self) {
        if self.record.hidden > 0 {
            let number = std::str::from_utf8(&self.record.bytes[..self.record.ends[0]]).ok();
            self.record.line = number
                .and_then(|number| number.parse().ok())
                .expect("the copy of a workbook begins each record with its row number");
        }
    }

    /// A quotation mark in the wrong place moves the borders of cells and rows: nothing behind it can be trusted.
    fn check_quotes(&mut self) -> Result<()> {
        match self.quotes {
            Quotes::Inside(line) => Err(Error::invalid_input(text!(
                "the quotation mark (\") that opens a cell on line {line} is never closed",
                line
            ))
            .hint(text!("close it, or double it if it is part of the text"))),
            Quotes::Misplaced(line) => Err(Error::invalid_input(text!(
                "on line {line}, a cell continues after its closing quotation mark (\")",
                line
            ))
            .hint(text!(
                "put the whole cell in quotation marks, and double those that are part of the text"
            ))),
            Quotes::Before | Quotes::Outside | Quotes::Closing(_) => Ok(()),
        }
    }

    fn grow_bytes(&mut self) -> Result<()> {
        let length = self.record.bytes.len() * 2;
        if length > MOST_BYTES_OF_A_RECORD {
            return Err(Error::invalid_input(text!(
                "the row that begins on line {line} is larger than {most} MiB",
                line = self.record.line,
                most = MOST_BYTES_OF_A_RECORD / 1024 / 1024
            ))
            .hint(text!("look there for an opening quotation mark (\") that is never closed")));
        }
        self.record.bytes.resize(length, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    fn read(text: &str) -> Vec<(u64, Vec<String>)> {
        let mut reader = RecordReader::new(text.as_bytes(), Layout::default());
        let mut records = Vec::new();
        while let Some(record) = reader.read().expect("text in memory can be read") {
            records.push((record.line(), record.cells().map(str::to_owned).collect()));
        }
        records
    }

    fn lines(text: &str) -> Vec<u64> {
        read(text).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn counts_lines_as_an_editor_does() {
        assert_eq!(lines("a,b\n1,x\n2,y\n"), [1, 2, 3]);
        assert_eq!(lines("a,b\r\n1,x\r\n2,y"), [1, 2, 3]);
        assert_eq!(lines("a,b\r1,x\r2,y\r"), [1, 2, 3]);
        assert_eq!(lines("\n\na,b\n\n\n1,x\r\n\r\n2,y\n"), [3, 6, 8]);
        assert_eq!(lines("a,b\n1,\"x\ny\r\nz\"\n2,y\n"), [1, 2, 5]);
        assert_eq!(lines("a,b\n,\n1,x\n , \n"), [1, 3, 4]);
    }

    #[test]
    fn quotes_commas_and_line_breaks_stay_in_their_cell() {
        let records = read("id,reason\n1,\"a, \"\"b\"\"\r\nc\"\n2\n3,x,,\n");
        let cells: Vec<&[String]> = records.iter().map(|(_, cells)| cells.as_slice()).collect();
        assert_eq!(cells[1], ["1", "a, \"b\"\r\nc"]);
        assert_eq!(cells[2], ["2"]);
        assert_eq!(cells[3], ["3", "x", "", ""]);
    }

    #[test]
    fn a_missing_cell_is_empty() {
        let mut reader = RecordReader::new("1".as_bytes(), Layout::default());
        let record = reader.read().expect("readable").expect("a record");
        assert_eq!((record.cell(0), record.cell(1)), ("1", ""));
    }

    #[test]
    fn a_cell_of_a_megabyte_is_read_and_one_without_end_is_refused() {
        let text = format!("id,reason\n1,\"{}\"\n2,b\n", "x".repeat(1 << 20));
        assert_eq!(lines(&text), [1, 2, 3]);
        let endless = format!("id,reason\n1,\"{}", "x".repeat(MOST_BYTES_OF_A_RECORD));
        let mut reader = RecordReader::new(endless.as_bytes(), Layout::default());
        reader.read().expect("the header is fine");
        assert!(
            reader
                .read()
                .expect_err("an unclosed quote")
                .report(crate::language::Language::English)
                .contains("line 2")
        );
    }

    #[test]
    fn a_quotation_mark_in_the_wrong_place_is_an_error_with_its_line() {
        let refused = |text: &str| {
            let mut reader = RecordReader::new(text.as_bytes(), Layout::default());
            loop {
                match reader.read() {
                    Ok(Some(_)) => {}
                    Ok(None) => return None,
                    Err(error) => return Some(error.report(crate::language::Language::English)),
                }
            }
        };
        let never_closed = refused("id,reason\n1,a\n2,\"oops\n3,c\n4,d\n").expect("it is never closed");
        assert!(never_closed.contains("line 3"), "{never_closed}");
        assert!(refused("id,reason\n1,\"").is_some());
        let misplaced = refused("id,reason\n1,a\n2,\"x\"y\n").expect("it goes on");
        assert!(misplaced.contains("line 3"), "{misplaced}");
        assert_eq!(refused("id,reason\n1,a\"b\n2,\"x\"\"y\"\n3,\"\"\n4,\"z\""), None);
    }

    #[test]
    fn another_delimiter_and_a_line_in_front_move_nothing() {
        let layout = Layout { delimiter: ";".parse().expect("one"), first_line: 2, has_row_numbers: false };
        let mut reader = RecordReader::new("id;reason\r\n1;\"a;b\"\r\n2;c,d\r\n".as_bytes(), layout);
        for (line, cells) in [(2, ["id", "reason"]), (3, ["1", "a;b"]), (4, ["2", "c,d"])] {
            let record = reader.read().expect("readable").expect("a record");
            assert_eq!((record.line(), record.cells().collect::<Vec<_>>()), (line, cells.to_vec()));
        }
        let mut reader = RecordReader::new("1;\"a\",b\n".as_bytes(), layout);
        assert!(reader.read().is_err(), "a comma is no delimiter here");
    }

    #[test]
    fn a_row_number_in_front_is_seen_as_the_line_alone() {
        let layout = Layout { has_row_numbers: true, ..Layout::default() };
        let mut reader = RecordReader::new("3,id,reason\n4,,\n5\n70,1,\"a\nb\",x\n".as_bytes(), layout);
        let header = reader.read().expect("readable").expect("a header");
        assert_eq!((header.line(), header.len(), header.cell(0)), (3, 2, "id"));
        let row = reader.read().expect("readable").expect("a row");
        assert_eq!((row.line(), row.len(), row.cell(0), row.cell(2), row.cell(3)), (70, 3, "1", "x", ""));
        assert!(reader.read().expect("readable").is_none());
    }

    proptest! {
        #[test]
        fn agrees_with_the_csv_crate_on_the_cells(text in "(([ab]{0,3}|\"([ab,\r\n]|\"\"){0,5}\")[,\n\r]{1,3}){0,20}") {
            let mut reference = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> = reference
                .records()
                .map(|record| record.expect("readable").iter().map(str::to_owned).collect())
                .filter(|cells: &Vec<String>| cells.iter().any(|cell| !cell.is_empty()))
                .collect();
            let ours: Vec<Vec<String>> = read(&text).into_iter().map(|(_, cells)| cells).collect();
            prop_assert_eq!(ours, expected);
        }
    }
}
