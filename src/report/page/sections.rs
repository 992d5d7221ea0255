//! The parts of the page above and below its timelines: what was run, the numbers, the rows by status and by what is to be
//! done, and one by one those that need a person.

use std::time::Duration;

use super::chart::{Part, bar};
use super::facts::{Facts, Group, PersonRow, known_advice};
use super::source::PageSource;
use super::words::{grouped, kind, meaning, retry_outcome, share, word};
use crate::journal::RunStory;
use crate::journal::entry::SIMULATED;
use crate::language::{Language, Text, text};
use crate::model::{Operation, RetryOutcome, Status, in_words};

/// The groups of rows that are shown.
pub(super) const MOST_GROUPS: usize = 12;

#[derive(Debug)]
pub(super) struct NamedValue {
    pub(super) name: String,
    pub(super) value: String,
}

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

pub(super) fn head(source: &PageSource<'_>) -> Vec<NamedValue> {
    let language = source.locale.language;
    let mut facts = Vec::new();
    let mut add = |name: Text, value: String| {
        facts.push(NamedValue { name: name.in_language(language), value });
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

#[derive(Debug)]
pub(super) struct Figure {
    pub(super) number: String,
    pub(super) name: String,
    pub(super) kind: &'static str,
}

pub(super) fn figures(source: &PageSource<'_>) -> Vec<Figure> {
    let facts = source.facts;
    let figure = |number: u64, name: Text, kind| Figure {
        number: grouped(number),
        name: name.in_language(source.locale.language),
        kind,
    };
    let failures = if facts.failures() > 0 { "bad" } else { "plain" };
    vec![
        figure(facts.rows, text!("rows"), "plain"),
        figure(facts.successes, text!("successes"), "good"),
        figure(facts.failures(), text!("need attention"), failures),
        figure(facts.attempts, text!("calls for these rows"), "plain"),
    ]
}

pub(super) fn retries(source: &PageSource<'_>) -> Vec<NamedValue> {
    let language = source.locale.language;
    let fact = |name: Text, value: Text| NamedValue {
        name: name.in_language(language),
        value: value.in_language(language),
    };
    let count = |name: Text, number: u64| fact(name, Text::Plain(grouped(number)));
    let order = RetryOutcome::ALL.into_iter().map(Some).chain([None]);
    let found = order.filter_map(|outcome| Some((outcome, source.facts.by_retry_outcome.get(&outcome)?)));
    let mut facts: Vec<NamedValue> =
        found.map(|(outcome, rows)| count(retry_outcome(outcome), *rows)).collect();
    facts.push(count(text!("most calls for one row"), source.facts.most_attempts));
    if let Some(record) = source.record {
        let sum = |number: fn(&RunStory) -> u64| record.runs.all.iter().map(number).sum();
        facts.push(count(text!("calls in all runs"), sum(|run| run.calls)));
        facts.push(count(text!("of these, repeats"), sum(|run| run.repeats)));
        facts.push(count(text!("throttled by the server (not an attempt)"), sum(|run| run.throttled)));
        let held: Duration = record.runs.all.iter().map(|run| run.held).sum();
        if !held.is_zero() {
            facts.push(fact(text!("held back after that"), in_words(held)));
        }
        facts.push(count(text!("look-ups of pre-hires in doubt (calls)"), sum(|run| run.looks)));
    }
    facts
}

#[derive(Debug)]
pub(super) struct OutcomeView {
    pub(super) kind: &'static str,
    pub(super) word: String,
    pub(super) meaning: String,
    pub(super) rows: String,
    pub(super) share: String,
    pub(super) part: Part,
}

#[derive(Debug)]
pub(super) struct GroupView {
    pub(super) word: String,
    pub(super) kind: &'static str,
    pub(super) code: String,
    pub(super) rows: String,
    pub(super) advice: String,
}

pub(super) fn outcomes(facts: &Facts, language: Language) -> Vec<OutcomeView> {
    let numbers: Vec<u64> = facts.by_status.values().copied().collect();
    let parts = bar(&numbers);
    let view = |((status, rows), part): ((&Option<Status>, &u64), Part)| OutcomeView {
        kind: kind(*status),
        word: word(*status),
        meaning: meaning(*status).in_language(language),
        rows: grouped(*rows),
        share: share(*rows, facts.rows),
        part,
    };
    facts.by_status.iter().zip(parts).map(view).collect()
}

/// The bar for those who can't see it.
pub(super) fn rows_by_status(facts: &Facts) -> Text {
    let parts = facts.by_status.iter().map(|(status, rows)| format!("{} {}", word(*status), grouped(*rows)));
    text!("rows by status: {parts}", parts = parts.collect::<Vec<_>>().join(", "))
}

pub(super) fn groups(facts: &Facts, operation: Option<Operation>, language: Language) -> Vec<GroupView> {
    let mut groups: Vec<_> = facts.groups.iter().collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.rows));
    let view = |((status, code), group): (&(Option<Status>, String), &Group)| GroupView {
        word: word(*status),
        kind: kind(*status),
        code: code.clone(),
        rows: grouped(group.rows),
        advice: known_advice(operation, *status, code)
            .map_or_else(|| group.advice.clone(), |advice| advice.in_language(language)),
    };
    groups.into_iter().take(MOST_GROUPS).map(view).collect()
}

pub(super) fn people(facts: &Facts, operation: Option<Operation>, language: Language) -> Vec<PersonRow> {
    let in_our_words = |person: &PersonRow| {
        let advice = known_advice(operation, person.status, &person.code);
        let advice = advice.map_or_else(|| person.advice.clone(), |advice| advice.in_language(language));
        PersonRow { advice, ..person.clone() }
    };
    facts.people.iter().map(in_our_words).collect()
}
