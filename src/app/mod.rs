//! The wiring: the only place that knows all stages.
//!
//! - [`run()`] chooses what the command asks for: a file for each, such as `check` or `find`; the short ones are in `commands`.
//! - `operate` is a run that changes pre-hires, from the file to the exit code. `allowance` makes its gates,
//!   `confirm` asks before the first call.
//! - `find` and `preflight` look pre-hires up and change none, by `searching`.
//! - `run` is the pool beside `desk`, the one event loop. `watch` and `signals` stop it; `ending` tells those who were
//!   not there how it ended.

mod allowance;
mod check;
mod commands;
mod confirm;
mod desk;
mod ending;
mod find;
mod operate;
mod preflight;
#[cfg(test)]
mod readme_tests;
mod report;
mod run;
mod searching;
mod signals;
mod source_journal;
mod verify;
mod watch;

use crate::cli::{Cli, Command, ConfigArgs, ConfigCommand, LogFormat};
use crate::model::{Exit, Operation, Result};
use crate::report::Log;
use crate::settings::{CheckSettings, Detail, FindSettings, LogSettings, OperationSettings, Surroundings};

/// Does what was asked for, and says what has gone wrong; how the process is to end.
pub fn run(cli: Cli, surroundings: Surroundings) -> Exit {
    let language = surroundings.language;
    let plain = LogSettings { format: LogFormat::Text, detail: Detail::Usual, language };
    let log = Log::new(cli.show().map_or(plain, |typed| LogSettings::new(typed, language)));
    match cli.command {
        Command::Withdraw(typed) if !typed.run.dry_run => {
            let (tell, log_of_run) = (typed.run.tell.clone(), log.clone());
            ending::told(Operation::Withdraw, &tell, &log, move |witness| {
                let settings = OperationSettings::of_withdrawal(*typed, &surroundings)?;
                operate::run(&settings, &surroundings, &log_of_run, witness)
            })
        }
        Command::Restore(typed) if !typed.run.dry_run => {
            let (tell, log_of_run) = (typed.run.tell.clone(), log.clone());
            ending::told(Operation::Restore, &tell, &log, move |witness| {
                let settings = OperationSettings::of_restoration(*typed, &surroundings)?;
                operate::run(&settings, &surroundings, &log_of_run, witness)
            })
        }
        command => answer(command, &surroundings).unwrap_or_else(|error| {
            log.say_error(&error);
            error.exit()
        }),
    }
}

/// What changes nothing in Feishu.
fn answer(command: Command, surroundings: &Surroundings) -> Result<Exit> {
    match command {
        Command::Withdraw(typed) => {
            check::run(&CheckSettings::of_dry_withdrawal(*typed, surroundings)?, surroundings)
        }
        Command::Restore(typed) => {
            check::run(&CheckSettings::of_dry_restoration(*typed, surroundings)?, surroundings)
        }
        Command::Check(typed) => check::run(&CheckSettings::new(*typed, surroundings)?, surroundings),
        Command::Find(typed) => find::run(&FindSettings::new(*typed, surroundings)?, surroundings),
        Command::Explain(typed) => commands::explain(&typed, surroundings.language),
        Command::Verify(typed) => verify::run(typed, surroundings),
        Command::Report(typed) => report::run(typed, surroundings),
        Command::Config(ConfigArgs { command: ConfigCommand::Show(typed) }) => {
            commands::config_show(&typed, surroundings)
        }
        Command::Simulate(typed) => commands::simulate(&typed),
        Command::Completions(typed) => commands::completions(&typed, surroundings.language),
        Command::Man(typed) => commands::man(&typed, surroundings.language),
        Command::CopySheet { request } => crate::input::workbook::answer_request(&request),
    }
}
