//! Results in the form of a workbook. Its rows wait in an unlinked temporary file (mode 0600, made by the library
//! through the crate `tempfile`) beside the results; the partial file appears only at the end.
//!
//! What XML can't hold, such as a carriage return, is written as `_x000D_`, and a text that merely looks so as
//! `_x005F_x000D_`. The library takes care of both, but not of a text that becomes an escape only through the one
//! behind it: `_x0041` and a carriage return would be read as `A` and `x000D_`. Such a text is cut between the two.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};
use std::iter;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use rust_xlsxwriter::{Format, IgnoreError, Workbook, Worksheet, XlsxError};

use super::cells::STATUS;
use super::row::ResultRow;
use super::workbook_limits::{SheetSize, as_number, fitting};
use super::workbook_style::{ColumnWidths, WorkbookStyle};
use super::xlsx_panic::catch_xlsx_panic;
use crate::input::RESULT_COLUMNS;
use crate::store::{create_private, parent_of, remove};

const SHEET: &str = "results";
/// In points. A height of its own keeps LibreOffice from drawing the second line of a text over the next row.
const ROW_HEIGHT: f64 = 16.5;
/// Of 1 to 9. Higher ones take much longer for little.
const COMPRESSION: u8 = 3;
const ESCAPE: usize = "_x0041_".len();

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
        let style = WorkbookStyle::new();
        let (workbook, sheet) = catch_xlsx_panic(|| {
            let mut workbook = Workbook::new();
            workbook.set_tempdir(parent_of(partial))?;
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
        let written = catch_xlsx_panic(|| self.write_cells(row));
        if written.is_err() {
            // Nobody writes here again, and the journal may need the room of the temporary file.
            self.sheet = Worksheet::new();
        }
        written
    }

    fn write_cells(&mut self, row: &ResultRow<'_>) -> Result<(), XlsxError> {
        for (index, text) in row.cells().enumerate() {
            let ours = index.checked_sub(row.first_of_ours());
            let text = if ours.is_some() { fitting(text) } else { text.into() };
            self.widths.note(index, &text);
            self.size.add(&text);
            let number = ours.filter(|ours| is_number(RESULT_COLUMNS[*ours])).and_then(|_| as_number(&text));
            let column = column_number(index);
            match (ours, number) {
                (Some(STATUS), _) => {
                    let format = self.style.of_status(row.status);
                    self.sheet.write_string_with_format(self.last_row, column, text, format)?;
                }
                (_, Some(number)) => {
                    self.sheet.write_number(self.last_row, column, number)?;
                }
                _ => write_text(&mut self.sheet, (self.last_row, column), text)?,
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        let partial = self.partial.clone();
        let saved = catch_xlsx_panic(|| self.complete_sheet()).and_then(|()| self.save());
        if saved.is_err() {
            // A part of a workbook can't be read, and takes room; the journal has everything.
            let _ = fs::remove_file(partial);
        }
        saved
    }

    fn complete_sheet(&mut self) -> Result<(), XlsxError> {
        let mut last_column = 0;
        for (column, width) in self.widths.all().enumerate() {
            last_column = column_number(column);
            self.sheet.set_column_width(last_column, width)?;
        }
        self.sheet.autofilter(0, 0, self.last_row, last_column)?;
        self.sheet.ignore_error_range(0, 0, self.last_row, last_column, IgnoreError::NumberStoredAsText)?;
        Ok(())
    }

    fn save(self) -> io::Result<()> {
        let WorkbookResults { partial, mut workbook, sheet, size, .. } = self;
        let mut file = BufWriter::new(create_private(&partial)?);
        catch_xlsx_panic(|| {
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

/// Writes a text exactly as it is.
fn write_text(sheet: &mut Worksheet, (row, column): (u32, u16), text: Cow<'_, str>) -> Result<(), XlsxError> {
    if let Some(pieces) = pieces(&text) {
        let plain = Format::new();
        let pieces: Vec<(&Format, &str)> = pieces.iter().map(|piece| (&plain, piece.as_str())).collect();
        // The library's limit for such a text counts its XML; beyond it the text must do in one piece.
        if sheet.write_rich_string(row, column, &pieces).is_ok() {
            return Ok(());
        }
    }
    sheet.write_string(row, column, text).map(|_| ())
}

/// What must be said before the first row below the header.
fn lay_out(sheet: &mut Worksheet, header: &[String], style: &WorkbookStyle) -> Result<(), XlsxError> {
    sheet.set_name(SHEET)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_default_row_height(ROW_HEIGHT);
    let first_of_ours = header.len() - RESULT_COLUMNS.len();
    for (column, name) in header.iter().enumerate() {
        let format = if column >= first_of_ours && is_number(name) { &style.number } else { &style.text };
        sheet.set_column_format(column_number(column), format)?;
        sheet.write_string_with_format(0, column_number(column), name, &style.header)?;
    }
    Ok(())
}

/// Which of our columns hold numbers; in all others, text stays text.
fn is_number(ours: &str) -> bool {
    matches!(ours, "row" | "attempts")
}

fn column_number(column: usize) -> u16 {
    u16::try_from(column).expect("no input with so many columns was taken")
}

/// The pieces of a text that must be apart, with their own escapes; `None` for a text that may stay in one piece.
fn pieces(text: &str) -> Option<Vec<String>> {
    // Hardly any text gets beyond this.
    if !text.contains("_x") {
        return None;
    }
    let is_cut = |(place, character): &(usize, char)| {
        needs_escape(*character) && ends_with_half_an_escape(&text[..*place])
    };
    let cuts: Vec<usize> = text.char_indices().filter(is_cut).map(|(place, _)| place).collect();
    if cuts.is_empty() {
        return None;
    }
    let starts = iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain(iter::once(text.len()));
    Some(starts.zip(ends).map(|(start, end)| escaped(&text[start..end])).collect())
}

/// The characters that XML 1.0 can't hold, and the carriage return, which it would change.
const fn needs_escape(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn ends_with_half_an_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len().checked_sub(ESCAPE - 1).is_some_and(|start| is_half_an_escape(&bytes[start..]))
}

/// Such as `_x0041`.
fn is_half_an_escape(bytes: &[u8]) -> bool {
    bytes.starts_with(b"_x") && bytes[2..].iter().all(u8::is_ascii_hexdigit)
}

/// Marks every `_x0041_` of a text as no escape.
fn escaped(text: &str) -> String {
    let is_escape = |place: usize| {
        let bytes = text.as_bytes().get(place..place + ESCAPE);
        bytes.is_some_and(|bytes| is_half_an_escape(&bytes[..ESCAPE - 1]) && bytes.ends_with(b"_"))
    };
    let mut marked = String::with_capacity(text.len());
    for (place, character) in text.char_indices() {
        if character == '_' && is_escape(place) {
            marked.push_str("_x005F");
        }
        marked.push(character);
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Layout, RecordReader};
    use crate::model::Status;
    use crate::results::cells::Cells;
    use calamine::{Data, Reader, Xlsx, open_workbook};
    use proptest::prelude::*;

    /// Whatever a cell may hold, with much of what XML and Excel's own escapes make of it.
    fn any_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "\\PC{1,3}",
            2 => "[\\x00-\\x20]{1,3}",
            2 => prop::sample::select(vec!["&amp;", "<", "]]>", "=1+1", "'", "\u{fffe}", "\u{7f}"]).prop_map(str::to_owned),
            2 => prop::sample::select(vec!["_x0041", "_x0041_", "_xd83d"]).prop_map(str::to_owned),
        ];
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    fn read_back(text: &str, ours: &Cells) -> Vec<Data> {
        let directory = tempfile::tempdir().expect("a directory");
        let partial = directory.path().join("out.xlsx");
        let header: Vec<String> =
            ["text", "id"].into_iter().chain(RESULT_COLUMNS).map(str::to_owned).collect();
        let mut results = WorkbookResults::create(&partial, &header).expect("there is room");
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record([text, "7"]).expect("in memory");
        let csv = csv.into_inner().expect("in memory");
        let mut reader = RecordReader::new(csv.as_slice(), Layout::default());
        let record = reader.read().expect("readable").expect("a record");
        let row = ResultRow { record, passed_through: 2, looked_up: &[], ours, status: Status::Unknown };
        results.write(&row).expect("there is room");
        results.finish().expect("there is room");
        let mut workbook: Xlsx<_> = open_workbook(&partial).expect("a workbook");
        let range = workbook.worksheet_range(SHEET).expect("the sheet");
        range.rows().nth(1).expect("a row").to_vec()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn every_text_comes_back_as_it_was(text in any_text(), message in any_text()) {
            let mut ours = Cells::default();
            (ours[0], ours[4], ours[6]) = ("17".to_owned(), message.clone(), "0".to_owned());
            let cells = read_back(&text, &ours);
            prop_assert_eq!(cells[0].to_string(), text);
            prop_assert_eq!(cells[6].to_string(), message);
            prop_assert_eq!(&cells[1], &Data::String("7".to_owned()));
            prop_assert_eq!((&cells[2], &cells[8]), (&Data::Float(17.0), &Data::Float(0.0)));
        }
    }

    #[test]
    fn a_number_that_is_none_stays_text() {
        let mut ours = Cells::default();
        (ours[0], ours[6]) = ("017".to_owned(), "many".to_owned());
        let cells = read_back("a", &ours);
        assert_eq!(
            (&cells[2], &cells[8]),
            (&Data::String("017".to_owned()), &Data::String("many".to_owned()))
        );
    }

    #[test]
    fn a_text_is_cut_between_half_an_escape_and_a_whole_one() {
        assert_eq!(pieces("a_x0041\r\nb"), Some(vec!["a_x0041".to_owned(), "\r\nb".to_owned()]));
        assert_eq!(
            pieces("_x0041_ _xabCD\u{1}_x0042\u{2}"),
            Some(["_x005F_x0041_ _xabCD", "\u{1}_x0042", "\u{2}"].map(str::to_owned).to_vec())
        );
        for text in ["", "a\r\n", "_x0041_\r", "_x004\r", "_xé041\r", "x0041\r", "_x0041\n", "字_x\r"] {
            assert_eq!(pieces(text), None, "{text:?}");
        }
    }
}
