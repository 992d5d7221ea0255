//! What the rows of a results file tell as a whole: counts, times, and the rows that need a person. However long the
//! file is, it takes no more memory than a page can show.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::words::kind;
use crate::input::{Columns, ResultsRow};
use crate::language::Text;
use crate::model::{ErrorCode, Operation, RetryOutcome, Status, one_line};
use crate::results::advice::advice;

/// The rows that are shown; the others are counted.
pub(super) const MOST_ROWS: usize = 2_000;
/// The groups of rows that are kept apart: there are no more statuses and codes than this but in a file that is none of ours.
const MOST_GROUPS: usize = 500;
/// The columns of the input that are shown beside the id.
const MOST_NAMES: usize = 3;
/// The longest text of a cell that is shown.
const LONGEST: usize = 300;
/// Parts of the names of columns that help to know a person.
const NAME_LIKE: [&str; 12] = [
    "name",
    "姓名",
    "名字",
    "名称",
    "mail",
    "邮箱",
    "department",
    "部门",
    "employee",
    "工号",
    "mobile",
    "手机",
];

#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) rows: u64,
    /// Rows whose pre-hire is as it was to be.
    pub(crate) successes: u64,
    /// Rows by status; `None` for a word that is none of ours.
    pub(crate) by_status: BTreeMap<Option<Status>, u64>,
    /// Rows by what their calls came to: the column `retry_outcome`, empty where nothing was sent.
    pub(crate) by_retry_outcome: BTreeMap<Option<RetryOutcome>, u64>,
    pub(crate) attempts: u64,
    pub(crate) most_attempts: u64,
    /// What a person has to do, by status and code.
    pub(crate) groups: BTreeMap<(Option<Status>, String), Group>,
    /// The first rows that need a person.
    pub(crate) people: Vec<PersonRow>,
    /// The first call, and the time of the last answer.
    pub(crate) span: Option<(Timestamp, Timestamp)>,
    names: Vec<usize>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) rows: u64,
    /// What the first of them says is to be done.
    pub(crate) advice: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PersonRow {
    /// Its line in the input.
    pub(crate) row: String,
    pub(crate) id: String,
    /// The cells that help to know the person.
    pub(crate) names: Vec<String>,
    /// The status, if it is a word of ours.
    pub(crate) status: Option<Status>,
    pub(crate) word: String,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) advice: String,
}

impl PersonRow {
    /// The colour of its status.
    pub(super) const fn kind(&self) -> &'static str {
        kind(self.status)
    }
}

impl Facts {
    /// Nothing yet, of a file with these columns.
    pub(crate) fn of(columns: &Columns) -> Self {
        let is_name = |index: &usize| {
            let name = columns.name(*index).to_lowercase();
            *index != columns.id() && NAME_LIKE.iter().any(|part| name.contains(part))
        };
        let names = (0..columns.passed_through()).filter(is_name).take(MOST_NAMES).collect();
        Facts { names, ..Facts::default() }
    }

    pub(crate) fn names(&self) -> &[usize] {
        &self.names
    }

    pub(crate) fn take(&mut self, row: ResultsRow<'_>) {
        let status = row.status();
        self.rows += 1;
        *self.by_status.entry(status).or_default() += 1;
        self.count_calls(row);
        if row.is_success() {
            self.successes += 1;
            return;
        }
        let shown = |column: &str| one_line(row.named(column).trim(), LONGEST);
        let key = (status, shown("error_code"));
        if self.groups.len() < MOST_GROUPS || self.groups.contains_key(&key) {
            let group = self.groups.entry(key).or_default();
            group.rows += 1;
            if group.advice.is_empty() {
                group.advice = shown("advice");
            }
        }
        if self.people.len() < MOST_ROWS {
            self.people.push(PersonRow {
                row: shown("row"),
                id: one_line(row.id_cell().trim(), LONGEST),
                names: self.names.iter().map(|index| one_line(row.input_cell(*index), LONGEST)).collect(),
                status,
                word: shown("status"),
                code: shown("error_code"),
                message: shown("error_message"),
                advice: shown("advice"),
            });
        }
    }

    pub(crate) const fn failures(&self) -> u64 {
        self.rows - self.successes
    }

