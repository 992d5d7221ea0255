//! Stage 5: what people and scripts get to see of the run.

mod agreement;
mod calls;
mod check;
mod config;
mod progress;
mod results_check;
mod stop;
mod story;
mod summary;
mod table;
mod tally;
mod verification;

pub use agreement::{COMPARED, Disagreement, Judgement, judge};
pub use check::CheckReport;
pub use config::ConfigReport;
pub use progress::{Detail, Progress, ProgressKind};
pub use results_check::ResultsCheck;
pub use stop::{stop_story, stop_words};
pub use story::Story;
pub use summary::RunReport;
pub use tally::Tally;
pub use verification::Verification;
