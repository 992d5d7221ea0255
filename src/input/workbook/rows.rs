//! The rows of a workbook, in order, whichever kind it is, and what each cell shows, as far as the library tells: a text is
//! itself; a number is what a spreadsheet keeps of it, 15 digits.

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;

use calamine::{
    Data, ExcelDateTime, Ods, OdsError, Range, Reader, SheetType, Xls, XlsError, Xlsx, XlsxError,
};

use super::request::{WorkbookKind, broken, protected};
use crate::language::{Text, text};
use crate::model::{Error, Result};

/// The last place that a sheet of Excel has.
const LAST_ROW: u32 = 1_048_575;
const LAST_COLUMN: u32 = 16_383;

/// Whether to go on with the next row.
pub(super) type Flow = ControlFlow<()>;

/// An open workbook.
pub(super) struct OpenWorkbook<'n> {
    reader: AnyReader,
    name: &'n str,
}

enum AnyReader {
    Xlsx(Xlsx<BufReader<File>>),
    Xls(Xls<BufReader<File>>),
    Ods(Ods<BufReader<File>>),
}

impl<'n> OpenWorkbook<'n> {
    /// Opens it; `name` is for messages.
    pub(super) fn open(file: File, kind: WorkbookKind, name: &'n str) -> Result<Self> {
        let file = BufReader::new(file);
        let reader = match kind {
            WorkbookKind::Xlsx => AnyReader::Xlsx(Xlsx::new(file).map_err(|error| of_xlsx(name, error))?),
            WorkbookKind::Xls => AnyReader::Xls(Xls::new(file).map_err(|error| of_xls(name, error))?),
            WorkbookKind::Ods => AnyReader::Ods(Ods::new(file).map_err(|error| of_ods(name, error))?),
        };
        Ok(OpenWorkbook { reader, name })
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
    let mut row = SheetRow { index: 0, cells: Vec::new() };
    while let Some(cell) = cells.next_cell().map_err(|error| of_xlsx(name, error))? {
        let (index, column) = cell.get_position();
        if index > LAST_ROW || column > LAST_COLUMN {
            return Err(broken(name, text!("a cell lies beyond the last row or column of a sheet")));
        }
        if index < row.index {
            return Err(broken(name, text!("its rows are not in order")));
        }
        if index > row.index && row.hand_on(take)? == Flow::Break(()) {
            return Ok(());
        }
        row.index = index;
        row.set(column as usize, shown(Data::from(cell.get_value().clone())));
    }
    row.hand_on(take).map(|_| ())
}

fn rows_of_range(range: &Range<Data>, take: &mut dyn FnMut(u32, &[String]) -> Result<Flow>) -> Result<()> {
    let (first_row, first_column) = range.start().unwrap_or_default();
    let mut row = SheetRow { index: first_row, cells: Vec::new() };
    for cells in range.rows() {
        for (column, cell) in cells.iter().enumerate() {
            row.set(first_column as usize + column, shown(cell.clone()));
        }
        if row.hand_on(take)? == Flow::Break(()) {
            return Ok(());
        }
        row.index += 1;
    }
    Ok(())
}

/// The row that is being read.
struct SheetRow {
    index: u32,
    cells: Vec<String>,
}

impl SheetRow {
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
        let flow = if is_empty { Flow::Continue(()) } else { take(self.index + 1, &self.cells)? };
        self.cells.clear();
        Ok(flow)
    }
}

fn of_xlsx(name: &str, error: XlsxError) -> Error {
    if matches!(error, XlsxError::Password) { protected(name) } else { broken(name, Text::plain(error)) }
}

fn of_xls(name: &str, error: XlsError) -> Error {
    if matches!(error, XlsError::Password) { protected(name) } else { broken(name, Text::plain(error)) }
}

fn of_ods(name: &str, error: OdsError) -> Error {
    if matches!(error, OdsError::Password) { protected(name) } else { broken(name, Text::plain(error)) }
}

/// From here on a number has 16 digits or more. It is written with an exponent, which no id has: a numeric
/// cell of 16 digits or more is damaged, whatever it shows.
const FIRST_OF_16_DIGITS: f64 = 1e15;
/// The first serial number behind 9999-12-31.
const AFTER_THE_LAST_DAY: f64 = 2_958_466.0;

/// The text of a cell.
fn shown(cell: Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text,
        Data::Int(number) => shown_number(number as f64),
        Data::Float(number) => shown_number(number),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::DateTime(time) => shown_time(&time),
        Data::DateTimeIso(text) => shown_iso_time(&text),
        Data::DurationIso(text) => shown_iso_duration(&text),
        Data::Error(error) => error.to_string(),
    }
}

fn shown_number(number: f64) -> String {
    if !number.is_finite() {
        return "#NUM!".to_owned();
    }
    let rounded: f64 = format!("{number:.14e}").parse().expect("a number that was just written");
    if rounded.abs() >= FIRST_OF_16_DIGITS {
        return with_exponent(rounded);
    }
    let text = rounded.to_string();
    // A fraction never becomes the digits of somebody's id.
    if number.fract() != 0.0 && !text.contains('.') { number.to_string() } else { text }
}

