//! Stage 4: what came of each row, on disk.
//!
//! - [`Journal`] is the write-ahead record: `entry` says what its lines tell, `chain` how they hang together;
//!   `replay` reads them again.
//! - [`scan_journal`] reads it for people, too: a [`Logbook`] of its runs, the [`LastWords`] on its pre-hires.
//! - [`Allowance`] is what earlier runs have used of an API's allowance; [`Lock`] keeps other runs away from both.
//! - [`withdrawn_ids`] reads, for a restoration, what the journal of the withdrawals proves.
//! - [`ResultsFile`] is the view of it all that people get: `cells` and `advice` say what stands in it, `order` puts
//!   rows back into the order of the file, and `results_writer` writes them as CSV or as a workbook.
//! - `found_list` writes the list of `find`, and `list_cells` says what stands in it.

pub mod advice;
mod allowance;
pub mod cells;
pub mod chain;
mod column_widths;
mod csv_results;
mod earlier;
pub mod entry;
#[cfg(test)]
mod example;
mod found_list;
mod guarded;
mod journal;
mod journal_file;
mod last_words;
mod list_cells;
mod lock;
mod logbook;
mod order;
mod originals;
mod output_path;
mod replay;
mod results;
mod results_writer;
mod scan;
mod source;
mod uptime;
mod workbook_limits;
mod workbook_results;
mod workbook_style;
mod workbook_text;

pub use allowance::Allowance;
pub use found_list::{FoundList, ListPath};
pub use journal::Journal;
pub use journal_file::{JournalFile, seen_from};
pub(crate) use journal_file::{parent_of, put_in_place, with_ending};
pub use last_words::{LastWord, LastWords, LastWordsBuilder};
pub use list_cells::{LIST_COLUMNS, list_row};
pub use lock::Lock;
pub use logbook::{Logbook, RunEnd, RunStory};
pub use output_path::{OutputPath, journal_beside};
pub use replay::{JournalReader, Replay, Replayer, open_journal, read_journal, replay};
pub use results::{ResultsFile, Written};
pub(crate) use results_writer::create_anew;
pub use scan::{Damage, JournalEnd, Scan, scan_journal};
pub use source::withdrawn_ids;
