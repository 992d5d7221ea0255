//! Owns what a journal tells: its entries, one after the other, go into the ledger.

use std::fs::File;
use std::path::Path;

use jiff::Timestamp;

use super::scan::{Scan, scan_journal, unreadable};
use crate::journal::chain::{Chain, entry_of};
use crate::journal::entry::{Entry, RunStarted};
use crate::journal::{Ledger, LedgerBuilder, Recall};
use crate::language::text;
use crate::model::{Attempt, Error, History, PreHireId, ReasonHash, Result, SentRow, Status};
use crate::store::platform;

/// What a journal tells.
#[derive(Debug)]
pub struct Replay {
    /// What it says of each pre-hire.
    pub ledger: Ledger,
    /// What each run was about.
    pub runs: Vec<RunStarted>,
    /// Where the chain stands behind the last good line.
    pub chain: Chain,
    /// The bytes up to the end of the last good line.
    pub good_bytes: u64,
    /// The bytes behind it: a torn end.
    pub torn_bytes: u64,
}

/// Opens a journal that is only read.
///
/// # Errors
/// When it can't be opened: exit 2.
pub fn open_journal(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| unreadable(path, error))
}

/// Reads a journal from its beginning; each entry is shown with the place of its line.
///
/// # Errors
/// When it can't be read, or a line is damaged: exit 2, naming it.
pub fn read_journal(file: &File, path: &Path, show: impl FnMut(&Entry, u64)) -> Result<Scan> {
    let scan = scan_journal(file, path, show)?;
    match scan.damage() {
        None => Ok(scan),
        Some((line, damage)) => {
            let (path, cause) = (path.display(), damage.in_words());
            Err(Error::unusable(
                text!("line {line} of {path} is damaged: {cause}", line, path, cause => cause),
            )
            .hint(text!("restore the file from a backup")))
        }
    }
}

/// Reads a journal for going on with it.
///
/// # Errors
/// As [`read_journal`].
pub fn replay(file: &File, path: &Path) -> Result<Replay> {
    let total = file.metadata().map_err(|error| unreadable(path, error))?.len();
    let ledger = LedgerBuilder::for_journal_of(total);
    let mut builder = Replayer { ledger, ..Replayer::default() };
    let scan = read_journal(file, path, |entry, offset| builder.take(entry, offset))?;
    let Replayer { ledger, runs, .. } = builder.close();
    let (chain, good_bytes, torn_bytes) = (scan.chain, scan.good_bytes, scan.torn_bytes());
    Ok(Replay { ledger: ledger.build(), runs, chain, good_bytes, torn_bytes })
}

/// Turns entries back into histories.
#[derive(Debug, Default)]
pub struct Replayer {
    ledger: LedgerBuilder,
    runs: Vec<RunStarted>,
    calls: std::collections::HashMap<PreHireId, Timestamp>,
}

impl Replayer {
    /// Takes the next entry; `offset` is the place of its line.
    pub fn take(&mut self, entry: &Entry, offset: u64) {
        match entry {
            Entry::RunStarted(run) => {
                self.cut_off_open_calls();
                self.runs.push(run.clone());
            }
            Entry::CallStarted { at, id, reason, .. } => {
                self.calls.insert(*id, *at);
                self.ledger.open(*id).called_with(*reason);
            }
            Entry::CallFinished { at, id, verdict, http_status, code, msg, log_id, .. } => {
                let sent_at = self.calls.remove(id).unwrap_or(*at);
                self.ledger.open(*id).record(&Attempt {
                    verdict: *verdict,
                    error_code: *code,
                    message: msg.clone(),
                    http_status: *http_status,
                    log_id: log_id.clone(),
                    sent_at,
                    ended_at: *at,
                });
            }
            Entry::RowSettled(row) => self.settle(row, offset),
            Entry::Throttled { .. } | Entry::TokenRefreshed { .. } | Entry::ReadBack { .. } => {}
            Entry::RunFinished { .. } => self.cut_off_open_calls(),
        }
    }

    fn settle(&mut self, row: &SentRow, offset: u64) {
        let SentRow { id, reason, doubt, outcome, .. } = row;
        self.calls.remove(id);
        match (outcome.status, reason) {
            (status, reason) if status.is_success() => {
                self.ledger.settled(*id, status, offset, reason.unwrap_or(ReasonHash(0)));
            }
            (status @ Status::Refused, Some(reason)) => self.ledger.settled(*id, status, offset, *reason),
            _ => *self.ledger.open(*id) = History::recorded(outcome.clone(), *doubt),
        }
    }

