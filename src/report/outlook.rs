//! Owns what was seen of the rows before the first call: counts by stage, the first rows, and those that would be refused.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::grid::grid;
use super::table::Table;
use crate::language::{Language, Text, text};
use crate::model::{Operation, PreHire};
use crate::preflight::{Prospect, SeenRow};

/// How many rows are shown that are as one hopes.
const SHOWN_FIRST: usize = 5;
/// How many rows are named that are not.
const SHOWN_PROBLEMS: usize = 20;

/// The rows that were looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    operation: Operation,
    rows: u32,
    by_stage: BTreeMap<String, u32>,
    not_visible: u32,
    stage_hidden: u32,
    problems: u32,
    first: Vec<SeenRow>,
    first_problems: Vec<SeenRow>,
}

impl Outlook {
    /// Nothing was looked up yet.
    #[must_use]
    pub const fn new(operation: Operation) -> Self {
        Outlook {
            operation,
            rows: 0,
            by_stage: BTreeMap::new(),
            not_visible: 0,
            stage_hidden: 0,
            problems: 0,
            first: Vec::new(),
            first_problems: Vec::new(),
        }
    }

    /// What the rows are for.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// Takes a row.
    pub fn note(&mut self, row: SeenRow) {
        self.rows += 1;
        match (row.prospect, row.pre_hire.as_ref().and_then(|pre_hire| pre_hire.stage.as_ref())) {
            (Prospect::NotVisible, _) => self.not_visible += 1,
            (_, Some(stage)) => *self.by_stage.entry(stage.to_string()).or_default() += 1,
            (_, None) => self.stage_hidden += 1,
        }
        if row.prospect.is_problem() {
            self.problems += 1;
            keep_first(&mut self.first_problems, &row, SHOWN_PROBLEMS);
        }
        keep_first(&mut self.first, &row, SHOWN_FIRST);
    }

    /// How many rows were looked up.
    #[must_use]
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// How many of them are not visible, or not in a stage in which it can be done, as far as can be seen.
    #[must_use]
    pub const fn problems(&self) -> u32 {
        self.problems
    }

    /// The counts, one line each.
    #[must_use]
    pub fn counts(&self, language: Language) -> String {
        let mut table = Table::new(language);
        for (stage, rows) in &self.by_stage {
            table.count(Text::Plain(stage.clone()), rows);
        }
        for (name, rows) in
            [(text!("not visible"), self.not_visible), (text!("stage not shown"), self.stage_hidden)]
        {
            if rows > 0 {
                table.count(name, rows);
            }
        }
        table.into_text()
    }

    /// The first rows, as a grid of at most 80 places.
    #[must_use]
    pub fn first_rows(&self, language: Language) -> String {
        shown(&self.first, language)
    }

    /// The rows that would be refused, as far as they are named, and how many more there are.
    #[must_use]
    pub fn problem_rows(&self, language: Language) -> String {
        let mut text = shown(&self.first_problems, language);
        if let Some(rest) = self.rest() {
            let _ = writeln!(text, "  {}", rest.in_language(language));
        }
        text
    }

    /// The same without names, for standard error and logs.
    #[must_use]
    pub fn problem_lines(&self) -> Text {
        let rows = self.first_problems.iter().map(|row| {
            let why = stage_or_why(row);
            text!("row {row}: {problem}", row = row.line, problem => why)
        });
        let lines = rows.chain(self.rest());
        lines
            .reduce(|lines, line| text!("{lines}\n  {line}", lines => lines, line => line))
            .unwrap_or_default()
    }

    fn rest(&self) -> Option<Text> {
        let more = self.problems as usize - self.first_problems.len();
        (more > 0).then(|| text!("and {more} more", more))
    }

    /// The same for scripts.
    #[must_use]
    pub fn json(&self) -> Value {
        let row = |row: &SeenRow| {
            let pre_hire = row.pre_hire.as_ref();
            json!({
                "row": row.line,
                "pre_hire_id": row.id,
                "name": pre_hire.and_then(|pre_hire| pre_hire.name.as_deref()),
                "stage": pre_hire.and_then(|pre_hire| pre_hire.stage.as_ref()).map(ToString::to_string),
                "onboarding_date": pre_hire.and_then(|pre_hire| pre_hire.onboarding_date.as_deref()),
                "work_email": pre_hire.and_then(|pre_hire| pre_hire.work_email.as_deref()),
                "prospect": row.prospect.word(),
            })
        };
        json!({
            "looked_up": self.rows,
            "by_stage": self.by_stage,
            "not_visible": self.not_visible,
            "stage_hidden": self.stage_hidden,
            "problems": self.problems,
            "first_rows": self.first.iter().map(row).collect::<Vec<_>>(),
            "problem_rows": self.first_problems.iter().map(row).collect::<Vec<_>>(),
        })
    }
}

