//! The flags of every command that calls the API, whatever for: where the calls go, and how.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::model::{BaseUrl, Rate, parse_positive_span, parse_span};

/// Where calls go, and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct CallArgs {
    /// Wait this long for another run to end before exiting with code 75 [default: 0s].
    #[arg(long, value_name = "DURATION", value_parser = parse_span, help_heading = "Running again")]
    pub(crate) wait_lock: Option<Duration>,

    /// Never more than CALLS in any rolling PERIOD, as the server sees it [default: 99/60s].
    #[arg(long, value_name = "CALLS/PERIOD", help_heading = "Pace")]
    pub(crate) rate: Option<Rate>,

    /// Calls that may be made at once before they are spaced evenly [default: 10].
    #[arg(long, value_name = "N", help_heading = "Pace")]
    pub(crate) burst: Option<NonZeroU32>,

    /// The longest time for one call, from connect to last byte [default: 30s].
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_span, help_heading = "Pace")]
    pub(crate) timeout: Option<Duration>,

    /// Attempts per row or search; a call answered "throttled" or "token stale" does not count [default: 5].
    #[arg(long, value_name = "N", help_heading = "Pace")]
    pub(crate) max_attempts: Option<NonZeroU32>,

    /// The first backoff is a random time up to this, which then doubles [default: 1s].
    #[arg(long, value_name = "DURATION", value_parser = parse_span, help_heading = "Pace")]
    pub(crate) retry_base: Option<Duration>,

    /// No backoff is longer than this [default: 60s].
    #[arg(long, value_name = "DURATION", value_parser = parse_span, help_heading = "Pace")]
    pub(crate) retry_cap: Option<Duration>,

    /// Start no new call this long after the first one, such as 50m.
    #[arg(long, value_name = "DURATION", value_parser = parse_span, help_heading = "Guards")]
    pub(crate) deadline: Option<Duration>,

    /// Run against the built-in simulated API.
    ///
    /// It needs no credentials and no network, and keeps the same pace.
    #[arg(long, conflicts_with_all = ["base_url", "lark"], help_heading = "Target")]
    pub(crate) simulate: bool,

    #[command(flatten)]
    pub(crate) host: HostArgs,

    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
}

/// Which host.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct HostArgs {
    /// Another host.
    #[arg(
        long,
        help = "Use another host [default: https://open.feishu.cn]",
        value_name = "URL",
        conflicts_with = "lark",
        help_heading = "Target"
    )]
    pub(crate) base_url: Option<BaseUrl>,

    /// Use the host of Lark, open.larksuite.com.
    #[arg(long, help_heading = "Target")]
    pub(crate) lark: bool,
}

/// Which profile of which file.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ProfileArgs {
    /// The profile of the config file: app, host, pace [default: default].
    #[arg(long, value_name = "NAME", help_heading = "Target")]
    pub(crate) profile: Option<String>,

    /// The config file [default: prehire/config.toml in $XDG_CONFIG_HOME, else in ~/.config].
    #[arg(long, value_name = "FILE", help_heading = "Target")]
    pub(crate) config: Option<PathBuf>,
}
