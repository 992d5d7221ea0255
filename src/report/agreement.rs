//! Whether results agree with their record: which columns of a row count, what a spreadsheet may have changed in them
//! without changing what they say, and what was found in all rows.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::table::Table;
use crate::input::{RESULT_COLUMNS, ResultsRow};
use crate::language::{Text, text};
use crate::model::{Operation, Outcome, PreHireId, Status, one_line};
use crate::results::cells::{Locale, sent};

/// The columns that are compared. `row` is that of another file, once rows are sorted; `error_message` and `advice` are words
/// for people.
const COMPARED: [&str; 10] = [
    "status",
    "success",
    "error_code",
    "retry_outcome",
    "attempts",
    "http_status",
    "confirmed_by",
    "log_id",
    "first_sent_at",
    "settled_at",
];

/// The longest cell that is shown.
const SHOWN: usize = 70;
const SHOWN_ID: usize = 40;

/// What the record makes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowCheck {
    /// The record says the same.
    Agrees,
    /// Nothing was done, and the row says so: the record has nothing to say of it.
    ClaimsNothing,
    /// A success of an earlier results file, from before this record began: that file's journal proves it.
    FromBefore,
    /// It is not what the record says.
    Disagrees(Disagreement),
}

/// How a row is not what the record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Disagreement {
    /// A cell says something else.
    Cell {
        column: &'static str,
        results: String,
        journal: String,
    },
    /// It tells of something that the record does not know.
    UnknownClaim(Status),
    UnreadableId,
    /// Its status is no word of ours.
    UnreadableStatus,
}

impl Disagreement {
    pub(crate) fn in_words(&self) -> Text {
        match self {
            Disagreement::Cell { column, results, journal } => {
                let said = |cell: &str| match cell {
                    "" => text!("empty"),
                    cell => Text::Plain(format!("\"{cell}\"")),
                };
                text!("{column} is {results},\nand in the journal {journal}", column, results => said(results), journal => said(journal))
            }
            Disagreement::UnknownClaim(status) => {
                text!("it is \"{status}\", but the journal has no record of that", status = status.word())
            }
            Disagreement::UnreadableId => {
                text!("its id can't be read: a spreadsheet may have changed it")
            }
            Disagreement::UnreadableStatus => text!("its status is not one that prehire knows"),
        }
    }
}

/// Judges a row by what was recorded of its pre-hire, if anything was; the record `began` with its first run.
pub(crate) fn judge(row: ResultsRow<'_>, recorded: Option<&Outcome>, began: Option<Timestamp>) -> RowCheck {
    let Some(status) = row.status() else {
        return RowCheck::Disagrees(Disagreement::UnreadableStatus);
    };
    let is_of_its_own = !matches!(status, Status::Invalid | Status::Duplicate);
    if is_of_its_own && row.id().is_none() {
        return RowCheck::Disagrees(Disagreement::UnreadableId);
    }
    match (status, recorded) {
        (Status::Duplicate, Some(recorded)) => difference(row, recorded, &["success"]),
        (Status::Duplicate, None) if row.is_success() => RowCheck::FromBefore,
        (Status::Withdrawn | Status::AlreadyWithdrawn, _) if is_from_before(row, began) => {
            RowCheck::FromBefore
        }
        (_, Some(recorded)) if is_of_its_own => difference(row, recorded, &COMPARED),
        (Status::Invalid | Status::Duplicate | Status::NotAttempted, _) if claims_nothing(row) => {
            RowCheck::ClaimsNothing
        }
        (status, _) => RowCheck::Disagrees(Disagreement::UnknownClaim(status)),
    }
}

fn claims_nothing(row: ResultsRow<'_>) -> bool {
    let attempts = row.named("attempts").trim();
    !row.is_success() && (attempts.is_empty() || same_number(attempts, "0"))
}

/// Rows are carried over from an earlier results file, cells and all.
fn is_from_before(row: ResultsRow<'_>, began: Option<Timestamp>) -> bool {
    let settled_at = row.named("settled_at").trim().parse::<Timestamp>();
    row.is_success() && settled_at.is_ok_and(|settled_at| began.is_some_and(|began| settled_at < began))
}

fn difference(row: ResultsRow<'_>, recorded: &Outcome, columns: &[&'static str]) -> RowCheck {
    // The words of the columns that are compared are the same in every language and for every operation.
    let told = sent(row.line(), recorded, Operation::Withdraw, &Locale::utc());
    let places = RESULT_COLUMNS.iter().zip(&told).filter(|(name, _)| columns.contains(name));
    for (column, journal) in places {
        let (results, journal) = (row.named(column).trim(), journal.trim());
        if !says_the_same(column, results, journal) {
            let (results, journal) = (one_line(results, SHOWN), one_line(journal, SHOWN));
            return RowCheck::Disagrees(Disagreement::Cell { column, results, journal });
        }
    }
    RowCheck::Agrees
}