/// Rows as a grid; without a column for e-mails where none is to be seen.
fn shown(rows: &[SeenRow], language: Language) -> String {
    let cells = |row: &SeenRow| {
        let of = |field: fn(&PreHire) -> &Option<String>| {
            row.pre_hire.as_ref().and_then(|pre_hire| field(pre_hire).clone()).unwrap_or_default()
        };
        [
            row.line.to_string(),
            of(|pre_hire| &pre_hire.name),
            stage_or_why(row).in_language(language),
            of(|pre_hire| &pre_hire.onboarding_date),
            of(|pre_hire| &pre_hire.work_email),
        ]
    };
    let header = [text!("row"), text!("name"), text!("stage"), text!("onboarding"), text!("work email")];
    let header = header.map(|name| name.in_language(language));
    let rows: Vec<[String; 5]> = rows.iter().map(cells).collect();
    if rows.iter().any(|row| !row[4].is_empty()) {
        return grid(header, [8, 20, 16, 10, 60], &rows);
    }
    let first_four = |[row, name, stage, date, _]: [String; 5]| [row, name, stage, date];
    let rows: Vec<[String; 4]> = rows.into_iter().map(first_four).collect();
    grid(first_four(header), [8, 32, 20, 12], &rows)
}

fn stage_or_why(row: &SeenRow) -> Text {
    let stage = row.pre_hire.as_ref().and_then(|pre_hire| pre_hire.stage.as_ref());
    match (row.prospect, stage) {
        (Prospect::NotVisible, _) => text!("not visible"),
        (_, Some(stage)) => Text::Plain(stage.to_string()),
        (_, None) => text!("not shown"),
    }
}

/// Keeps the first rows in the order of the file, in whichever order they come.
fn keep_first(rows: &mut Vec<SeenRow>, row: &SeenRow, most: usize) {
    let place = rows.partition_point(|known| known.line < row.line);
    if place < most {
        rows.insert(place, row.clone());
        rows.truncate(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PreHireId, Stage};

    fn row(line: u64, stage: Option<&str>, name: Option<&str>) -> SeenRow {
        let id = PreHireId::parse(&line.to_string(), true).expect("an id");
        let pre_hire = name.map(|name| PreHire {
            id,
            name: Some(name.to_owned()),
            stage: stage.map(Stage::from_word),
            onboarding_date: Some("2026-03-01".to_owned()),
            work_email: Some(format!("{line}@example.com")),
        });
        SeenRow { line, id, prospect: Prospect::of(Operation::Withdraw, pre_hire.as_ref(), false), pre_hire }
    }

    fn outlook() -> Outlook {
        let mut outlook = Outlook::new(Operation::Withdraw);
        outlook.note(row(2, Some("preboarding"), Some("张伟")));
        outlook.note(row(3, Some("completed"), Some("Li")));
        outlook.note(row(4, None, None));
        outlook.note(row(5, None, Some("Wang")));
        (6..40).for_each(|line| outlook.note(row(line, Some("withdrawn"), Some("Liu"))));
        outlook
    }

    #[test]
    fn every_row_is_counted_once_and_the_first_ones_are_shown() {
        let outlook = outlook();
        assert_eq!((outlook.rows(), outlook.problems()), (38, 37));
        let counts = outlook.counts(Language::English);
        for expected in [
            "preboarding        1",
            "completed          1",
            "withdrawn          34",
            "not visible        1",
            "stage not shown    1",
        ] {
            assert!(counts.contains(expected), "{counts}");
        }
        let first = outlook.first_rows(Language::English);
        assert_eq!(first.lines().count(), 1 + SHOWN_FIRST, "{first}");
        assert!(first.contains("2    张伟  preboarding  2026-03-01  2@example.com"), "{first}");
        let problems = outlook.problem_rows(Language::English);
        assert_eq!(problems.lines().count(), 1 + SHOWN_PROBLEMS + 1, "{problems}");
        assert!(problems.ends_with("  and 17 more\n"), "{problems}");
        assert!(
            outlook.first_rows(Language::Chinese).contains("行  姓名"),
            "{}",
            outlook.first_rows(Language::Chinese)
        );
    }

    #[test]
    fn a_row_that_comes_late_stands_in_its_place() {
        let mut late = Outlook::new(Operation::Withdraw);
        (6..40).rev().for_each(|line| late.note(row(line, Some("withdrawn"), Some("Liu"))));
        for one in [row(5, None, Some("Wang")), row(3, Some("completed"), Some("Li")), row(4, None, None)] {
            late.note(one);
        }
        late.note(row(2, Some("preboarding"), Some("张伟")));
        assert!(late == outlook());
    }

    #[test]
    fn what_goes_to_logs_has_no_names() {
        let lines = outlook().problem_lines().to_string();
        assert!(lines.starts_with("row 3: completed\n  row 4: not visible\n  row 5: not shown\n"), "{lines}");
        for name in ["张伟", "Li", "Wang", "@"] {
            assert!(!lines.contains(name), "{lines}");
        }
    }

    #[test]
    fn scripts_get_the_same() {
        let json = outlook().json();
        assert_eq!(json["looked_up"], 38);
        assert_eq!(json["by_stage"]["withdrawn"], 34);
        assert_eq!(json["first_rows"][0]["name"], "张伟");
        assert_eq!(json["problem_rows"][1]["prospect"], "not_visible");
        assert_eq!(json["problem_rows"].as_array().map(Vec::len), Some(SHOWN_PROBLEMS));
    }
}
