//! `prehire` withdraws Feishu (飞书) pre-hires in bulk from a spreadsheet: one throttled call and one result per row.
//!
//! A row goes down a slide, and nothing calls back up:
//!
//! ```text
//! input ──▶ plan ──▶ send ──▶ record ──▶ report
//! read,      what     calls,   results,   tally, progress,
//! validate   to do    retries  in order   summary
//! ```
//!
//! What is done to the rows is a value, too: an [`Operation`](operation::Operation). Withdrawals and their undo go down the
//! same slide.
//!
//! Every decision is a pure function in a file of its own; every deed (sleep, socket, file) is a thin one beside it.
//! Three levels, one word each: an attempt has a [`Verdict`](outcome::Verdict), a row has an
//! [`Outcome`](outcome::Outcome), a run has a [`RunReport`](report::RunReport). A row that fails is a result;
//! an [`Error`](error::Error) is only what stops the run.
//!
//! The modules, in the order of the flow:

pub mod cli;

pub mod settings;

pub mod app;

pub mod input;

pub mod plan;

pub mod send;

pub mod feishu;

pub mod operation;

pub mod outcome;

mod error_code;

pub mod history;

pub mod event;

pub mod record;

pub mod report;

pub mod simulator;

pub mod error;

pub mod language;

pub mod moment;
