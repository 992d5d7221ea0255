//! The header: which column is the id, which the reason, and what the results' header looks like.

use super::records::Record;
use crate::language::text;
use crate::model::{Error, Operation, Result};

/// The columns that the results add, always in this order: scripts depend on it.
pub(crate) const RESULT_COLUMNS: [&str; 13] = [
    "row",
    "status",
    "success",
    "error_code",
    "error_message",
    "retry_outcome",
    "attempts",
    "http_status",
    "confirmed_by",
    "log_id",
    "advice",
    "first_sent_at",
    "settled_at",
];

/// The columns of every version's results, the newest first: a file that any of them wrote is ours.
const OUR_COLUMNS: [&[&str]; 1] = [&RESULT_COLUMNS];

/// The columns that stand before those, where pre-hires were looked up (contract, "Flags", `check`).
pub(crate) const LOOK_UP_COLUMNS: [&str; 3] = ["name", "stage", "onboarding_date"];

const ID_NAMES: [&str; 2] = ["prehireid", "待入职id"];
const REASON_NAMES: [&str; 4] = ["withdrawreason", "reason", "撤销原因", "原因"];

/// The names that were typed, where the columns are not to be found by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ColumnChoice {
    /// `--id-column`.
    pub(crate) id: Option<String>,
    /// `--reason-column`.
    pub(crate) reason: Option<String>,
}

impl ColumnChoice {
    /// Does one of these names, or more, look like the id column?
    pub(crate) fn finds_an_id<'n>(&self, names: impl Iterator<Item = &'n str>) -> bool {
        finds(names, self.id.as_deref(), &ID_NAMES)
    }

    /// Does one of these names, or more, look like the reason column?
    pub(crate) fn finds_a_reason<'n>(&self, names: impl Iterator<Item = &'n str>) -> bool {
        finds(names, self.reason.as_deref(), &REASON_NAMES)
    }
}

fn finds<'n>(mut names: impl Iterator<Item = &'n str>, choice: Option<&str>, known: &[&str]) -> bool {
    names.any(|name| is_candidate(name, choice, known))
}

fn is_candidate(name: &str, choice: Option<&str>, known: &[&str]) -> bool {
    match choice {
        Some(choice) => normalised(name) == normalised(choice),
        None => known.contains(&normalised(name).as_str()),
    }
}

/// How many rows may stand above the header before nobody looks for it any more.
pub(super) const ROWS_ABOVE_A_HEADER: usize = 20;

/// What the header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    names: Vec<String>,
    id: usize,
    reason: Option<usize>,
    /// The columns of ours that an input has which is a results file: those of the version that wrote it.
    earlier: &'static [&'static str],
    /// Do the results tell what was looked up?
    with_look_up: bool,
}

impl Columns {
    /// Finds the columns in the header. A restoration needs no reasons, but a results file.
    pub(crate) fn find(header: &Record, choice: &ColumnChoice, operation: Operation) -> Result<Columns> {
        Columns::find_among(header, choice, operation, &OUR_COLUMNS)
    }