/// Does a cell say what was recorded, whatever a spreadsheet did to its form?
fn says_the_same(column: &str, results: &str, journal: &str) -> bool {
    results == journal
        || match column {
            "success" => results.eq_ignore_ascii_case(journal),
            "error_code" | "attempts" | "http_status" => same_number(results, journal),
            "first_sent_at" | "settled_at" => same_time(results, journal),
            "log_id" => is_rounded(results, journal),
            _ => false,
        }
}

fn same_number(one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    number(one).is_some_and(|one| number(other) == Some(one))
}

fn same_time(one: &str, other: &str) -> bool {
    let time = |text: &str| text.parse::<Timestamp>().ok();
    time(one).is_some_and(|one| time(other) == Some(one))
}

/// A log id that is made of digits alone comes back as `2.02607E+22`.
fn is_rounded(results: &str, journal: &str) -> bool {
    /// A spreadsheet shows at least so many digits of a long number.
    const FEWEST_DIGITS: usize = 4;
    let Some((mantissa, _)) = results.split_once(['E', 'e']) else { return false };
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let (Ok(shown), Ok(whole)) = (results.parse::<f64>(), journal.parse::<f64>()) else { return false };
    digits >= FEWEST_DIGITS && format!("{shown:.*e}", digits - 1) == format!("{whole:.*e}", digits - 1)
}

