//! A workbook becomes a text like any other: the one sheet that has an id column, each record with its row number.
//!
//! The library that reads workbooks takes their word for how large they are, and some say that they are very large. So
//! it works [apart](WorkbookReading::Apart), in a process of its own that may take no more than 240 MiB of memory.
//!
//! - `archive` tells what a file is by its content, and turns away what is too large or no workbook.
//! - `rows` reads the rows of a sheet, and says what a cell shows; `sheets` chooses the sheet and copies it.
//! - `apart` has it done elsewhere.

mod apart;
mod archive;
mod request;
mod rows;
mod sheets;

use std::io::{self, Read};
use std::path::PathBuf;

pub(crate) use apart::answer_request;
pub(crate) use archive::is_workbook;
pub(crate) use request::{Extent, SheetCopy, SheetRequest, WorkbookKind};

use super::text::{private_file, unwritable_copy};
use crate::model::Result;
use request::{LARGEST_FILE, too_large};

/// Where workbooks are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum WorkbookReading {
    /// In this process: for tests, and for programs that use the library.
    #[default]
    Here,
    /// In a process of its own, with limits: this program, called again.
    Apart(PathBuf),
}

/// Copies the sheet that is meant.
pub(super) fn copy_sheet(
    source: &mut impl Read,
    request: &SheetRequest,
    reading: &WorkbookReading,
) -> Result<SheetCopy> {
    let mut workbook = private_file()?;
    let mut limited = source.take(LARGEST_FILE + 1);
    let length = io::copy(&mut limited, &mut workbook).map_err(unwritable_copy)?;
    if length > LARGEST_FILE {
        return Err(too_large(&request.name));
    }
    match reading {
        WorkbookReading::Here => sheets::copy_sheet(workbook, private_file()?, request),
        WorkbookReading::Apart(program) => apart::copy_sheet(workbook, private_file()?, request, program),
    }
}
