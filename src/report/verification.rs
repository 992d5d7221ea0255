//! Owns what `prehire verify` shows: is the record whole, whose is it, what does it tell, and do the results agree with it.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::results_check::ResultsCheck;
use super::summary::line;
use crate::error::Exit;
use crate::outcome::Status;
use crate::record::{LastWords, Logbook, Scan};

const IN_FLIGHT: &str = "in flight";

/// What was found out about a journal.
#[derive(Debug)]
pub struct Verification<'a> {
    /// Its name, as it was typed.
    pub journal: &'a str,
    /// What reading it has come to.
    pub scan: &'a Scan,
    /// Its runs.
    pub book: &'a Logbook,
    /// Its last words.
    pub words: &'a LastWords,
    /// Its results, if they were asked for and the record is whole.
    pub results: Option<&'a ResultsCheck>,
    /// Where times are shown.
    pub time_zone: &'a TimeZone,
}

impl Verification<'_> {
    /// 0: whole, and the results agree.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let agrees = self.results.is_none_or(ResultsCheck::agrees);
        if self.is_whole() && agrees { Exit::Success } else { Exit::SomeRowsFailed }
    }

    /// A torn end is what a kill leaves, and is cut off by the next run; a record of nothing is none.
    fn is_whole(&self) -> bool {
        self.scan.damage().is_none() && self.scan.lines > 0
    }

    /// The table for people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        line(&mut text, "journal", self.journal);
        self.add_state(&mut text);
        self.add_owner(&mut text);
        self.add_runs(&mut text);
        self.add_pre_hires(&mut text);
        self.add_damage(&mut text);
        if let Some(results) = self.results {
            text.push('\n');
            results.add_to(&mut text);
        }
        text
    }

    fn add_state(&self, text: &mut String) {
        let lines = self.scan.lines;
        match self.scan.damage() {
            None if lines == 0 => line(text, "state", "not whole: there is no whole line in it"),
            None => line(text, "state", &format!("whole: {}", lines_in_words(lines))),
            Some((number, _)) => line(text, "state", &format!("not whole: line {number} is damaged")),
        }
        if self.scan.torn_bytes() > 0 {
            let torn = format!("{} bytes: a run that was killed, or is writing now,", self.scan.torn_bytes());
            line(text, "torn end", &torn);
            line(text, "", "has not finished them; they tell nothing, and are cut off");
        }
    }

    fn add_damage(&self, text: &mut String) {
        if let Some((number, damage)) = self.scan.damage() {
            let _ = write!(text, "\nline {number} of {} is damaged:\n{damage}.\n", self.journal);
            text.push_str("What stands behind it proves nothing: it is not counted above,\nand no results are compared with it.\n");
        }
    }

    fn add_owner(&self, text: &mut String) {
        let Some(run) = self.book.runs.last() else { return };
        let owner = &run.started.owner;
        let tenant = if owner.tenant.is_empty() { None } else { Some(&owner.tenant) };
        let facts = [
            ("operation", Some(&owner.operation)),
            ("app", Some(&owner.app)),
            ("host", Some(&owner.host)),
            ("tenant", tenant),
        ];
        for (name, value) in facts.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            line(text, name, value);
        }
    }

    fn add_runs(&self, text: &mut String) {
        let (Some(first), Some(last)) = (self.book.runs.first(), self.book.runs.last()) else { return };
        line(text, "runs", &self.book.runs.len().to_string());
        line(text, "first time", &self.shown(first.started.at));
        line(text, "last time", &self.shown(self.book.last_at.unwrap_or(last.last_at)));
        let ended = last.ended.as_ref().map_or_else(
            || "has not ended: it was killed, or goes on".to_owned(),
            |end| format!("ended with exit code {}", end.exit_code),
        );
        if self.scan.damage().is_none() {
            line(text, "last run", &ended);
        }
        line(text, "calls", &self.calls().to_string());
    }

    fn add_pre_hires(&self, text: &mut String) {
        if self.book.runs.is_empty() {
            return;
        }
        line(text, "pre-hires", &self.words.len().to_string());
        for (status, rows) in self.by_status() {
            match status {
                Some(status) => line(text, status.word(), &rows.to_string()),
                None => line(text, IN_FLIGHT, &format!("{rows} (called, and not settled)")),
            }
        }
    }

    fn calls(&self) -> u64 {
        self.book.runs.iter().map(|run| run.calls).sum()
    }

    /// Those in flight last.
    fn by_status(&self) -> Vec<(Option<Status>, u32)> {
        let mut counts: BTreeMap<Option<Status>, u32> = BTreeMap::new();
        for word in self.words.iter() {
            *counts.entry(word.status).or_default() += 1;
        }
        let in_flight = counts.remove(&None).map(|rows| (None, rows));
        counts.into_iter().chain(in_flight).collect()
    }

    fn shown(&self, at: Timestamp) -> String {
        at.to_zoned(self.time_zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
    }

    /// The one object for scripts.
    #[must_use]
    pub fn json(&self) -> Value {
        let owner = self.book.runs.last().map(|run| {
            let owner = &run.started.owner;
            json!({ "operation": owner.operation, "app": owner.app, "host": owner.host, "tenant": owner.tenant })
        });
        let damage = self.scan.damage().map(
            |(number, damage)| json!({ "file": self.journal, "line": number, "what": damage.to_string() }),
        );
        let by_status: BTreeMap<String, u32> = self
            .by_status()
            .into_iter()
            .map(|(status, rows)| (status.map_or("in_flight", Status::word).to_owned(), rows))
            .collect();
        json!({
            "command": "verify",
            "journal": self.journal,
            "whole": self.is_whole(),
            "damage": damage,
            "lines": self.scan.lines,
            "torn_bytes": self.scan.torn_bytes(),
            "owner": owner,
            "runs": self.book.runs.len(),
            "first_at": self.book.runs.first().map(|run| run.started.at.to_string()),
            "last_at": self.book.last_at.map(|at| at.to_string()),
            "last_exit_code": self.book.runs.last().and_then(|run| Some(run.ended.as_ref()?.exit_code)),
            "calls": self.calls(),
            "pre_hires": { "total": self.words.len(), "by_status": by_status },
            "results": self.results.map(ResultsCheck::json),
            "exit_code": self.exit().code(),
        })
    }
}

fn lines_in_words(lines: u64) -> String {
    match lines {
        1 => "1 line, as it was written".to_owned(),
        _ => format!("{lines} lines, each follows from the one before"),
    }
}
