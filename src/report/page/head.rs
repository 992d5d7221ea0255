//! Owns the head of the page: what was run, by whom, when; and what a reader must know before the numbers.

use super::view::{Fact, PageSource};
use crate::journal::RunStory;
use crate::journal::entry::SIMULATED;
use crate::language::{Text, text};
use crate::model::Operation;

pub(super) fn title(operation: Option<Operation>) -> Text {
    match operation {
        Some(Operation::Withdraw) => text!("Withdrawal of pre-hires: report"),
        Some(Operation::Restore) => text!("Restoration of pre-hires: report"),
        None => text!("Report"),
    }
}

/// What a reader must know before the numbers.
pub(super) fn notes(source: &PageSource<'_>) -> Vec<Text> {
    let mut notes = Vec::new();
    let Some(record) = source.record else { return notes };
    let last = record.runs.all.last();
    if last.is_some_and(|run| run.started.owner.host == SIMULATED) {
        notes.push(text!("A rehearsal: the simulated API answered. Nobody was withdrawn or restored."));
    }
    if !record.names_results {
        let journal = record.name;
        notes.push(text!("No run in {journal} names these results: were they renamed?", journal));
    }
    if last.is_some_and(|run| run.end_with_results().is_none()) {
        notes.push(text!(
            "The last run left no results: it was killed, or is still running. These are from an earlier one."
        ));
    }
    notes
}

/// What was run, by whom and when.
pub(super) fn facts(source: &PageSource<'_>) -> Vec<Fact> {
    let language = source.locale.language;
    let mut facts = Vec::new();
    let mut add = |name: Text, value: String| {
        facts.push(Fact { name: name.in_language(language), value });
    };
    let times = source.facts.span;
    match source.record {
        None => add(text!("journal"), text!("not found").in_language(language)),
        Some(record) => {
            add(text!("journal"), record.name.to_owned());
            if let Some(last) = record.runs.all.last() {
                let owner = &last.started.owner;
                add(text!("command"), format!("prehire {} {}", owner.operation, last.started.input));
                add(text!("host"), owner.host.clone());
                add(text!("app"), owner.app.clone());
                if !owner.tenant.is_empty() {
                    add(text!("tenant"), owner.tenant.clone());
                }
                add(text!("rate"), rates(&record.runs.all));
            }
            add(text!("runs"), record.runs.all.len().to_string());
        }
    }
    if let Some((first, last)) = times {
        add(text!("first call"), source.locale.shown(first));
        add(text!("last reply"), source.locale.shown(last));
    }
    facts
}

/// The rates of the runs, each once.
fn rates(runs: &[RunStory]) -> String {
    /// More are no help.
    const MOST: usize = 4;
    let mut rates: Vec<&str> = Vec::new();
    for run in runs.iter().rev() {
        let rate = run.started.settings.rate.as_str();
        if !rates.contains(&rate) && rates.len() < MOST {
            rates.push(rate);
        }
    }
    rates.join(", ")
}
