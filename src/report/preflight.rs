//! What is said of pre-hires that were looked up: before a run, and by `prehire find`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::log::{Level, LogLine};
use super::search_progress::SearchProgress;
use super::table::{Table, grid};
use crate::cli::Format;
use crate::language::{Language, Text, text};
use crate::model::PreHire;
use crate::preflight::{Eligibility, PreflightReport, PreflightRow};

impl PreflightReport {
    pub(crate) fn counts(&self, language: Language) -> String {
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
    pub(crate) fn first_rows(&self, language: Language) -> String {
        shown(&self.first, language)
    }

    /// The rows that would be refused, as far as they are named, and how many more there are.
    pub(crate) fn problem_rows(&self, language: Language) -> String {
        let mut text = shown(&self.first_problems, language);
        if let Some(rest) = self.rest() {
            let _ = writeln!(text, "  {}", rest.in_language(language));
        }
        text
    }

    /// The same without names, for standard error and logs.
    pub(crate) fn problem_lines(&self) -> Text {
        let rows = self.first_problems.iter().map(|row| {
            let why = stage_or_why(row);
            text!("row {row}: {problem}", row = row.row.line, problem => why)
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

    pub(crate) fn json(&self) -> Value {
        let row = |row: &PreflightRow| {
            let pre_hire = row.pre_hire.as_ref();
            json!({
                "row": row.row.line,
                "pre_hire_id": row.row.id,
                "name": pre_hire.and_then(|pre_hire| pre_hire.name.as_deref()),
                "stage": pre_hire.and_then(|pre_hire| pre_hire.stage.as_ref()).map(ToString::to_string),
                "onboarding_date": pre_hire.and_then(|pre_hire| pre_hire.onboarding_date.as_deref()),
                "work_email": pre_hire.and_then(|pre_hire| pre_hire.work_email.as_deref()),
                "prospect": row.eligibility.word(),
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
fn shown(rows: &[PreflightRow], language: Language) -> String {
    let cells = |row: &PreflightRow| {
        let of = |field: fn(&PreHire) -> &Option<String>| {
            row.pre_hire.as_ref().and_then(|pre_hire| field(pre_hire).clone()).unwrap_or_default()
        };
        [
            row.row.line.to_string(),
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

fn stage_or_why(row: &PreflightRow) -> Text {
    let stage = row.pre_hire.as_ref().and_then(|pre_hire| pre_hire.stage.as_ref());
    match (row.eligibility, stage) {
        (Eligibility::NotVisible, _) => text!("not visible"),
        (_, Some(stage)) => Text::Plain(stage.to_string()),
        (_, None) => text!("not shown"),
    }
}

/// What `check --online` says to people; nothing where nothing was looked up.
pub(super) fn add_preflight(
    table: &mut Table,
    online: Option<(&PreflightReport, &SearchProgress)>,
    language: Language,
) {
    let Some((report, progress)) = online else { return };
    table.gap();
    table.count(text!("looked up"), report.rows);
    table.add(&report.counts(language));
    table.line(text!("searches"), progress.words());
    if report.rows > 0 {
        table.gap();
        table.say(text!("the first rows"));
        table.add(&report.first_rows(language));
    }
    let rows = report.problems;
    if rows > 0 {
        table.gap();
        table.say(text!("{rows} {rows|row|rows} would be refused, or {rows|is|are} not visible", rows));
        table.add(&report.problem_rows(language));
    }
}

pub(super) fn preflight_json(online: Option<(&PreflightReport, &SearchProgress)>) -> Value {
    let Some((report, progress)) = online else { return Value::Null };
    let mut object = report.json();
    for (name, value) in progress.json() {
        object[name] = value;
    }
    object
}

/// What `prehire find` says at its end: how many were found, and what is to be known about the list.
#[derive(Debug)]
pub(crate) struct FoundReport<'a> {
    pub(crate) by_stage: &'a BTreeMap<String, u32>,
    /// How many were found, and are not what was asked for.
    pub(crate) left_out: u32,
    pub(crate) without_id: usize,
    /// How many ids end with so many zeros that `withdraw` takes them for damaged.
    pub(crate) round_ids: u32,
    pub(crate) limit_reached: bool,
    /// The list; `None` is standard output.
    pub(crate) list: Option<&'a Path>,
    pub(crate) progress: &'a SearchProgress,
    pub(crate) language: Language,
}

impl FoundReport<'_> {
    fn found(&self) -> u32 {
        self.by_stage.values().sum()
    }

    pub(crate) fn text(&self) -> String {
        let mut table = Table::new(self.language);
        for (stage, people) in self.by_stage {
            table.count(Text::Plain(stage.clone()), people);
        }
        let found = self.found();
        table.line(
            text!("found"),
            if self.limit_reached {
                text!("{found} (as many as --limit allows; there may be more)", found)
            } else {
                Text::Plain(found.to_string())
            },
        );
        if self.left_out > 0 {
            let people = self.left_out;
            table.line(
                text!("left out"),
                text!("{people} {people|person|people} who no longer {people|matches|match}", people),
            );
        }
        if self.without_id > 0 {
            let entries = self.without_id;
            table.line(text!("left out"), text!("{entries} {entries|entry|entries} without an id", entries));
        }
        table.line(text!("searches"), self.progress.words());
        if let Some(list) = self.list {
            table.count(text!("list"), list.display());
        }
        if self.round_ids > 0 {
            let ids = self.round_ids;
            table.gap();
            table.say(text!(
                "{ids} {ids|id ends|ids end} with zeros, as if rounded by a spreadsheet, but {ids|is|are} correct here:\nto withdraw {ids|this pre-hire|these pre-hires}, too, add --trust-ids.",
                ids
            ));
        }
        table.into_text()
    }

    /// The same for standard error, where standard output holds the list.
    pub(crate) fn line(&self, format: Format) -> LogLine {
        let shown = match format {
            Format::Text => self.text().trim_end().to_owned(),
            Format::Json => self.json().to_string(),
        };
        let line = LogLine::new(
            Level::Info,
            text!("{found} {found|pre-hire|pre-hires} found", found = self.found()),
        );
        let fields = self.json().as_object().cloned().unwrap_or_default().into_iter();
        fields.fold(line, |line, (name, value)| line.field(&name, value)).shown_as(Text::Plain(shown))
    }

    pub(crate) fn json(&self) -> Value {
        let mut object = Map::new();
        let counts = json!({
            "found": self.found(),
            "by_stage": self.by_stage,
            "left_out": self.left_out,
            "without_id": self.without_id,
            "round_ids": self.round_ids,
        });
        let list = self.list.map(|list| list.display().to_string());
        object.insert("command".to_owned(), json!("find"));
        object.insert("counts".to_owned(), counts);
        object.extend(self.progress.json().map(|(name, value)| (name.to_owned(), value)));
        object.insert("limit_reached".to_owned(), json!(self.limit_reached));
        object.insert("list".to_owned(), json!(list));
        object.insert("exit_code".to_owned(), json!(0));
        object.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Operation, PreHireId, Stage};
    use crate::plan::UpcomingRow;
    use crate::preflight::{FIRST_PROBLEMS, FIRST_ROWS};

    fn row(line: u64, stage: Option<&str>, name: Option<&str>) -> PreflightRow {
        let id = PreHireId::parse(&line.to_string(), true).expect("an id");
        let pre_hire = name.map(|name| PreHire {
            id,
            name: Some(name.to_owned()),
            stage: stage.map(Stage::from_word),
            onboarding_date: Some("2026-03-01".to_owned()),
            work_email: Some(format!("{line}@example.com")),
        });
        PreflightRow::new(UpcomingRow { line, id, was_in_doubt: false }, Operation::Withdraw, pre_hire)
    }

    fn looked_up() -> PreflightReport {
        let mut report = PreflightReport::new(Operation::Withdraw);
        report.note(row(2, Some("preboarding"), Some("张伟")));
        report.note(row(3, Some("completed"), Some("Li")));
        report.note(row(4, None, None));
        report.note(row(5, None, Some("Wang")));
        (6..40).for_each(|line| report.note(row(line, Some("withdrawn"), Some("Liu"))));
        report
    }

    #[test]
    fn every_row_is_counted_once_and_the_first_ones_are_shown() {
        let report = looked_up();
        assert_eq!((report.rows, report.problems), (38, 37));
        let counts = report.counts(Language::English);
        for expected in [
            "preboarding        1",
            "completed          1",
            "withdrawn          34",
            "not visible        1",
            "stage not shown    1",
        ] {
            assert!(counts.contains(expected), "{counts}");
        }
        let first = report.first_rows(Language::English);
        assert_eq!(first.lines().count(), 1 + FIRST_ROWS, "{first}");
        assert!(first.contains("2    张伟  preboarding  2026-03-01  2@example.com"), "{first}");
        let problems = report.problem_rows(Language::English);
        assert_eq!(problems.lines().count(), 1 + FIRST_PROBLEMS + 1, "{problems}");
        assert!(problems.ends_with("  and 17 more\n"), "{problems}");
        assert!(
            report.first_rows(Language::Chinese).contains("行  姓名"),
            "{}",
            report.first_rows(Language::Chinese)
        );
    }

    #[test]
    fn a_row_that_comes_late_stands_in_its_place() {
        let mut late = PreflightReport::new(Operation::Withdraw);
        (6..40).rev().for_each(|line| late.note(row(line, Some("withdrawn"), Some("Liu"))));
        for one in [row(5, None, Some("Wang")), row(3, Some("completed"), Some("Li")), row(4, None, None)] {
            late.note(one);
        }
        late.note(row(2, Some("preboarding"), Some("张伟")));
        assert!(late == looked_up());
    }

    #[test]
    fn what_goes_to_logs_has_no_names() {
        let lines = looked_up().problem_lines().to_string();
        assert!(lines.starts_with("row 3: completed\n  row 4: not visible\n  row 5: not shown\n"), "{lines}");
        for name in ["张伟", "Li", "Wang", "@"] {
            assert!(!lines.contains(name), "{lines}");
        }
    }

    #[test]
    fn scripts_get_the_same() {
        let json = looked_up().json();
        assert_eq!(json["looked_up"], 38);
        assert_eq!(json["by_stage"]["withdrawn"], 34);
        assert_eq!(json["first_rows"][0]["name"], "张伟");
        assert_eq!(json["problem_rows"][1]["prospect"], "not_visible");
        assert_eq!(json["problem_rows"].as_array().map(Vec::len), Some(FIRST_PROBLEMS));
    }
}
