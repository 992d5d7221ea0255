//! The view of the record that people get: one row out for every row in, with our columns behind its own.

pub mod advice;
pub mod cells;
mod column_widths;
mod csv_results;
mod file;
mod found_list;
mod guarded;
mod list_cells;
mod order;
mod originals;
mod output_path;
mod results_writer;
mod workbook_limits;
mod workbook_results;
mod workbook_style;
mod workbook_text;

pub use file::{ResultsFile, Written};
pub use found_list::{FoundList, ListPath};
pub use list_cells::{LIST_COLUMNS, list_row};
pub use output_path::{OutputPath, journal_beside};