    /// The same by a table of all columns that are ours.
    fn find_among(
        header: &Record,
        choice: &ColumnChoice,
        operation: Operation,
        ours: &[&'static [&'static str]],
    ) -> Result<Columns> {
        let names: Vec<String> = header.cells().map(str::to_owned).collect();
        let earlier = ours_at_the_end(&names, ours).unwrap_or_default();
        if operation == Operation::Restore && earlier.is_empty() {
            return Err(Error::invalid_input(text!(
                "this is not a results file: its header does not end with the result columns"
            ))
            .hint(text!("give a results file that prehire withdraw has written")));
        }
        let searched = &names[..names.len() - earlier.len()];
        let id = find_one(searched, choice.id.as_deref(), &ID_NAMES, "--id-column")?.ok_or_else(|| {
            Error::invalid_input(text!(
                "there is no column with pre-hire ids; the columns are: {names}",
                names = listed(searched)
            ))
            .hint(text!("name it pre_hire_id or 待入职ID, or give its name with --id-column NAME"))
        })?;
        let reason = match operation {
            Operation::Withdraw => {
                find_one(searched, choice.reason.as_deref(), &REASON_NAMES, "--reason-column")?
            }
            Operation::Restore => None,
        };
        if reason == Some(id) {
            return Err(Error::invalid_input(text!(
                "column \"{name}\" can't be both the id and the reason",
                name = names[id]
            )));
        }
        Ok(Columns { names, id, reason, earlier, with_look_up: false })
    }

    /// The place of the id column.
    pub(crate) const fn id(&self) -> usize {
        self.id
    }

    /// The place of the reason column, if there is one.
    pub(crate) const fn reason(&self) -> Option<usize> {
        self.reason
    }

    /// How many cells a row may have.
    pub(crate) fn width(&self) -> usize {
        self.names.len()
    }

    /// The name of a column.
    pub(crate) fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    /// The column names of the input.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Is the input itself a results file of ours?
    pub(crate) const fn is_results(&self) -> bool {
        !self.earlier.is_empty()
    }

    /// The same for results that tell what was looked up.
    pub(crate) fn with_look_up(self) -> Columns {
        Columns { with_look_up: true, ..self }
    }

    /// Do the results tell what was looked up?
    pub(crate) const fn tell_look_up(&self) -> bool {
        self.with_look_up
    }

    /// Where the columns of ours begin in an input that has them; else behind the last one.
    pub(crate) fn earlier_results(&self) -> usize {
        self.names.len() - self.earlier.len()
    }

    /// Where the input is a results file of ours: what a record says in one of our columns, if that version had it.
    pub(crate) fn earlier_cell<'r>(&self, record: &'r Record, column: &str) -> Option<&'r str> {
        let place = self.earlier.iter().position(|name| *name == column)?;
        Some(record.cell(self.earlier_results() + place))
    }

    /// How many of the input's columns pass through to the results: all, but those that are ours already.
    pub(crate) fn passed_through(&self) -> usize {
        let own = self.earlier_results();
        let before_look_up = own.saturating_sub(LOOK_UP_COLUMNS.len());
        let are_replaced = self.with_look_up
            && self.is_results()
            && self.names[before_look_up..own] == LOOK_UP_COLUMNS
            && self.id < before_look_up
            && self.reason.is_none_or(|reason| reason < before_look_up);
        if are_replaced { before_look_up } else { own }
    }

    /// The header of the results. A column of the input that has one of our names becomes `input_NAME`.
    pub(crate) fn results_header(&self) -> impl Iterator<Item = String> + '_ {
        let looked_up = if self.with_look_up { &LOOK_UP_COLUMNS[..] } else { &[] };
        let is_ours = |name: &str| RESULT_COLUMNS.contains(&name) || looked_up.contains(&name);
        let passed = self.names[..self.passed_through()]
            .iter()
            .map(move |name| if is_ours(name) { format!("input_{name}") } else { name.clone() });
        passed.chain(looked_up.iter().chain(&RESULT_COLUMNS).map(ToString::to_string))
    }
}

/// Does a header end with the columns of our results?
pub(crate) fn ends_with_ours<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    ours_at_the_end(&names.collect::<Vec<_>>(), &OUR_COLUMNS).is_some()
}

/// The columns of ours with which a header ends, behind one of its own at least.
fn ours_at_the_end(
    names: &[impl AsRef<str>],
    ours: &[&'static [&'static str]],
) -> Option<&'static [&'static str]> {
    ours.iter().copied().find(|ours| {
        let own = names.len().saturating_sub(ours.len());
        own > 0 && names[own..].iter().map(AsRef::as_ref).eq(ours.iter().copied())
    })
}

