//! The story of one pre-hire for an auditor: what the journal says of it, in order, in words.

use std::fmt::Write;

use jiff::Timestamp;

use crate::input::RESULT_COLUMNS;
use crate::journal::entry::{Entry, RunStarted};
use crate::language::{Text, text};
use crate::model::{Operation, PreHireId, SentRow, Verdict};
use crate::results::cells;
use crate::results::cells::Locale;

/// Collects the lines that concern one pre-hire.
#[derive(Debug)]
pub(crate) struct Story {
    id: PreHireId,
    locale: Locale,
    run: Option<String>,
    /// What the run does, if this version knows it.
    operation: Option<Operation>,
    text: String,
    is_known: bool,
    is_open: bool,
}

impl Story {
    pub(crate) fn of(id: PreHireId, locale: Locale) -> Self {
        let text = format!("{}\n", text!("pre-hire {id}", id).in_language(locale.language));
        Story { id, locale, run: None, operation: None, text, is_known: false, is_open: false }
    }

    pub(crate) const fn is_known(&self) -> bool {
        self.is_known
    }

    pub(crate) fn text(&self) -> String {
        let mut text = self.text.clone();
        if !self.is_known {
            let unknown = text!("the journal has no record of it: no call was ever made for it");
            let _ = writeln!(text, "{}", self.in_words(&unknown));
        }
        if self.is_open {
            let open = text!("the record ends here: it is in doubt whether the last call was carried out");
            let _ = writeln!(text, "  {}", self.in_words(&open));
        }
        text
    }

    pub(crate) fn take(&mut self, entry: &Entry) {
        match entry {
            Entry::RunStarted(run) => self.begin(run),
            Entry::CallStarted { at, id, row, attempt, .. } if *id == self.id => {
                self.tell(*at, &text!("attempt {attempt} sent (row {row} of the input)", attempt, row));
                self.is_open = true;
            }
            Entry::CallFinished { at, id, verdict, http_status, code, msg, log_id, milliseconds }
                if *id == self.id =>
            {
                let status = http_status
                    .map_or_else(|| text!("no reply"), |status| Text::Plain(format!("HTTP {status}")));
                let meaning = self.meaning(*verdict);
                let mut told = text!("{status} after {milliseconds} ms: {meaning}", status => status, milliseconds, meaning => meaning);
                if let Some(code) = code {
                    told = text!("{told}, {code}", told => told, code);
                }
                if !msg.is_empty() {
                    told = text!("{told} \"{message}\"", told => told, message => msg.clone());
                }
                let told = with_log_id(told, log_id.as_deref());
                self.tell(*at, &told);
                self.is_open = false;
            }
            Entry::ReadBack { at, found, code, log_id, .. } => {
                let Some(found) = found.iter().find(|found| found.id == self.id) else { return };
                let told = match (&found.stage, code) {
                    (Some(stage), _) => text!("looked up: the stage is {stage}", stage),
                    (None, Some(code)) => text!("looked up: failed with {code}", code),
                    (None, None) => text!("looked up: the API did not return it"),
                };
                let told = with_log_id(told, log_id.as_deref());
                self.tell(*at, &told);
            }
            Entry::RowSettled(row) if row.id == self.id => self.settle(row),
            _ => {}
        }
    }

    fn begin(&mut self, run: &RunStarted) {
        let at = self.shown(run.at);
        let RunStarted { owner, input, settings, tool, .. } = run;
        self.operation = Operation::from_word(&owner.operation);
        let force =
            if settings.confirm_workforce { text!(", headcount may be exceeded") } else { Text::default() };
        let rate = &settings.rate;
        let begun = text!(
            "run of {at}: {owner}, input {input}, rate {rate}{force}, prehire {tool}",
            at, owner, input, rate, force => force, tool
        );
        self.run = Some(format!("\n{}\n", self.in_words(&begun)));
    }

    fn meaning(&self, verdict: Verdict) -> Text {
        match (verdict, self.operation) {
            (Verdict::Accepted, Some(operation)) => Text::Plain(operation.done().word().to_owned()),
            (verdict, _) => words(verdict),
        }
    }

    fn tell(&mut self, at: Timestamp, told: &Text) {
        let (at, told) = (self.shown(at), self.in_words(told));
        self.say(&format!("{at}  {told}"));
    }

    fn say(&mut self, line: &str) {
        self.is_known = true;
        if let Some(run) = self.run.take() {
            self.text.push_str(&run);
        }
        let _ = writeln!(self.text, "  {line}");
    }

    fn settle(&mut self, row: &SentRow) {
        self.is_open = false;
        let operation = self.operation.unwrap_or(Operation::Withdraw);
        let cells = &cells::sent(row.line, &row.outcome, operation, &self.locale);
        let (status, success) = (&cells[cells::STATUS], &cells[cells::SUCCESS]);
        let settled = text!("settled: {status} (success: {success})", status, success);
        let settled = self.in_words(&settled);
        self.say(&settled);
        let shown =
            RESULT_COLUMNS.iter().zip(cells).skip(cells::SUCCESS + 1).filter(|(_, cell)| !cell.is_empty());
        for (name, cell) in shown {
            self.say(&format!("  {name:<15} {cell}"));
        }
    }

    fn in_words(&self, text: &Text) -> String {
        text.in_language(self.locale.language)
    }

    fn shown(&self, at: Timestamp) -> String {
        at.to_zoned(self.locale.time_zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.3f %:z").to_string()
    }
}

fn with_log_id(told: Text, log_id: Option<&str>) -> Text {
    match log_id {
        Some(log_id) => text!("{told}, log id {log_id}", told => told, log_id),
        None => told,
    }
}

pub(super) fn words(verdict: Verdict) -> Text {
    match verdict {
        Verdict::Accepted => text!("carried out"),
        Verdict::Refused => text!("refused"),
        Verdict::Conflict => text!("conflict"),
        Verdict::Throttled => text!("throttled"),
        Verdict::TokenStale => text!("token refused"),
        Verdict::Fatal => text!("refused for all rows"),
        Verdict::InDoubt => text!("in doubt"),
        Verdict::NotSent => text!("not sent"),
    }
}
