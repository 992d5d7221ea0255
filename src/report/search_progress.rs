//! Owns what standard error shows while pre-hires are looked up, and what was counted by then. No id and no name is shown.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::log::{Level, Log, LogLine};
use super::progress::{BETWEEN_LINES, held, ticket_asked_for, token_called};
use super::summary::rounded;
use crate::cli::LogFormat;
use crate::language::{Language, Text, text};
use crate::model::{Event, in_words};
use crate::send::search::{SearchEvent, SearchWatcher};
use crate::settings::{Detail, LogSettings, ProgressKind};
use crate::store::clock;

const TEMPLATE: &str = "{bar:40} {pos}/{len} {msg}";
const TEMPLATE_WITHOUT_END: &str = "{spinner} {pos} {msg}";

/// The display, and the counts behind it.
#[derive(Debug)]
pub struct SearchProgress {
    kind: ProgressKind,
    log: Log,
    bar: ProgressBar,
    /// How many there are to be, if that is known.
    of: Option<u32>,
    done: u64,
    started: Instant,
    last_line: Instant,
    calls: u64,
    token_calls: u64,
    throttled: u64,
    held: Duration,
}

impl SearchProgress {
    /// A display for so many pre-hires, if it is known how many they are.
    #[must_use]
    pub fn new(kind: ProgressKind, log: Log, of: Option<u32>) -> Self {
        let (log, bar) = match kind {
            ProgressKind::Bar => {
                let (log, bar) = log.with_bar(of.map_or(0, u64::from));
                let template = if of.is_some() { TEMPLATE } else { TEMPLATE_WITHOUT_END };
                bar.set_style(ProgressStyle::with_template(template).expect("the template is a constant"));
                (log, bar)
            }
            ProgressKind::Plain | ProgressKind::Json | ProgressKind::Never => (log, ProgressBar::hidden()),
        };
        let now = clock::instant();
        SearchProgress {
            kind,
            log,
            bar,
            of,
            done: 0,
            started: now,
            last_line: now,
            calls: 0,
            token_calls: 0,
            throttled: 0,
            held: Duration::ZERO,
        }
    }

    /// One that shows nothing.
    #[must_use]
    pub fn hidden() -> Self {
        let (format, detail, language) = (LogFormat::Text, Detail::None, Language::English);
        SearchProgress::new(ProgressKind::Never, Log::new(LogSettings { format, detail, language }), None)
    }

    /// Shows that so many more are done.
    pub fn advance(&mut self, more: usize) {
        self.done += more as u64;
        match self.kind {
            ProgressKind::Never => {}
            ProgressKind::Bar => {
                self.bar.set_position(self.done);
                self.bar.set_message(text!("looked up").in_language(self.log.language()));
            }
            ProgressKind::Plain | ProgressKind::Json if self.last_line.elapsed() < BETWEEN_LINES => {}
            ProgressKind::Plain => {
                self.last_line = clock::instant();
                self.log.say(&self.line());
            }
            ProgressKind::Json => {
                self.last_line = clock::instant();
                let elapsed_seconds = self.started.elapsed().as_secs();
                let numbers =
                    json!({ "looked_up": self.done, "of": self.of, "elapsed_seconds": elapsed_seconds });
                self.log.say(&self.line().shown_as(Text::Plain(numbers.to_string())));
            }
        }
    }

    fn line(&self) -> LogLine {
        let done = self.done;
        let said = match self.of {
            Some(of) => text!("{done}/{of} {of|pre-hire|pre-hires} looked up", done, of),
            None => text!("{done} {done|pre-hire|pre-hires} looked up", done),
        };
        let line = LogLine::new(Level::Info, said).field("looked_up", done).field("of", self.of);
        line.field("elapsed_seconds", self.started.elapsed().as_secs())
    }

    /// Takes the display off the screen, so that the summary stands alone.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// The counts for people: calls and waits.
    #[must_use]
    pub fn words(&self) -> Text {
        let (calls, duration) = (self.calls, in_words(self.started.elapsed()));
        let words = text!("{calls} in {duration}", calls, duration => duration);
        if self.throttled == 0 {
            return words;
        }
        let (throttled, held) = (self.throttled, in_words(self.held));
        let waits = text!("{throttled} throttled {throttled|reply|replies}, {held} held back", throttled, held => held);
        text!("{words}; {waits}", words => words, waits => waits)
    }

    /// The counts for scripts: the fields `calls`, `waits` and `duration_seconds`.
    #[must_use]
    pub fn json(&self) -> [(&'static str, Value); 3] {
        [
            ("calls", json!({ "searches": self.calls, "token": self.token_calls })),
            ("waits", json!({ "throttled": self.throttled, "seconds": rounded(self.held.as_secs_f64()) })),
            ("duration_seconds", json!(rounded(self.started.elapsed().as_secs_f64()))),
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
                self.log.mention(&held(wait));
            }
            SearchEvent::Again(pause, refusal) => {
                let code = refusal.error_code.map(|code| code.to_string());
                let shown = code.as_ref().map_or_else(String::new, |code| format!(" {code}"));
                let said =
                    text!("no answer{code}: asking again in {pause}", code = shown, pause => in_words(pause));
                self.log.mention(&LogLine::new(Level::Debug, said).field("error_code", code));
            }
            SearchEvent::OfToken(Event::TokenCalled) => {
                self.token_calls += 1;
                self.log.mention(&token_called());
            }
            SearchEvent::OfToken(Event::TicketAskedFor) => self.log.announce(&ticket_asked_for()),
            SearchEvent::OfToken(_) => {}
        }
    }
}
