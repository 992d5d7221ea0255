//! What is made from the flag definitions for others to use: completions of shells, and the flags of that command.

use clap::{Args, Command, ValueEnum};
use clap_complete::Shell;

use super::help::command;
use crate::language::Language;

/// Writes the completions of a shell to standard output.
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: ShellName,
}

/// A shell that there are completions for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellName {
    /// Bash.
    Bash,
    /// Zsh.
    Zsh,
    /// Fish.
    Fish,
    /// PowerShell.
    #[value(name = "powershell")]
    PowerShell,
}

impl ShellName {
    /// The completions of this shell, as its script.
    pub(crate) fn completions(self, language: Language) -> Vec<u8> {
        let shell = match self {
            ShellName::Bash => Shell::Bash,
            ShellName::Zsh => Shell::Zsh,
            ShellName::Fish => Shell::Fish,
            ShellName::PowerShell => Shell::PowerShell,
        };
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut shown_command(language), env!("CARGO_PKG_NAME"), &mut script);
        script
    }
}

/// The command with all that people may type: what is hidden from the help is in neither completions nor manual.
pub(super) fn shown_command(language: Language) -> Command {
    let whole = command(language);
    let about = whole.get_about().cloned().unwrap_or_default();
    let after_help = whole.get_after_help().cloned().unwrap_or_default();
    let shown = |command: &&Command| !command.is_hide_set() && command.get_name() != "help";
    Command::new(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .about(about)
        .after_help(after_help)
        .subcommand_required(true)
        // They are among the arguments of the whole.
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(whole.get_arguments().filter(|argument| !argument.is_hide_set()).cloned())
        .subcommands(whole.get_subcommands().filter(shown).cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_all_but_what_is_hidden() {
        let (whole, shown) = (command(Language::English), shown_command(Language::English));
        let names = |command: &Command| -> Vec<String> {
            command.get_subcommands().map(|command| command.get_name().to_owned()).collect()
        };
        let hidden: Vec<String> =
            names(&whole).into_iter().filter(|name| !names(&shown).contains(name)).collect();
        assert_eq!(hidden, ["copy-sheet", "help"]);
        assert_eq!(shown.get_about(), whole.get_about());
    }

    #[test]
    fn each_shell_completes_every_command_and_knows_no_hidden_one() {
        for shell in ShellName::value_variants() {
            let script = String::from_utf8(shell.completions(Language::English)).expect("text");
            for command in shown_command(Language::English).get_subcommands().map(Command::get_name) {
                assert!(script.contains(command), "{shell:?} does not know {command}");
            }
            assert!(script.contains("max-attempts") && !script.contains("copy-sheet"), "{shell:?}");
        }
    }
}
