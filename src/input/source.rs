//! Owns what an input is: where it comes from, what was typed about its form, and what was found out about it.

use std::path::{Path, PathBuf};

use super::columns::ColumnChoice;
use super::dialect::Dialect;
use super::encoding::TextEncoding;
use super::layout::{Delimiter, Layout, LineEnd};
use super::workbook::WorkbookReading;
use crate::input::workbook::WorkbookKind;
use crate::language::Language;

/// Where the input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputPath {
    /// A file.
    File(PathBuf),
    /// Standard input, written `-`.
    Standard,
}

impl InputPath {
    /// Reads the argument: a path, or `-`.
    #[must_use]
    pub fn from_argument(argument: &Path) -> Self {
        if argument == Path::new("-") { InputPath::Standard } else { InputPath::File(argument.to_owned()) }
    }

    /// The name for messages.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            InputPath::File(path) => path.display().to_string(),
            InputPath::Standard => "standard input".to_owned(),
        }
    }
}

/// What was typed about the form of the file, where it is not to be found by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChoice {
    /// `--encoding`.
    pub encoding: Option<TextEncoding>,
    /// `--delimiter`.
    pub delimiter: Option<Delimiter>,
    /// `--sheet`.
    pub sheet: Option<String>,
    /// `--id-column` and `--reason-column`.
    pub columns: ColumnChoice,
    /// The language of messages about it.
    pub language: Language,
    /// Where workbooks are read.
    pub workbooks: WorkbookReading,
}

/// What form the file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// A text with delimiters.
    Text {
        /// Its encoding.
        encoding: TextEncoding,
        /// Did it begin with a byte order mark?
        had_byte_order_mark: bool,
        /// How it is cut.
        dialect: Dialect,
    },
    /// A sheet of a workbook.
    Workbook {
        /// Which program's.
        kind: WorkbookKind,
        /// The name of the sheet.
        sheet: String,
    },
}

/// What was found out about the input while it was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// What form it has.
    pub format: FileFormat,
    /// The size of the copy, in bytes.
    pub bytes: u64,
}

impl Copied {
    /// How the copy is to be read.
    #[must_use]
    pub fn layout(&self) -> Layout {
        match &self.format {
            FileFormat::Text { dialect, .. } => dialect.layout(),
            FileFormat::Workbook { .. } => Layout { has_row_numbers: true, ..Layout::default() },
        }
    }

    /// The delimiter of results in CSV: that of the input.
    #[must_use]
    pub fn delimiter(&self) -> Delimiter {
        self.layout().delimiter
    }

    /// The line ends of results in CSV: those of the input.
    #[must_use]
    pub fn line_end(&self) -> LineEnd {
        match &self.format {
            FileFormat::Text { dialect, .. } => dialect.line_end,
            FileFormat::Workbook { .. } => LineEnd::CrLf,
        }
    }

    /// Do results in CSV begin with a byte order mark? Without one, the program that wrote such an input would take
    /// them for another encoding.
    #[must_use]
    pub fn wants_byte_order_mark(&self) -> bool {
        match &self.format {
            FileFormat::Text { encoding, had_byte_order_mark, .. } => {
                *had_byte_order_mark || *encoding != TextEncoding::UTF_8
            }
            FileFormat::Workbook { .. } => true,
        }
    }
}
