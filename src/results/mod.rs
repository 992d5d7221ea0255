//! The view of the record that people get: one row out for every row in, with our columns behind its own.

pub mod advice;
pub mod cells;
mod csv_results;
mod file;
mod found_list;
mod output_path;
mod results_writer;
mod row;
mod workbook_limits;
mod workbook_results;
mod workbook_style;
mod xlsx_panic;

pub use file::{ResultsFile, Written};
pub use found_list::{FoundList, LIST_COLUMNS, ListPath, list_row};
pub use output_path::{OutputPath, journal_beside};