/// Column names are matched without case, spaces, `-` and `_`.
fn normalised(name: &str) -> String {
    name.chars()
        .filter(|character| !crate::model::is_blank(*character) && !matches!(character, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

fn find_one(names: &[String], choice: Option<&str>, known: &[&str], flag: &str) -> Result<Option<usize>> {
    if let Some(choice) = choice
        && let [only] = matching(names, |name| name == choice)[..]
    {
        return Ok(Some(only));
    }
    let found = matching(names, |name| is_candidate(name, choice, known));
    match (found.as_slice(), choice) {
        ([only], _) => Ok(Some(*only)),
        ([], None) => Ok(None),
        ([], Some(choice)) => Err(Error::invalid_input(text!(
            "there is no column \"{choice}\"; the columns are: {names}",
            choice,
            names = listed(names)
        ))
        .hint(text!("give {flag} one of these names", flag))),
        (several, _) => {
            let candidates = several.iter().map(|index| {
                text!("\"{name}\" (column {number})", name = names[*index].trim(), number = index + 1)
            });
            let candidates = candidates
                .reduce(|first, other| text!("{first} and {other}", first => first, other => other));
            let candidates = candidates.unwrap_or_default();
            let hint = text!("rename all but one, or choose one by its exact name with {flag} NAME", flag);
            let message = text!("{candidates} could be the same column", candidates => candidates);
            Err(Error::invalid_input(message).hint(hint))
        }
    }
}

fn matching(names: &[String], is_wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    (0..names.len()).filter(|index| is_wanted(&names[*index])).collect()
}

fn listed(names: &[String]) -> String {
    const MOST: usize = 30;
    let quoted: Vec<String> =
        names.iter().take(MOST).map(|name| format!("\"{}\"", crate::model::one_line(name, 60))).collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    format!("{}{more}", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Layout, RecordReader};

    fn find(header: &str, choice: &ColumnChoice) -> Result<Columns> {
        let mut reader = RecordReader::new(header.as_bytes(), Layout::default());
        Columns::find(reader.read().expect("readable").expect("a header"), choice, Operation::Withdraw)
    }

    fn found(header: &str) -> (usize, Option<usize>) {
        let columns = find(header, &ColumnChoice::default()).expect("a good header");
        (columns.id(), columns.reason())
    }

    #[test]
    fn finds_the_columns_in_both_languages() {
        assert_eq!(found("pre_hire_id,withdraw_reason"), (0, Some(1)));
        assert_eq!(found("Reason,name,Pre-Hire ID"), (2, Some(0)));
        assert_eq!(found("姓名,待入职ID,撤销原因"), (1, Some(2)));
        assert_eq!(found("待入职 id,原因"), (0, Some(1)));
        assert_eq!(found("PREHIREID"), (0, None));
    }

    #[test]
    fn two_candidates_are_named() {
        let error = find("pre_hire_id,待入职ID,reason", &ColumnChoice::default()).expect_err("two ids");
        assert!(
            error
                .report(crate::language::Language::English)
                .contains("\"pre_hire_id\" (column 1) and \"待入职ID\" (column 2)"),
            "{error}"
        );
        assert!(find("pre_hire_id,reason,withdraw_reason", &ColumnChoice::default()).is_err());
        let error = find("name,reason", &ColumnChoice::default()).expect_err("no id");
        assert!(error.report(crate::language::Language::English).contains("\"name\", \"reason\""), "{error}");
    }

    #[test]
    fn a_choice_decides_by_its_exact_name_first() {
        let choice = |id: &str| ColumnChoice { id: Some(id.to_owned()), reason: None };
        assert_eq!(find("ID,id,reason", &choice("id")).map(|columns| columns.id()).ok(), Some(1));
        assert_eq!(
            find("a,Employee No,reason", &choice("employee_no")).map(|columns| columns.id()).ok(),
            Some(1)
        );
        assert!(find("a,reason", &choice("b")).is_err());
    }

    #[test]
    fn our_names_in_the_input_get_a_prefix_or_are_replaced() {
        let header = |text: &str| -> Vec<String> {
            find(text, &ColumnChoice::default()).expect("a header").results_header().collect()
        };
        assert_eq!(
            header("pre_hire_id,status,reason")[..4],
            ["pre_hire_id", "input_status", "reason", "row"]
        );
        let ours = format!("pre_hire_id,reason,{}", RESULT_COLUMNS.join(","));
        assert_eq!(header(&ours).len(), 2 + RESULT_COLUMNS.len());
    }

    #[test]
    fn what_was_looked_up_has_columns_of_its_own_which_are_replaced_when_they_are_looked_up_again() {
        let columns = |text: &str, reason: Option<&str>| {
            let choice = ColumnChoice { id: None, reason: reason.map(str::to_owned) };
            find(text, &choice).expect("a header").with_look_up()
        };
        let header = |text: &str| columns(text, None).results_header().collect::<Vec<_>>().join(",");
        let ours = format!("name,stage,onboarding_date,{}", RESULT_COLUMNS.join(","));
        assert_eq!(header("pre_hire_id,reason"), format!("pre_hire_id,reason,{ours}"));
        assert_eq!(
            header("pre_hire_id,name,stage,onboarding_date,withdraw_reason"),
            format!("pre_hire_id,input_name,input_stage,input_onboarding_date,withdraw_reason,{ours}"),
            "a list of find"
        );
        let again = format!("pre_hire_id,reason,{ours}");
        assert_eq!(header(&again), again);
        let without = find(&again, &ColumnChoice::default()).expect("a header");
        assert_eq!((without.passed_through(), without.earlier_results()), (5, 5), "a run keeps them");
        let odd = columns(&format!("pre_hire_id,{ours}"), Some("stage"));
        assert_eq!((odd.passed_through(), odd.earlier_results()), (4, 4), "the reason is no column of ours");
    }

    #[test]
    fn a_restoration_needs_a_results_file_and_no_reasons() {
        let restore = |header: &str| {
            let mut reader = RecordReader::new(header.as_bytes(), Layout::default());
            let header = reader.read().expect("readable").expect("a header");
            Columns::find(header, &ColumnChoice::default(), Operation::Restore)
        };
        let ours = RESULT_COLUMNS.join(",");
        let columns = restore(&format!("reason,pre_hire_id,withdraw_reason,{ours}")).expect("results");
        assert_eq!((columns.id(), columns.reason(), columns.passed_through()), (1, None, 3));
        for other in ["pre_hire_id,reason".to_owned(), format!("pre_hire_id,{ours},more"), ours] {
            assert_eq!(restore(&other).expect_err("not a results file").exit().code(), 2, "{other}");
        }
    }

    #[test]
    fn a_new_column_disowns_no_file_and_is_read_by_its_name() {
        // What a later version could write: a column more in their midst, and one behind them.
        const NEWER: [&str; 5] = ["row", "tenant", "status", "success", "seal"];
        const OLDER: [&str; 3] = ["row", "status", "success"];
        let table: [&[&str]; 2] = [&NEWER, &OLDER];
        let read = |text: &str, column: &str| {
            let mut reader = RecordReader::new(text.as_bytes(), Layout::default());
            let header = reader.read().expect("readable").expect("a header");
            let columns = Columns::find_among(header, &ColumnChoice::default(), Operation::Restore, &table);
            let columns = columns.expect("results of ours");
            let record = reader.read().expect("readable").expect("a row");
            (columns.passed_through(), columns.earlier_cell(record, column).map(str::to_owned))
        };
        let newer = format!("name,pre_hire_id,{}\nWang,7,2,t1,withdrawn,true,ab12\n", NEWER.join(","));
        let older = format!("name,pre_hire_id,{}\nWang,7,2,withdrawn,true\n", OLDER.join(","));
        for text in [&newer, &older] {
            assert_eq!(read(text, "status"), (2, Some("withdrawn".to_owned())));
            assert_eq!(read(text, "success"), (2, Some("true".to_owned())));
        }
        assert_eq!(read(&newer, "seal"), (2, Some("ab12".to_owned())));
        assert_eq!(read(&older, "seal"), (2, None));
        let names: Vec<&str> = older.lines().next().expect("a header").split(',').collect();
        assert_eq!(ours_at_the_end(&names, &table), Some(&OLDER[..]));
        assert_eq!(ours_at_the_end(&names[2..], &table), None, "nothing of its own");
    }
}
