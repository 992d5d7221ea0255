//! Owns the flags that every run has which calls the API, whatever it does to the pre-hires.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::ProfileArgs;
use crate::settings::{BaseUrl, Rate, parse_positive_span, parse_span};

/// How a run goes.
#[derive(Args, Debug)]
pub struct RunArgs {
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

    /// Refuse to start with more rows than this.
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

    /// Everything but the calls.
    #[arg(long, help_heading = "Guards")]
    pub dry_run: bool,

    /// Ask no question.
    ///
    /// Needed when standard input is no terminal.
    #[arg(short, long, help_heading = "Guards")]
    pub yes: bool,

    /// Run against the built-in simulated API.
    ///
    /// It needs no credentials and no network, and keeps the same pace.
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

    /// Who else is told how it ended.
    #[command(flatten)]
    pub tell: TellArgs,
}

/// Who is told how a run ended, when nobody looks at it.
#[derive(Args, Clone, Debug, Default)]
pub struct TellArgs {
    /// Tell a custom bot of Feishu or Lark how the run ended: a file with its URL, and its secret, if any, on a second line.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub notify_webhook_file: Option<PathBuf>,

    /// Write how the run ended to this file, for the node exporter of Prometheus.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub metrics_file: Option<PathBuf>,
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

    /// The form of what is said on standard error, but for the bar.
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub log_format: LogFormat,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line, for collectors of logs.
    Json,
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
