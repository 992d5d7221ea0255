//! What `prehire verify` shows: is the record whole, whose is it, what does it tell, and do the results agree with it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::agreement::ResultsCheck;
use super::table::Table;
use crate::journal::Runs;
use crate::language::{Text, text};
use crate::model::{Exit, Status};
use crate::results::cells::Locale;
use crate::store::Scan;

#[derive(Debug)]
pub(crate) struct Verification<'a> {
    pub(crate) journal: &'a str,
    pub(crate) scan: &'a Scan,
    pub(crate) runs: &'a Runs,
    /// Its pre-hires by their last status; those without were called, and not settled since.
    pub(crate) pre_hires: &'a BTreeMap<Option<Status>, u64>,
    /// Its results, if they were asked for and the record is whole.
    pub(crate) results: Option<&'a ResultsCheck>,
    pub(crate) locale: &'a Locale,
}

impl Verification<'_> {
    /// 0: whole, and the results agree.
    pub(crate) fn exit(&self) -> Exit {
        let agrees = self.results.is_none_or(ResultsCheck::agrees);
        if self.is_whole() && agrees { Exit::Success } else { Exit::SomeRowsFailed }
    }

    /// A torn end is what a kill leaves, and is cut off by the next run; a record of nothing is none.
    fn is_whole(&self) -> bool {
        self.scan.damage().is_none() && self.scan.lines > 0
    }

    pub(crate) fn text(&self) -> String {
        let mut table = Table::new(self.locale.language);
        table.count(text!("journal"), self.journal);
        self.add_state(&mut table);
        self.add_owner(&mut table);
        self.add_runs(&mut table);
        self.add_pre_hires(&mut table);
        self.add_damage(&mut table);
        if let Some(results) = self.results {
            table.gap();
            results.add_to(&mut table);
        }
        table.into_text()
    }

    fn add_state(&self, table: &mut Table) {
        let state = match (self.scan.damage(), self.scan.lines) {
            (Some((line, _)), _) => text!("not whole: line {line} is damaged", line),
            (None, 0) => text!("not whole: there is no whole line in it"),
            (None, 1) => text!("whole: 1 line, as it was written"),
            (None, lines) => {
                text!("whole: {lines} {lines|line|lines}, each follows from the one before", lines)
            }
        };
        table.line(text!("state"), state);
        let bytes = self.scan.torn_bytes();
        if bytes > 0 {
            table.line(
                text!("torn end"),
                text!("{bytes} {bytes|byte|bytes} left unfinished by a run that was killed,", bytes),
            );
            table.line(Text::default(), text!("or being written by one now; the next run cuts this off"));
        }
    }

    fn add_damage(&self, table: &mut Table) {
        let Some((line, damage)) = self.scan.damage() else { return };
        let path = self.journal;
        table.gap();
        table
            .say(text!("line {line} of {path} is damaged:\n{cause}", line, path, cause => damage.in_words()));
        table.say(text!(
            "What follows it proves nothing: it is not counted above,\nand no results are compared with it."
        ));
    }

    fn add_owner(&self, table: &mut Table) {
        let Some(run) = self.runs.all.last() else { return };
        let owner = &run.started.owner;
        table.count(text!("operation"), &owner.operation);
        table.count(text!("app"), &owner.app);
        table.count(text!("host"), &owner.host);
        if !owner.tenant.is_empty() {
            table.count(text!("tenant"), &owner.tenant);
        }
    }

    fn add_runs(&self, table: &mut Table) {
        let (Some(first), Some(last)) = (self.runs.all.first(), self.runs.all.last()) else { return };
        table.count(text!("runs"), self.runs.all.len());
        table.count(text!("first time"), self.locale.shown(first.started.at));
        table.count(text!("last time"), self.locale.shown(last.last_at));
        if self.scan.damage().is_none() {
            let ended = match &last.ended {
                None => text!("has not ended: it was killed, or is still running"),
                Some(end) => text!("ended with exit code {code}", code = end.exit_code),
            };
            table.line(text!("last run"), ended);
        }
        table.count(text!("calls"), self.calls());
    }

    fn add_pre_hires(&self, table: &mut Table) {
        if self.runs.all.is_empty() {
            return;
        }
        table.count(text!("pre-hires"), self.total());
        for (status, rows) in self.by_status() {
            match status {
                Some(status) => table.count(Text::Plain(status.word().to_owned()), rows),
                None => table.line(text!("in flight"), text!("{rows} (called, but not settled)", rows)),
            }
        }
    }

    fn calls(&self) -> u64 {
        self.runs.all.iter().map(|run| run.calls).sum()
    }

    fn by_status(&self) -> impl Iterator<Item = (Option<Status>, u64)> {
        let settled = self.pre_hires.iter().filter(|(status, _)| status.is_some());
        let in_flight = self.pre_hires.iter().filter(|(status, _)| status.is_none());
        settled.chain(in_flight).map(|(status, rows)| (*status, *rows))
    }

    fn total(&self) -> u64 {
        self.pre_hires.values().sum()
    }

    pub(crate) fn json(&self) -> Value {
        let owner = self.runs.all.last().map(|run| {
            let owner = &run.started.owner;
            json!({ "operation": owner.operation, "app": owner.app, "host": owner.host, "tenant": owner.tenant })
        });
        let damage = self.scan.damage().map(
            |(number, damage)| json!({ "file": self.journal, "line": number, "what": damage.in_words().to_string() }),
        );
        let by_status: BTreeMap<String, u64> = self
            .by_status()
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
            "runs": self.runs.all.len(),
            "first_at": self.runs.all.first().map(|run| run.started.at.to_string()),
            "last_at": self.runs.last_at.map(|at| at.to_string()),
            "last_exit_code": self.runs.all.last().and_then(|run| Some(run.ended.as_ref()?.exit_code)),
            "calls": self.calls(),
            "pre_hires": { "total": self.total(), "by_status": by_status },
            "results": self.results.map(ResultsCheck::json),
            "exit_code": self.exit().code(),
        })
    }
}
