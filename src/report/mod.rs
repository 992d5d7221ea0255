//! Stage 5: what people and scripts get to see of the run.

mod calls;
mod check;
mod config;
mod progress;
mod stop;
mod story;
mod summary;
mod table;
mod tally;

pub use check::CheckReport;
pub use config::ConfigReport;
pub use progress::{Detail, Progress, ProgressKind};
pub use stop::{stop_story, stop_words};
pub use story::Story;
pub use summary::RunReport;
pub use tally::Tally;
