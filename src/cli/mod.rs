//! Owns the commands and flags as they are typed, and their help. What they mean is `settings`' business.

mod simulate;
mod withdraw;

use clap::{Parser, Subcommand};

pub use simulate::{Limit, SimulateArgs};
pub use withdraw::{CheckArgs, Duplicates, Format, InputArgs, ProgressChoice, ShowArgs, WithdrawArgs};

/// Withdraws Feishu (飞书) pre-hires in bulk from a spreadsheet: one throttled call and one result per row.
#[derive(Debug, Parser)]
#[command(name = "prehire", version, max_term_width = 100)]
#[command(after_help = "Examples:
  prehire check leavers.csv
  prehire withdraw leavers.csv --simulate --yes
  prehire withdraw leavers.csv")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Withdraw the pre-hires of a file, one call per row.
    Withdraw(Box<WithdrawArgs>),
    /// Validate a file, and call nothing.
    Check(CheckArgs),
    /// Serve the simulated API on this machine, for rehearsals and tests.
    Simulate(SimulateArgs),
}
