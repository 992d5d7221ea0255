//! Owns the rows that are open, and whether another may be opened.

use std::collections::BTreeSet;

use crate::model::{History, PreHireId, Request};

/// The most rows that are in flight or wait for another attempt.
const MOST_OPEN: usize = 1_024;
/// The most rows from the oldest open one on: finished ones among them wait for their order in the results.
const LONGEST_SPAN: u32 = 4_096;

/// A pre-hire on its way.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// Where it stands in the file; `None` for one in doubt that the file no longer holds.
    pub(super) row: Option<Row>,
    pub(super) id: PreHireId,
    /// What is asked for it; `None` where it is only looked up.
    pub(super) request: Option<Request>,
    /// What its attempts have told so far.
    pub(super) history: History,
    /// Was any call of this run answered?
    pub(super) had_reply: bool,
    /// How many times in a row its calls met a stale token.
    pub(super) stale_in_a_row: u32,
}

/// A row's place: counted from 0, and the line on which it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) index: u32,
    pub(super) line: u64,
}

impl Job {
    /// The line for messages; 0 for a pre-hire without a row.
    pub(super) fn line(&self) -> u64 {
        self.row.map_or(0, |row| row.line)
    }
}

/// The open rows.
#[derive(Debug)]
pub(super) struct Board {
    open: BTreeSet<u32>,
    canary_is_out: bool,
}

impl Board {
    /// An empty board; with a canary, one row goes alone until [`Board::release`].
    pub(super) fn new(with_canary: bool) -> Self {
        Board { open: BTreeSet::new(), canary_is_out: with_canary }
    }

    /// May the row after these be opened? Never while the canary is out, too many wait, or order would be lost.
    pub(super) fn has_room(&self, next_row: u32) -> bool {
        let most = if self.canary_is_out { 1 } else { MOST_OPEN };
        let span = self.open.first().map_or(0, |oldest| next_row - oldest);
        self.open.len() < most && span < LONGEST_SPAN
    }

    /// Notes that a row is on its way.
    pub(super) fn opened(&mut self, row: u32) {
        self.open.insert(row);
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

#[cfg(test)]
mod tests {
    use super::*;

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
