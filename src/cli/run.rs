//! The flags of every run that changes pre-hires, and those about what is shown.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::call::CallArgs;
use crate::model::parse_span;

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

    /// Calls in flight at most [default: 16].
    #[arg(long, value_name = "N", help_heading = "Pace")]
    pub workers: Option<NonZeroUsize>,

    /// Refuse to start with more rows than this.
    #[arg(long, value_name = "N", help_heading = "Guards")]
    pub max_rows: Option<u32>,

    /// Refuse to start unless the rows are those that `prehire check` saw: sha256:…, as it prints.
    #[arg(long, value_name = "DIGEST", help_heading = "Guards")]
    pub expect: Option<String>,

    /// Look every id up first; refuse to start if any would be refused.
    ///
    /// An id that is not visible, or in a stage that does not allow it, or in one that the app may not see.
    #[arg(long, conflicts_with = "dry_run", help_heading = "Guards")]
    pub require_online_check: bool,

    /// Let all first calls go at once, instead of one alone.
    #[arg(long, help_heading = "Guards")]
    pub no_canary: bool,

    /// Stop the run after this many refusals in a row; 0 means never [default: 20].
    #[arg(long, value_name = "N", help_heading = "Guards")]
    pub stop_after: Option<u32>,

    /// Everything but the calls.
    #[arg(long, help_heading = "Guards")]
    pub dry_run: bool,

    /// Ask no question.
    ///
    /// Needed when standard input is no terminal.
    #[arg(short, long, help_heading = "Guards")]
    pub yes: bool,

    #[command(flatten)]
    pub call: CallArgs,

    #[command(flatten)]
    pub show: ShowArgs,

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
