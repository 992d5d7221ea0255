//! Owns the look at the header of a file that may be results of ours; what stands below it is not read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::encoding::TextEncoding;
use super::source::FileChoice;
use super::spool::Spool;
use super::text_copy::{copy_text, read_piece, unreadable};
use super::workbook;
use crate::input::workbook::Extent;
use crate::model::Result;

/// No header of ours is longer, as long as its names can be read.
const LONGEST_HEADER: usize = 1024 * 1024;

/// The names in the first row; `input` is what was typed about the input that the results were made from.
///
/// # Errors
/// When the file can't be read, or is nothing that we write.
pub fn header_of(results: &Path, input: &FileChoice) -> Result<Vec<String>> {
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
