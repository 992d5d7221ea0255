//! The flags of every run that changes pre-hires, and those about what is shown.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::call::CallArgs;
use crate::model::parse_span;

/// How a run goes.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// The write-ahead record of the run [default: the results' name with .journal].
    #[arg(long, value_name = "FILE", help_heading = "Running again")]
    pub(crate) journal: Option<PathBuf>,

    /// Set an earlier run's journal aside, and start over.
    #[arg(long, help_heading = "Running again")]
    pub(crate) restart: bool,

    /// How long after a doubtful call to look up the pre-hire, then twice as long; at most three times [default: 3s].
    #[arg(long, value_name = "DURATION", value_parser = parse_span, help_heading = "Running again")]
    pub(crate) read_back_delay: Option<Duration>,

    /// Never look up a pre-hire to settle a doubtful call.
    #[arg(long, help_heading = "Running again")]
    pub(crate) no_read_back: bool,

    /// Calls in flight at most [default: 16].
    #[arg(long, value_name = "N", help_heading = "Pace")]
    pub(crate) workers: Option<NonZeroUsize>,

    /// Refuse to start if more rows than this are to be sent.
    #[arg(long, value_name = "N", help_heading = "Guards")]
    pub(crate) max_rows: Option<u32>,

    /// Refuse to start unless the rows have the digest that `prehire check` printed: sha256:….
    #[arg(long, value_name = "DIGEST", help_heading = "Guards")]
    pub(crate) expect: Option<String>,

    /// Look up every id first; refuse to start if any would be refused.
    ///
    /// That is one that is not visible, or whose stage does not allow it, or whose stage the app is not allowed to see.
    #[arg(long, conflicts_with = "dry_run", help_heading = "Guards")]
    pub(crate) require_online_check: bool,

    /// Make the first calls all at once, instead of one on its own.
    #[arg(long, help_heading = "Guards")]
    pub(crate) no_canary: bool,

    /// Stop the run after this many refusals in a row; 0 means never [default: 20].
    #[arg(long, value_name = "N", help_heading = "Guards")]
    pub(crate) stop_after: Option<u32>,

    /// Do everything except make the calls.
    #[arg(long, help_heading = "Guards")]
    pub(crate) dry_run: bool,

    /// Do not ask for confirmation.
    ///
    /// Needed when standard input is not a terminal.
    #[arg(short, long, help_heading = "Guards")]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) call: CallArgs,

    #[command(flatten)]
    pub(crate) show: ShowArgs,

    #[command(flatten)]
    pub(crate) tell: TellArgs,
}

/// Who is told how a run ended, when nobody looks at it.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TellArgs {
    /// Tell a custom bot of Feishu or Lark how the run ended: a file with its URL and, on a second line, its secret, if any.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) notify_webhook_file: Option<PathBuf>,

    /// Write how the run ended to this file, for the Prometheus node exporter.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) metrics_file: Option<PathBuf>,
}

/// What is shown, and how.
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The format of the summary on standard output.
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub(crate) format: Format,

    /// The format of the progress on standard error.
    #[arg(long, value_enum, default_value = "auto", help_heading = "Output")]
    pub(crate) progress: ProgressChoice,

    /// No progress and no text summary.
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,

    /// Also report every refusal, retry and wait.
    #[arg(short, long, conflicts_with = "quiet", help_heading = "Output")]
    pub(crate) verbose: bool,

    /// The format of messages on standard error, except for the bar.
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub(crate) log_format: LogFormat,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines of text.
    #[default]
    Text,
    /// One JSON object per line, for log collectors.
    Json,
}

/// The form of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    Text,
    /// One JSON object.
    Json,
}

/// The form of the progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressChoice {
    /// A bar on a terminal, lines elsewhere.
    Auto,
    /// A line of text every 10 seconds.
    Plain,
    /// A line of JSON every 10 seconds.
    Json,
    /// No progress.
    Never,
}
