//! Owns `prehire completions` and `prehire man`: what is generated from the flag definitions, written where it is wanted.

use std::fs;

use super::output::print_whole;
use crate::cli::{CompletionsArgs, ManArgs, manual, manual_pages};
use crate::language::{Language, text};
use crate::model::{Error, Exit, Result};

/// Prints the completions of a shell.
pub(super) fn completions(typed: &CompletionsArgs, language: Language) -> Result<Exit> {
    print_whole(&typed.shell.completions(language));
    Ok(Exit::Success)
}

/// Prints the manual as one page, or writes its pages into a directory.
pub(super) fn man(typed: &ManArgs, language: Language) -> Result<Exit> {
    let Some(directory) = &typed.directory else {
        print_whole(&manual(language));
        return Ok(Exit::Success);
    };
    let cannot_write = |error| {
        Error::cannot_record(text!("can't write the manual to {directory}", directory = directory.display()))
            .because(error)
            .hint(text!("choose a writable directory with --directory DIR"))
    };
    fs::create_dir_all(directory).map_err(cannot_write)?;
    for page in manual_pages(language) {
        fs::write(directory.join(page.file_name), page.text).map_err(cannot_write)?;
    }
    Ok(Exit::Success)
}
