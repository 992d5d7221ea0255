//! Owns the copying of a sheet in this very process: look, open, choose, write.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use csv::{Writer, WriterBuilder};

use super::apart::{Extent, SheetRequest};
use super::archive::inspect;
use super::opened::{Flow, Opened};
use super::sheets::{SheetHead, choose};
use crate::input::text_copy::unwritable_copy;
use crate::input::workbook::{SheetCopy, broken};
use crate::language::text;
use crate::model::{Error, Result};

/// Copies the sheet that is meant into `copy`.
pub(super) fn copy_sheet(workbook: File, copy: File, request: &SheetRequest) -> Result<SheetCopy> {
    // A library that panics over a broken file must not take the program with it.
    catch_unwind(AssertUnwindSafe(|| copy_sheet_or_panic(workbook, copy, request)))
        .unwrap_or_else(|_| Err(broken(&request.name, text!("its parts contradict each other"))))
}

fn copy_sheet_or_panic(mut workbook: File, copy: File, request: &SheetRequest) -> Result<SheetCopy> {
    let kind = inspect(&mut workbook, &request.name, request.extent)?;
    let mut opened = Opened::open(workbook, kind, &request.name)?;
    let mut heads = Vec::new();
    for name in opened.sheets() {
        let mut head = SheetHead::new(name.clone());
        opened.rows(&name, &mut |number, cells| Ok(head.look_at(number, cells, request)))?;
        heads.push(head);
    }
    let name = choose(&heads, request)?;
    let mut writer = WriterBuilder::new().flexible(true).from_writer(BufWriter::new(copy));
    opened.rows(&name, &mut |number, cells| {
        write_row(&mut writer, number, cells)?;
        Ok(if request.extent == Extent::Whole { Flow::GoOn } else { Flow::Stop })
    })?;
    let finished = writer.into_inner().map_err(|error| unwritable_copy(error.into_error()));
    let file = finished?.into_inner().map_err(|error| unwritable_copy(error.into_error()))?;
    Ok(SheetCopy { file, kind, name })
}

fn write_row<W: Write>(writer: &mut Writer<W>, number: u32, cells: &[String]) -> Result<()> {
    let number = number.to_string();
    let record = [number.as_str()].into_iter().chain(cells.iter().map(String::as_str));
    writer.write_record(record).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => unwritable_copy(error),
        _ => Error::unusable(text!("can't make a private copy of the input")),
    })
}
