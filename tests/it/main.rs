//! The integration tests: one binary that runs the real program, against servers on loopback alone.
//!
//! A test belongs to the module that owns the promise it checks, not to the code that keeps it. It uses the program as
//! anybody does, by its binary; the library's own types are for the unit tests beside the code. What is said to people is
//! compared whole ([`assert_said!`]), so that a better sentence shows once; what scripts read has assertions of its own.
//!
//! Nothing waits for a time, or is measured by one: [`watch::until`] waits for an event. Nothing depends on what a user
//! has left in the checkout: a test works in a directory of its own.
//!
//! A test file stands here, by its promise; whatever several of them need, and no test, in `support/`.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed, and a panic says so")]
#![allow(clippy::disallowed_methods, reason = "a test may look at the clock and the environment")]
#![allow(missing_docs, unreachable_pub, reason = "nobody depends on the tests")]

/// What supports the tests, and is none; `support/mod.rs` says what belongs where.
#[macro_use]
mod support;

use support::{
    audit, bot, checkout, context, contract, help, run, search_server, served, table, watch, workbook,
};

/// The allowance on disk: what an earlier run has used counts in the next.
mod allowance;
/// The layout: which room may import which.
mod architecture;
/// The page of `prehire report` in a real browser.
mod browser;
/// What goes over the wire, against a mock that sees every byte: requests, tokens, secrets, broken servers.
mod client;
/// The question on a terminal.
mod confirmation;
/// Runs that are killed at any moment and at every line of the journal.
mod crash;
/// Disks that are full or read-only.
mod disk_full;
/// Doubt over several runs: it sticks to a pre-hire.
mod doubt;
/// `prehire explain`: one pre-hire's story, for an auditor.
mod explain;
/// `prehire find`: whom it lists, and that `withdraw` takes the list as it is.
mod find;
/// Files of every released format, which every later version reads.
mod fixtures;
/// The forms of a file: encodings, delimiters, line ends, workbooks.
mod formats;
/// What must be true before the first call, and what ends a run early.
mod guards;
/// What is read: files, columns, rows, ids.
mod input;
/// The journal: its lines, its chain, whose it is, and what is done about a damaged one.
mod journal;
/// `--lang`: what people read, in English and Chinese.
mod language;
/// One run at a time on a journal and on an allowance.
mod locks;
/// `--log-format json`: what is said on standard error, for collectors of logs.
mod log_format;
/// Files in, results out: order, encodings, columns, cells.
mod main_job;
/// `--metrics-file`: what the node exporter of Prometheus reads.
mod metrics;
/// A night of scheduled runs in miniature: whatever ends each, the right people are told.
mod night;
/// `--notify-webhook-file`: a custom bot is told the end.
mod notify;
/// The look before: `check --online`, what the question shows, `--require-online-check`.
mod online;
/// `--only`: chosen rows of a results file.
mod only;
/// The cap on calls in any rolling window, in real time; the proofs in virtual time are beside the code.
mod pacing;
/// `prehire completions` and `prehire man`: what shells and `man` make of them.
mod pages;
/// Profiles, `prehire config show`, and whose credentials go where.
mod profiles;
/// Calls in doubt: looked up where the app may, repeated where it may not.
mod read_back;
/// What each reply means, row by row.
mod replies;
/// `prehire report`: a page of results.
mod report;
/// `prehire restore`: the undo of a run, and of nothing else.
mod restore;
/// The same command again: it goes on, by pre-hire id.
mod resume;
/// Every file of `samples/`, with the results that stand beside it.
mod samples;
/// `samples/schedule/`: what schedulers start.
mod schedule;
/// The official Python SDK against `prehire simulate`.
mod sdk;
/// Ctrl-C and SIGTERM, once and twice.
mod signals;
/// `prehire simulate`, and `--simulate`.
mod simulate;
/// Store apps: tickets, tokens of a tenant.
mod store_app;
/// Runs that would never end, or never go on.
mod stubborn;
/// Standard output and standard error: what is said, and where.
mod summary;
/// `prehire verify`: is a record whole, and do the results agree with it?
mod verify;
/// Results as a workbook: cells, looks, limits, and how it comes into being.
mod xlsx_results;
