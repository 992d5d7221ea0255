//! Stage 2: each row of the file becomes a decision, in the order of the file.
//!
//! - [`Ledger`] is what earlier runs have left behind; [`Past`] adds a way to recall the whole of it.
//! - [`Planner`] walks through the file a second time and decides by it.

mod ledger;
mod planner;

pub use ledger::{Earlier, Ledger, LedgerBuilder, Past, Recall};
pub(crate) use ledger::{keep_last, most_rows_of};
pub use planner::{Decision, Planned, Planner};
