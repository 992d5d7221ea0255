//! Owns the rows that are open: which waits for what, and whether another may be opened.

use std::cmp::Ordering;
use std::collections::{BTreeSet, BinaryHeap};

use crate::input::{PreHireId, WithdrawReason};
use crate::moment::Moment;
use crate::outcome::History;

/// The most rows that are in flight or wait for another attempt.
const MOST_OPEN: usize = 1_024;
/// The most rows from the oldest open one on: finished ones among them wait for their order in the results.
const LONGEST_SPAN: u32 = 4_096;

/// A row on its way.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// The row, counted from 0.
    pub row: u32,
    /// The line on which it begins.
    pub line: u64,
    /// The pre-hire.
    pub id: PreHireId,
    /// Why it is withdrawn.
    pub reason: WithdrawReason,
    /// What its attempts have told so far.
    pub history: History,
    /// Was any call of this run answered?
    pub had_reply: bool,
}

/// The open rows.
#[derive(Debug)]
pub(super) struct Board {
    waiting: BinaryHeap<Waiting>,
    open: BTreeSet<u32>,
    canary_is_out: bool,
}

#[derive(Debug)]
struct Waiting {
    due: Moment,
    job: Job,
}

impl Board {
    /// An empty board; with a canary, one row goes alone until [`Board::release`].
    #[must_use]
    pub(super) fn new(with_canary: bool) -> Self {
        Board { waiting: BinaryHeap::new(), open: BTreeSet::new(), canary_is_out: with_canary }
    }

    /// May the row after these be opened? Never while the canary is out, too many wait, or order would be lost.
    #[must_use]
    pub(super) fn has_room(&self, next_row: u32) -> bool {
        let most = if self.canary_is_out { 1 } else { MOST_OPEN };
        let span = self.open.first().map_or(0, |oldest| next_row - oldest);
        self.open.len() < most && span < LONGEST_SPAN
    }

    /// Notes that a row is on its way.
    pub(super) fn opened(&mut self, row: u32) {
        self.open.insert(row);
    }

    /// Lets a row wait for its next attempt; it holds no worker.
    pub(super) fn wait(&mut self, job: Job, due: Moment) {
        self.waiting.push(Waiting { due, job });
    }

    /// The next row whose time has come.
    pub(super) fn take_due(&mut self, now: Moment) -> Option<Job> {
        self.next_due().filter(|due| *due <= now)?;
        self.waiting.pop().map(|waiting| waiting.job)
    }

    /// When the next row's time comes.
    #[must_use]
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.waiting.peek().map(|waiting| waiting.due)
    }

    /// Any row that waits, due or not.
    pub(super) fn take_any(&mut self) -> Option<Job> {
        self.waiting.pop().map(|waiting| waiting.job)
    }

    /// Notes that the story of a row is over; a canary's ends its flight.
    pub(super) fn settled(&mut self, row: u32) {
        self.open.remove(&row);
        self.release();
    }

    /// The canary has come back: the others may go.
    pub(super) fn release(&mut self) {
        self.canary_is_out = false;
    }
}

impl Waiting {
    /// The earliest first, and of two the one that stands first in the file; the heap gives the greatest.
    fn urgency(&self) -> (std::cmp::Reverse<Moment>, std::cmp::Reverse<u32>) {
        (std::cmp::Reverse(self.due), std::cmp::Reverse(self.job.row))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.urgency() == other.urgency()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.urgency().cmp(&other.urgency())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::ValidReason;
    use std::time::Duration;

    fn job(row: u32) -> Job {
        Job {
            row,
            line: 2,
            id: PreHireId::parse("1", false).expect("an id"),
            reason: ValidReason::parse("x").expect("a reason").into(),
            history: History::default(),
            had_reply: false,
        }
    }

    fn at(seconds: u64) -> Moment {
        Moment::after_origin(Duration::from_secs(seconds))
    }

    #[test]
    fn the_earliest_goes_first_and_none_too_early() {
        let mut board = Board::new(false);
        for (row, due) in [(0, 9), (1, 3), (2, 3), (3, 5)] {
            board.wait(job(row), at(due));
        }
        assert!(board.take_due(at(2)).is_none());
        let rows: Vec<u32> = std::iter::from_fn(|| board.take_due(at(5))).map(|job| job.row).collect();
        assert_eq!(rows, [1, 2, 3]);
        assert_eq!(board.next_due(), Some(at(9)));
    }

    #[test]
    fn the_canary_goes_alone() {
        let mut board = Board::new(true);
        assert!(board.has_room(0));
        board.opened(0);
        assert!(!board.has_room(1));
        board.release();
        assert!(board.has_room(1));
    }

    #[test]
    fn rows_that_wait_and_rows_that_are_far_ahead_of_one_have_a_bound() {
        let mut board = Board::new(false);
        (0..1_024).for_each(|row| board.opened(row));
        assert!(!board.has_room(1_024));
        (1..1_024).for_each(|row| board.settled(row));
        assert!(board.has_room(4_095));
        assert!(!board.has_room(4_096), "row 0 is still open");
        board.settled(0);
        assert!(board.has_room(4_096));
    }
}
