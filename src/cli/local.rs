//! The flags of the commands that call nothing: they read what runs have left behind, and settings.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::call::{HostArgs, ProfileArgs};
use super::run::Format;
use super::withdraw::FormArgs;

/// Tells one pre-hire's whole story from a journal. Exit code 1: the journal does not know the id.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The journal of a run.
    pub(crate) journal: PathBuf,

    /// The pre-hire's id.
    pub(crate) id: String,
}

/// Checks that a journal is whole and untouched, and that results agree with it. Exit code 0: so it is; 1: it is not.
#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    /// The journal of a run.
    pub(crate) journal: PathBuf,

    /// Also compare these results with it, row by row.
    #[arg(long, value_name = "FILE")]
    pub(crate) results: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) form: FormArgs,

    /// The output format.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// Makes a self-contained web page of results: counts, calls, and the rows that need a person.
#[derive(Args, Debug)]
pub(crate) struct ReportArgs {
    /// The results of a run, or - for standard input.
    pub(crate) results: PathBuf,

    /// The page [default: the results' name with .html].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// The journal of the results; it is only read [default: the results' name with .journal, if it exists].
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) form: FormArgs,

    /// The output format.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// Settings: what is in force, and why.
#[derive(Args, Debug)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

/// What can be done about settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show the settings that a run would use, and where each comes from; secrets are shown as ***.
    Show(ConfigShowArgs),
}

/// The flags of `prehire config show`.
#[derive(Args, Debug)]
pub(crate) struct ConfigShowArgs {
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,

    #[command(flatten)]
    pub(crate) host: HostArgs,

    /// The output format.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
