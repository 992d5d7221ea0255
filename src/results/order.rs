//! Owns the reorder window: rows settle in any order, and come out in the order of the file.

use std::collections::VecDeque;

/// Holds back what came too early.
#[derive(Debug)]
pub(super) struct ReorderWindow<T> {
    next: u32,
    held: VecDeque<Option<T>>,
}

impl<T> ReorderWindow<T> {
    /// A window that waits for row 0.
    pub(super) fn new() -> Self {
        ReorderWindow { next: 0, held: VecDeque::new() }
    }

    /// Takes what came of a row.
    pub(super) fn put(&mut self, row: u32, value: T) {
        let place = row.checked_sub(self.next).expect("a row is settled once") as usize;
        if place >= self.held.len() {
            self.held.resize_with(place + 1, || None);
        }
        let before = self.held[place].replace(value);
        assert!(before.is_none(), "a row is settled once");
    }

    /// The next row in order, if it is there.
    pub(super) fn take(&mut self) -> Option<(u32, T)> {
        let value = self.held.front_mut()?.take()?;
        self.held.pop_front();
        let row = self.next;
        self.next += 1;
        Some((row, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_in_are_rows_out_in_order(rows in Just((0_u32..60).collect::<Vec<u32>>()).prop_shuffle()) {
            let mut window = ReorderWindow::new();
            let mut out = Vec::new();
            for row in rows {
                window.put(row, row);
                out.extend(std::iter::from_fn(|| window.take()));
            }
            prop_assert_eq!(out, (0..60).map(|row| (row, row)).collect::<Vec<_>>());
        }
    }
}
