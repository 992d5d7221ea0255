//! Owns the summary on standard output: a small table for people, one JSON object for scripts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::tally::Tally;
use crate::error::Exit;
use crate::event::StopCause;
use crate::operation::Operation;
use crate::outcome::Status;
use crate::report::stop::stop_story;
use crate::settings::{Rate, in_words};

/// How many error codes the table shows.
const SHOWN_CODES: usize = 5;

const WITHDRAW_AGAIN: &str = "
The journal of the withdrawals stays as it is. To withdraw one of these pre-hires again, add --restart to that command.
";

/// All that is to be said at the end of a run.
#[derive(Debug)]
pub struct RunReport<'a> {
    /// What was done.
    pub operation: Operation,
    /// The counts.
    pub tally: &'a Tally,
    /// The allowance.
    pub rate: Rate,
    /// How long it took.
    pub duration: Duration,
    /// The results file.
    pub results: &'a Path,
    /// The journal.
    pub journal: &'a Path,
    /// Why it was stopped early, if it was.
    pub stop: Option<&'a StopCause>,
    /// The command, to be typed again.
    pub again: &'a str,
    /// How the process ends.
    pub exit: Exit,
}

impl RunReport<'_> {
    /// The table for people.
    #[must_use]
    pub fn text(&self) -> String {
        let tally = self.tally;
        let mut text = String::new();
        for (status, rows) in &tally.by_status {
            line(&mut text, status.word(), &rows.to_string());
        }
        line(&mut text, "rows", &format!("{} ({} successes)", tally.rows, tally.successes));
        let window = in_words(self.rate.period());
        let calls = format!(
            "{} in {}; at most {} in any {window} (allowed: {})",
            tally.calls(),
            in_words(self.duration),
            tally.most_in_window(),
            self.rate
        );
        line(&mut text, "calls", &calls);
        if tally.throttled > 0 {
            let waits = format!("{} throttled replies, {} held back", tally.throttled, in_words(tally.held));
            line(&mut text, "waits", &waits);
        }
        line(&mut text, "results", &self.results.display().to_string());
        line(&mut text, "journal", &self.journal.display().to_string());
        self.add_codes(&mut text);
        for (id, status) in &tally.left_in_doubt {
            let _ = write!(
                text,
                "\n{id} was in doubt, and the file does not hold it any more: {}\n",
                status.word()
            );
        }
        if tally.by_status.contains_key(&Status::Restored) {
            text.push_str(WITHDRAW_AGAIN);
        }
        if let Some(stop) = self.stop {
            let _ = write!(text, "\n{}\n", stop_story(stop, self.again));
        }
        text
    }

    fn add_codes(&self, text: &mut String) {
        let mut codes: Vec<_> = self.tally.by_error_code.iter().collect();
        codes.sort_by_key(|(_, rows)| std::cmp::Reverse(**rows));
        if !codes.is_empty() {
            text.push_str("\nerror codes\n");
        }
        for (code, rows) in codes.iter().take(SHOWN_CODES) {
            line(text, &code.to_string(), &rows.to_string());
        }
        if codes.len() > SHOWN_CODES {
            line(text, "others", &format!("{} codes", codes.len() - SHOWN_CODES));
        }
        if !codes.is_empty() {
            text.push_str("What to do is in the column advice of the results.\n");
        }
    }

    /// The one object for scripts; its fields are those of the contract.
    #[must_use]
    pub fn json(&self) -> Value {
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
fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

/// One line of a table.
pub(super) fn line(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "  {name:<18} {value}");
}
