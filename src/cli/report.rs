//! Owns the flags of `prehire report`.

use std::path::PathBuf;

use clap::Args;

use super::run::Format;
use super::withdraw::FormArgs;

/// Makes a self-contained web page of results: counts, calls, and the rows that need a person.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// The results of a run, or - for standard input.
    pub results: PathBuf,

    /// The page [default: the results' name with .html].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// The journal of the results; it is only read [default: the results' name with .journal, if it exists].
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,

    /// What form the results have.
    #[command(flatten)]
    pub form: FormArgs,

    /// The output format.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}
