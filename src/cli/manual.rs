//! The manual: what is defined about commands and flags, as pages for `man`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::shells::shown_command;
use crate::language::Language;

/// Writes the manual to standard output: one page with all commands.
#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// Write a page for each command into this directory instead: prehire.1, prehire-withdraw.1, …
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
}

/// A page of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ManualPage {
    /// Such as `prehire-withdraw.1`.
    pub(crate) file_name: String,
    /// In the language of `man`.
    pub(crate) text: Vec<u8>,
}

/// The one page with all commands.
pub(crate) fn manual(language: Language) -> Vec<u8> {
    let mut page = Vec::new();
    write_manual(&mut page, language).expect("memory takes it");
    page
}

/// A page for the program, and one for each command.
pub(crate) fn manual_pages(language: Language) -> Vec<ManualPage> {
    let root = built(language);
    let commands = std::iter::once(&root).chain(commands_below(&root));
    commands.map(|command| page_of(command).expect("memory takes it")).collect()
}

fn write_manual(writer: &mut Vec<u8>, language: Language) -> io::Result<()> {
    let root = built(language);
    let page = page_for(&root);
    page.render_title(writer)?;
    write_head(&page, writer)?;
    for command in commands_below(&root) {
        let name = full_name(command);
        Roff::new().control("SH", [name.to_uppercase().as_str()]).to_writer(writer)?;
        let mut section = Vec::new();
        write_head(&page_for(command), &mut section)?;
        write_notes(command, &mut section)?;
        // What is a section on a page of its own is a part of a section here.
        writer.write_all(String::from_utf8_lossy(&section).replace("\n.SH ", "\n.SS ").as_bytes())?;
    }
    write_notes(&root, writer)
}

fn page_of(command: &Command) -> io::Result<ManualPage> {
    let page = page_for(command);
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    write_head(&page, &mut text)?;
    if command.has_subcommands() {
        page.render_subcommands_section(&mut text)?;
    }
    write_notes(command, &mut text)?;
    Ok(ManualPage { file_name: page.get_filename(), text })
}

/// Names and usages are known once the command is built; `help` repeats what the pages say.
fn built(language: Language) -> Command {
    let mut root = shown_command(language).disable_help_subcommand(true);
    root.build();
    root
}

/// All commands below this one, in the order of the help, each before those below it.
fn commands_below(command: &Command) -> Vec<&Command> {
    let is_shown = |command: &&Command| !command.is_hide_set() && command.get_name() != "help";
    let mut below: Vec<&Command> = command.get_subcommands().filter(is_shown).collect();
    below.sort_by_key(|command| command.get_display_order());
    below.into_iter().flat_map(|command| std::iter::once(command).chain(commands_below(command))).collect()
}

/// `prehire config show`.
fn full_name(command: &Command) -> String {
    command.get_bin_name().unwrap_or(command.get_name()).to_owned()
}

fn page_for(command: &Command) -> Man {
    const SOURCE: &str = concat!("prehire ", env!("CARGO_PKG_VERSION"));
    Man::new(command.clone()).source(SOURCE)
}

fn write_head(page: &Man, writer: &mut Vec<u8>) -> io::Result<()> {
    page.render_name_section(writer)?;
    page.render_synopsis_section(writer)?;
    page.render_description_section(writer)?;
    page.render_options_section(writer)
}

/// What stands behind the flags in the help: line by line as it is there, the first as the heading.
fn write_notes(command: &Command, writer: &mut Vec<u8>) -> io::Result<()> {
    let Some(notes) = command.get_after_long_help().or(command.get_after_help()) else { return Ok(()) };
    let notes = notes.to_string();
    let (heading, lines) = match notes.split_once(":\n") {
        Some((heading, lines)) if !heading.contains('\n') => (heading, lines),
        _ => ("Notes", notes.as_str()),
    };
    let mut roff = Roff::new();
    roff.control("SH", [heading.to_uppercase().as_str()]).control("nf", []);
    for line in lines.lines() {
        let is_heading = !line.is_empty() && !line.starts_with(' ');
        roff.text([if is_heading { bold(line) } else { roman(line) }]);
    }
    roff.control("fi", []).to_writer(writer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_page_has_every_command_and_flag_but_nothing_hidden() {
        let page = String::from_utf8(manual(Language::English)).expect("text");
        let root = built(Language::English);
        for command in commands_below(&root) {
            let heading = format!(".SH \"{}\"", full_name(command).to_uppercase());
            assert_eq!(page.matches(&heading).count(), 1, "{heading}");
            for flag in command.get_arguments().filter_map(clap::Arg::get_long) {
                assert!(page.contains(&format!("\\-\\-{}", flag.replace('-', "\\-"))), "--{flag}");
            }
        }
        assert_eq!(page.matches(".TH ").count(), 1);
        assert!(page.contains("prehire check leavers.csv") && !page.contains("sheet\\-request"));
        assert!(!page.to_lowercase().contains("copy\\-sheet"));
    }

    #[test]
    fn each_command_has_a_page_of_its_own() {
        let pages = manual_pages(Language::English);
        let names: Vec<&str> = pages.iter().map(|page| page.file_name.as_str()).collect();
        for name in ["prehire.1", "prehire-withdraw.1", "prehire-config-show.1", "prehire-man.1"] {
            assert!(names.contains(&name), "{names:?}");
        }
        assert!(!names.iter().any(|name| name.contains("copy") || name.contains("help")), "{names:?}");
    }
}
