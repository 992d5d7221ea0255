//! Owns the numbers on the page: the large ones at its top, and those of retries and waits.

use std::time::Duration;

use super::shown::grouped;
use super::view::{Fact, PageSource};
use super::words::retry_outcome;
use crate::journal::RunStory;
use crate::language::{Text, text};
use crate::model::{RetryOutcome, in_words};

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

pub(super) fn retries(source: &PageSource<'_>) -> Vec<Fact> {
    let language = source.locale.language;
    let fact = |name: Text, value: Text| Fact {
        name: name.in_language(language),
        value: value.in_language(language),
    };
    let count = |name: Text, number: u64| fact(name, Text::Plain(grouped(number)));
    let order = RetryOutcome::ALL.into_iter().map(Some).chain([None]);
    let found = order.filter_map(|outcome| Some((outcome, source.facts.by_retry_outcome.get(&outcome)?)));
    let mut facts: Vec<Fact> = found.map(|(outcome, rows)| count(retry_outcome(outcome), *rows)).collect();
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
