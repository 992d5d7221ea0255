//! The page: everything that the template shows, as texts and places. It decides nothing else.

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use super::chart::{TrackView, track_views};
use super::facts::PersonRow;
use super::sections::{
    Figure, GroupView, MOST_GROUPS, NamedValue, OutcomeView, figures, groups, head, notes, outcomes, people,
    retries, rows_by_status, title,
};
use super::source::PageSource;
use super::words::{Words, grouped};
use crate::language::{Language, Text, text};

const STYLE: &str = include_str!("../../../templates/report.css");
const SCRIPT: &str = include_str!("../../../templates/report.js");

#[derive(Debug, Template)]
#[template(path = "report.html")]
pub(crate) struct Page {
    words: Words,
    language_tag: &'static str,
    policy: String,
    title: String,
    subtitle: String,
    notes: Vec<String>,
    facts: Vec<NamedValue>,
    figures: Vec<Figure>,
    outcomes: Vec<OutcomeView>,
    outcomes_in_words: String,
    groups: Vec<GroupView>,
    more_groups: Option<String>,
    has_record: bool,
    tracks: Vec<TrackView>,
    earlier_tracks: Option<String>,
    retries: Vec<NamedValue>,
    names: Vec<String>,
    people: Vec<PersonRow>,
    people_in_words: String,
    more_people: Option<String>,
    made: String,
}

impl Page {
    pub(crate) fn of(source: &PageSource<'_>) -> Page {
        let (facts, language) = (source.facts, source.locale.language);
        let said = |text: Text| text.in_language(language);
        let operation = source.operation();
        let record = source.record;
        let more_people = facts.failures() - facts.people.len() as u64;
        let more_groups = facts.groups.len().saturating_sub(MOST_GROUPS) as u64;
        let earlier = record.map_or(0, |record| record.tracks.left_out());
        Page {
            words: Words::in_language(language),
            language_tag: match language {
                Language::English => "en",
                Language::Chinese => "zh-CN",
            },
            policy: policy(),
            title: said(title(operation)),
            subtitle: source.results.to_owned(),
            notes: notes(source).into_iter().map(said).collect(),
            facts: head(source),
            figures: figures(source),
            outcomes: outcomes(facts, language),
            outcomes_in_words: said(rows_by_status(facts)),
            groups: groups(facts, operation, language),
            more_groups: more(more_groups)
                .map(|more| said(text!("and {more} more {more|kind|kinds} of row", more))),
            has_record: record.is_some(),
            tracks: record.map(|record| track_views(&record, source.locale)).unwrap_or_default(),
            earlier_tracks: more(earlier)
                .map(|more| said(text!("{more} earlier {more|run is|runs are} not shown.", more))),
            retries: retries(source),
            names: facts.names().iter().map(|index| source.columns.name(*index).to_owned()).collect(),
            people: people(facts, operation, language),
            people_in_words: said(text!("{rows} {rows|row|rows}", rows = grouped(facts.people.len() as u64))),
            more_people: more(more_people)
                .map(|more| said(text!("and {more} more: they are in the results file.", more))),
            made: said(text!(
                "made by prehire {version} at {at}",
                version = env!("CARGO_PKG_VERSION"),
                at = source.locale.shown(source.made_at)
            )),
        }
    }

    fn style(&self) -> &'static str {
        STYLE
    }

    fn script(&self) -> &'static str {
        SCRIPT
    }
}

/// Nothing but what is in the page itself, not even from this machine: a name that looks like a script is none.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(digest(&SHA256, text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn more(number: u64) -> Option<String> {
    (number > 0).then(|| grouped(number))
}