/// `7.34500566447778E+18`.
fn with_exponent(number: f64) -> String {
    let text = format!("{number:E}");
    let (mantissa, exponent) = text.split_once('E').expect("it was asked for an exponent");
    format!("{mantissa}E+{exponent}")
}

/// `2024-05-01`, `2024-05-01T09:30:00`, a time of the day without a date, or a length of time.
fn shown_time(time: &ExcelDateTime) -> String {
    let days = time.as_f64();
    if time.is_duration() {
        return shown_length(days);
    }
    if !(0.0..AFTER_THE_LAST_DAY).contains(&days) {
        return shown_number(days);
    }
    let (year, month, day, hour, minute, second, millisecond) = time.to_ymd_hms_milli();
    let fraction = if millisecond == 0 { String::new() } else { format!(".{millisecond:03}") };
    let clock = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    let is_midnight = (hour, minute, second, millisecond) == (0, 0, 0, 0);
    match (days < 1.0, is_midnight) {
        (true, _) => clock,
        (false, true) => format!("{year:04}-{month:02}-{day:02}"),
        (false, false) => format!("{year:04}-{month:02}-{day:02}T{clock}"),
    }
}

/// `36:30:00`.
fn shown_length(days: f64) -> String {
    let seconds = (days * 86_400.0).round();
    if !(0.0..FIRST_OF_16_DIGITS).contains(&seconds) {
        return shown_number(days);
    }
    let seconds = seconds as u64;
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// A date without a time of the day has none.
fn shown_iso_time(text: &str) -> String {
    text.strip_suffix("T00:00:00").unwrap_or(text).to_owned()
}

/// `PT36H30M00S` → `36:30:00`; anything else stays as it is.
fn shown_iso_duration(text: &str) -> String {
    let clock = || {
        let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
        let (minutes, rest) = rest.split_once('M')?;
        let seconds = rest.strip_suffix('S')?.split(['.', ',']).next()?;
        let number = |part: &str| part.parse::<u32>().ok();
        Some(format!("{:02}:{:02}:{:02}", number(hours)?, number(minutes)?, number(seconds)?))
    };
    clock().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{IdProblem, PreHireId};
    use calamine::ExcelDateTimeType;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_shown_as_a_spreadsheet_keeps_them() {
        for (number, text) in [
            (0.0, "0"),
            (30.0, "30"),
            (12.5, "12.5"),
            (0.1 + 0.2, "0.3"),
            (-7.25, "-7.25"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e15, "1E+15"),
            (7_345_005_664_477_775_407.0, "7.34500566447778E+18"),
            (123_456_789_012_345.6, "123456789012345.6"),
            (f64::NAN, "#NUM!"),
        ] {
            assert_eq!(shown_number(number), text);
        }
    }

    #[test]
    fn dates_and_times_are_never_serial_numbers() {
        let time =
            |value, is_1904| shown_time(&ExcelDateTime::new(value, ExcelDateTimeType::DateTime, is_1904));
        assert_eq!(time(45_413.0, false), "2024-05-01");
        assert_eq!(time(45_413.0 + 9.5 / 24.0, false), "2024-05-01T09:30:00");
        assert_eq!(time(45_413.0 - 1_462.0, true), "2024-05-01");
        assert_eq!(time(0.395_833_333_333_333, false), "09:30:00");
        assert_eq!(time(7.345e18, false), "7.345E+18");
        assert_eq!(time(-1.0, false), "-1");
        let length = ExcelDateTime::new(1.520_833_333, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(shown_time(&length), "36:30:00");
        assert_eq!(shown_iso_time("2024-05-01T00:00:00"), "2024-05-01");
        assert_eq!(shown_iso_time("2024-05-01T09:30:00"), "2024-05-01T09:30:00");
        assert_eq!(shown_iso_duration("PT09H30M00S"), "09:30:00");
        assert_eq!(shown_iso_duration("P1D"), "P1D");
    }

    proptest! {
        #[test]
        fn a_number_of_16_digits_or_more_is_never_an_id(number in 1e15_f64..1e32) {
            prop_assert_eq!(PreHireId::parse(&shown_number(number), true), Err(IdProblem::Rewritten));
            prop_assert_eq!(PreHireId::parse(&shown_number(-number), true).is_err(), true);
        }

        #[test]
        fn a_whole_number_of_15_digits_keeps_them_all(number in 0_u64..1_000_000_000_000_000) {
            prop_assert_eq!(shown_number(number as f64), number.to_string());
        }

        #[test]
        fn a_fraction_is_never_an_id(number in 0.0_f64..1e15) {
            prop_assume!(number.fract() != 0.0);
            prop_assert!(PreHireId::parse(&shown_number(number), true).is_err());
        }
    }
}
