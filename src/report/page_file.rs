//! Where a page goes, and what `prehire report` says when it is there. Only a page of ours is ever replaced, and only by
//! a whole one.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use askama::Template;
use serde_json::{Value, json};

use super::page::{Facts, Page};
use super::summary::rows_and_successes;
use super::table::Table;
use crate::input::InputPath;
use crate::language::{Language, text};
use crate::model::{Error, Exit, Result};
use crate::store::{with_ending, write_whole};

/// Every page of ours has it near its beginning, and nothing else does.
const SIGN: &[u8] = b"<meta name=\"generator\" content=\"prehire report\">";
/// Where it stands at the latest.
const SIGN_WITHIN: u64 = 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageFile {
    path: PathBuf,
}

impl PageFile {
    /// The path that was typed, or the results' with its last ending replaced.
    pub(crate) fn choose(typed: Option<&Path>, results: &InputPath) -> Result<PageFile> {
        let path = match (typed, results) {
            (Some(path), _) => path.to_owned(),
            (None, InputPath::File(results)) => results.with_extension("html"),
            (None, InputPath::Standard) => {
                return Err(Error::invalid_input(text!("a page made from standard input needs a file name"))
                    .hint(text!("give one with -o FILE")));
            }
        };
        if path == Path::new("-") || path.as_os_str().is_empty() {
            return Err(Error::invalid_input(text!("the page needs a file"))
                .hint(text!("give its name with -o FILE")));
        }
        if fs::symlink_metadata(&path).is_ok() && !is_ours(&path) {
            let page = path.display();
            return Err(Error::invalid_input(text!(
                "{page} already exists, and was not written by prehire",
                page
            ))
            .hint(text!("move that file elsewhere, or choose another name with -o FILE")));
        }
        Ok(PageFile { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the page under a name of its own, and gives it its name when it is whole.
    pub(crate) fn write(&self, page: &Page) -> Result<()> {
        let partial = with_ending(&self.path, "partial");
        write_whole(&self.path, &partial, |writer| page.write_into(writer)).map_err(|error| {
            Error::write_failed(text!("can't write {path}", path = self.path.display()))
                .caused_by(error)
                .hint(text!("free up disk space, or choose another place with -o FILE"))
        })
    }
}

fn is_ours(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(SIGN_WITHIN).read_to_end(&mut head));
    read.is_ok() && head.starts_with(b"<!DOCTYPE html>") && head.windows(SIGN.len()).any(|part| part == SIGN)
}

#[derive(Debug)]
pub(crate) struct MadePage<'a> {
    pub(crate) page: &'a Path,
    pub(crate) results: &'a str,
    pub(crate) journal: Option<&'a str>,
    pub(crate) facts: &'a Facts,
    pub(crate) language: Language,
}

impl MadePage<'_> {
    pub(crate) fn text(&self) -> String {
        let mut table = Table::new(self.language);
        table.count(text!("page"), self.page.display());
        table.count(text!("results"), self.results);
        match self.journal {
            Some(journal) => table.count(text!("journal"), journal),
            None => table.line(text!("journal"), text!("not found: the page has no timeline")),
        }
        table.line(text!("rows"), rows_and_successes(self.facts.rows, self.facts.successes));
        table.count(text!("need attention"), self.facts.failures());
        table.into_text()
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "command": "report",
            "page": self.page.display().to_string(),
            "results": self.results,
            "journal": self.journal,
            "rows": self.facts.rows,
            "successes": self.facts.successes,
            "need_a_person": self.facts.failures(),
            "exit_code": Exit::Success.code(),
        })
    }
}
