//! Owns which cell of the file is the longest: a workbook can't hold every text.

use super::record::Record;

/// The longest cell that belongs to a column, the header's included; the first of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LongestCell {
    /// The line on which its row begins.
    pub line: u64,
    /// The place of its column.
    pub column: usize,
    /// Its length in UTF-16 code units, as spreadsheets count.
    pub length: usize,
}

impl LongestCell {
    /// Looks at the cells of one more row, as far as the header goes.
    pub(super) fn note(&mut self, record: &Record, width: usize) {
        for column in 0..width.min(record.len()) {
            // No text has more code units than bytes, so hardly any must be counted.
            if record.cell_bytes(column).len() <= self.length {
                continue;
            }
            let length = record.cell(column).encode_utf16().count();
            if length > self.length {
                *self = LongestCell { line: record.line(), column, length };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Layout, RecordReader};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_counting_every_cell(rows in proptest::collection::vec("[a字😀]{1,9}(,[a字😀]{0,9}){0,3}", 1..8)) {
            let text = rows.join("\n");
            let mut reader = RecordReader::new(text.as_bytes(), Layout::default());
            let (mut longest, mut expected) = (LongestCell::default(), 0);
            while let Some(record) = reader.read().expect("readable") {
                longest.note(record, 3);
                let lengths = record.cells().take(3).map(|cell| cell.encode_utf16().count());
                expected = lengths.fold(expected, usize::max);
            }
            prop_assert_eq!(longest.length, expected);
            let row = rows[longest.line as usize - 1].split(',').nth(longest.column).unwrap_or("");
            prop_assert_eq!(row.encode_utf16().count(), expected);
        }
    }
}
