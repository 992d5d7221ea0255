//! Stage 5: what people and scripts get to see of the run.
//!
//! - [`Tally`] counts, and proves the cap afterwards. [`RunReport`] is the summary, `stop` the words for an early end.
//! - [`Progress`] shows how far a run is, through the [`Log`], which is standard error.
//! - [`FinishedRun`] is what a bot (`card`) and Prometheus (`metrics`) are told.
//! - `preflight` says what was looked up: before a run, and by `find`.
//! - [`CheckReport`] and [`ConfigReport`] are what `check` and `config show` say; [`Story`] is one pre-hire's, for `explain`.
//! - `verification` says whether a record is whole, `agreement` whether results agree with it.
//! - [`page`] is the web page of `report`; `page_file` puts it where it belongs.
//! - `table` is the form of what people read.

mod agreement;
mod card;
mod check;
mod config;
mod log;
mod metrics;
pub(crate) mod page;
mod page_file;
mod preflight;
mod progress;
mod search_progress;
mod stop;
mod story;
mod summary;
mod table;
mod tally;
mod verification;

pub(crate) use agreement::{ResultsCheck, judge};
pub(crate) use card::{FinishedRun, card};
pub(crate) use check::CheckReport;
pub(crate) use config::ConfigReport;
pub(crate) use log::{Level, Log, LogLine};
pub(crate) use metrics::write_metrics;
pub(crate) use page_file::{MadePage, PageFile};
pub(crate) use preflight::FoundReport;
pub(crate) use progress::Progress;
pub(crate) use search_progress::SearchProgress;
pub(crate) use stop::{search_stop_line, stop_line, stop_words};
pub(crate) use story::Story;
pub(crate) use summary::RunReport;
pub(crate) use tally::Tally;
pub(crate) use verification::Verification;
