//! The comparison of a results file with its record: what was found row by row, and what is to be said of it.

use serde_json::{Value, json};

use super::agreement::{COMPARED, Disagreement, Judgement};
use super::table::Table;
use crate::language::{Text, text};
use crate::model::{PreHireId, one_line};

const SHOWN_ID: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultsCheck {
    results: String,
    /// Does a run of the journal name them?
    is_named: bool,
    /// Has a later run begun that left none?
    is_overtaken: bool,
    rows: u64,
    agree: u64,
    claim_nothing: u64,
    from_before: u64,
    disagree: u64,
    first: Option<BadRow>,
    missing: u64,
    first_missing: Option<PreHireId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct BadRow {
    line: u64,
    id: String,
    what: Disagreement,
}

impl ResultsCheck {
    pub fn of(results: String, is_named: bool, is_overtaken: bool) -> Self {
        ResultsCheck {
            results,
            is_named,
            is_overtaken,
            rows: 0,
            agree: 0,
            claim_nothing: 0,
            from_before: 0,
            disagree: 0,
            first: None,
            missing: 0,
            first_missing: None,
        }
    }

    pub fn note(&mut self, line: u64, id: &str, judgement: Judgement) {
        self.rows += 1;
        match judgement {
            Judgement::Agrees => self.agree += 1,
            Judgement::ClaimsNothing => self.claim_nothing += 1,
            Judgement::FromBefore => self.from_before += 1,
            Judgement::Disagrees(what) => {
                self.disagree += 1;
                self.first.get_or_insert_with(|| BadRow { line, id: one_line(id, SHOWN_ID), what });
            }
        }
    }

    /// Notes a pre-hire that the run has settled, and that no row tells of.
    pub fn note_missing(&mut self, id: PreHireId) {
        self.missing += 1;
        self.first_missing.get_or_insert(id);
    }

    /// Do they agree with the record?
    pub const fn agrees(&self) -> bool {
        self.disagree == 0 && self.missing == 0
    }

    pub(super) fn add_to(&self, table: &mut Table) {
        table.count(text!("results"), &self.results);
        if !self.is_named {
            table.line(Text::default(), text!("No run in the journal names this file: was it renamed?"));
        }
        table.count(text!("rows"), self.rows);
        table.count(text!("agree"), self.agree);
        if self.claim_nothing > 0 {
            let rows = self.claim_nothing;
            table.line(text!("nothing done"), text!("{rows} (never called: nothing to compare)", rows));
        }
        if self.from_before > 0 {
            let rows = self.from_before;
            table.line(
                text!("from before"),
                text!("{rows} (carried over: their own journal proves them)", rows),
            );
        }
        if self.disagree > 0 {
            table.count(text!("disagree"), self.disagree);
        }
        if self.missing > 0 {
            let rows = self.missing;
            table.line(text!("missing"), text!("{rows} (settled, but not in the results)", rows));
        }
        self.add_first(table);
        if self.is_overtaken {
            table.gap();
            table.say(text!(
                "A later run has started, but has left no results.\nWhat it recorded is not compared."
            ));
        }
        table.gap();
        let (some, others) = (COMPARED[..6].join(", "), COMPARED[6..].join(", "));
        table.say(text!("Compared: {some},\n{others}", some, others));
    }

    fn add_first(&self, table: &mut Table) {
        let file = &self.results;
        if let Some(BadRow { line, id, what }) = &self.first {
            table.gap();
            table.say(
                text!("line {line} of {file}, pre-hire {id}:\n{what}", line, file, id, what => what.in_words()),
            );
        } else if let Some(id) = self.first_missing {
            table.gap();
            table.say(text!("no row of {file} is about pre-hire {id}", file, id));
        }
    }

    pub(super) fn json(&self) -> Value {
        let first = self.first.as_ref().map(|BadRow { line, id, what }| {
            json!({ "file": self.results, "line": line, "id": id, "what": what.in_words().to_string().replace('\n', " ") })
        });
        json!({
            "file": self.results,
            "agrees": self.agrees(),
            "named_by_journal": self.is_named,
            "overtaken": self.is_overtaken,
            "compared": COMPARED,
            "rows": self.rows,
            "agree": self.agree,
            "nothing_done": self.claim_nothing,
            "from_before": self.from_before,
            "disagree": self.disagree,
            "first_disagreement": first,
            "missing": self.missing,
            "first_missing": self.first_missing.map(|id| id.to_string()),
        })
    }
}
