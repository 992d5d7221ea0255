//! Owns what standard error shows while the run goes on: a bar on a terminal, a line every 10 seconds elsewhere.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::story::words;
use super::tally::Tally;
use crate::event::Event;
use crate::language::{Language, Text, text};
use crate::outcome::Verdict;
use crate::settings::{Rate, ShowSettings, in_words};

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressKind {
    /// A bar that is drawn again and again.
    Bar,
    /// A line of text every 10 seconds.
    Plain,
    /// A line of JSON every 10 seconds.
    Json,
    /// Nothing.
    Never,
}

/// How much is told beside the progress itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Nothing: `--quiet`.
    None,
    /// What concerns the whole run.
    Usual,
    /// Every refusal, retry and wait: `--verbose`.
    Every,
}

const BETWEEN_LINES: Duration = Duration::from_secs(10);
const TEMPLATE: &str = "{bar:24} {pos}/{len} rows  {msg}";

/// The display.
#[derive(Debug)]
pub struct Progress {
    kind: ProgressKind,
    detail: Detail,
    language: Language,
    rows: u32,
    to_send: u32,
    rate: Rate,
    started: Instant,
    last_line: Instant,
    bar: ProgressBar,
}

impl Progress {
    /// A display for so many rows, of which some are to be sent at a rate.
    #[must_use]
    pub fn new(show: ShowSettings, rows: (u32, u32), rate: Rate) -> Self {
        let ShowSettings { progress: kind, detail, language, .. } = show;
        let bar = match kind {
            ProgressKind::Bar => {
                let bar =
                    ProgressBar::with_draw_target(Some(u64::from(rows.0)), ProgressDrawTarget::stderr());
                bar.set_style(ProgressStyle::with_template(TEMPLATE).expect("the template is a constant"));
                bar
            }
            ProgressKind::Plain | ProgressKind::Json | ProgressKind::Never => ProgressBar::hidden(),
        };
        let now = Instant::now();
        let (rows, to_send) = rows;
        Progress { kind, detail, language, rows, to_send, rate, started: now, last_line: now, bar }
    }

    /// Shows an event, for those who asked for every detail; rows are named by line, never by id.
    pub fn note(&self, event: &Event) {
        match event {
            Event::MayNotLook(refusal) => {
                let code = refusal.error_code.map_or_else(String::new, |code| code.to_string());
                self.announce(&text!(
                    "the app may not look pre-hires up ({code}); calls in doubt are repeated instead",
                    code
                ));
            }
            Event::TicketAskedFor => self.announce(&text!(
                "the app ticket was refused; a new one was asked for, which the event receiver gets"
            )),
            _ => {}
        }
        if self.detail != Detail::Every {
            return;
        }
        match event {
            Event::Ended { line, attempt, .. } if attempt.verdict != Verdict::Accepted => {
                let code = attempt.error_code.map_or_else(String::new, |code| format!(" {code}"));
                let verdict = words(attempt.verdict);
                self.say(&text!("row {line}: {verdict}{code}", line, verdict => verdict, code));
            }
            Event::Waiting { line, backoff } => {
                let backoff = in_words(*backoff);
                self.say(&text!("row {line}: is tried again in {backoff}", line, backoff => backoff));
            }
            Event::Held { at, until } => {
                let wait = in_words(until.since(*at));
                self.say(&text!("the server asked to wait: no call for {wait}", wait => wait));
            }
            Event::TokenCalled => self.say(&text!("fetching a token")),
            Event::LookedUp(look) => {
                self.say(&text!("{number} pre-hires were looked up", number = look.found.len()));
            }
            Event::Admitted { .. }
            | Event::Ended { .. }
            | Event::Settled { .. }
            | Event::TokenObtained
            | Event::MayNotLook(_)
            | Event::TicketAskedFor
            | Event::LeftInDoubt(_) => {}
        }
    }

    /// Shows how far the run is.
    pub fn tick(&mut self, tally: &Tally) {
        match self.kind {
            ProgressKind::Never => {}
            ProgressKind::Bar => {
                self.bar.set_position(u64::from(tally.rows));
                self.bar.set_message(self.message(tally).in_language(self.language));
            }
            ProgressKind::Plain | ProgressKind::Json if self.last_line.elapsed() < BETWEEN_LINES => {}
            ProgressKind::Plain => {
                self.last_line = Instant::now();
                let (done, rows, message) = (tally.rows, self.rows, self.message(tally));
                self.say(&text!("{done}/{rows} rows, {message}", done, rows, message => message));
            }
            ProgressKind::Json => {
                self.last_line = Instant::now();
                let line = json!({
                    "rows": tally.rows,
                    "of": self.rows,
                    "successes": tally.successes,
                    "retries": tally.retries,
                    "throttled": tally.throttled,
                    "elapsed_seconds": self.started.elapsed().as_secs(),
                    "eta_seconds": self.eta(tally).as_secs(),
                });
                self.say(&Text::Plain(line.to_string()));
            }
        }
    }

    /// Takes the display off the screen, so that the summary stands alone.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn message(&self, tally: &Tally) -> Text {
        let mut message = text!("{successes} ok", successes = tally.successes);
        if tally.retries > 0 {
            message = text!("{message}, {retries} retries", message => message, retries = tally.retries);
        }
        if tally.throttled > 0 {
            message =
                text!("{message}, {throttled} throttled", message => message, throttled = tally.throttled);
        }
        text!("{message}, about {left} left", message => message, left => in_words(self.eta(tally)))
    }

    /// By the allowance, not by the speed of the moment, which a burst or a hold would distort.
    fn eta(&self, tally: &Tally) -> Duration {
        let left = self.to_send.saturating_sub(tally.sent_rows);
        self.rate.time_for(u64::from(left), 0)
    }

    /// Says something at once.
    pub fn announce(&self, line: &Text) {
        if self.detail != Detail::None {
            self.say(line);
        }
    }

    fn say(&self, line: &Text) {
        let line = line.in_language(self.language);
        if self.kind == ProgressKind::Bar {
            self.bar.println(line);
        } else {
            // A standard error that is closed is no failure.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}
