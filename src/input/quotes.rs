//! Owns what a quotation mark means where it stands: it opens a cell, closes it, or stands astray.

/// Where in a row the last byte was, as far as quotation marks go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// At the beginning of a cell.
    Before,
    /// In a cell without quotation marks around it.
    Outside,
    /// In a cell that was opened with one, on this line.
    Inside(u64),
    /// Behind one that closes the cell, unless another follows.
    Closing(u64),
    /// Behind a closed cell something else followed than the next cell, on this line.
    Astray(u64),
}

impl Quotes {
    /// The place behind the next byte, which stands on this line.
    pub(super) const fn after(self, byte: u8, delimiter: u8, line: u64) -> Quotes {
        match (self, byte) {
            (Quotes::Astray(line), _) => Quotes::Astray(line),
            (Quotes::Before, b'"') => Quotes::Inside(line),
            (Quotes::Inside(opened), b'"') => Quotes::Closing(opened),
            (Quotes::Inside(opened), _) => Quotes::Inside(opened),
            (Quotes::Closing(opened), b'"') => Quotes::Inside(opened),
            (_, b'\r' | b'\n') => Quotes::Before,
            (_, byte) if byte == delimiter => Quotes::Before,
            (Quotes::Closing(_), _) => Quotes::Astray(line),
            (Quotes::Before | Quotes::Outside, _) => Quotes::Outside,
        }
    }
}
