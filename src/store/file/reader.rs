//! Reading a journal from its beginning: every line is checked against the chain. It takes no lock, and sees the file
//! as it was when it began: a run may go on writing meanwhile.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use crate::journal::chain::{Chain, Damage, Maker, Unread, entry_of};
use crate::journal::entry::Entry;
use crate::language::text;
use crate::model::{EntryId, Error, Result, SentRow};
use crate::store::files::relative_to;
use crate::store::{JournalEnd, JournalSource, Scan, platform};

/// A torn end is believed only within this many last bytes of the file.
pub(super) const LONGEST_TORN_END: u64 = 1024 * 1024;
const BUFFER: usize = 256 * 1024;

/// The lines of one call and its row take more than this.
const FEWEST_BYTES_A_ROW: u64 = 450;

/// A journal's file, open for reading.
#[derive(Debug)]
pub(crate) struct JournalReader {
    path: PathBuf,
    file: File,
}

/// Opens a journal that is only read.
///
/// # Errors
/// When it can't be opened: exit 2.
pub(crate) fn open_journal(path: &Path) -> Result<JournalReader> {
    JournalReader::open(path).map_err(|error| unreadable(path, error))
}

impl JournalReader {
    /// Opens it.
    ///
    /// # Errors
    /// Those of the system.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(JournalReader { path: path.to_owned(), file: File::open(path)? })
    }

    /// The name of these results as its runs give it.
    #[must_use]
    pub(crate) fn name_of(&self, results: &Path) -> String {
        relative_to(&self.path, results)
    }

    pub(super) const fn file(&self) -> &File {
        &self.file
    }

    fn bytes(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// The line that begins at this place, without its end; `None` if the file ends first.
    fn line_at(&self, begin: u64) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let read = platform::read_at(&self.file, &mut piece, begin + line.len() as u64)?;
            let piece = &piece[..read];
            match piece.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    line.extend_from_slice(&piece[..end]);
                    return Ok(Some(line));
                }
                None if read == 0 => return Ok(None),
                None => line.extend_from_slice(piece),
            }
        }
    }
}

impl JournalSource for JournalReader {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn scan(&self, show: &mut dyn FnMut(EntryId, &Entry)) -> Result<Scan> {
        let unreadable = |error| unreadable(&self.path, error);
        let total = self.bytes().map_err(unreadable)?;
        (&self.file).rewind().map_err(unreadable)?;
        let scanned = scan(&self.file, total, show).map_err(unreadable)?;
        scanned.map_err(|maker| of_another_version(&self.path, maker))
    }

    fn entry(&self, id: EntryId) -> Result<SentRow> {
        let gone = || Error::write_failed(text!("the journal was changed during the run"));
        let line = self.line_at(id.0).map_err(|error| gone().caused_by(error))?;
        match line.and_then(|line| entry_of(&line)) {
            Some(Entry::RowSettled(row)) => Ok(row),
            _ => Err(gone()),
        }
    }

    fn most_rows(&self) -> usize {
        let bytes = self.bytes().unwrap_or_default();
        usize::try_from(bytes / FEWEST_BYTES_A_ROW).unwrap_or(0)
    }
}

/// Reads a journal of so many bytes; each entry is shown with the place of its line. What is written meanwhile is not seen.
/// An entry of another version ends it.
pub(super) fn scan(
    journal: impl Read,
    total: u64,
    show: &mut dyn FnMut(EntryId, &Entry),
) -> io::Result<std::result::Result<Scan, Maker>> {
    let mut reader = BufReader::with_capacity(BUFFER, journal.take(total));
    let (mut chain, mut lines, mut good_bytes) = (Chain::default(), 0, 0);
    let (mut line, mut first_hash) = (Vec::new(), String::new());
    let end = loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)? as u64;
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
            Ok(entry) => show(EntryId(good_bytes), &entry),
            Err(Unread::Damaged(damage)) => {
                chain = before;
                break JournalEnd::Damaged(damage);
            }
            Err(Unread::OfAnotherVersion(maker)) => return Ok(Err(maker)),
        }
        if lines == 0 {
            first_hash = chain.to_string();
        }
        lines += 1;
        good_bytes += read;
    };
    Ok(Ok(Scan { lines, end, first_hash, chain, good_bytes }))
}

pub(super) fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::invalid_input(text!("can't read {path}", path = path.display())).caused_by(error)
}

fn of_another_version(path: &Path, maker: Maker) -> Error {
    let path = path.display();
    match maker {
        Maker::Newer(Some(tool)) => {
            Error::invalid_input(text!("{path} was made by a newer prehire (prehire {tool})", path, tool))
                .hint(text!("use that version, or a later one"))
        }
        Maker::Newer(None) => Error::invalid_input(text!("{path} was made by a newer prehire", path))
            .hint(text!("use a later version of prehire")),
        Maker::Older(tool) => Error::invalid_input(text!(
            "{path} was made by prehire {tool}, whose journals this version can't read",
            path,
            tool
        ))
        .hint(text!("use that version for it")),
    }
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

    fn scanned(bytes: &[u8]) -> Scan {
        scan(bytes, bytes.len() as u64, &mut |_, _| ()).expect("memory").expect("of this version")
    }

    #[test]
    fn what_is_written_meanwhile_is_not_seen() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("journal");
        let mut chain = Chain::default();
        std::fs::write(&path, line(&mut chain)).expect("room");
        let more: Vec<u8> = (0..10_000).flat_map(|_| line(&mut chain)).collect();
        let reader = open_journal(&path).expect("it is there");
        let mut file = File::options().append(true).open(&path).expect("it is there");
        let scan = reader.scan(&mut |_, _| file.write_all(&more).expect("room")).expect("readable");
        assert_eq!((scan.lines, scan.end), (1, JournalEnd::Whole));
        let scan = reader.scan(&mut |_, _| ()).expect("readable");
        assert_eq!((scan.lines, scan.end), (10_001, JournalEnd::Whole), "from the beginning again");
    }

    #[test]
    fn a_line_without_its_end_is_torn_at_the_end_alone() {
        let mut chain = Chain::default();
        let first = line(&mut chain);
        let cut = |bytes: &[u8]| scanned(&[&first, bytes].concat());
        assert_eq!(cut(b"{\"hash").end, JournalEnd::Torn(6));
        assert_eq!(cut(b"\0\0\n\n").end, JournalEnd::Torn(4));
        let far = [b"\0\n".to_vec(), vec![b'x'; 1024 * 1024]].concat();
        assert_eq!(cut(&far).damage(), Some((2, Damage::NotWhole)));
        assert_eq!(cut(b"{}\n").damage(), Some((2, Damage::NotALine)));
        assert_eq!(cut(b"{}\n").chain, cut(b"").chain, "where the last good line left it");
        assert_eq!(cut(b"").first_hash.as_bytes(), &first[9..41]);
    }
}
