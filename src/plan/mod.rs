//! Stage 2: each row of the file becomes a decision, in the order of the file.
//!
//! - [`Planner`] walks through the file a second time and decides by it.

mod planner;

pub use planner::{Decision, Planned, Planner};
