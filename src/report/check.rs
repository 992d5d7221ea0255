//! What `check` and `--dry-run` say: counts, the first problems, what was found, and how long a run would take.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::preflight::{add_preflight, preflight_json};
use super::search_progress::SearchProgress;
use super::summary::counts;
use super::table::Table;
use crate::input::{Copied, FileFormat, Survey};
use crate::language::{Language, Text, text};
use crate::model::{DEFAULT_BURST, ErrorCode, Exit, Operation, Problem, Rate, Status, about};
use crate::preflight::PreflightReport;
use crate::results::advice;

#[derive(Debug)]
pub(crate) struct CheckReport<'a> {
    pub(crate) input: &'a str,
    pub(crate) operation: Operation,
    pub(crate) survey: &'a Survey,
    pub(crate) copied: &'a Copied,
    pub(crate) rate: Rate,
    pub(crate) online: Option<(&'a PreflightReport, &'a SearchProgress)>,
    pub(crate) language: Language,
}

impl CheckReport<'_> {
    pub(crate) fn exit(&self) -> Exit {
        let survey = self.survey;
        let (sent, unsent) = (survey.sendable + survey.carried_over_rows(), survey.invalid_rows());
        let duplicates = u32::try_from(survey.duplicates.len()).unwrap_or(u32::MAX);
        // A repeated row is no row that can't be sent: it shares the fate of the first one.
        let refused = self.online.map_or(0, |(report, _)| report.problems);
        if sent + duplicates == survey.results() && unsent == 0 && refused == 0 {
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

    pub(crate) fn text(&self) -> String {
        let survey = self.survey;
        let mut table = Table::new(self.language);
        table.line(text!("file"), Text::Plain(self.input.to_owned()));
        self.add_format(&mut table);
        self.add_columns(&mut table);
        table.count(text!("rows"), survey.results());
        let duplicates = u32::try_from(survey.duplicates.len()).unwrap_or(u32::MAX);
        table.count(text!("can be sent"), survey.sendable);
        for (name, rows) in [
            (text!("left out by --only"), survey.left_out),
            (text!("carried over"), survey.carried_over_rows()),
            (Text::Plain(Status::Duplicate.word().to_owned()), duplicates),
        ] {
            if rows > 0 {
                table.count(name, rows);
            }
        }
        for (code, rows) in &survey.invalid {
            table.count(Text::Plain(code.to_string()), rows);
        }
        if survey.cleaned_ids > 0 {
            let ids = survey.cleaned_ids;
            table.line(
                text!("ids cleaned"),
                text!("{ids} (white space around them, or a leading ', removed)", ids),
            );
        }
        table.line(text!("a run takes"), self.takes());
        // Scripts look for this name, so it is the same in every language.
        table.count(Text::Plain("digest".to_owned()), &survey.digest);
        self.add_problems(&mut table);
        add_preflight(&mut table, self.online, self.language);
        table.into_text()
    }

    fn takes(&self) -> Text {
        text!("{duration} at {rate}", duration => about(self.duration()), rate = self.rate)
    }

    fn add_columns(&self, table: &mut Table) {
        let columns = &self.survey.columns;
        let named = |index| Text::Plain(columns.name(index).to_owned());
        table.line(text!("id column"), named(columns.id()));
        if self.operation == Operation::Withdraw {
            table.line(text!("reason column"), columns.reason().map_or_else(|| text!("none"), named));
        }
    }

    fn add_problems(&self, table: &mut Table) {
        for (row, problem) in &self.survey.problems {
            let repair = advice::of_unsent(Status::Invalid, problem.code);
            table.gap();
            table.say(text!("row {row}: {problem}\n  {repair}", row, problem => problem.message.clone(), repair => repair));
        }
        let rest = self.problems_not_shown();
        if !rest.is_empty() {
            let more: u32 = rest.values().sum();
            table.gap();
            table.say(text!("and {more} more {more|row|rows} that can't be sent", more));
        }
        for (code, rows) in rest {
            table.count(Text::Plain(code.to_string()), rows);
        }
    }

    fn add_format(&self, table: &mut Table) {
        match &self.copied.format {
            FileFormat::Text { encoding, had_byte_order_mark, dialect } => {
                let encoding = if *had_byte_order_mark {
                    text!("{encoding} with a byte order mark", encoding)
                } else {
                    Text::Plain(encoding.to_string())
                };
                table.line(text!("encoding"), encoding);
                table.count(text!("delimiter"), dialect.delimiter);
                table.count(text!("line endings"), dialect.line_end);
            }
            FileFormat::Workbook { kind, sheet } => {
                table.count(text!("workbook"), kind);
                table.count(text!("sheet"), sheet);
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

    pub(crate) fn json(&self) -> Value {
        let survey = self.survey;
        let columns = &survey.columns;
        let problem = |(line, problem): &(u64, Problem)| {
            json!({
                "row": line,
                "column": problem.column,
                "value": problem.value,
                "error_code": problem.code.to_string(),
                "error_message": problem.message.in_language(self.language),
                "advice": advice::of_unsent(Status::Invalid, problem.code).in_language(self.language),
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
            "online": preflight_json(self.online),
            "exit_code": self.exit().code(),
        })
    }
}
