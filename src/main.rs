//! The process: arguments and surroundings in, exit code out. Nothing else ends it.
#![expect(clippy::disallowed_methods, reason = "the arguments come in here")]

use std::process::ExitCode;

use clap::FromArgMatches;
use jiff::tz::TimeZone;
use prehire::cli::{Cli, LogFormat, log_format_in};
use prehire::language::Language;
use prehire::model::Exit;
use prehire::report::{Log, LogLine};
use prehire::settings::{Detail, LogSettings, Surroundings};

fn main() -> ExitCode {
    prehire::feishu::install_tls_provider();
    let surroundings = Surroundings::read();
    let language = prehire::cli::typed_language(std::env::args()).unwrap_or(surroundings.language);
    let matched = prehire::cli::command(language).try_get_matches();
    match matched.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => {
            let surroundings = surroundings.speaking(cli.lang);
            code(prehire::app::run(cli, surroundings))
        }
        Err(error) => not_understood(&error, language, surroundings.time_zone),
    }
}

/// Help and version are not errors, and neither is a broken pipe.
fn not_understood(error: &clap::Error, language: Language, time_zone: TimeZone) -> ExitCode {
    let format = log_format_in(std::env::args_os());
    if error.use_stderr() && format == LogFormat::Json {
        let log = Log::new(LogSettings { format, detail: Detail::Usual, language }, time_zone);
        log.always(&LogLine::usage(&error.render().to_string()));
    } else {
        let _ = error.print();
    }
    code(if error.use_stderr() { Exit::Unusable } else { Exit::Success })
}

fn code(exit: Exit) -> ExitCode {
    ExitCode::from(exit.code())
}
