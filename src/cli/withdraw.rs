//! Owns the flags of `prehire withdraw` and `prehire check`.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::ProfileArgs;
use crate::input::{Delimiter, TextEncoding};
use crate::settings::{BaseUrl, Rate, parse_positive_span, parse_span};

/// Withdraws the pre-hires of a file, one call per row.
///
/// The app comes from the environment (FEISHU_APP_ID with FEISHU_APP_SECRET or FEISHU_APP_SECRET_FILE, or
/// FEISHU_TENANT_ACCESS_TOKEN), from systemd's credentials, or from a profile; `prehire config show` tells.
#[derive(Args, Debug)]
pub struct WithdrawArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,

    /// The results file [default: the input's name with .results.csv, or .simulated.results.csv].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// The write-ahead record of the run [default: the results' name with .journal].
    #[arg(long, value_name = "FILE", help_heading = "Running again")]
    pub journal: Option<PathBuf>,

    /// Set an earlier run's journal aside, and begin anew.
    #[arg(long, help_heading = "Running again")]
    pub restart: bool,

    /// How long after a doubtful call the pre-hire is looked up, then twice as long; at most three looks [default: 3s].
    #[arg(long, value_name = "DURATION", value_parser = parse_span, help_heading = "Running again")]
    pub read_back_delay: Option<Duration>,

    /// Never look a pre-hire up to settle a doubtful call.
    #[arg(long, help_heading = "Running again")]
    pub no_read_back: bool,

    /// Wait this long for another run to end, before exit code 75 [default: 0s].
    #[arg(long, value_name = "DURATION", value_parser = parse_span, help_heading = "Running again")]
    pub wait_lock: Option<Duration>,

    /// Never more than CALLS in any rolling PERIOD, as the server sees it [default: 99/60s].
    #[arg(long, value_name = "CALLS/PERIOD", help_heading = "Pace")]
    pub rate: Option<Rate>,

    /// Calls that may go at once before even spacing sets in [default: 10].
    #[arg(long, value_name = "N", help_heading = "Pace")]
    pub burst: Option<NonZeroU32>,

    /// Calls in flight at most [default: 16].
    #[arg(long, value_name = "N", help_heading = "Pace")]
    pub workers: Option<NonZeroUsize>,

    /// The longest time for one call, from connect to last byte [default: 30s].
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_span, help_heading = "Pace")]
    pub timeout: Option<Duration>,

    /// Attempts per row; a call answered "throttled" or "token stale" is none [default: 5].
    #[arg(long, value_name = "N", help_heading = "Pace")]
    pub max_attempts: Option<NonZeroU32>,

    /// The first backoff is drawn between zero and this, then it doubles [default: 1s].
    #[arg(long, value_name = "DURATION", value_parser = parse_span, help_heading = "Pace")]
    pub retry_base: Option<Duration>,

    /// No backoff is longer than this [default: 60s].
    #[arg(long, value_name = "DURATION", value_parser = parse_span, help_heading = "Pace")]
    pub retry_cap: Option<Duration>,

    /// Refuse to start when more rows than this are to be sent.
    #[arg(long, value_name = "N", help_heading = "Guards")]
    pub max_rows: Option<u32>,

    /// Refuse to start unless the rows are those that `prehire check` saw: sha256:…, as it prints.
    #[arg(long, value_name = "DIGEST", help_heading = "Guards")]
    pub expect: Option<String>,

    /// Let all first calls go at once, instead of one alone.
    #[arg(long, help_heading = "Guards")]
    pub no_canary: bool,

    /// Stop the run after this many refusals in a row; 0 means never [default: 20].
    #[arg(long, value_name = "N", help_heading = "Guards")]
    pub stop_after: Option<u32>,

    /// Start no new call this long after the first one, such as 50m.
    #[arg(long, value_name = "DURATION", value_parser = parse_span, help_heading = "Guards")]
    pub deadline: Option<Duration>,

    /// Everything but the calls: the same as `prehire check`.
    #[arg(long, help_heading = "Guards")]
    pub dry_run: bool,

    /// Ask no question; needed when standard input is no terminal.
    #[arg(short, long, help_heading = "Guards")]
    pub yes: bool,

    /// Run against the built-in simulated API: no credentials, no network, same pace.
    #[arg(long, conflicts_with_all = ["base_url", "lark"], help_heading = "Target")]
    pub simulate: bool,

    /// Another host.
    #[arg(
        long,
        help = "Another host [default: https://open.feishu.cn]",
        value_name = "URL",
        conflicts_with = "lark",
        help_heading = "Target"
    )]
    pub base_url: Option<BaseUrl>,

    /// The host of Lark, open.larksuite.com.
    #[arg(long, help_heading = "Target")]
    pub lark: bool,

    /// Which profile of which file.
    #[command(flatten)]
    pub profile: ProfileArgs,

    /// How things are shown.
    #[command(flatten)]
    pub show: ShowArgs,
}

/// Validates a file, and calls nothing. Exit code 0: every row can be sent; 1: some can't; 2: the file is unusable.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,

    /// Also write one result per row, as a run would.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// The allowance for the estimate of the time that a run takes [default: 99/60s].
    #[arg(long, value_name = "CALLS/PERIOD")]
    pub rate: Option<Rate>,

    /// Which profile of which file.
    #[command(flatten)]
    pub profile: ProfileArgs,

    /// How things are shown.
    #[command(flatten)]
    pub show: ShowArgs,
}

/// The input, and how its rows are read.
#[derive(Args, Debug)]
pub struct InputArgs {
    /// A file of CSV or other delimited text, a workbook (.xlsx, .xls, .ods), or - for text on standard input.
    pub input: PathBuf,

    /// The column with the pre-hire ids [default: found by its name].
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub id_column: Option<String>,

    /// The column with the reasons [default: found by its name].
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub reason_column: Option<String>,

    /// The sheet of a workbook [default: the one that has an id column].
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub sheet: Option<String>,

    /// What stands between two cells: one character, or `tab` [default: found in the header].
    #[arg(long, value_name = "CHAR", help_heading = "Input")]
    pub delimiter: Option<Delimiter>,

    /// The encoding of a text, such as gb18030 or utf-16le [default: by its byte order mark, else UTF-8, else GB18030].
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub encoding: Option<TextEncoding>,

    /// The reason for rows whose own is empty or missing.
    #[arg(long, value_name = "TEXT", help_heading = "Input")]
    pub reason: Option<String>,

    /// Do not refuse ids that merely look rounded.
    #[arg(long, help_heading = "Input")]
    pub trust_ids: bool,

    /// A repeated id: skip its row, or refuse the file.
    #[arg(long, value_enum, default_value = "skip", help_heading = "Input")]
    pub duplicates: Duplicates,
}

/// What a repeated id means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Duplicates {
    /// Its row is a result of its own, and not sent.
    Skip,
    /// It is an error before any call.
    Refuse,
}

/// What is shown, and how.
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// The form of the summary on standard output.
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub format: Format,

    /// The form of the progress on standard error.
    #[arg(long, value_enum, default_value = "auto", help_heading = "Output")]
    pub progress: ProgressChoice,

    /// No progress and no text summary.
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,

    /// Also tell of every refusal, retry and wait.
    #[arg(short, long, conflicts_with = "quiet", help_heading = "Output")]
    pub verbose: bool,
}

/// The form of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people.
    Text,
    /// One JSON object.
    Json,
}

/// The form of the progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProgressChoice {
    /// A bar on a terminal, lines elsewhere.
    Auto,
    /// A line of text every 10 seconds.
    Plain,
    /// A line of JSON every 10 seconds.
    Json,
    /// None.
    Never,
}