    /// A call without its end: the run died, and nobody knows.
    fn cut_off_open_calls(&mut self) {
        for (id, sent_at) in self.calls.drain() {
            self.ledger.open(id).record_cut_off(sent_at);
        }
    }

    fn close(mut self) -> Self {
        self.cut_off_open_calls();
        self
    }
}

/// Reads single lines of a journal that was checked before.
#[derive(Debug)]
pub struct JournalReader {
    file: File,
}

impl JournalReader {
    /// A reader of the file.
    #[must_use]
    pub const fn new(file: File) -> Self {
        JournalReader { file }
    }

    /// The settled row whose line begins at this place.
    ///
    /// # Errors
    /// When the line is not there any more.
    pub fn row_at(&self, offset: u64) -> Result<SentRow> {
        let gone = || Error::cannot_record(text!("the journal was changed during the run"));
        let mut line = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let place = offset + line.len() as u64;
            let read =
                platform::read_at(&self.file, &mut piece, place).map_err(|error| gone().because(error))?;
            let piece = &piece[..read];
            match piece.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    line.extend_from_slice(&piece[..end]);
                    break;
                }
                None if read == 0 => return Err(gone()),
                None => line.extend_from_slice(piece),
            }
        }
        match entry_of(&line) {
            Some(Entry::RowSettled(row)) => Ok(row),
            _ => Err(gone()),
        }
    }
}

