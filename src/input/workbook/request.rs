//! What is asked of a workbook, what comes back, and why it may be refused.

use std::fmt;
use std::fs::File;

use serde::{Deserialize, Serialize};

use crate::input::columns::ColumnChoice;
use crate::language::{Language, Text, text};
use crate::model::Error;

/// More than any honest list of people; it is copied before it is looked at.
pub(super) const LARGEST_FILE: u64 = 512 * 1024 * 1024;

/// Which sheet of which file is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SheetRequest {
    /// The name of the file, for messages.
    pub(crate) name: String,
    /// `--sheet`.
    pub(crate) sheet: Option<String>,
    /// `--id-column`.
    pub(crate) id_column: Option<String>,
    /// The language of what the other process has to say.
    pub(crate) language: Language,
    /// How much of it is wanted.
    pub(crate) extent: Extent,
}

/// How much of a sheet is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// Its first row that is not empty, however large the sheet is.
    FirstRow,
}

impl SheetRequest {
    pub(super) fn columns(&self) -> ColumnChoice {
        ColumnChoice { id: self.id_column.clone(), reason: None }
    }
}

/// A sheet, copied as text.
#[derive(Debug)]
pub(crate) struct SheetCopy {
    /// The copy.
    pub(crate) file: File,
    /// Which program's workbook it was.
    pub(crate) kind: WorkbookKind,
    /// The name of the sheet.
    pub(crate) name: String,
}

/// Which program's workbook it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WorkbookKind {
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

pub(super) fn too_large(name: &str) -> Error {
    let most = LARGEST_FILE / 1024 / 1024;
    Error::invalid_input(text!("{name} is a workbook of more than {most} MiB when unzipped", name, most))
        .hint(text!("copy the two columns into a new workbook, or save the sheet as \"CSV UTF-8\""))
}

pub(super) fn broken(name: &str, cause: Text) -> Error {
    Error::invalid_input(text!("{name} can't be read as a workbook", name))
        .context(cause)
        .hint(text!("open it in the spreadsheet program, and save it again as .xlsx or as \"CSV UTF-8\""))
}

pub(super) fn protected(name: &str) -> Error {
    Error::invalid_input(text!("{name} is password-protected", name))
        .hint(text!("in the spreadsheet program, save it without a password"))
}
