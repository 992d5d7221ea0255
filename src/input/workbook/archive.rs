//! The look at a workbook before it is opened: which files are workbooks, by their content alone, and that none is larger
//! than it may be.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;

use super::request::{Extent, LARGEST_FILE, WorkbookKind, broken, protected, too_large};
use crate::language::{Text, text};
use crate::model::{Error, Result};

/// A ZIP archive, as `.xlsx` and `.ods` are.
const ARCHIVE: &[u8] = b"PK\x03\x04";
/// A compound file, as `.xls` and encrypted workbooks are.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// How much of the table of strings is read to find what it announces.
const ANNOUNCEMENT: u64 = 64 * 1024;
/// `<si/>`: no string takes fewer bytes.
const FEWEST_BYTES_A_STRING: u64 = 5;
const SPREADSHEET_MIME: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
const PIECE: usize = 64 * 1024;

/// Does a file that begins like this have to be opened as a workbook? No text begins so.
pub(crate) fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(ARCHIVE) || is_compound(head)
}

fn is_compound(head: &[u8]) -> bool {
    head.starts_with(COMPOUND)
}

/// What the names in an archive say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ArchiveKind {
    /// A workbook that can be read.
    Workbook(WorkbookKind),
    /// Excel's binary form, `.xlsb`.
    Binary,
    /// Something else in a ZIP archive.
    Other,
}

fn archive_kind(names: &[impl AsRef<str>]) -> ArchiveKind {
    let mut kind = ArchiveKind::Other;
    for name in names {
        let name = name.as_ref().replace('\\', "/").to_ascii_lowercase();
        if name.ends_with("xl/workbook.xml") {
            return ArchiveKind::Workbook(WorkbookKind::Xlsx);
        }
        if name.ends_with("xl/workbook.bin") {
            return ArchiveKind::Binary;
        }
        if name == "content.xml" {
            kind = ArchiveKind::Workbook(WorkbookKind::Ods);
        }
    }
    kind
}

/// What kind of workbook the file is; an error if it can't or must not be opened.
pub(super) fn inspect(file: &mut File, name: &str, extent: Extent) -> Result<WorkbookKind> {
    let unreadable = |error: std::io::Error| broken(name, Text::plain(error));
    let mut head = [0; 8];
    file.rewind().map_err(unreadable)?;
    let length = file.read(&mut head).map_err(unreadable)?;
    let kind = if is_compound(&head[..length]) {
        inspect_compound(file, name)?
    } else {
        inspect_archive(file, name, extent)?
    };
    file.rewind().map_err(unreadable)?;
    Ok(kind)
}

/// An encrypted workbook of any kind is a compound file with a stream of this name, in UTF-16.
fn inspect_compound(file: &mut File, name: &str) -> Result<WorkbookKind> {
    let wanted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut piece = vec![0; PIECE];
    let mut kept = 0;
    loop {
        let length = file.read(&mut piece[kept..]).map_err(|error| broken(name, Text::plain(error)))?;
        if length == 0 {
            return Ok(WorkbookKind::Xls);
        }
        let filled = kept + length;
        if piece[..filled].windows(wanted.len()).any(|window| window == wanted) {
            return Err(protected(name));
        }
        kept = filled.min(wanted.len() - 1);
        piece.copy_within(filled - kept..filled, 0);
    }
}

