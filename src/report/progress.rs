//! What standard error shows while the run goes on: a bar on a terminal, a line every 10 seconds elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value};

use super::log::{Level, Log, LogLine};
use super::story::words;
use super::tally::Tally;
use crate::language::{Text, text};
use crate::model::{Event, Moment, Rate, Status, Verdict, about, in_words};
use crate::settings::ProgressKind;
use crate::store::clock;

const BETWEEN_LINES: Duration = Duration::from_secs(10);
const TEMPLATE: &str = "{bar:40} {pos}/{len}\n{msg}";
/// How long a run must have gone before its own pace says more than the allowance.
const TELLING_TIME: Duration = Duration::from_secs(10);

/// The place where progress is shown.
#[derive(Debug)]
pub(super) struct Display {
    kind: ProgressKind,
    pub(super) log: Log,
    bar: ProgressBar,
    pub(super) started: Instant,
    last_line: Instant,
}

impl Display {
    pub(super) fn new(kind: ProgressKind, log: Log, length: u64, template: &str) -> Self {
        let (log, bar) = match kind {
            ProgressKind::Bar => {
                let (log, bar) = log.with_bar(length);
                bar.set_style(ProgressStyle::with_template(template).expect("the template is a constant"));
                (log, bar)
            }
            ProgressKind::Plain | ProgressKind::Json | ProgressKind::Never => (log, ProgressBar::hidden()),
        };
        let now = clock::instant();
        Display { kind, log, bar, started: now, last_line: now }
    }

    pub(super) fn is_due(&self) -> bool {
        match self.kind {
            ProgressKind::Never => false,
            ProgressKind::Bar => true,
            ProgressKind::Plain | ProgressKind::Json => self.last_line.elapsed() >= BETWEEN_LINES,
        }
    }

