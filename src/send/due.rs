//! Owns waiting for a time: things come out when they are due, the earliest first.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::model::Moment;

/// Things that wait, each until its moment.
#[derive(Debug)]
pub(super) struct DueQueue<T> {
    heap: BinaryHeap<Waiting<T>>,
    put: u64,
}

#[derive(Debug)]
struct Waiting<T> {
    due: Moment,
    number: u64,
    thing: T,
}

impl<T> DueQueue<T> {
    pub(super) fn new() -> Self {
        DueQueue { heap: BinaryHeap::new(), put: 0 }
    }

    pub(super) fn put(&mut self, due: Moment, thing: T) {
        self.put += 1;
        self.heap.push(Waiting { due, number: self.put, thing });
    }

    /// The next thing whose time has come.
    pub(super) fn take_due(&mut self, now: Moment) -> Option<T> {
        self.next_due().filter(|due| *due <= now)?;
        self.take_any()
    }

    /// When the next thing's time comes.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.heap.peek().map(|waiting| waiting.due)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Any thing, due or not.
    pub(super) fn take_any(&mut self) -> Option<T> {
        self.heap.pop().map(|waiting| waiting.thing)
    }
}

impl<T> Waiting<T> {
    /// The earliest first, and of two the one that came first; the heap gives the greatest.
    fn urgency(&self) -> Reverse<(Moment, u64)> {
        Reverse((self.due, self.number))
    }
}

impl<T> PartialEq for Waiting<T> {
    fn eq(&self, other: &Self) -> bool {
        self.urgency() == other.urgency()
    }
}

impl<T> Eq for Waiting<T> {}

impl<T> PartialOrd for Waiting<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Waiting<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.urgency().cmp(&other.urgency())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_earliest_goes_first_and_none_too_early() {
        let at = |seconds| Moment::after_origin(Duration::from_secs(seconds));
        let mut queue = DueQueue::new();
        for (name, due) in [("a", 9), ("b", 3), ("c", 3), ("d", 5)] {
            queue.put(at(due), name);
        }
        assert_eq!(queue.take_due(at(2)), None);
        let names: Vec<&str> = std::iter::from_fn(|| queue.take_due(at(5))).collect();
        assert_eq!(names, ["b", "c", "d"]);
        assert_eq!((queue.next_due(), queue.take_any()), (Some(at(9)), Some("a")));
    }
}
