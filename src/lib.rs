//! `prehire` withdraws Feishu (飞书) pre-hires in bulk from a spreadsheet: one throttled call and one result per row.
//!
//! The program is told by `README.md`. This is its job as a library: a [`Job`] gets rows and an [`Account`], keeps its
//! record in a [`Store`], tells [`JobEvent`]s while it runs, and comes to a [`Summary`] with one [`Outcome`] for each row.
//! No call leaves but through the allowance.
//!
//! ```
//! use prehire::{Account, Job, PreHireId, Reason, Secret, Status, Store};
//! use prehire_simulator::{Simulator, SimulatorSettings};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let api = Simulator::spawn(SimulatorSettings::default())?;
//! let account = Account::app(api.base_url(), "cli_example", Secret::new("any secret will do here"))?;
//!
//! // An id that a spreadsheet has damaged could be another person's: it is never one.
//! assert!(PreHireId::parse("7.345E+18", false).is_err());
//! let id = PreHireId::parse("7345005664477775401", false).expect("it is whole");
//! let reason = Reason::new("候选人放弃入职")?;
//!
//! let summary = Job::new([(id, reason)]).account(account).store(Store::memory()).run(|_| ()).await?;
//! assert_eq!(summary.outcomes[0].status, Status::Withdrawn);
//! # Ok(())
//! # }
//! ```
//!
//! `examples/three_rows.rs` is a whole program.
//!
//! # The rooms, from the ground up
//!
//! What follows is for those who change the code; `cargo doc --document-private-items` has a page for each room, and
//! `CONTRIBUTING.md` says where to change what. A room imports only those above it in this table;
//! `tests/it/architecture.rs` sees to that.
//!
//! | room | what it is |
//! |---|---|
//! | `language` | what people read: a [`Text`] until its language is chosen |
//! | `model` | the words of the job: ids, reasons, attempts, outcomes, errors |
//! | `pace` | when a call may go: the rolling window, the hold, the spacing; pure |
//! | `journal` | the record: entries, the chain that shows damage, the index of what is known |
//! | `store` | where things are kept: journals, leases, allowances; files or memory; the one room that knows the platform |
//! | `input` | from bytes to rows: one private copy of the file, its columns, its rules |
//! | `feishu` | the API: its words, its codes, the client that speaks them |
//! | `plan` | what is to be done with each row, by the index of earlier runs |
//! | `send` | one row's story: pace, call, judge, back off, look up |
//! | `job` | all that as a library |
//! | `preflight` | the looks before a run |
//! | `results` | the file with one result per row, a view of the journal |
//! | `cli`, `settings` | what was typed; what the program makes of it, of the environment and of a profile |
//! | `report` | what people and scripts get to see: progress, summary, page, log |
//! | `app` | the wiring, the only room that knows all others |
//!
//! A row goes one way: `input` reads it, `plan` decides, `send` calls, and each event is recorded before anything follows
//! from it: journal first, then results, then what is shown. A row's story is `story` in `send/row.rs`; a run's is
//! `app/run.rs`. The simulator is a crate of its own, and shares no type with the client: a mistake there can't hide behind
//! the same mistake here.
//!
//! | level | is told by | and comes to |
//! |---|---|---|
//! | one call | an exchange, an [`Attempt`] | a [`Verdict`] |
//! | one row | its attempts and looks | an [`Outcome`] |
//! | one run | its outcomes | a report and an [`Exit`] |
//!
//! A row that fails is a result; an [`Error`] is only what stops the run.
//!
//! # The laws
//!
//! Never do the wrong thing, never lose what was done, never exceed the allowance; then be fast, then be pleasant.
//!
//! 1. **Rows in = rows out**, in the order of the file, whatever happens.
//! 2. **Write ahead.** A call is in the record before its first byte leaves, and its end is on the disk before anything
//!    follows from it. The journal is the truth; results can be rebuilt from it.
//! 3. **Nothing goes out but through the gate**, retries, looks and token calls included, each API against its own
//!    allowance.
//! 4. **The body's `code` decides**, on every HTTP status; the status only where there is no code. Success is code 0 *and*
//!    `success: true`. Nothing depends on a message.
//! 5. **In doubt is a state of its own.** A call that may have arrived is looked up before it is repeated, and never
//!    guessed about.
//! 6. **Identity, not position.** What is known of earlier runs is known of an id, under one host, app, tenant and
//!    operation.
//! 7. **An id is text.** One that a spreadsheet has damaged could be another person's, and is refused.
//! 8. **A file that is not ours is never changed.**
//! 9. **Recording never waits for showing.**
//! 10. **The world is read once**: environment, terminal and zone at the start, the clocks in one place. Decisions get the
//!     time and the dice as values.
//! 11. **One consumer owns all that changes**: journal, results, tally and progress follow one queue of events.
//! 12. **A secret can't be printed.**

mod app;
mod cli;
mod feishu;
mod input;
mod job;
mod journal;
mod language;
mod model;
mod pace;
mod plan;
mod preflight;
mod report;
mod results;
mod send;
mod settings;
mod store;

pub use feishu::Secret;
pub use job::{Account, Job, JobEvent, Store, Summary};
pub use language::{Language, Text};
pub use model::{
    Attempt, ConfirmedBy, Error, ErrorCode, Exit, IdProblem, Interrupt, NoTicket, Operation, Outcome,
    PageFault, PreHireId, Rate, Refusal, Result, RetryOutcome, Status, StopCause, Verdict,
    WithdrawReason as Reason,
};

#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub use app::fuzz_targets;

/// The program itself, for its `main`; whoever uses the library has no need of it.
#[doc(hidden)]
pub fn program() -> std::process::ExitCode {
    app::program()
}
