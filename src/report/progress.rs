//! Owns what standard error shows while the run goes on: a bar on a terminal, a line every 10 seconds elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value};

use super::log::{Level, Log, LogLine};
use super::standing::Standing;
use super::story::words;
use super::tally::Tally;
use crate::language::{Text, text};
use crate::model::{Event, Moment, Rate, Status, Verdict, in_words};
use crate::settings::ProgressKind;
use crate::store::clock;

pub(super) const BETWEEN_LINES: Duration = Duration::from_secs(10);
const TEMPLATE: &str = "{bar:40} {pos}/{len}\n{msg}";

/// The display.
#[derive(Debug)]
pub struct Progress {
    kind: ProgressKind,
    log: Log,
    rows: u32,
    to_send: u32,
    rate: Rate,
    started: Instant,
    last_line: Instant,
    bar: ProgressBar,
    first_call: Option<Instant>,
    /// When something last happened: on the clock of this display, and on that of the events.
    anchor: Option<(Instant, Moment)>,
}

impl Progress {
    /// A display for so many rows, of which some are to be sent at a rate.
    #[must_use]
    pub fn new(kind: ProgressKind, log: Log, rows: (u32, u32), rate: Rate) -> Self {
        let (log, bar) = match kind {
            ProgressKind::Bar => {
                let (log, bar) = log.with_bar(u64::from(rows.0));
                bar.set_style(ProgressStyle::with_template(TEMPLATE).expect("the template is a constant"));
                (log, bar)
            }
            ProgressKind::Plain | ProgressKind::Json | ProgressKind::Never => (log, ProgressBar::hidden()),
        };
        let now = clock::instant();
        let (rows, to_send) = rows;
        Progress {
            kind,
            log,
            rows,
            to_send,
            rate,
            started: now,
            last_line: now,
            bar,
            first_call: None,
            anchor: None,
        }
    }

    /// Where lines are said while the display is there.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// Shows an event, for those who asked for every detail; rows are named by line, never by id.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Admitted { at, .. } => {
                let now = clock::instant();
                self.first_call.get_or_insert(now);
                self.anchor = Some((now, *at));
            }
            Event::MayNotLook(refusal) => {
                let code = refusal.error_code.map_or_else(String::new, |code| code.to_string());
                let said = text!(
                    "the app is not allowed to look up pre-hires ({code}); calls in doubt are repeated instead",
                    code
                );
                self.log.announce(&LogLine::new(Level::Warn, said).field("error_code", code));
            }
            Event::TicketAskedFor => self.log.announce(&ticket_asked_for()),
            _ => {
                if let Some(line) = detail_of(event) {
                    self.log.mention(&line);
                }
            }
        }
    }

    /// Shows how far the run is.
    pub fn tick(&mut self, tally: &Tally) {
        match self.kind {
            ProgressKind::Never => {}
            ProgressKind::Bar => {
                self.bar.set_position(u64::from(tally.rows));
                self.bar.set_message(self.standing(tally).text().in_language(self.log.language()));
            }
            ProgressKind::Plain | ProgressKind::Json if self.last_line.elapsed() < BETWEEN_LINES => {}
            ProgressKind::Plain => {
                self.last_line = clock::instant();
                self.log.say(&self.line(tally));
            }
            ProgressKind::Json => {
                self.last_line = clock::instant();
                let numbers: Map<String, Value> = self.numbers(tally).into_iter().collect();
                self.log.say(&self.line(tally).shown_as(Text::Plain(Value::from(numbers).to_string())));
            }
        }
    }

    /// How far the run is, for a log of text and for one of JSON.
    fn line(&self, tally: &Tally) -> LogLine {
        let (done, rows) = (tally.rows, self.rows);
        let message = text!("{done}/{rows} {rows|row|rows}, {message}", done, rows, message => self.standing(tally).text());
        let numbers = self.numbers(tally).into_iter();
        numbers.fold(LogLine::new(Level::Info, message), |line, (name, number)| line.field(&name, number))
    }

    fn numbers(&self, tally: &Tally) -> [(String, Value); 10] {
        let standing = self.standing(tally);
        [
            ("rows", u64::from(tally.rows)),
            ("of", u64::from(self.rows)),
            ("successes", u64::from(tally.successes)),
            ("refused", u64::from(standing.refusals)),
            ("retries", tally.retries),
            ("calls_in_window", standing.calls_in_window as u64),
            ("hold_seconds", standing.hold.as_secs()),
            ("throttled", tally.throttled),
            ("elapsed_seconds", self.started.elapsed().as_secs()),
            ("eta_seconds", standing.time_left().as_secs()),
        ]
        .map(|(name, number)| (name.to_owned(), number.into()))
    }

    /// Takes the display off the screen, so that the summary stands alone.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn standing(&self, tally: &Tally) -> Standing {
        let now = self.anchor.map_or(Moment::ORIGIN, |(instant, moment)| moment + instant.elapsed());
        Standing {
            successes: tally.successes,
            refusals: tally.by_status.get(&Status::Refused).copied().unwrap_or_default(),
            retries: tally.retries,
            calls_in_window: tally.in_last_window(now),
            rate: self.rate,
            hold: tally.hold_left(now),
            sent: tally.sent_rows,
            left: self.to_send.saturating_sub(tally.sent_rows),
            elapsed: self.first_call.map_or(Duration::ZERO, |first| first.elapsed()),
        }
    }
}

