//! Owns the proof after the fact: the highest number of calls in any rolling window, from the log of calls.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::Moment;

/// The calls of the last window, and the highest count so far.
#[derive(Debug)]
pub(super) struct CallLog {
    window: Duration,
    recent: VecDeque<Moment>,
    most: usize,
    total: u64,
}

impl CallLog {
    pub(super) fn new(window: Duration) -> Self {
        CallLog { window, recent: VecDeque::new(), most: 0, total: 0 }
    }

    /// Notes a call; calls come in order.
    pub(super) fn note(&mut self, at: Moment) {
        while self.recent.front().is_some_and(|first| at.since(*first) >= self.window) {
            self.recent.pop_front();
        }
        self.recent.push_back(at);
        self.total += 1;
        self.most = self.most.max(self.recent.len());
    }

    /// The highest number of calls in any rolling window.
    pub(super) const fn most_in_window(&self) -> usize {
        self.most
    }

    /// All calls.
    pub(super) const fn total(&self) -> u64 {
        self.total
    }

    /// Calls in the window that ends now.
    pub(super) fn in_last_window(&self, now: Moment) -> usize {
        self.recent.iter().rev().take_while(|at| now.since(**at) < self.window).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_open_at_its_end() {
        let mut log = CallLog::new(Duration::from_secs(10));
        for second in [0, 1, 9, 10, 11, 30] {
            log.note(Moment::after_origin(Duration::from_secs(second)));
        }
        assert_eq!(log.most_in_window(), 3);
        assert_eq!(log.in_last_window(Moment::after_origin(Duration::from_secs(31))), 1);
    }
}
