//! The wiring: the only place that knows all rooms.
//!
//! - [`run()`] chooses what the command asks for: a file for each; the short ones are in `commands`.
//! - `run` is a run that changes pre-hires, from the file to the exit code. `allowance` makes its gates, `confirm` asks before
//!   the first call, `monitor` watches: signals end it, and others are told of its end.
//! - `find` and `preflight` look pre-hires up and change none.

mod allowance;
mod check;
mod commands;
mod confirm;
mod find;
#[cfg(any(test, fuzzing))]
pub mod fuzz_targets;
mod monitor;
mod preflight;
#[cfg(test)]
mod readme_tests;
mod report;
mod rows;
mod run;
mod source_journal;
mod verify;

use std::process::ExitCode;

use clap::FromArgMatches;
use jiff::tz::TimeZone;
use tokio::runtime::Runtime;

use crate::cli::{Cli, Command, ConfigArgs, ConfigCommand, LogFormat, log_format_in};
use crate::language::{Language, text};
use crate::model::{Error, Exit, Operation, Result};
use crate::report::{Log, LogLine};
use crate::settings::{CheckSettings, Detail, FindSettings, LogSettings, OperationSettings, Surroundings};

/// The whole program: arguments and surroundings in, exit code out.
#[expect(clippy::disallowed_methods, reason = "the arguments come in here")]
pub(crate) fn program() -> ExitCode {
    crate::feishu::install_tls_provider();
    let surroundings = Surroundings::read();
    let language = crate::cli::typed_language(std::env::args()).unwrap_or(surroundings.language);
    let matched = crate::cli::command(language).try_get_matches();
    match matched.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => {
            let surroundings = surroundings.with_language(cli.lang);
            code(run(cli, surroundings))
        }
        Err(error) => not_understood(&error, language, surroundings.time_zone),
    }
}

/// Help and version are not errors, and neither is a broken pipe.
#[expect(clippy::disallowed_methods, reason = "the arguments come in here")]
fn not_understood(error: &clap::Error, language: Language, time_zone: TimeZone) -> ExitCode {
    let format = log_format_in(std::env::args_os());
    if error.use_stderr() && format == LogFormat::Json {
        let log = Log::new(LogSettings { format, detail: Detail::Usual, language }, time_zone);
        log.always(&LogLine::usage(&error.render().to_string()));
    } else {
        let _ = error.print();
    }
    code(if error.use_stderr() { Exit::Usage } else { Exit::Success })
}

fn code(exit: Exit) -> ExitCode {
    ExitCode::from(exit.code())
}

/// Does what was asked for, and says what has gone wrong; how the process is to end.
fn run(cli: Cli, surroundings: Surroundings) -> Exit {
    let language = surroundings.language;
    let plain = LogSettings { format: LogFormat::Text, detail: Detail::Usual, language };
    let log = cli.show().map_or(plain, |typed| LogSettings::new(typed, language));
    let log = Log::new(log, surroundings.time_zone.clone());
    let done = runtime().map(|runtime| {
        let exit = runtime.block_on(command(cli.command, surroundings, &log));
        // What hangs, such as the look-up of a name or a question, must not hold the process up.
        runtime.shutdown_background();
        exit
    });
    done.unwrap_or_else(|error| say_error(&error, &log))
}

/// One thread does it all: the work is waiting.
fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::invalid_input(text!("can't start")).caused_by(error))
}

async fn command(command: Command, surroundings: Surroundings, log: &Log) -> Exit {
    match command {
        Command::Withdraw(typed) if !typed.run.dry_run => {
            let tell = typed.run.tell.clone();
            let work = async |monitor: &monitor::RunMonitor| {
                let settings = OperationSettings::of_withdrawal(*typed, &surroundings)?;
                run::run(&settings, &surroundings, log, monitor).await
            };
            monitor::told(Operation::Withdraw, &tell, log, work).await
        }
        Command::Restore(typed) if !typed.run.dry_run => {
            let tell = typed.run.tell.clone();
            let work = async |monitor: &monitor::RunMonitor| {
                let settings = OperationSettings::of_restoration(*typed, &surroundings)?;
                run::run(&settings, &surroundings, log, monitor).await
            };
            monitor::told(Operation::Restore, &tell, log, work).await
        }
        command => answer(command, &surroundings).await.unwrap_or_else(|error| say_error(&error, log)),
    }
}

fn say_error(error: &Error, log: &Log) -> Exit {
    log.error(error);
    error.exit()
}

/// What changes nothing in Feishu.
async fn answer(command: Command, surroundings: &Surroundings) -> Result<Exit> {
    match command {
        Command::Withdraw(typed) => {
            check::run(&CheckSettings::of_dry_withdrawal(*typed, surroundings)?, surroundings).await
        }
        Command::Restore(typed) => {
            check::run(&CheckSettings::of_dry_restoration(*typed, surroundings)?, surroundings).await
        }
        Command::Check(typed) => check::run(&CheckSettings::new(*typed, surroundings)?, surroundings).await,
        Command::Find(typed) => find::run(&FindSettings::new(*typed, surroundings)?, surroundings).await,
        Command::Explain(typed) => commands::explain(&typed, surroundings.locale(surroundings.language)),
        Command::Verify(typed) => verify::run(typed, surroundings),
        Command::Report(typed) => report::run(typed, surroundings),
        Command::Config(ConfigArgs { command: ConfigCommand::Show(typed) }) => {
            commands::config_show(&typed, surroundings)
        }
        Command::Simulate(typed) => commands::simulate(&typed).await,
        Command::Completions(typed) => commands::completions(&typed, surroundings.language),
        Command::Man(typed) => commands::man(&typed, surroundings.language),
        Command::CopySheet { request } => crate::input::workbook::answer_request(&request),
    }
}
