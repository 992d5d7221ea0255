//! What standard error shows while pre-hires are looked up, and what was counted by then. No id and no name is shown.

use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::log::{Level, Log, LogLine};
use super::progress::{Display, held, ticket_asked_for, token_called};
use super::summary::{rounded, waits};
use crate::cli::LogFormat;
use crate::language::{Language, Text, text};
use crate::model::{Event, in_words};
use crate::send::search::{SearchEvent, SearchWatcher};
use crate::settings::{Detail, LogSettings, ProgressKind};

const TEMPLATE: &str = "{bar:40} {pos}/{len} {msg}";
const TEMPLATE_WITHOUT_END: &str = "{spinner} {pos} {msg}";

/// The display, and the counts behind it.
#[derive(Debug)]
pub(crate) struct SearchProgress {
    display: Display,
    /// How many there are to be, if that is known.
    of: Option<u32>,
    done: u64,
    calls: u64,
    token_calls: u64,
    throttled: u64,
    held: Duration,
}

impl SearchProgress {
    /// A display for so many pre-hires, if it is known how many they are.
    pub(crate) fn new(kind: ProgressKind, log: Log, of: Option<u32>) -> Self {
        let template = if of.is_some() { TEMPLATE } else { TEMPLATE_WITHOUT_END };
        let display = Display::new(kind, log, of.map_or(0, u64::from), template);
        SearchProgress { display, of, done: 0, calls: 0, token_calls: 0, throttled: 0, held: Duration::ZERO }
    }

    /// One that shows nothing.
    pub(crate) fn hidden() -> Self {
        let (format, detail, language) = (LogFormat::Text, Detail::None, Language::English);
        let log = Log::new(LogSettings { format, detail, language }, TimeZone::UTC);
        SearchProgress::new(ProgressKind::Never, log, None)
    }

    pub(crate) fn advance(&mut self, more: usize) {
        self.done += more as u64;
        if self.display.is_due() {
            let elapsed_seconds = self.display.started.elapsed().as_secs();
            let numbers =
                json!({ "looked_up": self.done, "of": self.of, "elapsed_seconds": elapsed_seconds });
            let line = self.line();
            self.display.show((self.done, text!("looked up")), line, numbers);
        }
    }

    fn line(&self) -> LogLine {
        let done = self.done;
        let said = match self.of {
            Some(of) => text!("{done}/{of} {of|pre-hire|pre-hires} looked up", done, of),
            None => text!("{done} {done|pre-hire|pre-hires} looked up", done),
        };
        let line = LogLine::new(Level::Info, said).field("looked_up", done).field("of", self.of);
        line.field("elapsed_seconds", self.display.started.elapsed().as_secs())
    }

    /// Takes the display off the screen, so that the summary stands alone.
    pub(crate) fn finish(&self) {
        self.display.finish();
    }

    /// The counts for people: calls and waits.
    pub(crate) fn words(&self) -> Text {
        let (calls, duration) = (self.calls, in_words(self.display.started.elapsed()));
        let words = text!("{calls} in {duration}", calls, duration => duration);
        if self.throttled == 0 {
            return words;
        }
        text!("{words}; {waits}", words => words, waits => waits(self.throttled, self.held))
    }

    /// The counts for scripts: the fields `calls`, `waits` and `duration_seconds`.
    pub(crate) fn json(&self) -> [(&'static str, Value); 3] {
        [
            ("calls", json!({ "searches": self.calls, "token": self.token_calls })),
            ("waits", json!({ "throttled": self.throttled, "seconds": rounded(self.held.as_secs_f64()) })),
            ("duration_seconds", json!(rounded(self.display.started.elapsed().as_secs_f64()))),
        ]
    }
}

impl SearchWatcher for SearchProgress {
    fn note(&mut self, event: SearchEvent) {
        match event {
            SearchEvent::Called => self.calls += 1,
            SearchEvent::Held(wait) => {
                self.throttled += 1;
                self.held += wait;
                self.display.log.debug(&held(wait));
            }
            SearchEvent::Again(pause, refusal) => {
                let code = refusal.error_code.map(|code| code.to_string());
                let shown = code.as_ref().map_or_else(String::new, |code| format!(" {code}"));
                let said =
                    text!("no answer{code}: asking again in {pause}", code = shown, pause => in_words(pause));
                self.display.log.debug(&LogLine::new(Level::Debug, said).field("error_code", code));
            }
            SearchEvent::OfToken(Event::TokenCalled) => {
                self.token_calls += 1;
                self.display.log.debug(&token_called());
            }
            SearchEvent::OfToken(Event::TicketAskedFor) => self.display.log.info(&ticket_asked_for()),
            SearchEvent::OfToken(_) => {}
        }
    }
}
