//! The flags: each command's are in a table, with their defaults, and no table has another one.
//!
//! A table of flags whose header names a command is about that command; one that names none is about all that have
//! such a flag.

use crate::PAGES;
use crate::help::{Flag, commands};
use crate::page::{Page, Table, code};

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

#[test]
fn every_flag_is_in_a_table_with_its_default() {
    for page in PAGES {
        let tables = tables_of_flags(page);
        for (name, command) in commands() {
            for flag in command {
                let row_in = |wanted: Option<&str>| {
                    let tables = tables.iter().filter(|(about, _)| about.as_deref() == wanted);
                    tables
                        .flat_map(|(_, table)| &table.rows)
                        .find(|row| flags_of(row).contains(&flag.name.as_str()))
                };
                let row = row_in(Some(&name)).or_else(|| row_in(None));
                let row =
                    row.unwrap_or_else(|| panic!("{} has no row for {name} --{}", page.name, flag.name));
                // One that is told in words is told in those of the page.
                if let Some(default) =
                    flag.default.filter(|default| flag.takes_value && !default.contains(' '))
                {
                    let told = code(&row[1]);
                    assert!(
                        told.contains(&default.as_str()),
                        "{}: {name} --{} has {default}: {row:?}",
                        page.name,
                        flag.name
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
                let has = |flags: &Vec<Flag>| flags.iter().any(|known| known.name == flag);
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