    /// Shows a message below the bar at its position, or a line, of which scripts get the numbers alone.
    pub(super) fn show(&mut self, (position, message): (u64, Text), line: LogLine, numbers: Value) {
        match self.kind {
            ProgressKind::Never => {}
            ProgressKind::Bar => {
                self.bar.set_position(position);
                self.bar.set_message(message.in_language(self.log.language()));
            }
            ProgressKind::Plain => {
                self.last_line = clock::instant();
                self.log.always(&line);
            }
            ProgressKind::Json => {
                self.last_line = clock::instant();
                self.log.always(&line.shown_as(Text::Plain(numbers.to_string())));
            }
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

#[derive(Debug)]
pub(crate) struct Progress {
    display: Display,
    rows: u32,
    to_send: u32,
    rate: Rate,
    first_call: Option<Instant>,
    /// When something last happened: on the clock of this display, and on that of the events.
    anchor: Option<(Instant, Moment)>,
}

impl Progress {
    /// A display for so many rows, of which some are to be sent at a rate.
    pub(crate) fn new(kind: ProgressKind, log: Log, (rows, to_send): (u32, u32), rate: Rate) -> Self {
        let display = Display::new(kind, log, rows.into(), TEMPLATE);
        Progress { display, rows, to_send, rate, first_call: None, anchor: None }
    }

    pub(crate) const fn log(&self) -> &Log {
        &self.display.log
    }

    /// Shows an event, for those who asked for every detail; rows are named by line, never by id.
    pub(crate) fn note(&mut self, event: &Event) {
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
                self.log().info(&LogLine::new(Level::Warn, said).field("error_code", code));
            }
            Event::TicketAskedFor => self.log().info(&ticket_asked_for()),
            _ => {
                if let Some(line) = detail_of(event) {
                    self.log().debug(&line);
                }
            }
        }
    }

    pub(crate) fn tick(&mut self, tally: &Tally) {
        if self.display.is_due() {
            let message = self.standing(tally).text();
            let numbers: Map<String, Value> = self.numbers(tally).into_iter().collect();
            let line = self.line(tally);
            self.display.show((tally.rows.into(), message), line, numbers.into());
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
            ("elapsed_seconds", self.display.started.elapsed().as_secs()),
            ("eta_seconds", standing.time_left().as_secs()),
        ]
        .map(|(name, number)| (name.to_owned(), number.into()))
    }

    /// Takes the display off the screen, so that the summary stands alone.
    pub(crate) fn finish(&self) {
        self.display.finish();
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

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    /// Rows whose pre-hire is as it was to be.
    successes: u32,
    refusals: u32,
    /// Attempts that were followed by a backoff.
    retries: u64,
    calls_in_window: usize,
    rate: Rate,
    /// How long the server still wants no call.
    hold: Duration,
    /// Rows that were sent and are settled.
    sent: u32,
    /// Rows that are still to be sent and settled.
    left: u32,
    /// Since the first call.
    elapsed: Duration,
}

impl Standing {
    fn text(&self) -> Text {
        let mut line = text!("{successes} ok", successes = self.successes);
        if self.refusals > 0 {
            line = text!("{line}, {refusals} refused", line => line, refusals = self.refusals);
        }
        if self.retries > 0 {
            line = text!("{line}, {retries} {retries|retry|retries}", line => line, retries = self.retries);
        }
        let (used, allowed) = (self.calls_in_window, self.rate.calls());
        line = text!("{line}, {used}/{allowed} {allowed|call|calls}", line => line, used, allowed);
        if !self.hold.is_zero() {
            let hold = in_words(self.hold);
            return text!("{line}; server asked us to wait {hold}", line => line, hold => hold);
        }
        text!("{line}, {time} left", line => line, time => about(self.time_left()))
    }

    /// By the allowance; by the run's own pace where that is slower; and never before the server's wait is over.
    fn time_left(&self) -> Duration {
        let by_allowance = self.rate.time_for(u64::from(self.left), 0);
        let by_pace = if self.elapsed >= TELLING_TIME && self.sent > 0 {
            let each = self.elapsed.as_secs_f64() / f64::from(self.sent);
            Duration::from_secs_f64((each * f64::from(self.left)).min(1e9))
        } else {
            Duration::ZERO
        };
        self.hold + by_allowance.max(by_pace)
    }
}

/// What whoever keeps a store app's tickets should know.
pub(super) fn ticket_asked_for() -> LogLine {
    let said =
        text!("the app ticket was rejected; a new one was requested, which goes to the event receiver");
    LogLine::new(Level::Warn, said)
}

pub(super) fn held(wait: Duration) -> LogLine {
    let said = text!("the server asked us to wait: no calls for {wait}", wait => in_words(wait));
    LogLine::new(Level::Debug, said).field("seconds", wait.as_secs_f64())
}

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
        let (format, detail, language) = (LogFormat::Json, Detail::Usual, Language::English);
        let log = Log::new(LogSettings { format, detail, language }, TimeZone::UTC);
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

    fn standing() -> Standing {
        Standing {
            successes: 30,
            refusals: 0,
            retries: 0,
            calls_in_window: 31,
            rate: Rate::COREHR,
            hold: Duration::ZERO,
            sent: 30,
            left: 99,
            elapsed: Duration::from_secs(3),
        }
    }

    #[test]
    fn says_what_counts_and_nothing_else() {
        assert_eq!(standing().text().to_string(), "30 ok, 31/99 calls, about 60 s left");
        let troubled = Standing { refusals: 2, retries: 3, ..standing() };
        assert_eq!(troubled.text().to_string(), "30 ok, 2 refused, 3 retries, 31/99 calls, about 60 s left");
        let held = Standing { hold: Duration::from_secs(23), ..standing() };
        assert_eq!(held.text().to_string(), "30 ok, 31/99 calls; server asked us to wait 23 s");
    }

    #[test]
    fn the_time_left_is_the_slower_of_allowance_and_pace() {
        let seconds = |standing: Standing| standing.time_left().as_secs_f64().round();
        assert_eq!(seconds(standing()), 60.0);
        let slow = Standing { elapsed: Duration::from_secs(300), ..standing() };
        assert_eq!(seconds(slow), 990.0);
        let fast = Standing { elapsed: Duration::from_secs(10), ..standing() };
        assert_eq!(seconds(fast), 60.0, "never faster than the allowance");
        let held = Standing { hold: Duration::from_secs(23), ..standing() };
        assert_eq!(seconds(held), 83.0);
        assert_eq!(seconds(Standing { left: 0, ..standing() }), 0.0);
    }

    #[test]
    fn the_longest_line_fits_80_columns() {
        use unicode_width::UnicodeWidthStr;
        let crowded = Standing {
            successes: 99_999,
            refusals: 999,
            retries: 999,
            calls_in_window: 99,
            left: 500_000,
            ..standing()
        };
        for language in [Language::English, Language::Chinese] {
            for standing in [crowded, Standing { hold: Duration::from_secs(599), ..crowded }] {
                let line = standing.text().in_language(language);
                assert!(line.width() <= 80, "{line}");
            }
        }
    }
}
