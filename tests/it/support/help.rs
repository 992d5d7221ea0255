//! What the program's own help says of its commands and flags.

use std::collections::BTreeMap;
use std::process::Command;

/// A flag, as the help of a command shows it.
#[derive(Clone, Debug)]
pub(crate) struct Flag {
    /// `output`, for `-o, --output <FILE>`.
    pub(crate) name: String,
    pub(crate) takes_value: bool,
    /// What stands as `[default: …]` below it.
    pub(crate) default: Option<String>,
}

fn help(command: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_prehire"));
    // One flag a line, whatever the terminal; in English.
    let output = program.args(command).arg("--help").env_clear().env("COLUMNS", "1000").output();
    String::from_utf8(output.expect("prehire runs").stdout).expect("help is UTF-8")
}

/// The commands that a help lists, without `help` itself.
fn commands_in(help: &str) -> Vec<String> {
    let below = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let lines = below.lines().take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The flags that a help lists, without `--help` and `--version`.
fn flags_in(help: &str) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    let mut is_ours = false;
    for line in help.lines() {
        let text = line.trim_start();
        let long =
            if text.starts_with("--") { text } else { text.split_once(", ").map_or("", |(_, long)| long) };
        if line.starts_with(' ') && text.starts_with('-') && long.starts_with("--") {
            let is_of_name = |character: char| character.is_ascii_lowercase() || character == '-';
            let name: String = long[2..].chars().take_while(|character| is_of_name(*character)).collect();
            is_ours = !["help", "version"].contains(&name.as_str());
            if is_ours {
                flags.push(Flag { name, takes_value: long.contains('<'), default: None });
            }
        } else if is_ours && let Some((_, told)) = line.split_once("[default: ") {
            let flag = flags.last_mut().expect("a flag is open");
            flag.default = told.split_once(']').map(|(default, _)| default.to_owned());
        }
    }
    flags
}

/// Every command that people type, by its name, with its flags.
pub(crate) fn commands() -> BTreeMap<String, Vec<Flag>> {
    let mut commands = BTreeMap::new();
    for name in commands_in(&help(&[])) {
        let text = help(&[&name]);
        let inner = commands_in(&text);
        for inner in &inner {
            commands.insert(format!("{name} {inner}"), flags_in(&help(&[&name, inner])));
        }
        if inner.is_empty() {
            commands.insert(name, flags_in(&text));
        }
    }
    commands
}
