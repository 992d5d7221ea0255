//! The wiring: the only place that knows all stages.

mod allowance;
mod check;
mod config;
mod confirm;
mod desk;
mod explain;
mod operate;
mod output;
mod pages;
mod rules;
mod run;
mod simulate;
mod verify;

use crate::cli::{Cli, Command};
use crate::error::{Exit, Result};
use crate::settings::{CheckSettings, OperationSettings, Surroundings, VerifySettings};

/// Does what was asked for; how the process is to end.
///
/// # Errors
/// What stopped it, with the exit code.
pub fn run(cli: Cli, surroundings: &Surroundings) -> Result<Exit> {
    match cli.command {
        Command::Withdraw(typed) if typed.run.dry_run => {
            check::run(&CheckSettings::of_dry_withdrawal(*typed, surroundings)?)
        }
        Command::Withdraw(typed) => {
            operate::run(&OperationSettings::of_withdrawal(*typed, surroundings)?, surroundings)
        }
        Command::Restore(typed) if typed.run.dry_run => {
            check::run(&CheckSettings::of_dry_restoration(*typed, surroundings)?)
        }
        Command::Restore(typed) => {
            operate::run(&OperationSettings::of_restoration(*typed, surroundings)?, surroundings)
        }
        Command::Check(typed) => check::run(&CheckSettings::new(typed, surroundings)?),
        Command::Explain(typed) => explain::run(&typed, surroundings.language),
        Command::Verify(typed) => verify::run(&VerifySettings::new(typed, surroundings)?),
        Command::Config(typed) => config::run(&typed.command, surroundings),
        Command::Simulate(typed) => simulate::run(&typed),
        Command::Completions(typed) => pages::completions(&typed, surroundings.language),
        Command::Man(typed) => pages::man(&typed, surroundings.language),
        Command::CopySheet { request } => crate::input::workbook::answer_request(&request),
    }
}
