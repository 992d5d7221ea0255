//! Owns how rows are shown: by status, by what is to be done, and one by one those that need a person.

use super::chart::{Part, bar};
use super::facts::{Facts, Group, PersonRow, known_advice};
use super::shown::{grouped, kind, share, word};
use super::words::meaning;
use crate::language::{Language, Text, text};
use crate::model::{Operation, Status};

/// The groups of rows that are shown.
pub(super) const MOST_GROUPS: usize = 12;

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

#[derive(Debug)]
pub(super) struct PersonView {
    pub(super) row: String,
    pub(super) id: String,
    pub(super) names: Vec<String>,
    pub(super) word: String,
    pub(super) kind: &'static str,
    pub(super) code: String,
    pub(super) message: String,
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

pub(super) fn people(facts: &Facts, operation: Option<Operation>, language: Language) -> Vec<PersonView> {
    let view = |person: &PersonRow| PersonView {
        row: person.row.clone(),
        id: person.id.clone(),
        names: person.names.clone(),
        word: person.word.clone(),
        kind: kind(person.status),
        code: person.code.clone(),
        message: person.message.clone(),
        advice: known_advice(operation, person.status, &person.code)
            .map_or_else(|| person.advice.clone(), |advice| advice.in_language(language)),
    };
    facts.people.iter().map(view).collect()
}
