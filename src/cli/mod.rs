//! The commands and flags as they are typed, and their help. What they mean is `settings`' business.
//!
//! - [`Cli`] is the whole command line. The flags of each [`Command`] are in `withdraw`, `find`, `simulate` or `local`.
//! - [`InputArgs`], [`RunArgs`], [`CallArgs`], [`HostArgs`], [`ProfileArgs`] and [`ShowArgs`] are shared by several.
//! - `help`, `manual` and `shells` make of the definitions what people and shells read.

mod call;
mod find;
mod help;
mod local;
mod manual;
mod run;
mod shells;
mod simulate;
mod withdraw;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use crate::language::Language;

pub(crate) use call::{CallArgs, HostArgs, ProfileArgs};
pub(crate) use find::FindArgs;
pub(crate) use help::{command, typed_language};
pub(crate) use local::{ConfigArgs, ConfigCommand, ConfigShowArgs, ExplainArgs, ReportArgs, VerifyArgs};
pub(crate) use manual::{ManArgs, manual, manual_pages};
pub(crate) use run::{Format, LogFormat, ProgressChoice, RunArgs, ShowArgs, TellArgs};
pub(crate) use shells::CompletionsArgs;
pub(crate) use simulate::SimulateArgs;
pub(crate) use withdraw::{CheckArgs, Duplicates, FormArgs, InputArgs, RestoreArgs, RowArgs, WithdrawArgs};

/// Withdraws Feishu (飞书) pre-hires in bulk from a spreadsheet: one throttled call and one result per row, with an undo.
#[derive(Debug, Parser)]
#[command(name = "prehire", version, max_term_width = 100)]
#[command(after_help = "Examples:
  prehire find --onboarding-to -30d -o leavers.csv
  prehire check leavers.csv
  prehire withdraw leavers.csv --simulate --yes
  prehire withdraw leavers.csv
  prehire restore leavers.results.csv")]
pub(crate) struct Cli {
    /// The language of messages.
    ///
    /// It applies to advice, messages and summaries; the default is that of the locale. Column names and words in cells never
    /// change.
    #[arg(long, global = true, value_enum, help_heading = "Output")]
    pub(crate) lang: Option<Language>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// What was typed about standard error; nothing for a command that keeps no log.
    pub(crate) fn show(&self) -> Option<&ShowArgs> {
        match &self.command {
            Command::Withdraw(typed) => Some(&typed.run.show),
            Command::Restore(typed) => Some(&typed.run.show),
            Command::Check(typed) => Some(&typed.show),
            Command::Find(typed) => Some(&typed.show),
            Command::Explain(_)
            | Command::Verify(_)
            | Command::Report(_)
            | Command::Config(_)
            | Command::Simulate(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::CopySheet { .. } => None,
        }
    }
}

/// The form of the log that a command line asks for, also one that can't be understood.
pub(crate) fn log_format_in(arguments: impl Iterator<Item = OsString>) -> LogFormat {
    let words: Vec<OsString> = arguments.collect();
    let is_json = words.windows(2).any(|pair| pair[0] == "--log-format" && pair[1] == "json")
        || words.iter().any(|word| word == "--log-format=json");
    if is_json { LogFormat::Json } else { LogFormat::Text }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Withdraw the pre-hires in a file, one call per row.
    Withdraw(Box<WithdrawArgs>),
    /// Restore the pre-hires that a run has withdrawn: the undo.
    Restore(Box<RestoreArgs>),
    /// Validate a file; with --online, also look up every id.
    Check(Box<CheckArgs>),
    /// List pre-hires by stage and date, as a file for withdraw.
    Find(Box<FindArgs>),
    /// Show one pre-hire's whole history, attempt by attempt.
    Explain(ExplainArgs),
    /// Check that a journal is complete and unaltered, and that results agree with it.
    Verify(VerifyArgs),
    /// Make a self-contained web page from results.
    Report(ReportArgs),
    /// Show the settings in force, and where each comes from.
    Config(ConfigArgs),
    /// Serve the simulated API on this machine, for rehearsals and tests.
    Simulate(SimulateArgs),
    /// Write shell completions to standard output.
    Completions(CompletionsArgs),
    /// Write the manual: one page to standard output, or all pages into a directory.
    Man(ManArgs),
    /// Copies a sheet of a workbook as text; the program calls itself so.
    #[command(hide = true)]
    CopySheet {
        /// Which one.
        request: String,
    },
}
