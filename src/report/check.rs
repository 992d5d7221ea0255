//! Owns what `check` and `--dry-run` say: counts, the first problems, what was found, and how long a run would take.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::summary::{counts, line};
use crate::error::Exit;
use crate::input::{Copied, FileFormat, Problem, Survey};
use crate::operation::Operation;
use crate::outcome::{ErrorCode, Status};
use crate::record::advice;
use crate::settings::{DEFAULT_BURST, Rate, in_words};

/// The report on one file.
#[derive(Debug)]
pub struct CheckReport<'a> {
    /// The name of the file.
    pub input: &'a str,
    /// What a run would do.
    pub operation: Operation,
    /// What one pass over it found.
    pub survey: &'a Survey,
    /// What was seen while it was copied.
    pub copied: &'a Copied,
    /// The allowance that a run would keep.
    pub rate: Rate,
}

impl CheckReport<'_> {
    /// How the process ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let survey = self.survey;
        let (sent, unsent) = (survey.sendable + survey.carried_over_rows(), survey.invalid_rows());
        let duplicates = u32::try_from(survey.duplicates.len()).unwrap_or(u32::MAX);
        // A repeated row is no row that can't be sent: it shares the fate of the first one.
        if sent + duplicates == survey.results() && unsent == 0 {
            Exit::Success
        } else {
            Exit::SomeRowsFailed
        }
    }

    fn by_status(&self) -> BTreeMap<Status, u32> {
        let duplicates = u32::try_from(self.survey.duplicates.len()).unwrap_or(u32::MAX);
        let own = [
            (Status::NotAttempted, self.survey.sendable),
            (Status::Invalid, self.survey.invalid_rows()),
            (Status::Duplicate, duplicates),
        ];
        let mut by_status = self.survey.carried_over.clone();
        for (status, rows) in own.into_iter().filter(|(_, rows)| *rows > 0) {
            *by_status.entry(status).or_default() += rows;
        }
        by_status
    }

    fn by_error_code(&self) -> BTreeMap<ErrorCode, u32> {
        let mut codes = self.survey.invalid.clone();
        if let Ok(duplicates @ 1..) = u32::try_from(self.survey.duplicates.len()) {
            codes.insert(ErrorCode::DuplicateId, duplicates);
        }
        codes
    }

    fn duration(&self) -> std::time::Duration {
        self.rate.time_for(u64::from(self.survey.sendable), u64::from(DEFAULT_BURST.get()))
    }

    /// The invalid rows that are not among the problems shown, by what is wrong.
    fn problems_not_shown(&self) -> BTreeMap<ErrorCode, u32> {
        let mut rest = self.survey.invalid.clone();
        for (_, problem) in &self.survey.problems {
            rest.entry(problem.code).and_modify(|rows| *rows -= 1);
        }
        rest.retain(|_, rows| *rows > 0);
        rest
    }

    /// The table for people.
    #[must_use]
    pub fn text(&self) -> String {
        let survey = self.survey;
        let columns = &survey.columns;
        let mut text = String::new();
        line(&mut text, "file", self.input);
        self.add_format(&mut text);
        line(&mut text, "id column", columns.name(columns.id()));
        if self.operation == Operation::Withdraw {
            line(&mut text, "reason column", columns.reason().map_or("none", |index| columns.name(index)));
        }
        line(&mut text, "rows", &survey.results().to_string());
        if survey.left_out > 0 {
            line(&mut text, "left out by --only", &survey.left_out.to_string());
        }
        line(&mut text, "can be sent", &survey.sendable.to_string());
        let carried_over = survey.carried_over_rows();
        let duplicates = survey.duplicates.len();
        for (name, rows) in [("carried over", u64::from(carried_over)), ("duplicate", duplicates as u64)] {
            if rows > 0 {
                line(&mut text, name, &rows.to_string());
            }
        }
        for (code, rows) in &survey.invalid {
            line(&mut text, &code.to_string(), &rows.to_string());
        }
        if survey.cleaned_ids > 0 {
            let cleaned = format!("{} (of white space around them, or a leading ')", survey.cleaned_ids);
            line(&mut text, "ids cleaned", &cleaned);
        }
        let takes = match self.duration() {
            duration if duration.as_secs() == 0 => "less than a second".to_owned(),
            duration => format!("about {} at {}", in_words(duration), self.rate),
        };
        line(&mut text, "a run takes", &takes);
        line(&mut text, "digest", &survey.digest);
        self.add_problems(&mut text);
        text
    }

    fn add_problems(&self, text: &mut String) {
        for (line, problem) in &self.survey.problems {
            let repair = advice::of_unsent(Status::Invalid, problem.code);
            let _ = write!(text, "\nrow {line}: {problem}\n  {repair}\n");
        }
        let rest = self.problems_not_shown();
        if !rest.is_empty() {
            let more: u32 = rest.values().sum();
            let _ = write!(text, "\nand {more} more rows that can't be sent\n");
        }
        for (code, rows) in rest {
            line(text, &code.to_string(), &rows.to_string());
        }
    }

    fn add_format(&self, text: &mut String) {
        match &self.copied.format {
            FileFormat::Text { encoding, had_byte_order_mark, dialect } => {
                let mark = if *had_byte_order_mark { " with a byte order mark" } else { "" };
                line(text, "encoding", &format!("{encoding}{mark}"));
                line(text, "delimiter", &dialect.delimiter.to_string());
                line(text, "line ends", &dialect.line_end.to_string());
            }
            FileFormat::Workbook { kind, sheet } => {
                line(text, "workbook", &kind.to_string());
                line(text, "sheet", sheet);
            }
        }
    }

    fn format_json(&self) -> Value {
        match &self.copied.format {
            FileFormat::Text { encoding, had_byte_order_mark, dialect } => json!({
                "kind": "text",
                "encoding": encoding.to_string(),
                "byte_order_mark": had_byte_order_mark,
                "delimiter": dialect.delimiter.to_string(),
                "line_ends": dialect.line_end.to_string(),
            }),
            FileFormat::Workbook { kind, sheet } => json!({ "kind": kind.to_string(), "sheet": sheet }),
        }
    }

    /// The one object for scripts.
    #[must_use]
    pub fn json(&self) -> Value {
        let survey = self.survey;
        let columns = &survey.columns;
        let problem = |(line, problem): &(u64, Problem)| {
            json!({
                "row": line,
                "column": problem.column,
                "value": problem.value,
                "error_code": problem.code.to_string(),
                "error_message": problem.message,
                "advice": advice::of_unsent(Status::Invalid, problem.code),
            })
        };
        json!({
            "command": "check",
            "input": self.input,
            "format": self.format_json(),
            "id_column": columns.name(columns.id()),
            "reason_column": columns.reason().map(|index| columns.name(index)),
            "counts": counts(survey.results(), &self.by_status(), &self.by_error_code()),
            "can_be_sent": survey.sendable,
            "cleaned_ids": survey.cleaned_ids,
            "problems": survey.problems.iter().map(problem).collect::<Vec<_>>(),
            "rate": self.rate.to_string(),
            "estimated_seconds": self.duration().as_secs_f64().round(),
            "digest": survey.digest,
            "exit_code": self.exit().code(),
        })
    }
}
