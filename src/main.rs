//! Owns the process: arguments and surroundings in, exit code out. Nothing else ends it.

use std::io::Write;
use std::process::ExitCode;

use clap::FromArgMatches;
use prehire::cli::Cli;
use prehire::error::Exit;
use prehire::settings::Surroundings;

fn main() -> ExitCode {
    prehire::feishu::install_tls_provider();
    let surroundings = Surroundings::read();
    let language = prehire::cli::typed_language(std::env::args()).unwrap_or(surroundings.language);
    let matched = prehire::cli::command(language).try_get_matches();
    let cli = match matched.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a reader that has gone away is none either.
            let _ = error.print();
            return code(if error.use_stderr() { Exit::Unusable } else { Exit::Success });
        }
    };
    let surroundings = surroundings.speaking(cli.lang);
    match prehire::app::run(cli, &surroundings) {
        Ok(exit) => code(exit),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{}", error.report(surroundings.language));
            code(error.exit())
        }
    }
}

fn code(exit: Exit) -> ExitCode {
    ExitCode::from(exit.code())
}
