//! Results in the form of CSV: they grow row by row under the name of the partial file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use csv::{Terminator, Writer, WriterBuilder};

use super::row::ResultRow;
use crate::input::{Copied, LineEnd};
use crate::store::create_private;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A CSV file with the byte order mark, the delimiter and the line ends of the input.
#[derive(Debug)]
pub(super) struct CsvResults {
    writer: Writer<BufWriter<File>>,
}

impl CsvResults {
    pub(super) fn create(partial: &Path, copied: &Copied, header: &[String]) -> io::Result<Self> {
        let mut file = create_private(partial)?;
        if copied.wants_byte_order_mark() {
            file.write_all(BYTE_ORDER_MARK)?;
        }
        let terminator = match copied.line_end() {
            LineEnd::Lf => Terminator::Any(b'\n'),
            LineEnd::CrLf => Terminator::CRLF,
            LineEnd::Cr => Terminator::Any(b'\r'),
        };
        let mut format = WriterBuilder::new();
        format.delimiter(copied.delimiter().byte()).terminator(terminator).flexible(true);
        let mut writer = format.from_writer(BufWriter::new(file));
        writer.write_record(header)?;
        writer.flush()?;
        Ok(CsvResults { writer })
    }

    pub(super) fn write(&mut self, row: &ResultRow<'_>) -> io::Result<()> {
        self.writer.write_record(row.cells()).map_err(io::Error::from)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    pub(super) fn finish(self) -> io::Result<()> {
        let buffer = self.writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        buffer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}
