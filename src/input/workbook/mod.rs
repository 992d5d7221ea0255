//! A workbook becomes a text like any other: the one sheet that has an id column, each record with its row number.
//!
//! The library that reads workbooks takes their word for how large they are, and some say that they are very large. So
//! it works [apart](WorkbookReading::Apart), in a process of its own that may take no more than 240 MiB of memory.
//!
//! - `kind` and `archive` tell what a file is by its content, and turn away what is too large or no workbook.
//! - `sheets` chooses the sheet; `opened` reads its rows; `cell` says what a cell shows.
//! - `here` does all this, and `apart` has it done elsewhere.

mod apart;
mod archive;
mod cell;
mod here;
mod kind;
mod opened;
mod sheets;

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

pub use apart::{Extent, SheetRequest, answer_request};
pub use kind::{WorkbookKind, is_workbook};

use super::source::FileChoice;
use super::text_copy::{private_file, unwritable_copy};
use crate::language::{Text, text};
use crate::model::{Error, Result};

/// More than any honest list of people; it is copied before it is looked at.
const LARGEST_FILE: u64 = 512 * 1024 * 1024;

/// Where workbooks are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WorkbookReading {
    /// In this process: for tests, and for programs that use the library.
    #[default]
    Here,
    /// In a process of its own, with limits: this program, called again.
    Apart(PathBuf),
}

/// A sheet, copied as text.
#[derive(Debug)]
pub struct SheetCopy {
    /// The copy.
    pub file: File,
    /// Which program's workbook it was.
    pub kind: WorkbookKind,
    /// The name of the sheet.
    pub name: String,
}

/// Copies the sheet with the id column; `name` is the file's, for messages.
pub(super) fn copy_sheet(
    source: &mut impl Read,
    name: &str,
    choice: &FileChoice,
    extent: Extent,
) -> Result<SheetCopy> {
    let typed = choice.encoding.map(|_| "--encoding").or(choice.delimiter.map(|_| "--delimiter"));
    if let Some(flag) = typed {
        return Err(Error::unusable(text!("{name} is a workbook, and {flag} is for text files", name, flag))
            .hint(text!("omit {flag}", flag)));
    }
    let mut workbook = private_file()?;
    let mut limited = source.take(LARGEST_FILE + 1);
    let length = io::copy(&mut limited, &mut workbook).map_err(unwritable_copy)?;
    if length > LARGEST_FILE {
        return Err(too_large(name));
    }
    let request = SheetRequest {
        name: name.to_owned(),
        sheet: choice.sheet.clone(),
        id_column: choice.columns.id.clone(),
        language: choice.language,
        extent,
    };
    match &choice.workbooks {
        WorkbookReading::Here => here::copy_sheet(workbook, private_file()?, &request),
        WorkbookReading::Apart(program) => apart::copy_sheet(workbook, private_file()?, &request, program),
    }
}

fn too_large(name: &str) -> Error {
    let most = LARGEST_FILE / 1024 / 1024;
    Error::unusable(text!("{name} is a workbook of more than {most} MiB when unzipped", name, most))
        .hint(text!("copy the two columns into a new workbook, or save the sheet as \"CSV UTF-8\""))
}

fn broken(name: &str, cause: Text) -> Error {
    Error::unusable(text!("{name} can't be read as a workbook", name))
        .since(cause)
        .hint(text!("open it in the spreadsheet program, and save it again as .xlsx or as \"CSV UTF-8\""))
}

fn protected(name: &str) -> Error {
    Error::unusable(text!("{name} is password-protected", name))
        .hint(text!("in the spreadsheet program, save it without a password"))
}