/// What whoever keeps a store app's tickets should know.
pub(super) fn ticket_asked_for() -> LogLine {
    let said =
        text!("the app ticket was rejected; a new one was requested, which goes to the event receiver");
    LogLine::new(Level::Warn, said)
}

/// What those are told who asked for every detail of a wait.
pub(super) fn held(wait: Duration) -> LogLine {
    let said = text!("the server asked us to wait: no calls for {wait}", wait => in_words(wait));
    LogLine::new(Level::Debug, said).field("seconds", wait.as_secs_f64())
}

/// The same of a call of the token endpoint.
pub(super) fn token_called() -> LogLine {
    LogLine::new(Level::Debug, text!("fetching a token"))
}

/// What those are told who asked for every detail; rows are named by line, never by id.
fn detail_of(event: &Event) -> Option<LogLine> {
    let told = |message: Text| LogLine::new(Level::Debug, message);
    match event {
        Event::Ended { line, attempt, .. } if attempt.verdict != Verdict::Accepted => {
            let error_code = attempt.error_code.map(|code| code.to_string());
            let code = error_code.as_ref().map_or_else(String::new, |code| format!(" {code}"));
            let verdict = words(attempt.verdict);
            let told = told(text!("row {line}: {verdict}{code}", line, verdict => verdict, code));
            let log_id = attempt.log_id.clone();
            Some(told.field("row", *line).field("error_code", error_code).field("log_id", log_id))
        }
        Event::Waiting { line, backoff } => {
            let told = told(text!("row {line}: retrying in {backoff}", line, backoff => in_words(*backoff)));
            Some(told.field("row", *line).field("seconds", backoff.as_secs_f64()))
        }
        Event::Held { at, until } => Some(held(until.since(*at))),
        Event::TokenCalled => Some(token_called()),
        Event::LookedUp(look) => {
            let number = look.found.len();
            Some(
                told(text!("{number} {number|pre-hire was|pre-hires were} looked up", number))
                    .field("pre_hires", number),
            )
        }
        Event::Admitted { .. }
        | Event::Ended { .. }
        | Event::Settled { .. }
        | Event::TokenObtained
        | Event::MayNotLook(_)
        | Event::TicketAskedFor
        | Event::LeftInDoubt(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;
    use crate::cli::LogFormat;
    use crate::language::Language;
    use crate::settings::{Detail, LogSettings};

    #[test]
    fn a_line_of_progress_has_its_numbers_in_a_log_of_json() {
        let log = Log::new(LogSettings {
            format: LogFormat::Json,
            detail: Detail::Usual,
            language: Language::English,
        });
        let progress = Progress::new(ProgressKind::Plain, log, (20, 10), Rate::COREHR);
        let mut tally = Tally::new(Rate::COREHR);
        (tally.rows, tally.successes, tally.retries) = (7, 5, 2);
        let line = progress.line(&tally);
        assert_eq!(line.as_text(Language::English), "7/20 rows, 5 ok, 2 retries, 0/99 calls, about 6 s left");
        let line: Value =
            serde_json::from_str(&line.as_json(Language::English, Timestamp::UNIX_EPOCH, &TimeZone::UTC))
                .expect("JSON");
        assert_eq!(
            line,
            json!({
                "time": "1970-01-01T00:00:00.000+00:00",
                "level": "info",
                "message": "7/20 rows, 5 ok, 2 retries, 0/99 calls, about 6 s left",
                "rows": 7,
                "of": 20,
                "successes": 5,
                "refused": 0,
                "retries": 2,
                "calls_in_window": 0,
                "hold_seconds": 0,
                "throttled": 0,
                "elapsed_seconds": 0,
                "eta_seconds": 6,
            })
        );
    }
}
