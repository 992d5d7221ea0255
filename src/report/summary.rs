//! The summary on standard output: a small table for people, one JSON object for scripts.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::stop::stop_story;
use super::table::Table;
use super::tally::Tally;
use crate::language::{Language, Text, text};
use crate::model::{Exit, Operation, Rate, Status, StopCause, in_words};

const SHOWN_CODES: usize = 5;

/// All that is to be said at the end of a run.
#[derive(Debug)]
pub(crate) struct RunReport<'a> {
    pub(crate) operation: Operation,
    pub(crate) tally: &'a Tally,
    pub(crate) rate: Rate,
    pub(crate) duration: Duration,
    pub(crate) results: &'a Path,
    pub(crate) journal: &'a Path,
    pub(crate) stop: Option<&'a StopCause>,
    pub(crate) again: &'a str,
    pub(crate) exit: Exit,
    pub(crate) language: Language,
}

impl RunReport<'_> {
    pub(crate) fn text(&self) -> String {
        let tally = self.tally;
        let mut table = Table::new(self.language);
        for (status, rows) in &tally.by_status {
            table.count(Text::Plain(status.word().to_owned()), rows);
        }
        table.line(text!("rows"), rows_and_successes(tally.rows.into(), tally.successes.into()));
        table.line(text!("calls"), self.calls());
        if tally.throttled > 0 {
            table.line(text!("waits"), waits(tally.throttled, tally.held));
        }
        table.count(text!("results"), self.results.display());
        table.count(text!("journal"), self.journal.display());
        self.add_codes(&mut table);
        for (id, status) in &tally.left_in_doubt {
            let status = status.word();
            table.gap();
            table.say(text!("{id} was in doubt, and is no longer in the file: {status}", id, status));
        }
        if tally.by_status.contains_key(&Status::Restored) {
            table.gap();
            table.say(text!(
                "The withdrawal journal stays as it is. To withdraw any of these pre-hires again, add --restart to the withdraw command."
            ));
        }
        if let Some(stop) = self.stop {
            table.gap();
            table.say(Text::Plain(stop_story(stop, self.again, self.language)));
        }
        table.into_text()
    }

    fn calls(&self) -> Text {
        text!(
            "{calls} in {duration}; at most {most} in any {window} (allowed: {rate})",
            calls = self.tally.calls(),
            duration => in_words(self.duration),
            most = self.tally.most_in_window(),
            window => in_words(self.rate.period()),
            rate = self.rate,
        )
    }

    fn add_codes(&self, table: &mut Table) {
        let mut codes: Vec<_> = self.tally.by_error_code.iter().collect();
        codes.sort_by_key(|(_, rows)| std::cmp::Reverse(**rows));
        if codes.is_empty() {
            return;
        }
        table.gap();
        table.say(text!("error codes"));
        for (code, rows) in codes.iter().take(SHOWN_CODES) {
            table.count(Text::Plain(code.to_string()), rows);
        }
        if codes.len() > SHOWN_CODES {
            table.line(
                text!("others"),
                text!("{codes} {codes|code|codes}", codes = codes.len() - SHOWN_CODES),
            );
        }
        table.say(text!("What to do is in the advice column of the results."));
    }

    /// The one object for scripts; its fields are listed in `README.md`.
    pub(crate) fn json(&self) -> Value {
        let tally = self.tally;
        let minutes = self.duration.as_secs_f64() / 60.0;
        let left_in_doubt: Vec<String> = tally.left_in_doubt.iter().map(|(id, _)| id.to_string()).collect();
        let per_minute = if minutes > 0.0 { tally.calls() as f64 / minutes } else { 0.0 };
        json!({
            "command": self.operation.word(),
            "counts": counts(tally.rows, &tally.by_status, &tally.by_error_code),
            "calls": { "attempts": tally.attempts, "read_backs": tally.read_backs, "token": tally.token_calls },
            "waits": { "throttled": tally.throttled, "seconds": rounded(tally.held.as_secs_f64()) },
            "duration_seconds": rounded(self.duration.as_secs_f64()),
            "calls_per_minute": rounded(per_minute),
            "max_calls_in_window": tally.most_in_window(),
            "window_seconds": self.rate.period().as_secs_f64(),
            "rate": self.rate.to_string(),
            "left_in_doubt": left_in_doubt,
            "results": self.results.display().to_string(),
            "journal": self.journal.display().to_string(),
            "exit_code": self.exit.code(),
        })
    }
}

pub(super) fn rows_and_successes(rows: u64, successes: u64) -> Text {
    text!("{rows} ({successes} {successes|success|successes})", rows, successes)
}

pub(super) fn waits(throttled: impl Display, held: Duration) -> Text {
    text!("{throttled} throttled {throttled|reply|replies}, {held} held back", throttled, held => in_words(held))
}

/// Rows by status and code, as both summaries give them.
pub(super) fn counts<C: ToString>(
    rows: u32,
    by_status: &BTreeMap<Status, u32>,
    by_code: &BTreeMap<C, u32>,
) -> Value {
    let by_status: BTreeMap<&str, u32> =
        by_status.iter().map(|(status, rows)| (status.word(), *rows)).collect();
    let by_code: BTreeMap<String, u32> =
        by_code.iter().map(|(code, rows)| (code.to_string(), *rows)).collect();
    json!({ "rows": rows, "by_status": by_status, "by_error_code": by_code })
}

/// Three digits behind the point are enough for everybody.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}
