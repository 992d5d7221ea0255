//! Stage 5: what people and scripts get to see of the run.

mod calls;
mod check;
mod progress;
mod summary;
mod tally;

pub use check::CheckReport;
pub use progress::{Progress, ProgressKind};
pub use summary::{RunReport, stop_story};
pub use tally::Tally;
