//! Owns the flags that choose a profile, for every command that takes them.

use std::path::PathBuf;

use clap::Args;

/// Which profile of which file.
#[derive(Args, Clone, Debug, Default)]
pub struct ProfileArgs {
    /// The profile of the config file: app, host, pace [default: default].
    #[arg(long, value_name = "NAME", help_heading = "Target")]
    pub profile: Option<String>,

    /// The config file [default: prehire/config.toml in $XDG_CONFIG_HOME, else in ~/.config].
    #[arg(long, value_name = "FILE", help_heading = "Target")]
    pub config: Option<PathBuf>,
}