fn inspect_archive(file: &mut File, name: &str, extent: Extent) -> Result<WorkbookKind> {
    let mut archive =
        ZipArchive::new(BufReader::new(file)).map_err(|error| broken(name, Text::plain(error)))?;
    let names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    let kind = match archive_kind(&names) {
        ArchiveKind::Workbook(WorkbookKind::Ods) if !is_spreadsheet(&mut archive) => {
            return Err(no_workbook(name));
        }
        ArchiveKind::Workbook(kind) => kind,
        ArchiveKind::Binary => {
            return Err(Error::invalid_input(text!("{name} is a binary workbook (.xlsb)", name))
                .hint(text!("in the spreadsheet program, save it as an Excel workbook (.xlsx)")));
        }
        ArchiveKind::Other => return Err(no_workbook(name)),
    };
    let mut unzipped = 0_u64;
    let mut strings = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| broken(name, Text::plain(error)))?;
        let part = entry.name().unwrap_or_default();
        if extent == Extent::Whole || !is_sheet(&part) {
            unzipped = unzipped.saturating_add(entry.size());
        }
        if is_table_of_strings(&part) {
            strings.push((index, entry.size()));
        }
    }
    if unzipped > LARGEST_FILE {
        return Err(too_large(name));
    }
    for (index, size) in strings {
        let entry = archive.by_index(index).map_err(|error| broken(name, Text::plain(error)))?;
        let mut beginning = Vec::new();
        entry
            .take(ANNOUNCEMENT)
            .read_to_end(&mut beginning)
            .map_err(|error| broken(name, Text::plain(error)))?;
        if announced_strings(&beginning) > size / FEWEST_BYTES_A_STRING {
            return Err(broken(name, text!("it declares more strings than it can hold")));
        }
    }
    Ok(kind)
}

fn is_table_of_strings(entry: &str) -> bool {
    entry.to_ascii_lowercase().ends_with("sharedstrings.xml")
}

/// Sheets of `.xlsx` are read row by row, so that the first row of a large one is cheap to read.
fn is_sheet(entry: &str) -> bool {
    entry.to_ascii_lowercase().contains("xl/worksheets/")
}

fn is_spreadsheet<R: Read + Seek>(archive: &mut ZipArchive<R>) -> bool {
    let Ok(entry) = archive.by_name("mimetype") else { return false };
    let mut mime = Vec::new();
    entry.take(256).read_to_end(&mut mime).is_ok() && mime.starts_with(SPREADSHEET_MIME)
}

/// How many strings a table announces; a number that is beyond all bounds counts as such.
fn announced_strings(beginning: &[u8]) -> u64 {
    const NAME: &[u8] = b"uniqueCount=";
    let mut most = 0;
    for place in (0..beginning.len()).filter(|place| beginning[*place..].starts_with(NAME)) {
        let value = &beginning[place + NAME.len()..];
        let digits: Vec<u8> =
            value.iter().skip(1).copied().take_while(|byte| !matches!(byte, b'"' | b'\'' | b'>')).collect();
        let announced = match std::str::from_utf8(&digits).unwrap_or_default().trim().parse::<u64>() {
            Ok(number) => number,
            Err(_) => u64::from(digits.iter().any(u8::is_ascii_digit)) * u64::MAX,
        };
        most = most.max(announced);
    }
    most
}

fn no_workbook(name: &str) -> Error {
    Error::invalid_input(text!("{name} is a ZIP archive, but not a workbook", name))
        .hint(text!("give the workbook itself: .xlsx, .xls or .ods; export any other format to .xlsx first"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides() {
        assert!(is_workbook(b"PK\x03\x04rest"));
        assert!(is_workbook(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest"));
        for text in [&b"PK,reason\n"[..], b"", b"pre_hire_id", b"\xD0\xCF\x11"] {
            assert!(!is_workbook(text));
        }
        let kind = |names: &[&str]| archive_kind(names);
        assert_eq!(kind(&["a", "xl/workbook.xml"]), ArchiveKind::Workbook(WorkbookKind::Xlsx));
        assert_eq!(kind(&["mimetype", "content.xml"]), ArchiveKind::Workbook(WorkbookKind::Ods));
        assert_eq!(kind(&["xl/workbook.bin"]), ArchiveKind::Binary);
        assert_eq!(kind(&["word/document.xml"]), ArchiveKind::Other);
    }

    #[test]
    fn what_a_table_announces_is_believed_at_its_worst() {
        assert_eq!(announced_strings(b"<sst count=\"9\" uniqueCount=\"3\">"), 3);
        assert_eq!(announced_strings(b"<sst uniqueCount='100000000000'>"), 100_000_000_000);
        assert_eq!(announced_strings(b"<sst uniqueCount=\"99999999999999999999999\">"), u64::MAX);
        assert_eq!(announced_strings(b"<sst uniqueCount=\"\">"), 0);
        assert_eq!(announced_strings(b"<sst>"), 0);
    }
}