impl Recall for JournalReader {
    fn history_at(&self, offset: u64) -> Result<History> {
        let SentRow { outcome, doubt, .. } = self.row_at(offset)?;
        Ok(History::recorded(outcome, doubt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use crate::journal::entry::{FoundStage, Owner};
    use crate::language::Text;
    use crate::model::{Doubt, ErrorCode, Outcome, Verdict};
    use crate::store::{Journal, JournalFile, LONGEST_TORN_END, example};

    /// What happens to one of five pre-hires, or to the run.
    #[derive(Clone, Copy, Debug)]
    enum Happening {
        Begun(u32),
        Ended(u32, Verdict),
        Settled(u32, Status, Doubt),
        Found(u32),
        NewRun,
    }

    fn any_happening() -> impl Strategy<Value = Happening> {
        use Happening::*;
        let verdict = prop::sample::select(vec![
            Verdict::Accepted,
            Verdict::Refused,
            Verdict::Conflict,
            Verdict::Throttled,
            Verdict::TokenStale,
            Verdict::InDoubt,
            Verdict::NotSent,
        ]);
        let doubt = prop::sample::select(vec![Doubt::Never, Doubt::Before, Doubt::Now]);
        let status = prop::sample::select(Status::ALL.to_vec());
        prop_oneof![
            4 => (0_u32..5).prop_map(Begun),
            4 => (0_u32..5, verdict).prop_map(|(row, verdict)| Ended(row, verdict)),
            2 => (0_u32..5, status, doubt).prop_map(|(row, status, doubt)| Settled(row, status, doubt)),
            1 => (0_u32..5).prop_map(Found),
            1 => Just(NewRun),
        ]
    }

    fn id(row: u32) -> PreHireId {
        PreHireId::parse(&(7_000 + row).to_string(), true).expect("an id")
    }

    fn at(second: usize) -> Timestamp {
        Timestamp::from_second(second as i64).expect("a time")
    }

    fn owner() -> Owner {
        example::run_started(at(0), "in.results.csv").owner
    }

    fn run_started(second: usize) -> Entry {
        Entry::RunStarted(example::run_started(at(second), "in.results.csv"))
    }

    fn entry(second: usize, happening: Happening) -> Entry {
        let (now, reason) = (at(second), ReasonHash(u64::MAX - 5));
        match happening {
            Happening::NewRun => run_started(second),
            Happening::Begun(row) => Entry::CallStarted { at: now, id: id(row), row: 2, reason, attempt: 1 },
            Happening::Ended(row, verdict) => Entry::CallFinished {
                at: now,
                id: id(row),
                verdict,
                http_status: Some(400),
                code: Some(ErrorCode::Api(1_161_129)),
                msg: Text::Plain("原因 \"said\"".to_owned()),
                log_id: None,
                milliseconds: 12,
            },
            Happening::Settled(row, status, doubt) => {
                let outcome =
                    Outcome { status, attempts: row, first_sent_at: Some(now), ..Outcome::default() };
                Entry::RowSettled(SentRow { line: 2, id: id(row), reason: Some(reason), doubt, outcome })
            }
            Happening::Found(row) => {
                let found = vec![FoundStage { id: id(row), stage: Some("preboarding".to_owned()) }];
                Entry::ReadBack { at: now, found, http_status: Some(200), code: None, log_id: None }
            }
        }
    }

    fn entries(happenings: &[Happening]) -> Vec<Entry> {
        let later = happenings.iter().enumerate().map(|(second, happening)| entry(second + 1, *happening));
        std::iter::once(run_started(0)).chain(later).collect()
    }

    /// The lines, each with its line end.
    fn lines(entries: &[Entry]) -> Vec<Vec<u8>> {
        let mut chain = Chain::default();
        let line = |entry| {
            let mut line = Vec::new();
            chain.append(&mut line, entry);
            line
        };
        entries.iter().map(line).collect()
    }

    /// What entries tell when nobody has written them down.
    fn told(entries: &[Entry]) -> (Ledger, Vec<RunStarted>) {
        let mut replayer = Replayer::default();
        let mut offset = 0;
        for (entry, line) in entries.iter().zip(lines(entries)) {
            replayer.take(entry, offset);
            offset += line.len() as u64;
        }
        let Replayer { ledger, runs, .. } = replayer.close();
        (ledger.build(), runs)
    }

    struct Place {
        _directory: tempfile::TempDir,
        path: PathBuf,
    }

    impl Place {
        fn with(bytes: &[u8]) -> Place {
            let directory = tempfile::tempdir().expect("a directory");
            let path = directory.path().join("journal");
            std::fs::write(&path, bytes).expect("room");
            Place { _directory: directory, path }
        }

        fn replay(&self) -> Result<Replay> {
            replay(&File::open(&self.path).expect("it is there"), &self.path)
        }

        /// Goes on with it as a run does, by one more entry.
        fn go_on(&self, entry: Entry) {
            let (file, _) =
                JournalFile::take(&self.path, &owner(), false, std::time::Duration::ZERO).expect("ours");
            let (mut journal, _) = file.open().expect("room");
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            runtime.block_on(journal.append_durably(entry)).expect("room");
        }
    }

    fn written(entries: &[Entry]) -> Place {
        let place = Place::with(b"");
        let file = std::fs::OpenOptions::new().append(true).open(&place.path).expect("it is there");
        let mut journal =
            Journal::append_to(file, Chain::default(), "the journal".to_owned()).expect("a thread");
        entries.iter().for_each(|entry| {
            journal.append(entry.clone(), None).expect("room");
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(journal.sync()).expect("room");
        place
    }

    /// The whole lines among the first so many bytes.
    fn whole(lines: &[Vec<u8>], bytes: usize) -> usize {
        let ends = lines.iter().scan(0, |end, line| {
            *end += line.len();
            Some(*end)
        });
        ends.take_while(|end| *end <= bytes).count()
    }

    fn assert_resumes(entries: &[Entry], lines: &[Vec<u8>], cut: usize, tail: &[u8]) {
        let bytes: Vec<u8> = lines.concat();
        let place = Place::with(&[&bytes[..cut], tail].concat());
        let replay = place.replay().expect("a torn end is no damage");
        let kept = whole(lines, cut);
        assert_eq!((replay.ledger, replay.runs), told(&entries[..kept]), "cut at byte {cut}");
        let good: usize = lines[..kept].iter().map(Vec::len).sum();
        assert_eq!((replay.good_bytes, replay.torn_bytes), (good as u64, (cut + tail.len() - good) as u64));
        place.go_on(run_started(900));
        let went_on = place.replay().expect("what follows a torn end is whole");
        assert_eq!((went_on.runs.len(), went_on.torn_bytes), (told(&entries[..kept]).1.len() + 1, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn the_ledger_of_a_journal_is_that_of_its_replay(happenings in prop::collection::vec(any_happening(), 0..60)) {
            let entries = entries(&happenings);
            let place = written(&entries);
            prop_assert_eq!(std::fs::read(&place.path).expect("it is there"), lines(&entries).concat());
            let replay = place.replay().expect("whole");
            prop_assert_eq!((replay.ledger, replay.runs), told(&entries));
            prop_assert_eq!(replay.torn_bytes, 0);
        }

        #[test]
        fn a_journal_that_is_cut_anywhere_resumes(
            happenings in prop::collection::vec(any_happening(), 0..30),
            cut in any::<Index>(),
            zeros in 0_usize..3,
        ) {
            let entries = entries(&happenings);
            let lines = lines(&entries);
            let cut = cut.index(lines.concat().len() + 1);
            // After a power cut the end of a file may be blank, over whole pages.
            assert_resumes(&entries, &lines, cut, &vec![0; zeros * 3_000]);
        }

        #[test]
        fn a_byte_that_is_changed_in_any_line_is_damage_and_changes_nothing(
            happenings in prop::collection::vec(any_happening(), 0..20),
            place in any::<Index>(),
            change in 1_u8..=255,
        ) {
            let mut bytes = lines(&entries(&happenings)).concat();
            let place = place.index(bytes.len());
            let (before, is_last) = (bytes[place], place == bytes.len() - 1);
            bytes[place] ^= change;
            // A blank byte, a line end made or lost: these may pass for a torn end.
            prop_assume!(!is_last && before != b'\n' && !matches!(bytes[place], b'\n' | 0));
            let place = Place::with(&bytes);
            prop_assert!(place.replay().is_err());
            let taken = JournalFile::take(&place.path, &owner(), false, std::time::Duration::ZERO);
            prop_assert_eq!(taken.expect_err("damaged").exit().code(), 2);
            prop_assert_eq!(std::fs::read(&place.path).expect("it is there"), bytes, "nothing is overwritten");
        }
    }

    #[test]
    fn a_journal_that_is_cut_at_any_byte_of_its_last_lines_resumes() {
        use Happening::*;
        let happenings = [
            Begun(0),
            Ended(0, Verdict::InDoubt),
            Found(0),
            Begun(1),
            Settled(0, Status::Refused, Doubt::Before),
        ];
        let entries = entries(&happenings);
        let lines = lines(&entries);
        let total = lines.concat().len();
        let last = lines[lines.len() - 2].len() + lines[lines.len() - 1].len();
        for cut in total - last..=total {
            assert_resumes(&entries, &lines, cut, b"");
        }
    }

    #[test]
    fn a_blank_line_is_a_torn_end_only_within_the_last_mebibyte() {
        let long = |second| match entry(second, Happening::Ended(second as u32 % 5, Verdict::Conflict)) {
            Entry::CallFinished { at, id, verdict, http_status, code, log_id, milliseconds, .. } => {
                let msg = Text::Plain("m".repeat(50_000));
                Entry::CallFinished { at, id, verdict, http_status, code, msg, log_id, milliseconds }
            }
            _ => unreachable!("it is the end of a call"),
        };
        let entries: Vec<Entry> = std::iter::once(run_started(0)).chain((1..60).map(long)).collect();
        let lines = lines(&entries);
        let total: usize = lines.iter().map(Vec::len).sum();
        let mut begins = 0;
        for (number, line) in lines.iter().enumerate() {
            let mut bytes = lines.concat();
            bytes[begins + line.len() / 2] = 0;
            let replay = Place::with(&bytes).replay();
            if total - begins <= LONGEST_TORN_END as usize {
                assert_eq!(replay.expect("torn").good_bytes, begins as u64);
            } else {
                let report = replay.expect_err("damaged").report(crate::language::Language::English);
                assert!(report.contains(&format!("line {} of", number + 1)), "{report}");
            }
            begins += line.len();
        }
    }

    #[test]
    fn facts_are_read_where_the_ledger_says() {
        let settled = entry(1, Happening::Settled(3, Status::Withdrawn, Doubt::Never));
        let place = written(&[run_started(0), settled.clone()]);
        let Some(crate::journal::Earlier::Done { offset }) = place.replay().expect("whole").ledger.get(id(3))
        else {
            panic!("it is withdrawn");
        };
        let reader = JournalReader::new(File::open(&place.path).expect("it is there"));
        let Entry::RowSettled(row) = settled else { unreachable!("it is settled") };
        assert_eq!(reader.row_at(offset).expect("it is there"), row);
        assert_eq!(reader.row_at(0).expect_err("another line").exit().code(), 4);
    }
}
