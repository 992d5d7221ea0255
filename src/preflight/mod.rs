//! The looks before a run: what would the calls meet?
//!
//! - [`Eligibility`] is what a call for one pre-hire would meet; a [`PreflightRow`] is a row with it.
//! - `batches` and `look_up` ask for the rows of a plan, one search at a time.
//! - `glance` is the look before a person is asked, `look_at_all` the one that `--require-online-check` wants.
//! - A [`PreflightReport`] counts what was seen.

mod before_run;
mod eligibility;
mod report;
mod rows;

pub(crate) use before_run::{glance, look_at_all};
pub(crate) use eligibility::{Eligibility, PreflightRow};
pub(crate) use report::PreflightReport;
#[cfg(test)]
pub(crate) use report::{FIRST_PROBLEMS, FIRST_ROWS};
pub(crate) use rows::{ToLookUp, batches, look_up};
