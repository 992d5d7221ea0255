//! Owns the flags of `prehire restore`.

use std::path::PathBuf;

use clap::Args;

use super::run::RunArgs;
use super::withdraw::InputArgs;

/// Restores the pre-hires that a run of `prehire withdraw` has withdrawn: the undo.
///
/// Only rows that the results call `withdrawn` are sent, and of these only those of which the journal of the results proves
/// that this tool did it. The app is found as for `prehire withdraw`.
#[derive(Args, Debug)]
#[command(mut_arg("input", |input| input.value_name("RESULTS").help("The results of prehire withdraw, or - for standard input")))]
pub struct RestoreArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,

    /// The results: .csv or .xlsx, by the extension [default: leavers.restored.csv for leavers.results.csv].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// What is undone.
    #[command(flatten)]
    pub undo: UndoArgs,

    /// How the run goes.
    #[command(flatten)]
    pub run: RunArgs,
}

/// What is undone, and how far it goes.
#[derive(Args, Debug)]
pub struct UndoArgs {
    /// The journal that proves what was withdrawn; it is only read [default: the name of RESULTS with .journal].
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub source_journal: Option<PathBuf>,

    /// Restore even where this exceeds the headcount.
    #[arg(long, help_heading = "Guards")]
    pub confirm_workforce: bool,
}
