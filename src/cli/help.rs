//! Owns what `-h` and `--help` show: `-h` fits a screen, with the flags that most runs need; `--help` has all of them.

use clap::{Command, CommandFactory};

use super::Cli;

/// The flags that `-h` shows; a command that is not here shows all of its own.
const FIRST: [(&str, &[&str]); 3] = [
    (
        "withdraw",
        &[
            "output", "reason", "only", "sheet", "max-rows", "deadline", "yes", "restart", "dry-run",
            "simulate", "lang",
        ],
    ),
    (
        "restore",
        &["output", "only", "max-rows", "yes", "restart", "dry-run", "simulate", "lang", "confirm-workforce"],
    ),
    ("check", &["output", "reason", "only", "sheet", "format", "lang"]),
];

/// What one types, by command.
const EXAMPLES: [(&str, &[&str]); 4] = [
    (
        "withdraw",
        &[
            "prehire withdraw leavers.xlsx --simulate --yes  # a rehearsal, without an account",
            "prehire withdraw leavers.xlsx                   # asks before the first call",
            "prehire withdraw leavers.results.csv --only failed -o second.csv",
            "prehire withdraw stale.csv --yes --max-rows 50 --deadline 6h  # by a scheduler",
        ],
    ),
    ("restore", &["prehire restore leavers.results.csv", "prehire restore leavers.results.csv --dry-run"]),
    ("check", &["prehire check leavers.xlsx", "prehire check leavers.csv -o checked.csv --format json"]),
    ("explain", &["prehire explain leavers.results.csv.journal 7345005664477775401"]),
];

/// The command line, with its help.
#[must_use]
pub fn command() -> Command {
    let mut command = Cli::command();
    command.build();
    for (name, flags) in FIRST {
        command = command.mut_subcommand(name, |command| with_first_flags(command, flags));
    }
    for (name, examples) in EXAMPLES {
        let examples = examples.join("\n  ");
        command =
            command.mut_subcommand(name, |command| command.after_help(format!("Examples:\n  {examples}")));
    }
    command
}

fn with_first_flags(command: Command, first: &[&str]) -> Command {
    command.mut_args(|argument| {
        let is_first =
            argument.is_positional() || argument.get_long().is_some_and(|flag| first.contains(&flag));
        let is_help = argument.get_id() == "help";
        argument.hide_short_help(!is_first && !is_help)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use clap::FromArgMatches;

    /// What a terminal of 80 columns has.
    const SCREEN: (usize, usize) = (80, 40);

    fn short_help(name: &str) -> String {
        let mut command = command().term_width(SCREEN.0);
        command.find_subcommand_mut(name).unwrap().clone().term_width(SCREEN.0).render_help().to_string()
    }

    #[test]
    fn the_short_help_fits_a_screen() {
        for (name, flags) in FIRST {
            let help = short_help(name);
            assert!(help.lines().count() <= SCREEN.1, "{}: {help}", help.lines().count());
            for flag in flags {
                assert!(help.contains(&format!("--{flag}")), "{name} has no --{flag}");
            }
        }
    }

    #[test]
    fn the_long_help_has_every_flag() {
        let mut command = command();
        let withdraw = command.find_subcommand_mut("withdraw").unwrap();
        let help = withdraw.render_long_help().to_string();
        for flag in withdraw.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(help.contains(&format!("--{flag}")), "{flag}");
        }
    }

    #[test]
    fn every_example_can_be_typed() {
        for example in EXAMPLES.into_iter().flat_map(|(_, examples)| examples) {
            let typed = example.split('#').next().unwrap().split_whitespace();
            let matches =
                command().try_get_matches_from(typed).unwrap_or_else(|error| panic!("{example}: {error}"));
            Cli::from_arg_matches(&matches).unwrap();
        }
    }
}
