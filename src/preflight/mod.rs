//! Looks before a run: what would a call meet?

mod prospect;

pub use prospect::{Prospect, SeenRow};
