//! `prehire` withdraws Feishu (飞书) pre-hires in bulk from a spreadsheet: one throttled call and one result per row.
//!
//! This page is the guide to its code. What the program promises to those who use it (flags, columns, words in cells,
//! exit codes) is told by `README.md`, and held by tests; where to change what, by `CONTRIBUTING.md`.
//!
//! # The flow
//!
//! A row goes down a slide, and nothing calls back up:
//!
//! ```text
//!          a spreadsheet                                     the API
//!               │                                              ▲ │
//!               ▼                                              │ ▼
//!   ┌───────────────────────┐  rows   ┌───────────┐  decisions ┌───────────────────────┐
//!   │ input                 │ ──────▶ │ plan      │ ─────────▶ │ send                  │
//!   │ copy, cut, validate   │         │ what to do│            │ pace, call, judge,    │
//!   └───────────────────────┘         └───────────┘            │ try again, look up    │
//!                                           ▲                  └───────────┬───────────┘
//!                                           │ ledger                       │ events
//!                                     ┌─────┴──────────────────────────────▼───────────┐
//!                                     │ record: journal first, then results            │
//!                                     └────────────────────────────────────┬───────────┘
//!                                                                          ▼
//!                                     report: progress, summary, exit code
//! ```
//!
//! 1. [`cli`] is what was typed; [`settings`] makes of it, of the environment and of a profile what the program needs.
//! 2. [`input`]: a [`Spool`](input::Spool) is the one private copy of the file, a [`Survey`](input::Survey) is what a
//!    first pass over all of it finds, before any call.
//! 3. [`plan`]: in a second pass the [`Planner`](plan::Planner) says what is to be done with each row, by the
//!    [`Index`](journal::Index) of earlier runs.
//! 4. [`send`]: the [`Account`](send::Account) pulls rows from the plan, lets each call through its [`Gate`](send::Gate), and
//!    tells what happens as [`Event`](model::Event)s. [`feishu`] holds the API's words and the client that speaks them.
//! 5. [`journal`], [`store`], [`results`]: each event goes into the [`Journal`](store::Journal), and is on the disk before anything follows
//!    from it. The [`ResultsFile`](results::ResultsFile) is a view of it.
//! 6. [`report`]: what people and scripts get to see.
//!
//! [`app`] is the wiring, the only place that knows all stages. What is done to the rows is a value that goes all the way,
//! an [`Operation`](model::Operation): withdrawals and their undo go down the same slide. What people read is a
//! [`Text`](language::Text) until its language is chosen. The [`prehire_simulator`] stands in for the API, and shares no type with
//! the client: a mistake there can't hide behind the same mistake here.
//!
//! # Three levels, one word each
//!
//! | level | is told by | and comes to |
//! |---|---|---|
//! | one call | [`Exchange`](feishu::Exchange), [`Attempt`](model::Attempt) | a [`Verdict`](model::Verdict) |
//! | one row | its [`History`](model::History) of attempts and looks | an [`Outcome`](model::Outcome) |
//! | one run | its [`Tally`](report::Tally) of outcomes | a [`RunReport`](report::RunReport) and an [`Exit`](model::Exit) |
//!
//! A row that fails is a result; an [`Error`](model::Error) is only what stops the run.
//!
//! # Decisions and deeds
//!
//! Every decision is a pure function in a file of its own: no clock, network, file, chance or task. Time and dice are
//! parameters. Every deed is a thin one beside it.
//!
//! | question | decision | deed |
//! |---|---|---|
//! | Can this row be sent? | [`Validator`](input::Validator), [`PreHireId`](model::PreHireId), [`WithdrawReason`](model::WithdrawReason) | [`Spool`](input::Spool), [`RecordReader`](input::RecordReader) |
//! | Is it to be sent in this run? | [`Past`](store::Past), [`Planner`](plan::Planner) | [`Index`](journal::Index) |
//! | May a call go now? | [`Pacing`](pace::Pacing) | [`Gate`](send::Gate) |
//! | What does the reply mean? | [`classify`](send::classify::classify) | [`Client`](feishu::Client) |
//! | Once more, and when? | [`RetryPolicy`](send::RetryPolicy) | [`Account`](send::Account) |
//! | Was the call in doubt applied? | [`Look`](send::Look) | [`Account`](send::Account) |
//! | What became of the row? | [`History`](model::History), [`Ending`](model::Ending) | [`Journal`](store::Journal) |
//! | What stands in its cells? | [`cells`](results::cells), [`advice`](results::advice) | [`ResultsFile`](results::ResultsFile) |
//! | What is said of the run? | [`Tally`](report::Tally), [`RunReport`](report::RunReport) | [`Progress`](report::Progress) |
//!
//! # The laws
//!
//! Never do the wrong thing, never lose what was done, never exceed the allowance; then be fast, then be pleasant.
//!
//! 1. **Rows in = rows out**, in the order of the file, whatever happens: [`ResultsFile`](results::ResultsFile).
//! 2. **Write ahead.** A call is on the disk before its first byte leaves, and its end before anything follows from it:
//!    [`Journal`](store::Journal), and the [`Ack`](send::Ack) for which each call waits. The journal is the
//!    truth; results can be rebuilt from it.
//! 3. **Nothing goes out but through the gate**, retries, looks and token calls included, each API against its own
//!    allowance: [`Gate`](send::Gate).
//! 4. **The body's `code` decides**, on every HTTP status; the status only where there is no code. Success is code 0 *and*
//!    `success: true`. Nothing depends on a message: [`classify`](send::classify).
//! 5. **In doubt is a state of its own.** A call that may have arrived is looked up before it is repeated, and never
//!    guessed about: [`Doubt`](model::Doubt), [`Question`](send::Question).
//! 6. **Identity, not position.** What is known of earlier runs is known of an id, under one [`Owner`](journal::entry::Owner)
//!    (host, app, tenant, operation): [`Index`](journal::Index).
//! 7. **An id is text.** One that a spreadsheet has damaged could be another person's, and is refused:
//!    [`PreHireId`](model::PreHireId).
//! 8. **The world is read once**, in `main`: [`Surroundings`](settings::Surroundings). Decisions get a
//!    [`Moment`](model::Moment) and dice.
//! 9. **One consumer owns all that changes.** Workers send [`Notice`](send::Notice)s; one loop (`app::desk`) applies them:
//!    journal, results, tally, progress.
//! 10. **A secret can't be printed:** [`Secret`](feishu::Secret).
//!
//! `tests/it/architecture.rs` sees to the layout: a room imports only those before it.
//!
//! # The pace
//!
//! [`Pacing`](pace::Pacing) gets the time as a value, so an hour of it takes no time:
//!
//! ```
//! use std::num::NonZeroU32;
//! use std::time::Duration;
//!
//! use prehire::model::Moment;
//! use prehire::pace::{Admission, Feedback, Pacing};
//! use prehire::model::Rate;
//!
//! let second = |count| Moment::after_origin(Duration::from_secs(count));
//! let rate: Rate = "3/60s".parse()?;
//! let burst = NonZeroU32::new(3).ok_or("no burst")?;
//! let mut pacing = Pacing::new(rate, burst, Duration::from_secs(30));
//!
//! // Three calls may go at once. When a fourth may go, nobody can say yet: all of them are on
//! // their way, and may be counted late.
//! for _ in 0..3 {
//!     assert_eq!(pacing.admit(second(0)), Admission::Granted);
//! }
//! assert_eq!(pacing.admit(second(1)), Admission::AfterACall);
//!
//! // They are answered in second 2. The server may have counted them as late as that, so there
//! // is no room before second 62.
//! for _ in 0..3 {
//!     pacing.ended(second(2), second(0), Feedback::Passed, 0.0);
//! }
//! assert_eq!(pacing.admit(second(60)), Admission::NotBefore(second(62)));
//! assert_eq!(pacing.admit(second(62)), Admission::Granted);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The meaning of a reply
//!
//! ```
//! use prehire::feishu::{Exchange, Failure, Reply, body_of};
//! use prehire::model::Operation;
//! use prehire::model::Verdict;
//! use prehire::send::classify::classify;
//!
//! let verdict = |status, body: &str| {
//!     let reply = Reply { status, body: body_of(body.as_bytes()), log_id: None, wait: None };
//!     classify(&Exchange::Reply(reply), Operation::Withdraw).verdict
//! };
//! assert_eq!(verdict(200, r#"{"code": 0, "data": {"success": true}}"#), Verdict::Accepted);
//! assert_eq!(verdict(200, r#"{"code": 0, "data": {"success": false}}"#), Verdict::Refused);
//! assert_eq!(verdict(400, r#"{"code": 1161105, "msg": "no such pre-hire"}"#), Verdict::Refused);
//! assert_eq!(verdict(400, r#"{"code": 99991400, "msg": "too many"}"#), Verdict::Throttled);
//!
//! // It may have been applied before the gateway gave up. So the pre-hire is looked up.
//! assert_eq!(verdict(502, "<html>Bad Gateway</html>"), Verdict::InDoubt);
//! assert_eq!(verdict(200, r#"{"code": 0, "data": {}}"#), Verdict::InDoubt);
//! let silence = Exchange::Failed(Failure::TimedOut);
//! assert_eq!(classify(&silence, Operation::Withdraw).verdict, Verdict::InDoubt);
//! ```
//!
//! # A whole run
//!
//! Against the built-in simulator; it needs no network and no credentials:
//!
//! ```
//! use clap::Parser;
//! use prehire::cli::Cli;
//! use prehire::model::Exit;
//! use prehire::settings::Surroundings;
//!
//! let directory = tempfile::tempdir()?;
//! let leavers = directory.path().join("leavers.csv");
//! std::fs::write(&leavers, "\
//! pre_hire_id,name,withdraw_reason
//! 7345005664477775401,张伟,候选人放弃入职
//! 7.345E+18,李娜,position closed
//! ")?;
//!
//! // As `main` does it.
//! prehire::feishu::install_tls_provider();
//! let input = leavers.to_string_lossy();
//! let typed = ["prehire", "withdraw", &input, "--simulate", "--yes", "--quiet"];
//! // Without the config file of whoever runs this.
//! let surroundings = Surroundings { config_file: None, ..Surroundings::read() };
//! let exit = prehire::app::run(Cli::try_parse_from(typed)?, surroundings);
//!
//! // One row in, one row out. The second id was damaged by a spreadsheet: it could be another person's.
//! assert_eq!(exit, Exit::SomeRowsFailed);
//! let results = std::fs::read_to_string(directory.path().join("leavers.simulated.results.csv"))?;
//! let rows: Vec<&str> = results.lines().skip(1).collect();
//! assert_eq!(rows.len(), 2);
//! assert!(rows[0].starts_with("7345005664477775401,张伟,候选人放弃入职,2,withdrawn,true,"));
//! assert!(rows[1].starts_with("7.345E+18,李娜,position closed,3,invalid,false,damaged_id,"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The modules, in the order of the flow

pub mod language;

pub mod model;

pub mod pace;

pub mod journal;

pub mod store;

pub mod input;

pub mod feishu;

pub mod plan;

pub mod send;

pub mod job;

pub mod preflight;

pub mod results;

pub mod cli;

pub mod settings;

pub mod report;

pub mod app;

pub use feishu::Secret;
pub use job::{Account, Job, JobEvent, Store, Summary};
pub use language::{Language, Text};
pub use model::{
    Attempt, ConfirmedBy, Error, ErrorCode, Exit, IdProblem, Interrupt, NoTicket, Operation, Outcome,
    PageFault, PreHireId, Rate, Refusal, Result, RetryOutcome, Status, StopCause, Verdict,
    WithdrawReason as Reason,
};
