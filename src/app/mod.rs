//! The wiring: the only place that knows all stages.

mod allowance;
mod check;
mod config;
mod confirm;
mod desk;
mod explain;
mod output;
mod run;
mod simulate;
mod withdraw;

use crate::cli::{Cli, Command};
use crate::error::{Exit, Result};
use crate::settings::{CheckSettings, Surroundings, WithdrawSettings};

/// Does what was asked for; how the process is to end.
///
/// # Errors
/// What stopped it, with the exit code.
pub fn run(cli: Cli, surroundings: &Surroundings) -> Result<Exit> {
    match cli.command {
        Command::Withdraw(typed) if typed.dry_run => {
            check::run(&CheckSettings::of_dry_run(*typed, surroundings)?)
        }
        Command::Withdraw(typed) => withdraw::run(WithdrawSettings::new(*typed, surroundings)?, surroundings),
        Command::Check(typed) => check::run(&CheckSettings::new(typed, surroundings)?),
        Command::Explain(typed) => explain::run(&typed),
        Command::Config(typed) => config::run(&typed.command, surroundings),
        Command::Simulate(typed) => simulate::run(&typed),
        Command::CopySheet { request } => crate::input::workbook::answer_request(&request),
    }
}
