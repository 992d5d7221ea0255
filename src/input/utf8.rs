//! Owns the check that a text is UTF-8, piece by piece: where it first is not, and whether it was meant to be.

/// Checks a text that arrives in pieces; a character may be cut between two of them.
#[derive(Debug, Default)]
pub(super) struct Utf8Check {
    pending: Vec<u8>,
    line_ends: u64,
    bytes: u64,
}

/// The first byte that does not belong to the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenPlace {
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
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), BrokenPlace> {
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
    pub(super) fn finish(&self) -> Result<(), BrokenPlace> {
        if self.pending.is_empty() { Ok(()) } else { Err(self.broken_after(&[])) }
    }

    fn pass(&mut self, good: &[u8]) {
        self.line_ends += line_ends(good);
        self.bytes += good.len() as u64;
    }

    fn broken_after(&self, good: &[u8]) -> BrokenPlace {
        BrokenPlace { line: self.line_ends + line_ends(good) + 1, byte: self.bytes + good.len() as u64 + 1 }
    }
}

/// Counts the multi-byte sequences of a text that is not all UTF-8, to tell a broken one from one in GB18030.
#[derive(Debug, Default)]
pub(super) struct Utf8Tally {
    cut: Vec<u8>,
    whole: u64,
    broken: u64,
}

impl Utf8Tally {
    /// Counts the next piece.
    pub(super) fn push(&mut self, piece: &[u8]) {
        let mut text = std::mem::take(&mut self.cut);
        text.extend_from_slice(piece);
        let mut rest = text.as_slice();
        while !rest.is_empty() {
            let (good, bad) = match std::str::from_utf8(rest) {
                Ok(_) => (rest, 0),
                Err(error) => match error.error_len() {
                    Some(bad) => (&rest[..error.valid_up_to()], bad),
                    None => {
                        self.cut = rest[error.valid_up_to()..].to_vec();
                        (&rest[..error.valid_up_to()], self.cut.len())
                    }
                },
            };
            self.whole += good.iter().filter(|byte| **byte >= FIRST_OF_SEVERAL).count() as u64;
            self.broken += u64::from(bad > 0 && self.cut.is_empty());
            rest = &rest[good.len() + bad..];
        }
    }

    /// Is it UTF-8 with broken places? ASCII does not count.
    pub(super) fn is_broken_utf8(&self) -> bool {
        self.whole > self.broken + u64::from(!self.cut.is_empty())
    }
}

/// Each character of several bytes begins with one from here on.
const FIRST_OF_SEVERAL: u8 = 0xC0;

pub(super) fn line_ends(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(pieces: &[&[u8]]) -> Result<(), BrokenPlace> {
        let mut check = Utf8Check::default();
        pieces.iter().try_for_each(|piece| check.push(piece))?;
        check.finish()
    }

    #[test]
    fn names_the_line_and_the_byte() {
        assert_eq!(check(&[b"a,b\n1,\xB3\xB7\n"]), Err(BrokenPlace { line: 2, byte: 7 }));
        assert_eq!(check(&["id\n字".as_bytes(), b"\xE5\xAD"]), Err(BrokenPlace { line: 2, byte: 7 }));
    }

    fn is_broken_utf8(pieces: &[&[u8]]) -> bool {
        let mut tally = Utf8Tally::default();
        pieces.iter().for_each(|piece| tally.push(piece));
        tally.is_broken_utf8()
    }

    #[test]
    fn one_broken_byte_does_not_make_it_another_encoding() {
        assert!(is_broken_utf8(&["原因,张\n".as_bytes(), b"\xB3"]));
        assert!(!is_broken_utf8(&[b"\xD4\xAD\xD2\xF2,\xD5\xC5\n"]), "GB18030");
        assert!(!is_broken_utf8(&[b"caf\xE9\n"]), "a tie is none");
        assert!(!is_broken_utf8(&["é".as_bytes(), b"\xE5\xAD"]), "cut off at the end");
        assert!(is_broken_utf8(&["éé".as_bytes(), b"\xE5\xAD"]));
    }

    proptest! {
        #[test]
        fn the_tally_does_not_depend_on_the_cuts(text in any::<Vec<u8>>(), cut in 0_usize..40) {
            let (one, other) = text.split_at(cut.min(text.len()));
            let bytewise: Vec<&[u8]> = text.chunks(1).collect();
            prop_assert_eq!(is_broken_utf8(&[&text]), is_broken_utf8(&[one, other]));
            prop_assert_eq!(is_broken_utf8(&[&text]), is_broken_utf8(&bytewise));
        }

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
