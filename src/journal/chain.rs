//! The form of a journal line: an entry behind a hash that is chained to the line before.
//!
//! `{"hash":"<32 hex digits>","entry":{…}}`, where the hash covers the hash before and the bytes of the entry. It
//! finds damage and careless edits; it is no signature.

use std::cmp::Ordering;
use std::fmt::{self, Write};

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::entry::{Entry, VERSION};
use crate::language::{Text, text};

/// Half a SHA-256: enough against accidents.
const HASH_BYTES: usize = 16;
const BEFORE_HASH: &[u8] = b"{\"hash\":\"";
const BEFORE_ENTRY: &[u8] = b"\",\"entry\":";
const AFTER_ENTRY: &[u8] = b"}";
const BEFORE_RUN: &[u8] = b"{\"run_started\":";

/// The end of the chain so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chain([u8; HASH_BYTES]);

/// Why a line tells nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is not as it was written.
    Damaged(Damage),
    /// It is as it was written, and not by this version of prehire.
    OfAnotherVersion(Maker),
}

/// The version of prehire that wrote a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Maker {
    /// One after this: its name, where the line says so.
    Newer(Option<String>),
    /// One from before there was a format to keep to.
    Older(String),
}

/// What is wrong with a line that is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// It is not of the form of a journal line.
    NotALine,
    /// Its hash does not fit: this line, or one before it, is not what was written.
    HashDoesNotFit,
    /// It is not whole, and too far from the end to be a torn one.
    NotWhole,
}

impl Damage {
    /// What is said of it.
    #[must_use]
    pub(crate) fn in_words(self) -> Text {
        match self {
            Damage::NotALine => text!("it is not a journal line"),
            Damage::HashDoesNotFit => {
                text!("it was changed after it was written, or the line before it was")
            }
            Damage::NotWhole => text!("it is incomplete, and too far from the end to be a torn one"),
        }
    }
}

/// The beginning of a run, as far as every version writes it.
#[derive(Deserialize)]
struct Head {
    run_started: Version,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
    tool: String,
}

/// The hash of the last line.
impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hex().iter().try_for_each(|digit| f.write_char(char::from(*digit)))
    }
}

impl Chain {
    /// Appends an entry as a line, with its line end.
    pub(crate) fn append(&mut self, line: &mut Vec<u8>, entry: &impl Serialize) {
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
    /// Why it tells nothing; the chain is then of no use any more.
    pub(crate) fn read(&mut self, line: &[u8]) -> Result<Entry, Unread> {
        let (hash, entry) = parts(line).ok_or(Unread::Damaged(Damage::NotALine))?;
        self.add(entry);
        if self.hex() != hash {
            return Err(Unread::Damaged(Damage::HashDoesNotFit));
        }
        if entry.starts_with(BEFORE_RUN) {
            check_version(entry).map_err(Unread::OfAnotherVersion)?;
        }
        serde_json::from_slice(entry).map_err(|_| Unread::OfAnotherVersion(Maker::Newer(None)))
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

/// The version comes before anything else: what a line of another version says otherwise is not ours to judge.
fn check_version(entry: &[u8]) -> Result<(), Maker> {
    let Ok(Head { run_started: Version { version, tool } }) = serde_json::from_slice(entry) else {
        return Err(Maker::Newer(None));
    };
    match version.cmp(&u64::from(VERSION)) {
        Ordering::Less => Err(Maker::Older(tool)),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(Maker::Newer(Some(tool))),
    }
}

/// The entry of a line whose hash was checked before.
#[must_use]
pub(crate) fn entry_of(line: &[u8]) -> Option<Entry> {
    serde_json::from_slice(parts(line)?.1).ok()
}

fn parts(line: &[u8]) -> Option<([u8; 2 * HASH_BYTES], &[u8])> {
    let (hash, rest) = line.strip_prefix(BEFORE_HASH)?.split_first_chunk()?;
    let entry = rest.strip_prefix(BEFORE_ENTRY)?.strip_suffix(AFTER_ENTRY)?;
    Some((*hash, entry))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Doubt, Outcome, Status};
    use jiff::Timestamp;
    use proptest::prelude::*;
    use serde_json::json;

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

    fn read_all(lines: &[Vec<u8>]) -> Result<usize, (usize, Unread)> {
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
        assert_eq!(read_all(&missing), Err((2, Unread::Damaged(Damage::HashDoesNotFit))));
        let mut swapped = lines(5);
        swapped.swap(1, 2);
        assert_eq!(read_all(&swapped), Err((1, Unread::Damaged(Damage::HashDoesNotFit))));
    }

    #[test]
    fn the_version_is_looked_at_before_anything_else() {
        let read = |entry: serde_json::Value| {
            let mut line = Vec::new();
            Chain::default().append(&mut line, &entry);
            Chain::default().read(&line[..line.len() - 1]).map_err(|unread| match unread {
                Unread::OfAnotherVersion(maker) => maker,
                Unread::Damaged(damage) => panic!("{damage:?}"),
            })
        };
        let run = |version: u32| json!({ "run_started": { "version": version, "tool": "9.0.0", "who": [] } });
        assert_eq!(read(run(VERSION + 1)), Err(Maker::Newer(Some("9.0.0".to_owned()))));
        assert_eq!(read(run(VERSION - 1)), Err(Maker::Older("9.0.0".to_owned())));
        assert_eq!(read(run(VERSION)), Err(Maker::Newer(None)), "whatever it is, it is as it was written");
        assert_eq!(read(json!({ "run_started": 7 })), Err(Maker::Newer(None)));
        assert_eq!(read(json!({ "moon_landed": {} })), Err(Maker::Newer(None)));
    }

    #[test]
    fn a_field_of_a_later_version_is_passed_over_and_one_that_is_missing_says_nothing() {
        let read = |entry: serde_json::Value| {
            let mut line = Vec::new();
            Chain::default().append(&mut line, &entry);
            Chain::default().read(&line[..line.len() - 1]).expect("an entry")
        };
        let settled = |more: serde_json::Value| {
            let mut row = json!({ "row": 2, "id": "7", "outcome": { "status": "unknown", "attempts": 3 } });
            row.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            read(json!({ "row_settled": row }))
        };
        let Entry::RowSettled(row) = settled(json!({})) else { panic!("a settled row") };
        let outcome = Outcome { status: Status::Unknown, attempts: 3, ..Outcome::default() };
        assert_eq!((row.outcome, row.doubt, row.reason), (outcome, Doubt::Never, None));
        let more = json!({
            "tenant": "t1", "doubt": "now",
            "outcome": { "status": "unknown", "cost": 4, "message": { "text": "said", "tone": "low" } }
        });
        let Entry::RowSettled(row) = settled(more) else { panic!("a settled row") };
        assert_eq!((row.doubt, row.outcome.message.to_string()), (Doubt::Now, "said".to_owned()));
        let begun = json!({ "run_started": {
            "version": VERSION, "tool": "9", "at": "2026-01-01T00:00:00Z", "host": "h", "app": "a", "tenant": "",
            "operation": "withdraw", "input": "in.csv", "digest": "0", "results": "out.csv", "shard": 3,
            "settings": { "rate": "9/1s", "burst": 1, "workers": 1, "timeout_milliseconds": 1, "max_attempts": 1, "read_back": true }
        } });
        assert!(matches!(read(begun), Entry::RunStarted(run) if run.results == "out.csv"));
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
