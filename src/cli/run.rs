//! Owns the flags that every run has which calls the API, whatever it does to the pre-hires.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::settings::{BaseUrl, DEFAULT_BURST, Rate, parse_positive_span, parse_span};

/// How a run goes.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// The write-ahead record of the run [default: the results' name with .journal].
    #[arg(long, value_name = "FILE", help_heading = "Running again")]
    pub journal: Option<PathBuf>,

    /// Set an earlier run's journal aside, and begin anew.
    #[arg(long, help_heading = "Running again")]
    pub restart: bool,

    /// How long after a doubtful call the pre-hire is looked up, then twice as long; at most three looks.
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = parse_span, help_heading = "Running again")]
    pub read_back_delay: Duration,

    /// Never look a pre-hire up to settle a doubtful call.
    #[arg(long, help_heading = "Running again")]
    pub no_read_back: bool,

    /// Wait this long for another run to end, before exit code 75.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_span, help_heading = "Running again")]
    pub wait_lock: Duration,

    /// Never more than CALLS in any rolling PERIOD, as the server sees it [default: 99/60s].
    #[arg(long, value_name = "CALLS/PERIOD", help_heading = "Pace")]
    pub rate: Option<Rate>,

    /// Calls that may go at once before even spacing sets in.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_BURST, help_heading = "Pace")]
    pub burst: NonZeroU32,

    /// Calls in flight at most.
    #[arg(long, value_name = "N", default_value = "16", help_heading = "Pace")]
    pub workers: NonZeroUsize,

    /// The longest time for one call, from connect to last byte.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_positive_span, help_heading = "Pace")]
    pub timeout: Duration,

    /// Attempts per row; a call answered "throttled" or "token stale" is none.
    #[arg(long, value_name = "N", default_value = "5", help_heading = "Pace")]
    pub max_attempts: NonZeroU32,

    /// The first backoff is drawn between zero and this, then it doubles.
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = parse_span, help_heading = "Pace")]
    pub retry_base: Duration,

    /// No backoff is longer than this.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = parse_span, help_heading = "Pace")]
    pub retry_cap: Duration,

    /// Refuse to start when more rows than this are to be sent.
    #[arg(long, value_name = "N", help_heading = "Guards")]
    pub max_rows: Option<u32>,

    /// Refuse to start unless the rows are those that `prehire check` saw: sha256:…, as it prints.
    #[arg(long, value_name = "DIGEST", help_heading = "Guards")]
    pub expect: Option<String>,

    /// Let all first calls go at once, instead of one alone.
    #[arg(long, help_heading = "Guards")]
    pub no_canary: bool,

    /// Stop the run after this many refusals in a row; 0 means never.
    #[arg(long, value_name = "N", default_value = "20", help_heading = "Guards")]
    pub stop_after: u32,

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

    /// Another host [default: open.feishu.cn].
    #[arg(long, value_name = "URL", conflicts_with = "lark", help_heading = "Target")]
    pub base_url: Option<BaseUrl>,

    /// The host of Lark, open.larksuite.com.
    #[arg(long, help_heading = "Target")]
    pub lark: bool,

    /// How things are shown.
    #[command(flatten)]
    pub show: ShowArgs,
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
