//! Owns the story of one pre-hire for an auditor: what the journal says of it, in order, in words.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::input::{PreHireId, RESULT_COLUMNS};
use crate::operation::Operation;
use crate::outcome::Verdict;
use crate::record::cells::{self, Cells};
use crate::record::entry::{Entry, RunStarted};

/// Collects the lines that concern one pre-hire.
#[derive(Debug)]
pub struct Story {
    id: PreHireId,
    time_zone: TimeZone,
    run: Option<String>,
    /// What the run does, if this version knows it.
    operation: Option<Operation>,
    text: String,
    is_known: bool,
    is_open: bool,
}

impl Story {
    /// The story of this pre-hire, in the time zone of this place.
    #[must_use]
    pub fn of(id: PreHireId) -> Self {
        let text = format!("pre-hire {id}\n");
        let time_zone = TimeZone::system();
        Story { id, time_zone, run: None, operation: None, text, is_known: false, is_open: false }
    }

    /// Does the journal know the pre-hire?
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.is_known
    }

    /// The story so far.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.text.clone();
        if !self.is_known {
            text.push_str("the journal does not know it: no call was ever made for it\n");
        }
        if self.is_open {
            text.push_str("  the record ends here: whether the last call was carried out is in doubt\n");
        }
        text
    }

    /// Takes the next line of the journal.
    pub fn take(&mut self, entry: &Entry) {
        match entry {
            Entry::RunStarted(run) => self.begin(run),
            Entry::CallStarted { at, id, row, attempt, .. } if *id == self.id => {
                self.tell(*at, &format!("attempt {attempt} left (row {row} of the input)"));
                self.is_open = true;
            }
            Entry::CallFinished { at, id, verdict, http_status, code, msg, log_id, milliseconds }
                if *id == self.id =>
            {
                let status =
                    http_status.map_or_else(|| "no reply".to_owned(), |status| format!("HTTP {status}"));
                let mut told = format!("{status} after {milliseconds} ms: {}", self.meaning(*verdict));
                if let Some(code) = code {
                    let _ = write!(told, ", {code}");
                }
                if !msg.is_empty() {
                    let _ = write!(told, " \"{msg}\"");
                }
                if let Some(log_id) = log_id {
                    let _ = write!(told, ", log id {log_id}");
                }
                self.tell(*at, &told);
                self.is_open = false;
            }
            Entry::ReadBack { at, found, code, log_id, .. } => {
                let Some(found) = found.iter().find(|found| found.id == self.id) else { return };
                let mut told = match (&found.stage, code) {
                    (Some(stage), _) => format!("looked up: the stage is {stage}"),
                    (None, Some(code)) => format!("looked up: the look failed with {code}"),
                    (None, None) => "looked up: the API did not return it".to_owned(),
                };
                if let Some(log_id) = log_id {
                    let _ = write!(told, ", log id {log_id}");
                }
                self.tell(*at, &told);
            }
            Entry::RowSettled { id, cells, .. } if *id == self.id => self.settle(cells),
            _ => {}
        }
    }

    fn begin(&mut self, run: &RunStarted) {
        let at = self.shown(run.at);
        let RunStarted { owner, input, settings, tool, .. } = run;
        let by_force = if settings.confirm_workforce { ", head count by force" } else { "" };
        self.operation = Operation::from_word(&owner.operation);
        self.run = Some(format!(
            "\nrun of {at}: {owner}, input {input}, rate {}{by_force}, prehire {tool}\n",
            settings.rate
        ));
    }

    fn meaning(&self, verdict: Verdict) -> &'static str {
        match (verdict, self.operation) {
            (Verdict::Accepted, Some(operation)) => operation.done().word(),
            (verdict, _) => words(verdict),
        }
    }

    fn tell(&mut self, at: Timestamp, told: &str) {
        let at = self.shown(at);
        self.say(&format!("{at}  {told}"));
    }

    fn say(&mut self, line: &str) {
        self.is_known = true;
        if let Some(run) = self.run.take() {
            self.text.push_str(&run);
        }
        let _ = writeln!(self.text, "  {line}");
    }

    fn settle(&mut self, cells: &Cells) {
        self.is_open = false;
        self.say(&format!("settled: {} (success: {})", cells[cells::STATUS], cells[cells::SUCCESS]));
        let shown =
            RESULT_COLUMNS.iter().zip(cells).skip(cells::SUCCESS + 1).filter(|(_, cell)| !cell.is_empty());
        for (name, cell) in shown {
            self.say(&format!("  {name:<15} {cell}"));
        }
    }

    fn shown(&self, at: Timestamp) -> String {
        at.to_zoned(self.time_zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.3f %:z").to_string()
    }
}

/// A verdict in words.
pub(super) const fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "carried out",
        Verdict::Refused => "refused",
        Verdict::Conflict => "conflict",
        Verdict::Throttled => "throttled",
        Verdict::TokenStale => "token refused",
        Verdict::Hopeless => "refused for all rows",
        Verdict::InDoubt => "in doubt",
        Verdict::NotSent => "not sent",
    }
}
