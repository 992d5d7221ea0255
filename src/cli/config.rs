//! Owns the flags of `prehire config` and their help.

use clap::{Args, Subcommand};

use super::host::HostArgs;
use super::profile::ProfileArgs;
use super::run::Format;

/// Settings: what is in force, and why.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What can be done about settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show the settings that a run would use, and where each comes from; secrets are shown as ***.
    Show(ConfigShowArgs),
}

/// The flags of `prehire config show`.
#[derive(Args, Debug)]
pub struct ConfigShowArgs {
    /// Which profile of which file.
    #[command(flatten)]
    pub profile: ProfileArgs,

    /// At which host.
    #[command(flatten)]
    pub host: HostArgs,

    /// The output format.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}
