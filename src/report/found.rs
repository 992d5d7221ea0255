//! Owns what `prehire find` says at its end: how many were found, and what is to be known about the list.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::log::{Level, LogLine};
use super::search_progress::SearchProgress;
use super::table::Table;
use crate::cli::Format;
use crate::language::{Language, Text, text};

/// All that is to be said.
#[derive(Debug)]
pub struct FoundReport<'a> {
    /// How many are on the list, by stage.
    pub by_stage: &'a BTreeMap<String, u32>,
    /// How many were found, and are not what was asked for.
    pub left_out: u32,
    /// How many entries had no id.
    pub without_id: usize,
    /// How many ids end with so many zeros that `withdraw` takes them for damaged.
    pub round_ids: u32,
    /// Was there no room for more?
    pub limit_reached: bool,
    /// The list; `None` is standard output.
    pub list: Option<&'a Path>,
    /// The calls.
    pub progress: &'a SearchProgress,
    /// The language of what is said.
    pub language: Language,
}

impl FoundReport<'_> {
    fn found(&self) -> u32 {
        self.by_stage.values().sum()
    }

    /// The table for people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut table = Table::new(self.language);
        for (stage, people) in self.by_stage {
            table.count(Text::Plain(stage.clone()), people);
        }
        let found = self.found();
        table.line(
            text!("found"),
            if self.limit_reached {
                text!("{found} (as many as --limit allows; there may be more)", found)
            } else {
                Text::Plain(found.to_string())
            },
        );
        if self.left_out > 0 {
            let people = self.left_out;
            table.line(
                text!("left out"),
                text!("{people} {people|person|people} who no longer {people|matches|match}", people),
            );
        }
        if self.without_id > 0 {
            let entries = self.without_id;
            table.line(text!("left out"), text!("{entries} {entries|entry|entries} without an id", entries));
        }
        table.line(text!("searches"), self.progress.words());
        if let Some(list) = self.list {
            table.count(text!("list"), list.display());
        }
        if self.round_ids > 0 {
            let ids = self.round_ids;
            table.gap();
            table.say(text!(
                "{ids} {ids|id ends|ids end} with zeros, as if rounded by a spreadsheet, but {ids|is|are} correct here:\nto withdraw {ids|this pre-hire|these pre-hires}, too, add --trust-ids.",
                ids
            ));
        }
        table.into_text()
    }

    /// The same for standard error, where standard output holds the list.
    #[must_use]
    pub fn line(&self, format: Format) -> LogLine {
        let shown = match format {
            Format::Text => self.text().trim_end().to_owned(),
            Format::Json => self.json().to_string(),
        };
        let line = LogLine::new(
            Level::Info,
            text!("{found} {found|pre-hire|pre-hires} found", found = self.found()),
        );
        let fields = self.json().as_object().cloned().unwrap_or_default().into_iter();
        fields.fold(line, |line, (name, value)| line.field(&name, value)).shown_as(Text::Plain(shown))
    }

    /// The one object for scripts.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        let counts = json!({
            "found": self.found(),
            "by_stage": self.by_stage,
            "left_out": self.left_out,
            "without_id": self.without_id,
            "round_ids": self.round_ids,
        });
        let list = self.list.map(|list| list.display().to_string());
        object.insert("command".to_owned(), json!("find"));
        object.insert("counts".to_owned(), counts);
        object.extend(self.progress.json().map(|(name, value)| (name.to_owned(), value)));
        object.insert("limit_reached".to_owned(), json!(self.limit_reached));
        object.insert("list".to_owned(), json!(list));
        object.insert("exit_code".to_owned(), json!(0));
        object.into()
    }
}
