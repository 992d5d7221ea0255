//! The flags: each command's are in a table, with their defaults, and no table has another one.
//!
//! A table of flags whose header names a command is about that command; one that names none is about all that have
//! such a flag.

use std::collections::BTreeMap;

use clap::{Arg, Command, CommandFactory};
use prehire::cli::Cli;

use crate::PAGES;
use crate::page::{Page, Table, code};

/// Every command that people type, by its name.
fn commands() -> BTreeMap<String, Command> {
    let mut cli = Cli::command();
    cli.build();
    let mut commands = BTreeMap::new();
    for command in cli.get_subcommands().filter(|command| !command.is_hide_set()) {
        let name = command.get_name();
        let inner = command.get_subcommands().filter(|inner| inner.get_name() != "help");
        commands.extend(inner.map(|inner| (format!("{name} {}", inner.get_name()), inner.clone())));
        if !command.has_subcommands() {
            commands.insert(name.to_owned(), command.clone());
        }
    }
    commands
}

fn flags(command: &Command) -> impl Iterator<Item = (&str, &Arg)> {
    let named = command.get_arguments().filter_map(|argument| Some((argument.get_long()?, argument)));
    named.filter(|(flag, _)| !["help", "version"].contains(flag))
}

/// The flag of a row, if it is one of a table of flags.
fn flag_of(row: &[String]) -> Option<&str> {
    let spans = code(row.first()?);
    let flag = spans.into_iter().find_map(|span| span.strip_prefix("--"))?;
    flag.split(' ').next()
}

/// The flags that a row is about; it may be about several.
fn flags_of(row: &[String]) -> Vec<&str> {
    let spans = row.first().map(|cell| code(cell)).unwrap_or_default();
    let flags = spans.into_iter().filter_map(|span| span.strip_prefix("--"));
    flags.filter_map(|flag| flag.split(' ').next()).collect()
}

/// The tables of flags of a page, each with the command that it is about.
fn tables_of_flags(page: Page) -> Vec<(Option<String>, Table)> {
    let of_flags =
        page.tables().into_iter().filter(|table| table.rows.iter().all(|row| flag_of(row).is_some()));
    let with_command = of_flags.map(|table| {
        let header = table.header.first().map(String::as_str).unwrap_or_default();
        (code(header).first().map(|command| (*command).to_owned()), table)
    });
    with_command.collect()
}

/// The default that a flag's help shows, unless it is told in words.
fn default_of(argument: &Arg) -> Option<String> {
    if !argument.get_action().takes_values() {
        return None;
    }
    let defaults: Vec<_> =
        argument.get_default_values().iter().map(|default| default.to_string_lossy()).collect();
    let by_clap = (!defaults.is_empty()).then(|| defaults.join(","));
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let (_, told) = help.split_once("[default: ").unwrap_or_default();
    let (told, _) = told.split_once(']').unwrap_or_default();
    by_clap.or_else(|| (!told.is_empty() && !told.contains(' ')).then(|| told.to_owned()))
}

#[test]
fn every_flag_is_in_a_table_with_its_default() {
    for page in PAGES {
        let tables = tables_of_flags(page);
        for (name, command) in commands() {
            for (flag, argument) in flags(&command) {
                let row_in = |wanted: Option<&str>| {
                    let tables = tables.iter().filter(|(about, _)| about.as_deref() == wanted);
                    tables.flat_map(|(_, table)| &table.rows).find(|row| flags_of(row).contains(&flag))
                };
                let row = row_in(Some(&name)).or_else(|| row_in(None));
                let row = row.unwrap_or_else(|| panic!("{} has no row for {name} --{flag}", page.name));
                if let Some(default) = default_of(argument) {
                    let told = code(&row[1]);
                    assert!(
                        told.contains(&default.as_str()),
                        "{}: {name} --{flag} has {default}: {row:?}",
                        page.name
                    );
                }
            }
        }
    }
}

#[test]
fn no_flag_is_in_a_table_that_the_command_does_not_have() {
    let commands = commands();
    for page in PAGES {
        let mut count = 0;
        for (about, table) in tables_of_flags(page) {
            for flag in table.rows.iter().flat_map(|row| flags_of(row)) {
                let has = |command: &Command| flags(command).any(|(known, _)| known == flag);
                let known = match &about {
                    Some(name) => commands.get(name).is_some_and(has),
                    None => commands.values().any(has),
                };
                assert!(known, "{}: {about:?} has no --{flag}", page.name);
                count += 1;
            }
        }
        assert!(count > 40, "only {count} flags were found in {}", page.name);
    }
}
