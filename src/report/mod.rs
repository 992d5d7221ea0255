//! Stage 5: what people and scripts get to see of the run.

mod agreement;
mod calls;
mod card;
mod check;
mod config;
mod ending;
mod log;
mod metrics;
mod metrics_file;
mod progress;
mod results_check;
mod stop;
mod story;
mod summary;
mod table;
mod tally;
mod verification;

pub use agreement::{COMPARED, Disagreement, Judgement, judge};
pub use card::card;
pub use check::CheckReport;
pub use config::ConfigReport;
pub use ending::Ending;
pub use log::{Detail, Level, Log, LogLine, LogSettings};
pub use metrics_file::write_metrics;
pub use progress::{Progress, ProgressKind};
pub use results_check::ResultsCheck;
pub use stop::{stop_line, stop_story, stop_words};
pub use story::Story;
pub use summary::RunReport;
pub use tally::Tally;
pub use verification::Verification;