    /// What was done to the rows, as far as their own words tell.
    pub(crate) fn operation(&self) -> Option<Operation> {
        Operation::ALL.into_iter().find(|operation| {
            [operation.done(), operation.done_before()]
                .into_iter()
                .any(|status| self.by_status.contains_key(&Some(status)))
        })
    }

    fn count_calls(&mut self, row: ResultsRow<'_>) {
        // A word that is none of ours is as good as none.
        let outcome = RetryOutcome::from_word(row.named("retry_outcome").trim());
        *self.by_retry_outcome.entry(outcome).or_default() += 1;
        let attempts = row.named("attempts").trim().parse::<u32>().map_or(0, u64::from);
        self.attempts += attempts;
        self.most_attempts = self.most_attempts.max(attempts);
        for column in ["first_sent_at", "settled_at"] {
            if let Ok(at) = row.named(column).trim().parse::<Timestamp>() {
                let (first, last) = self.span.unwrap_or((at, at));
                self.span = Some((first.min(at), last.max(at)));
            }
        }
    }
}

pub(super) fn known_advice(operation: Option<Operation>, status: Option<Status>, code: &str) -> Option<Text> {
    let code: Option<ErrorCode> = if code.is_empty() { None } else { Some(code.parse().ok()?) };
    Some(advice(operation?, status?, code)).filter(|advice| !advice.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{ColumnChoice, FileChoice, RESULT_COLUMNS, ResultsRows, Spool};

    /// What these rows tell: id, name, status, success, code.
    fn facts(rows: &[[&str; 5]]) -> Facts {
        let mut text = csv::Writer::from_writer(Vec::new());
        let header =
            ["pre_hire_id", "部门", "withdraw_reason", "Full Name"].into_iter().chain(RESULT_COLUMNS);
        text.write_record(header).expect("memory");
        for [id, name, status, success, code] in rows {
            let input = [id, "a", "b", name];
            let ours = ["2", status, success, code, "", "", "1", "", "", "", "mend it", "", ""];
            text.write_record(input.into_iter().chain(ours)).expect("memory");
        }
        let text = text.into_inner().expect("memory");
        let spool = Spool::copy_from(&text[..], "results", &FileChoice::default()).expect("a file");
        let mut rows = ResultsRows::of(&spool, &ColumnChoice::default()).expect("results");
        let mut facts = Facts::of(rows.columns());
        while let Some(row) = rows.read().expect("readable") {
            facts.take(row);
        }
        facts
    }

    #[test]
    fn rows_are_counted_and_those_without_success_are_kept() {
        let facts = facts(&[
            ["1", "Li", "withdrawn", "TRUE", ""],
            ["2", "Wu", "refused", "false", "1161129"],
            ["3", "He", "refused", "FALSE", "1161129"],
            ["4", "Xu", "verloren", "", ""],
        ]);
        assert_eq!((facts.rows, facts.successes, facts.failures()), (4, 1, 3));
        assert_eq!(facts.by_status[&Some(Status::Refused)], 2);
        assert_eq!(facts.by_status[&None], 1, "a word of nobody's");
        assert_eq!(facts.groups[&(Some(Status::Refused), "1161129".to_owned())].rows, 2);
        assert_eq!(facts.people[0].names, ["a", "Wu"], "what helps to know a person, and not the reason");
        assert_eq!(facts.operation(), Some(Operation::Withdraw));
    }

    #[test]
    fn what_was_done_is_told_by_words_of_success_alone() {
        let operation = |status| facts(&[["1", "Li", status, "true", ""]]).operation();
        assert_eq!(operation("already_withdrawn"), Some(Operation::Withdraw));
        assert_eq!(operation("already_active"), Some(Operation::Restore));
        assert_eq!(operation("refused"), None);
    }

    #[test]
    fn our_own_advice_is_known_and_no_other() {
        let known = |code| known_advice(Some(Operation::Withdraw), Some(Status::Refused), code);
        assert!(known("1161097").is_some() && known("").is_some());
        assert_eq!(known("a code of tomorrow"), None);
        assert_eq!(known_advice(None, Some(Status::Refused), "1161097"), None);
    }
}
