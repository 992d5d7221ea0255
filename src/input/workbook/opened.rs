//! Owns the reading of a workbook's rows, in order, whichever kind it is.

use std::fs::File;
use std::io::BufReader;

use calamine::{Data, Ods, OdsError, Range, Reader, SheetType, Xls, XlsError, Xlsx, XlsxError};

use super::cell::shown;
use super::kind::WorkbookKind;
use crate::input::workbook::{broken, protected};
use crate::language::{Text, text};
use crate::model::Result;

/// The last place that a sheet of Excel has.
const LAST_ROW: u32 = 1_048_575;
const LAST_COLUMN: u32 = 16_383;

/// Whether to go on with the next row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    GoOn,
    Stop,
}

/// An open workbook.
pub(super) struct Opened<'n> {
    reader: AnyReader,
    name: &'n str,
}

enum AnyReader {
    Xlsx(Xlsx<BufReader<File>>),
    Xls(Xls<BufReader<File>>),
    Ods(Ods<BufReader<File>>),
}

impl<'n> Opened<'n> {
    /// Opens it; `name` is for messages.
    pub(super) fn open(file: File, kind: WorkbookKind, name: &'n str) -> Result<Self> {
        let file = BufReader::new(file);
        let reader = match kind {
            WorkbookKind::Xlsx => AnyReader::Xlsx(Xlsx::new(file).map_err(|error| of_xlsx(name, error))?),
            WorkbookKind::Xls => AnyReader::Xls(Xls::new(file).map_err(|error| of_xls(name, error))?),
            WorkbookKind::Ods => AnyReader::Ods(Ods::new(file).map_err(|error| of_ods(name, error))?),
        };
        Ok(Opened { reader, name })
    }

    /// The names of the sheets that hold cells.
    pub(super) fn sheets(&self) -> Vec<String> {
        let metadata = match &self.reader {
            AnyReader::Xlsx(reader) => reader.sheets_metadata(),
            AnyReader::Xls(reader) => reader.sheets_metadata(),
            AnyReader::Ods(reader) => reader.sheets_metadata(),
        };
        let with_cells = metadata.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        with_cells.map(|sheet| sheet.name.clone()).collect()
    }

    /// Hands on each row of a sheet that is not empty: its number, counted from 1, and its cells.
    pub(super) fn rows(
        &mut self,
        sheet: &str,
        take: &mut dyn FnMut(u32, &[String]) -> Result<Flow>,
    ) -> Result<()> {
        let name = self.name;
        match &mut self.reader {
            AnyReader::Xlsx(reader) => rows_of_xlsx(reader, sheet, name, take),
            AnyReader::Xls(reader) => {
                let range = reader.worksheet_range(sheet).map_err(|error| of_xls(name, error))?;
                rows_of_range(&range, take)
            }
            AnyReader::Ods(reader) => {
                let range = reader.worksheet_range(sheet).map_err(|error| of_ods(name, error))?;
                rows_of_range(&range, take)
            }
        }
    }
}

/// Cell after cell, so that the sheet is never in memory as a whole.
fn rows_of_xlsx(
    reader: &mut Xlsx<BufReader<File>>,
    sheet: &str,
    name: &str,
    take: &mut dyn FnMut(u32, &[String]) -> Result<Flow>,
) -> Result<()> {
    let mut cells = reader.worksheet_cells_reader(sheet).map_err(|error| of_xlsx(name, error))?;
    let mut row = Row { index: 0, cells: Vec::new() };
    while let Some(cell) = cells.next_cell().map_err(|error| of_xlsx(name, error))? {
        let (index, column) = cell.get_position();
        if index > LAST_ROW || column > LAST_COLUMN {
            return Err(broken(name, text!("a cell lies beyond the last row or column of a sheet")));
        }
        if index < row.index {
            return Err(broken(name, text!("its rows are not in order")));
        }
        if index > row.index && row.hand_on(take)? == Flow::Stop {
            return Ok(());
        }
        row.index = index;
        row.set(column as usize, shown(Data::from(cell.get_value().clone())));
    }
    row.hand_on(take).map(|_| ())
}

fn rows_of_range(range: &Range<Data>, take: &mut dyn FnMut(u32, &[String]) -> Result<Flow>) -> Result<()> {
    let (first_row, first_column) = range.start().unwrap_or_default();
    let mut row = Row { index: first_row, cells: Vec::new() };
    for cells in range.rows() {
        for (column, cell) in cells.iter().enumerate() {
            row.set(first_column as usize + column, shown(cell.clone()));
        }
        if row.hand_on(take)? == Flow::Stop {
            return Ok(());
        }
        row.index += 1;
    }
    Ok(())
}

/// The row that is being read.
struct Row {
    index: u32,
    cells: Vec<String>,
}

impl Row {
    /// Empty cells behind the last filled one are none.
    fn set(&mut self, column: usize, text: String) {
        if text.is_empty() && column >= self.cells.len() {
            return;
        }
        if column >= self.cells.len() {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
    }

    fn hand_on(&mut self, take: &mut dyn FnMut(u32, &[String]) -> Result<Flow>) -> Result<Flow> {
        let is_empty = self.cells.iter().all(String::is_empty);
        let flow = if is_empty { Flow::GoOn } else { take(self.index + 1, &self.cells)? };
        self.cells.clear();
        Ok(flow)
    }
}

fn of_xlsx(name: &str, error: XlsxError) -> crate::model::Error {
    if matches!(error, XlsxError::Password) { protected(name) } else { broken(name, Text::plain(error)) }
}

fn of_xls(name: &str, error: XlsError) -> crate::model::Error {
    if matches!(error, XlsError::Password) { protected(name) } else { broken(name, Text::plain(error)) }
}

fn of_ods(name: &str, error: OdsError) -> crate::model::Error {
    if matches!(error, OdsError::Password) { protected(name) } else { broken(name, Text::plain(error)) }
}
