//! What `-h` and `--help` show: `-h` fits a screen, with the flags that most runs need; `--help` has all of them.

use clap::builder::{Resettable, StyledStr};
use clap::{Arg, Command, CommandFactory};

use crate::cli::Cli;
use crate::language::Language;

/// The flags that `-h` shows; a command that is not here shows all of its own. Commands share flags, and differ in
/// which of them most runs need: so this is said by command, and not at each flag.
const FIRST: [(&str, &str); 4] = [
    ("withdraw", "output reason only sheet max-rows deadline yes restart dry-run simulate lang"),
    ("restore", "output only max-rows yes restart dry-run simulate lang confirm-workforce"),
    ("check", "output reason only sheet online format lang"),
    (
        "find",
        "stage onboarding-from onboarding-to updated-before department key-word limit reason output format lang",
    ),
];

/// What one types, by command.
const EXAMPLES: [(&str, &[&str]); 7] = [
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
    (
        "check",
        &[
            "prehire check leavers.xlsx",
            "prehire check leavers.xlsx --online -o checked.xlsx  # with names and stages",
            "prehire check leavers.csv -o checked.csv --format json",
        ],
    ),
    (
        "find",
        &[
            "prehire find --onboarding-to -30d -o leavers.csv  # those who were due to start a month ago or earlier",
            "prehire find --stage preboarding --updated-before 2026-03-01 --reason no-show -o stale.csv",
            "prehire find --department od-1 --limit 20  # to standard output",
        ],
    ),
    (
        "report",
        &[
            "prehire report leavers.results.csv",
            "prehire report leavers.results.csv -o monday.html --lang zh",
        ],
    ),
    ("verify", &["prehire verify leavers.results.csv.journal --results leavers.results.csv"]),
    ("explain", &["prehire explain leavers.results.csv.journal 7345005664477775401"]),
];

/// For developers: its help is in English alone.
const UNTRANSLATED: &str = "simulate";

/// The command line, with its help in a language.
pub(crate) fn command(language: Language) -> Command {
    let command = english();
    match language {
        Language::English => command,
        Language::Chinese => translated(command, language),
    }
}

/// The language that is typed somewhere on a command line, which need not be a good one: help and complaints come first.
pub(crate) fn typed_language(arguments: impl Iterator<Item = String>) -> Option<Language> {
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let value = match argument.as_str() {
            "--" => return None,
            "--lang" => arguments.next(),
            other => other.strip_prefix("--lang=").map(str::to_owned),
        };
        if let Some(language) = value.and_then(|value| value.parse().ok()) {
            return Some(language);
        }
    }
    None
}

