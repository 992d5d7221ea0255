//! The view of the record that people get: one row out for every row in, with our columns behind its own.

pub(crate) mod advice;
pub(crate) mod cells;
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

pub(crate) use file::{ResultsFile, Written};
#[cfg(test)]
pub(crate) use found_list::LIST_COLUMNS;
pub(crate) use found_list::{FoundList, ListPath, list_row};
pub(crate) use output_path::{OutputPath, journal_beside};
