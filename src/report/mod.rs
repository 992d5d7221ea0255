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
pub mod page;
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

pub use agreement::{ResultsCheck, judge};
pub use card::{FinishedRun, card};
pub use check::CheckReport;
pub use config::ConfigReport;
pub use log::{Level, Log, LogLine};
pub use metrics::write_metrics;
pub use page_file::{MadePage, PageFile};
pub use preflight::FoundReport;
pub use progress::Progress;
pub use search_progress::SearchProgress;
pub use stop::{search_stop_line, stop_line, stop_story, stop_words};
pub use story::Story;
pub use summary::RunReport;
pub use tally::Tally;
pub use verification::Verification;
