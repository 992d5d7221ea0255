//! Owns the flags that choose the host, for every command that takes them.

use clap::Args;

use crate::model::BaseUrl;

/// Which host.
#[derive(Args, Clone, Debug, Default)]
pub struct HostArgs {
    /// Another host.
    #[arg(
        long,
        help = "Use another host [default: https://open.feishu.cn]",
        value_name = "URL",
        conflicts_with = "lark",
        help_heading = "Target"
    )]
    pub base_url: Option<BaseUrl>,

    /// Use the host of Lark, open.larksuite.com.
    #[arg(long, help_heading = "Target")]
    pub lark: bool,
}