/// The comparison of a results file with its record: what was found row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResultsCheck {
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
    pub(crate) fn of(results: String, is_named: bool, is_overtaken: bool) -> Self {
        ResultsCheck { results, is_named, is_overtaken, ..ResultsCheck::default() }
    }

    pub(crate) fn note(&mut self, line: u64, id: &str, judgement: RowCheck) {
        self.rows += 1;
        match judgement {
            RowCheck::Agrees => self.agree += 1,
            RowCheck::ClaimsNothing => self.claim_nothing += 1,
            RowCheck::FromBefore => self.from_before += 1,
            RowCheck::Disagrees(what) => {
                self.disagree += 1;
                self.first.get_or_insert_with(|| BadRow { line, id: one_line(id, SHOWN_ID), what });
            }
        }
    }

    /// Notes a pre-hire that the run has settled, and that no row tells of.
    pub(crate) fn note_missing(&mut self, id: PreHireId) {
        self.missing += 1;
        self.first_missing.get_or_insert(id);
    }

    /// Do they agree with the record?
    pub(crate) const fn agrees(&self) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{ColumnChoice, FileChoice, ResultsRows, Spool};
    use crate::model::{ConfirmedBy, RetryOutcome};
    use crate::results::cells::{Cells, STATUS, SUCCESS};

    const ID: &str = "7345005664477775407";
    const SETTLED: &str = "2026-07-01T10:00:00.123+08:00";

    /// A row that was withdrawn, as the record has it.
    fn recorded() -> Outcome {
        let settled_at = SETTLED.parse().ok();
        Outcome {
            status: Status::Withdrawn,
            error_code: None,
            message: Text::default(),
            retry_outcome: Some(RetryOutcome::Recovered),
            attempts: 3,
            http_status: Some(200),
            confirmed_by: Some(ConfirmedBy::Reply),
            log_id: Some("20260701100000123456789".to_owned()),
            first_sent_at: settled_at,
            settled_at,
        }
    }

    /// The same in the results.
    fn cells() -> Cells {
        sent(2, &recorded(), Operation::Withdraw, &Locale::utc())
    }

    /// What is made of a row with these cells, against this record, which began an hour before the row was settled.
    fn judged(id: &str, cells: &Cells, recorded: Option<&Outcome>) -> RowCheck {
        let began = "2026-07-01T01:00:00Z".parse().ok();
        judged_since(id, cells, recorded, began)
    }

    fn judged_since(
        id: &str,
        cells: &Cells,
        recorded: Option<&Outcome>,
        began: Option<Timestamp>,
    ) -> RowCheck {
        let mut text = csv::Writer::from_writer(Vec::new());
        text.write_record(["pre_hire_id"].into_iter().chain(RESULT_COLUMNS)).expect("memory");
        text.write_record([id].into_iter().chain(cells.iter().map(String::as_str))).expect("memory");
        let text = text.into_inner().expect("memory");
        let spool = Spool::copy_from(&text[..], "results", &FileChoice::default()).expect("a file");
        let mut rows = ResultsRows::of(&spool, &ColumnChoice::default()).expect("results");
        judge(rows.read().expect("readable").expect("a row"), recorded, began)
    }

    fn with(column: &str, cell: &str) -> Cells {
        let mut cells = cells();
        cells[RESULT_COLUMNS.iter().position(|name| *name == column).expect("a column")] = cell.to_owned();
        cells
    }

    #[test]
    fn every_column_that_counts_is_compared_and_no_other() {
        for column in RESULT_COLUMNS {
            let changed = with(column, if column == "status" { "refused" } else { "something else" });
            let judgement = judged(ID, &changed, Some(&recorded()));
            match judgement {
                RowCheck::Agrees => assert!(!COMPARED.contains(&column), "{column}"),
                RowCheck::Disagrees(Disagreement::Cell { column: found, .. }) => assert_eq!(found, column),
                other => panic!("{column}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_a_spreadsheet_does_to_a_cell_changes_nothing() {
        for (column, cell) in [
            ("success", "TRUE"),
            ("attempts", "3.0"),
            ("http_status", " 200 "),
            ("settled_at", "2026-07-01T02:00:00.123Z"),
            ("log_id", "2.02607E+22"),
            ("status", "withdrawn "),
        ] {
            assert_eq!(
                judged(ID, &with(column, cell), Some(&recorded())),
                RowCheck::Agrees,
                "{column} {cell}"
            );
        }
        for (column, cell) in [
            ("success", "false"),
            ("attempts", "4"),
            ("attempts", ""),
            ("settled_at", "2026-07-01T10:00:01.123+08:00"),
            ("log_id", "2.02608E+22"),
            ("log_id", "20260701100000123456780"),
            ("error_code", "0"),
        ] {
            let judgement = judged(ID, &with(column, cell), Some(&recorded()));
            assert!(matches!(judgement, RowCheck::Disagrees(_)), "{column} {cell}");
        }
    }

    #[test]
    fn a_success_that_the_record_does_not_know_is_from_before_it_or_a_lie() {
        let began = |text: &str| text.parse().ok();
        let since = |began| judged_since(ID, &cells(), None, began);
        assert_eq!(since(began("2026-07-01T02:00:01Z")), RowCheck::FromBefore);
        let lie = RowCheck::Disagrees(Disagreement::UnknownClaim(Status::Withdrawn));
        assert_eq!(since(began("2026-07-01T02:00:00Z")), lie);
        assert_eq!(since(None), lie);
        for (column, cell) in [("settled_at", ""), ("success", "false")] {
            let judgement = judged_since(ID, &with(column, cell), None, began("2026-08-01T00:00:00Z"));
            assert_eq!(judgement, lie, "{column}");
        }
        // An undo carries nothing over.
        let judgement = judged_since(ID, &with("status", "restored"), None, began("2026-08-01T00:00:00Z"));
        assert!(matches!(judgement, RowCheck::Disagrees(_)));
    }

    #[test]
    fn only_a_row_that_was_never_called_may_be_unknown_to_the_record() {
        for status in Status::ALL {
            let mut cells = Cells::default();
            cells[STATUS] = status.word().to_owned();
            cells[SUCCESS] = "FALSE".to_owned();
            let never_called = matches!(status, Status::Invalid | Status::Duplicate | Status::NotAttempted);
            let claims_nothing = judged(ID, &cells, None) == RowCheck::ClaimsNothing;
            assert_eq!(claims_nothing, never_called, "{status:?}");
            cells[6] = "1".to_owned();
            assert!(matches!(judged(ID, &cells, None), RowCheck::Disagrees(_)), "{status:?} was called");
        }
    }

    #[test]
    fn a_duplicate_mirrors_what_the_record_says_of_its_pre_hire() {
        let mut duplicate = Cells::default();
        duplicate[STATUS] = "duplicate".to_owned();
        duplicate[SUCCESS] = "true".to_owned();
        assert_eq!(judged(ID, &duplicate, Some(&recorded())), RowCheck::Agrees);
        assert_eq!(judged(ID, &duplicate, None), RowCheck::FromBefore);
        duplicate[SUCCESS] = "false".to_owned();
        assert!(matches!(judged(ID, &duplicate, Some(&recorded())), RowCheck::Disagrees(_)));
        assert_eq!(judged("no id", &duplicate, None), RowCheck::ClaimsNothing);
    }

    #[test]
    fn what_can_not_be_read_is_no_agreement() {
        let judgement = judged("7.345E+18", &cells(), None);
        assert_eq!(judgement, RowCheck::Disagrees(Disagreement::UnreadableId));
        let judgement = judged(ID, &with("status", "done"), Some(&recorded()));
        assert_eq!(judgement, RowCheck::Disagrees(Disagreement::UnreadableStatus));
    }
}
