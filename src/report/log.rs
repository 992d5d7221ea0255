//! Standard error: whatever stands there was said through a [`Log`], as text for people or as JSON for collectors.
//!
//! Rows are named by their line: no id, name or reason is ever in a log.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressDrawTarget};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::LogFormat;
use crate::language::{Language, Text, text};
use crate::model::{Error, Exit};
use crate::results::cells::rfc_3339;
use crate::settings::{Detail, LogSettings};
use crate::store::clock;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

/// Something to say: a message, and values that a collector can search for.
#[derive(Clone, Debug)]
pub(crate) struct LogLine {
    level: Level,
    message: Text,
    text: Option<Text>,
    fields: Map<String, Value>,
}

impl LogLine {
    /// A line that reads the same in both forms.
    pub(crate) fn new(level: Level, message: Text) -> Self {
        LogLine { level, message, text: None, fields: Map::new() }
    }

    /// A warning, which text calls so.
    pub(crate) fn warning(message: Text) -> Self {
        let text = text!("warning: {warning}", warning => message.clone());
        LogLine::new(Level::Warn, message).shown_as(text)
    }

    pub(crate) fn error(error: &Error, language: Language) -> Self {
        LogLine::new(Level::Error, Text::plain(error.message(language)))
            .field("hint", error.hint_text(language))
            .field("exit_code", error.exit().code())
            .shown_as(Text::plain(error.report(language)))
    }

    /// A command line that can't be understood: its first paragraph says what is wrong, the rest what is right.
    pub(crate) fn usage(told: &str) -> Self {
        let told = told.trim();
        let (message, hint) = told.split_once("\n\n").unwrap_or((told, ""));
        LogLine::new(Level::Error, Text::plain(message.trim_start_matches("error: ")))
            .field("hint", hint)
            .field("exit_code", Exit::Usage.code())
            .shown_as(Text::plain(told))
    }

    /// Adds a value for the form of JSON; nothing if there is none.
    pub(crate) fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.fields.insert(name.to_owned(), value);
        }
        self
    }

    /// Reads otherwise as text.
    pub(crate) fn shown_as(self, text: Text) -> Self {
        LogLine { text: Some(text), ..self }
    }

    pub(super) fn as_text(&self, language: Language) -> String {
        self.text.as_ref().unwrap_or(&self.message).in_language(language)
    }

    pub(super) fn as_json(&self, language: Language, at: Timestamp, time_zone: &TimeZone) -> String {
        #[derive(Serialize)]
        struct JsonLine<'a> {
            time: String,
            level: Level,
            message: String,
            #[serde(flatten)]
            fields: &'a Map<String, Value>,
        }
        let time = rfc_3339(at, time_zone);
        let message = self.message.in_language(language);
        let line = JsonLine { time, level: self.level, message, fields: &self.fields };
        serde_json::to_string(&line).expect("texts and numbers are JSON")
    }
}

/// Standard error. Clones write to the same place.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    settings: LogSettings,
    time_zone: TimeZone,
    bar: Option<ProgressBar>,
}

impl Log {
    /// Standard error, without a bar on it; times are those of a zone.
    pub(crate) const fn new(settings: LogSettings, time_zone: TimeZone) -> Self {
        Log { settings, time_zone, bar: None }
    }

    /// The same place with a bar below the lines.
    pub(super) fn with_bar(self, rows: u64) -> (Self, ProgressBar) {
        let bar = ProgressBar::with_draw_target(Some(rows), ProgressDrawTarget::stderr());
        (Log { bar: Some(bar.clone()), ..self }, bar)
    }

    /// The same place, spoken to in another language.
    pub(crate) fn with_language(self, language: Language) -> Self {
        Log { settings: LogSettings { language, ..self.settings }, ..self }
    }

    pub(crate) const fn language(&self) -> Language {
        self.settings.language
    }

    pub(crate) fn error(&self, error: &Error) {
        self.always(&LogLine::error(error, self.settings.language));
    }

    pub(crate) fn is_json(&self) -> bool {
        self.settings.format == LogFormat::Json
    }

    /// Says something, whatever was typed about silence.
    pub(crate) fn always(&self, line: &LogLine) {
        let language = self.settings.language;
        let line = match self.settings.format {
            LogFormat::Text => line.as_text(language),
            LogFormat::Json => line.as_json(language, clock::now(), &self.time_zone),
        };
        match &self.bar {
            Some(bar) if !bar.is_finished() => bar.println(line),
            _ => {
                // A standard error that is closed is no failure.
                let _ = writeln!(io::stderr(), "{line}");
            }
        }
    }

    /// Says something, unless `--quiet` was given.
    pub(crate) fn info(&self, line: &LogLine) {
        if self.settings.detail != Detail::None {
            self.always(line);
        }
    }

    /// Says something to those who asked for every detail.
    pub(crate) fn debug(&self, line: &LogLine) {
        if self.settings.detail == Detail::Every {
            self.always(line);
        }
    }

    /// Puts a question on a terminal. It is no line of the log, and may name people.
    pub(crate) fn ask(&self, question: &str) -> io::Result<()> {
        let mut terminal = io::stderr();
        terminal.write_all(question.as_bytes()).and_then(|()| terminal.flush())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn json_of(line: &LogLine) -> Value {
        let at: Timestamp = "2026-01-02T03:04:05.678Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        serde_json::from_str(&line.as_json(Language::English, at, &zone)).unwrap()
    }

    #[test]
    fn a_line_of_json_has_time_level_message_and_its_fields() {
        let line = LogLine::new(Level::Debug, Text::plain("row 7: \"refused\"\n"))
            .field("row", 7)
            .field("none", Value::Null);
        assert_eq!(
            json_of(&line),
            json!({
                "time": "2026-01-02T11:04:05.678+08:00",
                "level": "debug",
                "message": "row 7: \"refused\"\n",
                "row": 7,
            })
        );
        assert!(
            !line.as_json(Language::English, Timestamp::UNIX_EPOCH, &TimeZone::UTC).contains('\n'),
            "one line is one object"
        );
    }

    #[test]
    fn the_last_error_has_its_advice_and_its_exit_code() {
        let error = Error::locked(Text::plain("another run holds the journal")).hint(Text::plain("wait"));
        let line = LogLine::error(&error, Language::English);
        assert_eq!(line.as_text(Language::English), error.report(Language::English));
        let line = json_of(&line);
        assert_eq!(
            (&line["level"], &line["message"], &line["hint"], &line["exit_code"]),
            (&json!("error"), &json!("another run holds the journal"), &json!("wait"), &json!(75))
        );
    }

    #[test]
    fn text_calls_a_warning_so() {
        let line = LogLine::warning(Text::plain("anybody can read it"));
        assert_eq!(line.as_text(Language::English), "warning: anybody can read it");
        assert_eq!(json_of(&line)["message"], "anybody can read it");
    }
}
