//! Owns what `prehire report` says when the page is there.

use std::path::Path;

use serde_json::{Value, json};

use super::table::Table;
use crate::language::{Language, text};
use crate::report::page::Facts;

/// A page that was made.
#[derive(Debug)]
pub struct MadePage<'a> {
    /// Where it is.
    pub page: &'a Path,
    /// The results that it shows.
    pub results: &'a str,
    /// The journal that it shows, if there was one.
    pub journal: Option<&'a str>,
    /// What the rows told.
    pub facts: &'a Facts,
    /// The language of the table.
    pub language: Language,
}

impl MadePage<'_> {
    /// The table for people.
    #[must_use]
    pub fn text(&self) -> String {
        let (rows, successes) = (self.facts.rows, self.facts.successes);
        let mut table = Table::new(self.language);
        table.count(text!("page"), self.page.display());
        table.count(text!("results"), self.results);
        match self.journal {
            Some(journal) => table.count(text!("journal"), journal),
            None => table.line(text!("journal"), text!("not found: the page has no timeline")),
        }
        table.line(
            text!("rows"),
            text!("{rows} ({successes} {successes|success|successes})", rows, successes),
        );
        table.count(text!("need attention"), self.facts.failures());
        table.into_text()
    }

    /// The one object for scripts.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "command": "report",
            "page": self.page.display().to_string(),
            "results": self.results,
            "journal": self.journal,
            "rows": self.facts.rows,
            "successes": self.facts.successes,
            "need_a_person": self.facts.failures(),
            "exit_code": crate::model::Exit::Success.code(),
        })
    }
}
