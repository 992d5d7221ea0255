//! Owns `prehire explain`: one pre-hire's story, line by line, as the journal tells it.

use super::output::print_whole;
use crate::cli::ExplainArgs;
use crate::language::{Language, text};
use crate::model::{Error, Exit, PreHireId, Result};
use crate::report::Story;
use crate::store::{open_journal, read_journal};

/// Prints the story; exit 1 if the journal does not know the pre-hire.
pub(super) fn run(typed: &ExplainArgs, language: Language) -> Result<Exit> {
    let path = &typed.journal;
    let id = PreHireId::parse(&typed.id, true).map_err(|_| {
        Error::unusable(text!("\"{typed}\" is not a pre-hire id", typed = typed.id))
            .hint(text!("give 1 to 32 digits, as Feishu shows them"))
    })?;
    let file = open_journal(path)?;
    let mut story = Story::of(id, language);
    read_journal(&file, path, |entry, _| story.take(entry))?;
    print_whole(story.text().as_bytes());
    Ok(if story.is_known() { Exit::Success } else { Exit::SomeRowsFailed })
}
