//! Owns the form of a journal line: an entry behind a hash that is chained to the line before.
//!
//! `{"hash":"<32 hex digits>","entry":{…}}`, where the hash covers the hash before and the bytes of the entry. It
//! finds damage and careless edits; it is no signature.

use ring::digest::{Context, SHA256};
use serde::Serialize;

use super::entry::Entry;
use crate::language::{Text, text};

/// Half a SHA-256: enough against accidents.
const HASH_BYTES: usize = 16;
const BEFORE_HASH: &[u8] = b"{\"hash\":\"";
const BEFORE_ENTRY: &[u8] = b"\",\"entry\":";
const AFTER_ENTRY: &[u8] = b"}";

/// The end of the chain so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain([u8; HASH_BYTES]);

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadLine {
    /// It is not of the form of a journal line.
    NotALine,
    /// Its hash does not fit: this line, or one before it, is not what was written.
    HashDoesNotFit,
    /// The hash fits, but this version does not know the entry.
    UnknownEntry(String),
}

impl BadLine {
    /// What is said of it.
    #[must_use]
    pub fn in_words(&self) -> Text {
        match self {
            BadLine::NotALine => text!("it is not a journal line"),
            BadLine::HashDoesNotFit => {
                text!("it was changed after it was written, or the line before it was")
            }
            BadLine::UnknownEntry(cause) => {
                text!("this version of prehire does not know it ({cause})", cause)
            }
        }
    }
}

impl Chain {
    /// Appends an entry as a line, with its line end.
    pub fn append(&mut self, line: &mut Vec<u8>, entry: &impl Serialize) {
        line.extend_from_slice(BEFORE_HASH);
        let hash_at = line.len();
        line.resize(hash_at + 2 * HASH_BYTES, b'0');
        line.extend_from_slice(BEFORE_ENTRY);
        let entry_at = line.len();
        serde_json::to_writer(&mut *line, entry).expect("entries are JSON, and memory takes them");
        self.add(&line[entry_at..]);
        let hash = self.hex();
        line[hash_at..hash_at + 2 * HASH_BYTES].copy_from_slice(&hash);
        line.extend_from_slice(AFTER_ENTRY);
        line.push(b'\n');
    }

    /// Reads a line, without its line end, and checks that it follows.
    ///
    /// # Errors
    /// What is wrong with it; the chain is then of no use any more.
    pub fn read(&mut self, line: &[u8]) -> Result<Entry, BadLine> {
        let (hash, entry) = parts(line).ok_or(BadLine::NotALine)?;
        self.add(entry);
        if self.hex() != hash {
            return Err(BadLine::HashDoesNotFit);
        }
        serde_json::from_slice(entry).map_err(|error| BadLine::UnknownEntry(error.to_string()))
    }

    fn add(&mut self, entry: &[u8]) {
        let mut context = Context::new(&SHA256);
        context.update(&self.0);
        context.update(entry);
        self.0.copy_from_slice(&context.finish().as_ref()[..HASH_BYTES]);
    }

    fn hex(&self) -> [u8; 2 * HASH_BYTES] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut hex = [0; 2 * HASH_BYTES];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 0xF)];
        }
        hex
    }
}

/// The entry of a line whose hash was checked before.
#[must_use]
pub fn entry_of(line: &[u8]) -> Option<Entry> {
    serde_json::from_slice(parts(line)?.1).ok()
}

/// The hash that a line carries.
#[must_use]
pub fn hash_of(line: &[u8]) -> Option<String> {
    String::from_utf8(parts(line)?.0.to_vec()).ok()
}

fn parts(line: &[u8]) -> Option<([u8; 2 * HASH_BYTES], &[u8])> {
    let (hash, rest) = line.strip_prefix(BEFORE_HASH)?.split_first_chunk()?;
    let entry = rest.strip_prefix(BEFORE_ENTRY)?.strip_suffix(AFTER_ENTRY)?;
    Some((*hash, entry))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn lines(count: i64) -> Vec<Vec<u8>> {
        let mut chain = Chain::default();
        let line = |second| {
            let mut line = Vec::new();
            let at = Timestamp::from_second(second).expect("a time");
            chain.append(&mut line, &Entry::TokenRefreshed { at });
            line.pop();
            line
        };
        (0..count).map(line).collect()
    }

    fn read_all(lines: &[Vec<u8>]) -> Result<usize, (usize, BadLine)> {
        let mut chain = Chain::default();
        for (number, line) in lines.iter().enumerate() {
            chain.read(line).map_err(|error| (number, error))?;
        }
        Ok(lines.len())
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(read_all(&lines(5)), Ok(5));
        let text = String::from_utf8(lines(1).remove(0)).expect("text");
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
    }

    #[test]
    fn a_line_that_was_left_out_or_moved_is_found() {
        let mut missing = lines(5);
        missing.remove(2);
        assert_eq!(read_all(&missing), Err((2, BadLine::HashDoesNotFit)));
        let mut swapped = lines(5);
        swapped.swap(1, 2);
        assert_eq!(read_all(&swapped), Err((1, BadLine::HashDoesNotFit)));
    }

    proptest! {
        #[test]
        fn a_single_flipped_bit_is_found(line in 0_usize..5, place in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let mut lines = lines(5);
            let place = place.index(lines[line].len());
            lines[line][place] ^= 1 << bit;
            prop_assert!(read_all(&lines).is_err());
        }
    }
}
