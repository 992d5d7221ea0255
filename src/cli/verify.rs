//! Owns the flags of `prehire verify`.

use std::path::PathBuf;

use clap::Args;

use super::run::Format;
use super::withdraw::FormArgs;

/// Checks that a journal is whole and untouched, and that results agree with it. Exit code 0: so it is; 1: it is not.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The journal of a run.
    pub journal: PathBuf,

    /// Also compare these results with it, row by row.
    #[arg(long, value_name = "FILE")]
    pub results: Option<PathBuf>,

    /// What form the results have.
    #[command(flatten)]
    pub form: FormArgs,

    /// The output format.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}
