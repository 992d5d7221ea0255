//! The sheet that is meant, the one that has an id column or was named, is copied as a text, in this very process: look, open,
//! choose, write.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use csv::{Writer, WriterBuilder};

use super::archive::inspect;
use super::request::{Extent, SheetCopy, SheetRequest, broken};
use super::rows::{Flow, OpenWorkbook};
use crate::input::columns::ROWS_ABOVE_A_HEADER;
use crate::input::text::unwritable_copy;
use crate::language::{Text, text};
use crate::model::{Error, Result, one_line};

/// Copies the sheet that is meant into `copy`.
pub(super) fn copy_sheet(workbook: File, copy: File, request: &SheetRequest) -> Result<SheetCopy> {
    // A library that panics over a broken file must not take the program with it.
    catch_unwind(AssertUnwindSafe(|| copy_sheet_or_panic(workbook, copy, request)))
        .unwrap_or_else(|_| Err(broken(&request.name, text!("its parts contradict each other"))))
}

fn copy_sheet_or_panic(mut workbook: File, copy: File, request: &SheetRequest) -> Result<SheetCopy> {
    let kind = inspect(&mut workbook, &request.name, request.extent)?;
    let mut opened = OpenWorkbook::open(workbook, kind, &request.name)?;
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
        Ok(if request.extent == Extent::Whole { Flow::Continue(()) } else { Flow::Break(()) })
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
        _ => Error::invalid_input(text!("can't make a private copy of the input")),
    })
}

/// A sheet, and the names in its first row that is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SheetHead {
    name: String,
    columns: Vec<String>,
    /// The number of a later row that looks like the header, if the first one does not.
    header_below: Option<u32>,
    rows: usize,
}

impl SheetHead {
    const fn new(name: String) -> Self {
        SheetHead { name, columns: Vec::new(), header_below: None, rows: 0 }
    }

    /// Looks at the next row, until there is a header.
    fn look_at(&mut self, number: u32, cells: &[String], request: &SheetRequest) -> Flow {
        let finds_an_id = request.columns().finds_an_id(cells.iter().map(String::as_str));
        if self.rows == 0 {
            self.columns = cells.to_vec();
        } else if finds_an_id {
            self.header_below = Some(number);
        }
        self.rows += 1;
        if finds_an_id || self.rows == ROWS_ABOVE_A_HEADER { Flow::Break(()) } else { Flow::Continue(()) }
    }
}

/// How many names of a sheet's columns a message lists.
const SHOWN_COLUMNS: usize = 8;

/// The name of the sheet that is meant.
fn choose(heads: &[SheetHead], request: &SheetRequest) -> Result<String> {
    let file = &request.name;
    if let Some(wanted) = &request.sheet {
        let same = |name: &str| name.trim().to_lowercase() == wanted.trim().to_lowercase();
        let exact = heads.iter().find(|head| head.name == *wanted);
        let found = exact.or_else(|| heads.iter().find(|head| same(&head.name)));
        return found.map(|head| head.name.clone()).ok_or_else(|| {
            Error::invalid_input(text!(
                "{file} has no sheet \"{wanted}\"; its sheets are: {names}",
                file,
                wanted,
                names = names(heads)
            ))
            .hint(text!("give --sheet one of these names"))
        });
    }
    let columns = request.columns();
    let with_an_id: Vec<&SheetHead> =
        heads.iter().filter(|head| columns.finds_an_id(head.columns.iter().map(String::as_str))).collect();
    match with_an_id[..] {
        [only] => Ok(only.name.clone()),
        [] if heads.iter().any(|head| head.header_below.is_some()) => Err(header_below(heads, file)),
        [] => Err(Error::invalid_input(text!(
            "no sheet of {file} has a column with pre-hire ids in its first row{listed}",
            file,
            listed => listed(heads)
        ))
        .hint(text!("name the column pre_hire_id or 待入职ID, or give its name with --id-column NAME"))),
        _ => Err(Error::invalid_input(text!(
            "{several} {several|sheet|sheets} of {file} have a column with pre-hire ids: {names}",
            several = with_an_id.len(),
            file,
            names = names(with_an_id)
        ))
        .hint(text!("choose one with --sheet NAME"))),
    }
}

fn header_below(heads: &[SheetHead], file: &str) -> Error {
    let found = heads.iter().find_map(|head| Some((&head.name, head.header_below?)));
    let (sheet, row) = found.expect("one of them has a header below its first row");
    Error::invalid_input(text!(
        "the column names of {file} are not in the first row; row {row} of sheet \"{sheet}\" looks like them",
        file,
        row,
        sheet = one_line(sheet, 60)
    ))
    .hint(text!("delete the rows above the column names"))
}

fn names<'h>(heads: impl IntoIterator<Item = &'h SheetHead>) -> String {
    let quoted = |head: &SheetHead| format!("\"{}\"", one_line(&head.name, 60));
    heads.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// Each sheet with the beginning of its first row.
fn listed(heads: &[SheetHead]) -> Text {
    heads.iter().fold(Text::default(), |lines, SheetHead { name, columns, .. }| {
        let filled = columns.iter().filter(|column| !column.trim().is_empty());
        let mut shown: Vec<String> =
            filled.clone().take(SHOWN_COLUMNS).map(|name| one_line(name, 30)).collect();
        if filled.count() > SHOWN_COLUMNS {
            shown.push("…".to_owned());
        }
        let shown = if shown.is_empty() { text!("(empty)") } else { Text::plain(shown.join(", ")) };
        text!("{lines}\n  {sheet}: {columns}", lines => lines, sheet = one_line(name, 60), columns => shown)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(heads: &[(&str, &[&str])], sheet: Option<&str>) -> Result<String> {
        let heads: Vec<SheetHead> = heads
            .iter()
            .map(|(name, columns)| SheetHead {
                columns: columns.iter().map(ToString::to_string).collect(),
                ..SheetHead::new((*name).to_owned())
            })
            .collect();
        let request = SheetRequest {
            name: "a.xlsx".to_owned(),
            sheet: sheet.map(str::to_owned),
            id_column: None,
            language: crate::language::Language::English,
            extent: Extent::Whole,
        };
        choose(&heads, &request)
    }

    #[test]
    fn the_one_sheet_with_an_id_column_is_meant() {
        let heads: [(&str, &[&str]); 3] =
            [("说明", &["please read"]), ("名单", &["姓名", "待入职 ID"]), ("empty", &[])];
        assert_eq!(chosen(&heads, None).ok().as_deref(), Some("名单"));
        assert_eq!(chosen(&heads, Some("说明")).ok().as_deref(), Some("说明"));
        assert_eq!(chosen(&heads, Some("EMPTY ")).ok().as_deref(), Some("empty"));
        let error = chosen(&heads, Some("other"))
            .expect_err("there is none")
            .report(crate::language::Language::English);
        assert!(error.contains("\"说明\", \"名单\", \"empty\""), "{error}");
    }

    #[test]
    fn none_and_several_are_errors_that_name_them() {
        let error = chosen(&[("A", &["x", ""]), ("B", &[])], None)
            .expect_err("no id")
            .report(crate::language::Language::English);
        assert!(error.contains("A: x") && error.contains("B: (empty)"), "{error}");
        let several: [(&str, &[&str]); 2] = [("A", &["pre_hire_id"]), ("B", &["PreHireID"])];
        let error = chosen(&several, None).expect_err("two").report(crate::language::Language::English);
        assert!(error.contains("\"A\", \"B\"") && error.contains("--sheet"), "{error}");
    }
}
