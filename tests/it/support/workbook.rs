//! How the tests read a workbook: its cells through a library that did not write it, its looks in its own XML.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx, open_workbook};
use zip::ZipArchive;

use crate::run::Row;

/// A workbook of one sheet.
pub struct Workbook {
    path: PathBuf,
    cells: Vec<Vec<Data>>,
}

impl Workbook {
    pub fn open(path: &Path) -> Workbook {
        let mut workbook: Xlsx<_> = open_workbook(path).unwrap();
        let names = workbook.sheet_names();
        assert_eq!(names.len(), 1, "{names:?}");
        let range = workbook.worksheet_range(&names[0]).unwrap();
        Workbook { path: path.to_owned(), cells: range.rows().map(<[Data]>::to_vec).collect() }
    }

    /// The names of the columns.
    pub fn header(&self) -> Vec<String> {
        self.cells[0].iter().map(Data::to_string).collect()
    }

    /// The rows below the header, by column name.
    pub fn rows(&self) -> Vec<Row> {
        let names = self.header();
        let texts = |row: &Vec<Data>| row.iter().map(Data::to_string).collect();
        self.cells[1..].iter().map(|row| Row::of(&names, texts(row))).collect()
    }

    /// All cells of one column, below its name.
    pub fn column(&self, name: &str) -> Vec<Data> {
        let column = self.place(name);
        self.cells[1..].iter().map(|row| row[column].clone()).collect()
    }

    /// The name of a cell, such as `F2`; rows are counted from 1, with the header.
    pub fn reference(&self, column: &str, row: usize) -> String {
        let letter = char::from(b'A' + u8::try_from(self.place(column)).unwrap());
        assert!(letter.is_ascii_uppercase(), "a column behind Z");
        format!("{letter}{row}")
    }

    fn place(&self, name: &str) -> usize {
        self.header().iter().position(|known| known == name).unwrap()
    }

    /// The names of the parts inside.
    pub fn parts(&self) -> Vec<String> {
        let archive = ZipArchive::new(File::open(&self.path).unwrap()).unwrap();
        archive.file_names().map(|name| name.unwrap().into_owned()).collect()
    }

    /// The XML of one part.
    pub fn part(&self, name: &str) -> String {
        let mut archive = ZipArchive::new(File::open(&self.path).unwrap()).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// The XML of the sheet.
    pub fn sheet(&self) -> String {
        self.part("xl/worksheets/sheet1.xml")
    }

    /// The XML of the format that a cell has.
    pub fn format_of(&self, reference: &str) -> String {
        let sheet = self.sheet();
        let cell = element(&sheet, &format!("<c r=\"{reference}\""));
        let index: usize = attribute(cell, "s").parse().unwrap();
        let styles = self.part("xl/styles.xml");
        let formats = between(&styles, "<cellXfs", "</cellXfs>");
        formats.split("<xf").nth(index + 1).unwrap().to_owned()
    }

    /// The background of a cell, such as `FFC6EFCE`; `None` if it has none.
    pub fn background_of(&self, reference: &str) -> Option<String> {
        let format = self.format_of(reference);
        let index: usize = attribute(&format, "fillId").parse().unwrap();
        let styles = self.part("xl/styles.xml");
        let fill = between(&styles, "<fills", "</fills>").split("<fill>").nth(index + 1).unwrap().to_owned();
        fill.contains("<fgColor").then(|| attribute(element(&fill, "<fgColor"), "rgb").to_owned())
    }

    /// The font of a cell, as XML.
    pub fn font_of(&self, reference: &str) -> String {
        let format = self.format_of(reference);
        let index: usize = attribute(&format, "fontId").parse().unwrap();
        let styles = self.part("xl/styles.xml");
        between(&styles, "<fonts", "</fonts>").split("<font>").nth(index + 1).unwrap().to_owned()
    }
}

/// The first tag that begins so, up to its end.
pub fn element<'a>(xml: &'a str, begin: &str) -> &'a str {
    let start = xml.find(begin).unwrap_or_else(|| panic!("no {begin} in {xml}"));
    let end = xml[start..].find('>').unwrap();
    &xml[start..=start + end]
}

/// The value of an attribute of a tag.
pub fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    between(tag, &format!(" {name}=\""), "\"")
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, behind) = text.split_once(begin).unwrap_or_else(|| panic!("no {begin} in {text}"));
    behind.split_once(end).unwrap_or_else(|| panic!("no {end} behind {begin} in {text}")).0
}
