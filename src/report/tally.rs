//! The counts of a run: rows by status and code, calls, waits; and the proof after the fact that no rolling window had
//! more calls than allowed.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::model::{ErrorCode, Event, Exit, Moment, PreHireId, Rate, Settlement, Status};
use crate::results::Written;

#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) rows: u32,
    /// Rows whose pre-hire is withdrawn.
    pub(crate) successes: u32,
    /// Rows that were to be sent, and are settled.
    pub(crate) sent_rows: u32,
    pub(crate) by_status: BTreeMap<Status, u32>,
    pub(crate) by_error_code: BTreeMap<ErrorCode, u32>,
    /// Calls, counted as in the column `attempts`.
    pub(crate) attempts: u64,
    pub(crate) token_calls: u64,
    pub(crate) read_backs: u64,
    /// Pre-hires in doubt that the file no longer holds, and what is known of them now.
    pub(crate) left_in_doubt: Vec<(PreHireId, Status)>,
    /// Calls that the server turned away.
    pub(crate) throttled: u64,
    /// How long calls were held back after such replies.
    pub(crate) held: Duration,
    /// Attempts that were followed by a backoff.
    pub(crate) retries: u64,
    held_until: Moment,
    calls: CallLog,
}

impl Tally {
    pub(crate) fn new(rate: Rate) -> Self {
        Tally {
            rows: 0,
            successes: 0,
            sent_rows: 0,
            by_status: BTreeMap::new(),
            by_error_code: BTreeMap::new(),
            attempts: 0,
            token_calls: 0,
            read_backs: 0,
            left_in_doubt: Vec::new(),
            throttled: 0,
            held: Duration::ZERO,
            retries: 0,
            held_until: Moment::ORIGIN,
            calls: CallLog::new(rate.period()),
        }
    }

    /// Counts what happened; settled rows are counted by [`Tally::wrote`].
    pub(crate) fn note(&mut self, event: &Event) {
        match event {
            Event::Admitted { at, .. } => self.calls.note(*at),
            Event::Ended { attempt, .. } => self.attempts += u64::from(attempt.verdict.is_attempt()),
            Event::Held { at, until } => {
                self.throttled += 1;
                self.held += until.since(self.held_until.max(*at));
                self.held_until = self.held_until.max(*until);
            }
            Event::Waiting { .. } => self.retries += 1,
            Event::TokenCalled => self.token_calls += 1,
            Event::TicketAskedFor => {}
            Event::LookedUp(_) => self.read_backs += 1,
            Event::LeftInDoubt(sent) => self.left_in_doubt.push((sent.id, sent.outcome.status)),
            Event::TokenObtained | Event::MayNotLook(_) => {}
            Event::Settled { settlement, .. } => {
                self.sent_rows +=
                    u32::from(matches!(settlement, Settlement::Sent(_) | Settlement::NotReached));
            }
        }
    }

    /// Counts a row that was written to the results.
    pub(crate) fn wrote(&mut self, written: Written) {
        self.rows += 1;
        self.successes += u32::from(written.success);
        *self.by_status.entry(written.status).or_default() += 1;
        if let Some(code) = written.error_code {
            *self.by_error_code.entry(code).or_default() += 1;
        }
    }

    pub(crate) const fn most_in_window(&self) -> usize {
        self.calls.most
    }

    pub(crate) const fn calls(&self) -> u64 {
        self.calls.total
    }

    /// How long the server still wants no call.
    pub(crate) fn hold_left(&self, now: Moment) -> Duration {
        self.held_until.since(now)
    }

    pub(crate) fn in_last_window(&self, now: Moment) -> usize {
        self.calls.in_last_window(now)
    }

    /// How the process ends when nothing stopped the run.
    pub(crate) const fn exit(&self) -> Exit {
        if self.rows == self.successes { Exit::Success } else { Exit::SomeRowsFailed }
    }
}

#[derive(Debug)]
struct CallLog {
    window: Duration,
    recent: VecDeque<Moment>,
    most: usize,
    total: u64,
}

impl CallLog {
    fn new(window: Duration) -> Self {
        CallLog { window, recent: VecDeque::new(), most: 0, total: 0 }
    }

    /// Notes a call; calls come in order.
    fn note(&mut self, at: Moment) {
        while self.recent.front().is_some_and(|first| at.since(*first) >= self.window) {
            self.recent.pop_front();
        }
        self.recent.push_back(at);
        self.total += 1;
        self.most = self.most.max(self.recent.len());
    }

    fn in_last_window(&self, now: Moment) -> usize {
        self.recent.iter().rev().take_while(|at| now.since(**at) < self.window).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::after_origin(Duration::from_secs(seconds))
    }

    #[test]
    fn holds_that_overlap_are_not_counted_twice() {
        let mut tally = Tally::new(Rate::COREHR);
        for (now, until) in [(10, 20), (11, 20), (12, 25), (40, 41)] {
            tally.note(&Event::Held { at: at(now), until: at(until) });
        }
        assert_eq!((tally.throttled, tally.held), (4, Duration::from_secs(16)));
    }

    #[test]
    fn a_run_is_a_success_when_every_row_is() {
        let mut tally = Tally::new(Rate::COREHR);
        assert_eq!(tally.exit(), Exit::Success, "no row, no failure");
        tally.wrote(Written {
            status: Status::Duplicate,
            success: true,
            error_code: Some(ErrorCode::DuplicateId),
        });
        assert_eq!(tally.exit(), Exit::Success);
        tally.wrote(Written { status: Status::Unknown, success: false, error_code: None });
        assert_eq!(tally.exit(), Exit::SomeRowsFailed);
    }

    #[test]
    fn a_window_is_open_at_its_end() {
        let mut log = CallLog::new(Duration::from_secs(10));
        for second in [0, 1, 9, 10, 11, 30] {
            log.note(at(second));
        }
        assert_eq!(log.most, 3);
        assert_eq!(log.in_last_window(at(31)), 1);
    }
}
