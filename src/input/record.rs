//! Owns one record of the text: its cells, and the line on which it begins.

/// One record: its cells, and the line on which it begins.
#[derive(Debug)]
pub struct Record {
    pub(super) line: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) ends: Vec<usize>,
    pub(super) length: usize,
    /// Cells in front that do not count: the row number.
    pub(super) hidden: usize,
}

impl Record {
    /// The line on which it begins, counted from 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// How many cells it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length.saturating_sub(self.hidden)
    }

    /// Is every cell empty, as in a blank line or in `,,`?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length <= self.hidden || self.ends[self.length - 1] == self.start_of(self.hidden)
    }

    /// The text of a cell; a missing one is empty.
    #[must_use]
    pub fn cell(&self, index: usize) -> &str {
        std::str::from_utf8(self.cell_bytes(index)).expect("the copy of the input is UTF-8, cut at ASCII")
    }

    /// The bytes of a cell; a missing one is empty.
    #[must_use]
    pub fn cell_bytes(&self, index: usize) -> &[u8] {
        if index >= self.len() {
            return &[];
        }
        let index = index + self.hidden;
        &self.bytes[self.start_of(index)..self.ends[index]]
    }

    fn start_of(&self, index: usize) -> usize {
        if index == 0 { 0 } else { self.ends[index - 1] }
    }

    /// All cells, in order.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }
}
