//! Owns the check that a text is UTF-8, piece by piece, and where it first is not.

/// Checks a text that arrives in pieces; a character may be cut between two of them.
#[derive(Debug, Default)]
pub(super) struct Utf8Check {
    pending: Vec<u8>,
    line_ends: u64,
    bytes: u64,
}

/// The first byte that is not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotUtf8 {
    /// The line that it stands in, counted from 1.
    pub line: u64,
    /// Its place in the text, counted from 1.
    pub byte: u64,
}

/// The longest sequence that one character takes.
const LONGEST_CHARACTER: usize = 4;

impl Utf8Check {
    /// Checks the next piece.
    ///
    /// # Errors
    /// Where the first byte is that can't belong to UTF-8.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), NotUtf8> {
        let mut rest = piece;
        while !self.pending.is_empty() && !rest.is_empty() {
            self.pending.push(rest[0]);
            rest = &rest[1..];
            match std::str::from_utf8(&self.pending) {
                Ok(_) => {
                    self.bytes += self.pending.len() as u64;
                    self.pending.clear();
                }
                Err(error) if error.error_len().is_some() || self.pending.len() >= LONGEST_CHARACTER => {
                    return Err(self.broken_after(&[]));
                }
                Err(_) => {}
            }
        }
        match std::str::from_utf8(rest) {
            Ok(_) => self.pass(rest),
            Err(error) => {
                let (good, bad) = rest.split_at(error.valid_up_to());
                if error.error_len().is_some() {
                    return Err(self.broken_after(good));
                }
                self.pass(good);
                self.pending.extend_from_slice(bad);
            }
        }
        Ok(())
    }

    /// Says that the text is over.
    ///
    /// # Errors
    /// When it ends within a character.
    pub(super) fn finish(&self) -> Result<(), NotUtf8> {
        if self.pending.is_empty() { Ok(()) } else { Err(self.broken_after(&[])) }
    }

    fn pass(&mut self, good: &[u8]) {
        self.line_ends += line_ends(good);
        self.bytes += good.len() as u64;
    }

    fn broken_after(&self, good: &[u8]) -> NotUtf8 {
        NotUtf8 { line: self.line_ends + line_ends(good) + 1, byte: self.bytes + good.len() as u64 + 1 }
    }
}

fn line_ends(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(pieces: &[&[u8]]) -> Result<(), NotUtf8> {
        let mut check = Utf8Check::default();
        pieces.iter().try_for_each(|piece| check.push(piece))?;
        check.finish()
    }

    #[test]
    fn names_the_line_and_the_byte() {
        assert_eq!(check(&[b"a,b\n1,\xB3\xB7\n"]), Err(NotUtf8 { line: 2, byte: 7 }));
        assert_eq!(check(&["id\n字".as_bytes(), b"\xE5\xAD"]), Err(NotUtf8 { line: 2, byte: 7 }));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(text in any::<Vec<u8>>(), good in any::<String>(), cuts in proptest::collection::vec(1_usize..5, 0..40)) {
            let whole: Vec<u8> = good.bytes().chain(text).collect();
            let mut pieces = Vec::new();
            let mut rest = whole.as_slice();
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            pieces.push(rest);
            let valid = std::str::from_utf8(&whole).map_err(|error| error.valid_up_to() as u64 + 1);
            prop_assert_eq!(check(&pieces).map_err(|error| error.byte), valid.map(|_| ()));
        }
    }
}
