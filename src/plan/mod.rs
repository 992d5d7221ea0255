//! Stage 2: each row of the file becomes a decision, in the order of the file.
//!
//! - [`first_pass`] surveys the file before the run, and counts the rows that are [`Upcoming`].
//! - [`Planner`] walks through the file a second time, during the run, and yields a [`Decision`] for each row.

mod decision;
mod planner;
mod upcoming;

pub(crate) use decision::by_the_past;
pub(crate) use decision::{Decision, UpcomingRow};
pub(crate) use planner::{Planned, Planner};
pub(crate) use upcoming::{REMEMBERED_ROWS, Upcoming, first_pass};
