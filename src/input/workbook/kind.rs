//! Owns which files are workbooks, by their first bytes and the names in them; endings do not count.

use std::fmt;

/// A ZIP archive, as `.xlsx` and `.ods` are.
const ARCHIVE: &[u8] = b"PK\x03\x04";
/// A compound file, as `.xls` and encrypted workbooks are.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Which program's workbook it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkbookKind {
    /// Excel since 2007.
    Xlsx,
    /// Excel before.
    Xls,
    /// LibreOffice.
    Ods,
}

impl fmt::Display for WorkbookKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WorkbookKind::Xlsx => "xlsx",
            WorkbookKind::Xls => "xls",
            WorkbookKind::Ods => "ods",
        })
    }
}

/// Does a file that begins like this have to be opened as a workbook? No text begins so.
#[must_use]
pub fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(ARCHIVE) || is_compound(head)
}

pub(super) fn is_compound(head: &[u8]) -> bool {
    head.starts_with(COMPOUND)
}

/// What the names in an archive say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArchiveKind {
    /// A workbook that can be read.
    Workbook(WorkbookKind),
    /// Excel's binary form, `.xlsb`.
    Binary,
    /// Something else in a ZIP archive.
    Other,
}

pub(super) fn archive_kind(names: &[impl AsRef<str>]) -> ArchiveKind {
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
}