fn english() -> Command {
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

fn with_first_flags(command: Command, first: &str) -> Command {
    command.mut_args(|argument| {
        let is_first = |flag| flag == "help" || first.split(' ').any(|first| first == flag);
        let is_hidden = argument.get_long().is_some_and(|flag| !is_first(flag));
        argument.hide_short_help(is_hidden)
    })
}

/// Texts and headings in another language; what clap itself adds (defaults, possible values, errors) stays.
fn translated(command: Command, language: Language) -> Command {
    let template = "{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";
    let about = said(command.get_about(), language);
    if command.get_name() == UNTRANSLATED {
        return command.about(about);
    }
    let long_about = said(command.get_long_about(), language);
    let examples = command.get_after_help().map(|text| translated_examples(&text.to_string(), language));
    command
        .help_template(template)
        .subcommand_help_heading("命令")
        .mut_args(|argument| translated_argument(argument, language))
        .mut_subcommands(|command| translated(command, language))
        .about(about)
        .long_about(long_about)
        .after_help(Resettable::from(examples.map(StyledStr::from)))
}

/// A text of the help in this language; the same where there is no translation.
fn said(text: Option<&StyledStr>, language: Language) -> Resettable<StyledStr> {
    let said =
        |text: &StyledStr| language.help(&text.to_string()).map_or_else(|| text.clone(), StyledStr::from);
    text.map(said).into()
}

/// What is typed stays; what is said of it does not.
fn translated_examples(examples: &str, language: Language) -> String {
    let lines = examples.lines().map(|line| match line.split_once("# ") {
        Some((typed, said)) => format!("{typed}# {}", language.help(said).unwrap_or(said)),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n").replacen("Examples:", "示例：", 1)
}

fn translated_argument(argument: Arg, language: Language) -> Arg {
    let own = argument.get_help_heading().and_then(|heading| language.help(heading));
    let heading = own.unwrap_or(if argument.is_positional() { "参数" } else { "选项" });
    let help = said(argument.get_help(), language);
    let long_help = said(argument.get_long_help(), language);
    let values = described_values(&argument);
    let argument = argument.help_heading(heading).help(help).long_help(long_help);
    let Some(help) = argument.get_help().filter(|_| !values.is_empty()) else { return argument };
    // clap's own list of the values would be in English.
    let names: Vec<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
    let lines =
        values.iter().map(|(name, said)| format!("- {name}：{}", language.help(said).unwrap_or(said)));
    let lines = lines.collect::<Vec<_>>().join("\n");
    let long_help = format!("{}\n\n可选值：\n{lines}", argument.get_long_help().unwrap_or(help));
    let help = format!("{help} [可选值：{}]", names.join(", "));
    argument.hide_possible_values(true).help(help).long_help(long_help)
}

/// The values that an argument may have, each with what is said of it.
fn described_values(argument: &Arg) -> Vec<(String, String)> {
    let takes_values = argument.get_action().takes_values() && !argument.is_hide_possible_values_set();
    let values = if takes_values { argument.get_possible_values() } else { Vec::new() };
    let values = values.iter().filter(|value| !value.is_hide_set());
    values.filter_map(|value| Some((value.get_name().to_owned(), value.get_help()?.to_string()))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use clap::FromArgMatches;

    /// What a terminal of 80 columns has.
    const SCREEN: (usize, usize) = (80, 40);

    fn short_help(name: &str) -> String {
        let mut command = english().term_width(SCREEN.0);
        command.find_subcommand_mut(name).unwrap().clone().term_width(SCREEN.0).render_help().to_string()
    }

    #[test]
    fn the_short_help_fits_a_screen() {
        for (name, flags) in FIRST {
            let help = short_help(name);
            assert!(help.lines().count() <= SCREEN.1, "{}: {help}", help.lines().count());
            for flag in flags.split(' ') {
                assert!(help.contains(&format!("--{flag}")), "{name} has no --{flag}");
            }
        }
    }

    #[test]
    fn the_long_help_has_every_flag() {
        let mut command = english();
        let withdraw = command.find_subcommand_mut("withdraw").unwrap();
        let help = withdraw.render_long_help().to_string();
        for flag in withdraw.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(help.contains(&format!("--{flag}")), "{flag}");
        }
    }

    #[test]
    fn the_language_is_found_wherever_it_is_typed() {
        let typed = |line: &str| typed_language(line.split(' ').map(str::to_owned));
        assert_eq!(typed("prehire --lang zh --help"), Some(Language::Chinese));
        assert_eq!(typed("prehire withdraw --lang=en x.csv"), Some(Language::English));
        for line in
            ["prehire check x.csv", "prehire --lang", "prehire --lang xx", "prehire check -- --lang zh"]
        {
            assert_eq!(typed(line), None, "{line}");
        }
    }

    #[test]
    fn every_example_can_be_typed() {
        for example in EXAMPLES.into_iter().flat_map(|(_, examples)| examples) {
            let typed = example.split('#').next().unwrap().split_whitespace();
            let matches =
                english().try_get_matches_from(typed).unwrap_or_else(|error| panic!("{example}: {error}"));
            Cli::from_arg_matches(&matches).unwrap();
        }
    }

    /// Every text of a command that needs a translation.
    fn texts(command: &Command, texts: &mut Vec<String>) {
        texts.extend(
            [command.get_about(), command.get_long_about()].into_iter().flatten().map(ToString::to_string),
        );
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            texts.extend(
                [argument.get_help(), argument.get_long_help()]
                    .into_iter()
                    .flatten()
                    .map(ToString::to_string),
            );
            texts.extend(argument.get_help_heading().map(str::to_owned));
            texts.extend(described_values(argument).into_iter().map(|(_, said)| said));
        }
        let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        texts.extend(examples.lines().filter_map(|line| Some(line.split_once("# ")?.1.to_owned())));
        for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
            match command.get_name() {
                UNTRANSLATED | "help" => texts.extend(command.get_about().map(ToString::to_string)),
                _ => super::tests::texts(command, texts),
            }
        }
    }

    #[test]
    fn every_text_of_the_help_is_translated() {
        let mut all = Vec::new();
        texts(&english(), &mut all);
        let unused: Vec<&str> =
            Language::translated_help().filter(|known| !all.iter().any(|text| text == known)).collect();
        assert!(unused.is_empty(), "translated, and never said: {unused:#?}");
        all.retain(|text| Language::Chinese.help(text).is_none());
        assert!(all.is_empty(), "without a translation: {all:#?}");
    }

    #[test]
    fn the_translated_help_fits_a_screen_too() {
        for (name, _) in FIRST {
            let mut command = command(Language::Chinese).term_width(SCREEN.0);
            let help = command.find_subcommand_mut(name).unwrap().render_help().to_string();
            assert!(help.lines().count() <= SCREEN.1, "{help}");
            assert!(!help.contains("Usage") && !help.contains("Options:") && help.contains("示例"), "{help}");
        }
    }
}
