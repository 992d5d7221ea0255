//! Owns `prehire explain`: one pre-hire's story, line by line, as the journal tells it.

use std::fs::File;
use std::io::Write;

use crate::cli::ExplainArgs;
use crate::error::{Error, Exit, Result};
use crate::input::PreHireId;
use crate::language::{Language, text};
use crate::record::read_journal;
use crate::report::Story;

/// Prints the story; exit 1 if the journal does not know the pre-hire.
pub(super) fn run(typed: &ExplainArgs, language: Language) -> Result<Exit> {
    let path = &typed.journal;
    let id = PreHireId::parse(&typed.id, true).map_err(|_| {
        Error::unusable(text!("\"{typed}\" is no pre-hire id", typed = typed.id))
            .hint(text!("give 1 to 32 digits, as Feishu shows them"))
    })?;
    let file = File::open(path)
        .map_err(|error| Error::unusable(text!("can't read {path}", path = path.display())).because(error))?;
    let mut story = Story::of(id, language);
    read_journal(&file, path, |entry, _| story.take(entry))?;
    let text = story.text();
    let mut output = std::io::stdout().lock();
    // A reader that has gone away is no failure.
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    Ok(if story.is_known() { Exit::Success } else { Exit::SomeRowsFailed })
}
