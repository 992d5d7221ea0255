//! Reading a journal from its beginning: every line is checked against the chain. It takes no lock, and sees the file
//! as it was when it began: a run may go on writing meanwhile.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;

use crate::journal::chain::{Chain, Damage, Unread};
use crate::journal::entry::Entry;
use crate::language::text;
use crate::model::{Error, Result};

/// A torn end is believed only within this many last bytes of the file.
pub(crate) const LONGEST_TORN_END: u64 = 1024 * 1024;
const BUFFER: usize = 256 * 1024;

/// What reading a journal has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Where the chain stands behind the last good line.
    pub chain: Chain,
    /// The good lines.
    pub lines: u64,
    /// The bytes up to the end of the last of them.
    pub good_bytes: u64,
    /// What is behind them.
    pub end: JournalEnd,
}

/// What is behind the good lines of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalEnd {
    /// Nothing.
    Whole,
    /// So many bytes of lines that were never finished: a run died while it wrote them, or one is writing them now.
    Torn(u64),
    /// A line that is not as it was written. What it was, nobody knows any more.
    Damaged(Damage),
}

impl Scan {
    /// The number of the damaged line, if there is one, and what is wrong with it.
    #[must_use]
    pub const fn damage(&self) -> Option<(u64, Damage)> {
        match self.end {
            JournalEnd::Damaged(damage) => Some((self.lines + 1, damage)),
            JournalEnd::Whole | JournalEnd::Torn(_) => None,
        }
    }

    /// How many bytes are torn at the end.
    #[must_use]
    pub const fn torn_bytes(&self) -> u64 {
        match self.end {
            JournalEnd::Torn(bytes) => bytes,
            JournalEnd::Whole | JournalEnd::Damaged(_) => 0,
        }
    }
}

/// Reads a journal; each entry is shown with the place of its line.
///
/// # Errors
/// When the file can't be read, or another version of prehire made it: exit 2.
pub fn scan_journal(mut file: &File, path: &Path, mut show: impl FnMut(&Entry, u64)) -> Result<Scan> {
    let unreadable = |error| unreadable(path, error);
    file.rewind().map_err(unreadable)?;
    let total = file.metadata().map_err(unreadable)?.len();
    let mut reader = BufReader::with_capacity(BUFFER, file.take(total));
    let (mut chain, mut lines, mut good_bytes) = (Chain::default(), 0, 0);
    let mut line = Vec::new();
    let end = loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).map_err(unreadable)? as u64;
        if read == 0 {
            break JournalEnd::Whole;
        }
        if line.last() != Some(&b'\n') || line.contains(&0) {
            let rest = total - good_bytes;
            let is_torn = rest <= LONGEST_TORN_END;
            break if is_torn { JournalEnd::Torn(rest) } else { JournalEnd::Damaged(Damage::NotWhole) };
        }
        let before = chain;
        match chain.read(&line[..line.len() - 1]) {
            Ok(entry) => show(&entry, good_bytes),
            Err(Unread::Damaged(damage)) => {
                chain = before;
                break JournalEnd::Damaged(damage);
            }
            Err(Unread::Newer(tool)) => return Err(newer(path, tool)),
            Err(Unread::Older(tool)) => return Err(older(path, &tool)),
        }
        lines += 1;
        good_bytes += read;
    };
    Ok(Scan { chain, lines, good_bytes, end })
}

pub(super) fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::unusable(text!("can't read {path}", path = path.display())).because(error)
}

fn newer(path: &Path, tool: Option<String>) -> Error {
    let path = path.display();
    match tool {
        Some(tool) => {
            Error::unusable(text!("{path} was made by a newer prehire (prehire {tool})", path, tool))
                .hint(text!("use that version, or a later one"))
        }
        None => Error::unusable(text!("{path} was made by a newer prehire", path))
            .hint(text!("use a later version of prehire")),
    }
}

fn older(path: &Path, tool: &str) -> Error {
    let path = path.display();
    Error::unusable(text!(
        "{path} was made by prehire {tool}, whose journals this version can't read",
        path,
        tool
    ))
    .hint(text!("use that version for it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use std::io::Write;

    fn line(chain: &mut Chain) -> Vec<u8> {
        let mut line = Vec::new();
        chain.append(&mut line, &Entry::TokenRefreshed { at: Timestamp::UNIX_EPOCH });
        line
    }

    fn file_of(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().expect("room");
        file.write_all(bytes).expect("room");
        file
    }

    #[test]
    fn what_is_written_meanwhile_is_not_seen() {
        let mut chain = Chain::default();
        let file = file_of(&line(&mut chain));
        let more: Vec<u8> = (0..10_000).flat_map(|_| line(&mut chain)).collect();
        let scan = scan_journal(&file, Path::new("journal"), |_, _| (&file).write_all(&more).expect("room"));
        let scan = scan.expect("readable");
        assert_eq!((scan.lines, &scan.end), (1, &JournalEnd::Whole));
        let scan = scan_journal(&file, Path::new("journal"), |_, _| ()).expect("readable");
        assert_eq!((scan.lines, &scan.end), (10_001, &JournalEnd::Whole), "from the beginning again");
    }

    #[test]
    fn a_line_without_its_end_is_torn_at_the_end_alone() {
        let mut chain = Chain::default();
        let first = line(&mut chain);
        let cut = |bytes: &[u8]| {
            scan_journal(&file_of(&[&first, bytes].concat()), Path::new("journal"), |_, _| ())
                .expect("readable")
        };
        assert_eq!(cut(b"{\"hash").end, JournalEnd::Torn(6));
        assert_eq!(cut(b"\0\0\n\n").end, JournalEnd::Torn(4));
        let far = [b"\0\n".to_vec(), vec![b'x'; 1024 * 1024]].concat();
        assert_eq!(cut(&far).damage(), Some((2, Damage::NotWhole)));
        assert_eq!(cut(b"{}\n").damage(), Some((2, Damage::NotALine)));
        assert_eq!(cut(b"{}\n").chain, cut(b"").chain, "where the last good line left it");
    }
}
