//! Stage 2: each row of the file becomes a decision, in the order of the file.

mod planner;

pub use planner::{Decision, Planned, Planner};
