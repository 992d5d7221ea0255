//! Owns results in the form of a workbook. Its rows wait in an unlinked temporary file (mode 0600, made by the library
//! through the crate `tempfile`) beside the results; the partial file appears only at the end.

use std::fmt;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{IgnoreError, Workbook, Worksheet, XlsxError};

use super::cells::STATUS;
use super::column_widths::ColumnWidths;
use super::guarded::guarded;
use super::results_writer::{ResultRow, create_anew, remove};
use super::workbook_limits::{SheetSize, as_number, fitting};
use super::workbook_style::WorkbookStyle;
use crate::input::RESULT_COLUMNS;

const SHEET: &str = "results";
/// Of 1 to 9. Higher ones take much longer for little.
const COMPRESSION: u8 = 3;
/// Those of our columns that hold numbers; in all others, text stays text.
const NUMBERS: [&str; 2] = ["row", "attempts"];

/// A workbook of one sheet.
pub(super) struct WorkbookResults {
    partial: PathBuf,
    workbook: Workbook,
    sheet: Worksheet,
    style: WorkbookStyle,
    widths: ColumnWidths,
    size: SheetSize,
    last_row: u32,
}

impl WorkbookResults {
    pub(super) fn create(partial: &Path, header: &[String]) -> io::Result<Self> {
        remove(partial)?;
        let directory = partial.parent().filter(|parent| !parent.as_os_str().is_empty());
        let style = WorkbookStyle::new();
        let (workbook, sheet) = guarded(|| {
            let mut workbook = Workbook::new();
            workbook.set_tempdir(directory.unwrap_or(Path::new(".")))?;
            let mut sheet = workbook.new_worksheet_with_constant_memory()?;
            lay_out(&mut sheet, header, &style)?;
            Ok((workbook, sheet))
        })?;
        let mut size = SheetSize::default();
        header.iter().for_each(|name| size.add(name));
        let (partial, widths) = (partial.to_owned(), ColumnWidths::of(header));
        Ok(WorkbookResults { partial, workbook, sheet, style, widths, size, last_row: 0 })
    }

    pub(super) fn write(&mut self, row: &ResultRow<'_>) -> io::Result<()> {
        self.last_row += 1;
        guarded(|| {
            for (column, text) in row.cells().enumerate() {
                let ours = column.checked_sub(row.passed_through);
                let text = if ours.is_some() { fitting(text) } else { text.into() };
                self.widths.note(column, &text);
                self.size.add(&text);
                let place = (self.last_row, number_of(column));
                match ours {
                    Some(STATUS) => {
                        let format = self.style.of_status(row.status);
                        self.sheet.write_string_with_format(place.0, place.1, text, format)?;
                    }
                    Some(ours)
                        if NUMBERS.contains(&RESULT_COLUMNS[ours])
                            && let Some(number) = as_number(&text) =>
                    {
                        self.sheet.write_number(place.0, place.1, number)?;
                    }
                    _ => {
                        self.sheet.write_string(place.0, place.1, text)?;
                    }
                }
            }
            Ok(())
        })
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        let partial = self.partial.clone();
        let saved = guarded(|| self.complete_sheet()).and_then(|()| self.save());
        if saved.is_err() {
            // A part of a workbook can't be read, and takes room; the journal has everything.
            let _ = fs::remove_file(partial);
        }
        saved
    }

    fn complete_sheet(&mut self) -> Result<(), XlsxError> {
        let mut last_column = 0;
        for (column, width) in self.widths.all().enumerate() {
            last_column = number_of(column);
            self.sheet.set_column_width(last_column, width)?;
        }
        self.sheet.autofilter(0, 0, self.last_row, last_column)?;
        self.sheet.ignore_error_range(0, 0, self.last_row, last_column, IgnoreError::NumberStoredAsText)?;
        Ok(())
    }

    fn save(self) -> io::Result<()> {
        let WorkbookResults { partial, mut workbook, sheet, size, .. } = self;
        let mut file = BufWriter::new(create_anew(&partial)?);
        guarded(|| {
            workbook.push_worksheet(sheet);
            workbook.use_zip_large_file(size.is_large()).set_zip_compression_level(COMPRESSION);
            workbook.save_to_writer(&mut file)
        })?;
        file.flush()?;
        file.get_ref().sync_all()
    }
}

impl fmt::Debug for WorkbookResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkbookResults").field("partial", &self.partial).finish_non_exhaustive()
    }
}

/// What must be said before the first row below the header.
fn lay_out(sheet: &mut Worksheet, header: &[String], style: &WorkbookStyle) -> Result<(), XlsxError> {
    sheet.set_name(SHEET)?;
    sheet.set_freeze_panes(1, 0)?;
    let first_of_ours = header.len() - RESULT_COLUMNS.len();
    for (column, name) in header.iter().enumerate() {
        let is_number = column >= first_of_ours && NUMBERS.contains(&name.as_str());
        if !is_number {
            sheet.set_column_format(number_of(column), &style.text)?;
        }
        sheet.write_string_with_format(0, number_of(column), name, &style.header)?;
    }
    Ok(())
}

fn number_of(column: usize) -> u16 {
    u16::try_from(column).expect("no input with so many columns was taken")
}
