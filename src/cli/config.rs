//! Owns the flags of `prehire config` and their help.

use clap::{Args, Subcommand};

use super::{Format, ProfileArgs};
use crate::settings::BaseUrl;

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
    /// Show the settings that a run would have, and where each comes from; secrets are shown as ***.
    Show(ConfigShowArgs),
}

/// The flags of `prehire config show`.
#[derive(Args, Debug)]
pub struct ConfigShowArgs {
    /// Which profile of which file.
    #[command(flatten)]
    pub profile: ProfileArgs,

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

    /// The form of what is shown.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}
