//! What a crash leaves of a journal, at any byte: it is read as far as it is whole, and gone on with from there.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index as Place;

use super::JournalFile;
use super::reader::{LONGEST_TORN_END, open_journal, scan};
use super::writer::{JournalWriter, Sink};
use crate::journal::chain::Chain;
use crate::journal::entry::{Entry, FoundStage, Owner, RunStarted};
use crate::journal::{Index, IndexBuilder};
use crate::language::{Language, Text};
use crate::model::{
    Doubt, EntryId, ErrorCode, Outcome, PreHireId, ReasonHash, Result, SentRow, Status, Verdict,
};
use crate::store::{Journal, JournalEnd, JournalSource, Scan, example};

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
            let outcome = Outcome { status, attempts: row, first_sent_at: Some(now), ..Outcome::default() };
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

/// What entries tell: of each pre-hire, and of the runs.
#[derive(Default)]
struct Teller {
    index: IndexBuilder,
    runs: Vec<RunStarted>,
}

impl Teller {
    fn take(&mut self, id: EntryId, entry: &Entry) {
        self.index.take(id, entry);
        if let Entry::RunStarted(run) = entry {
            self.runs.push(run.clone());
        }
    }

    fn told(self) -> (Index, Vec<RunStarted>) {
        (self.index.build(), self.runs)
    }
}

/// What entries tell when nobody has written them down.
fn told(entries: &[Entry]) -> (Index, Vec<RunStarted>) {
    let mut teller = Teller::default();
    let mut offset = 0;
    for (entry, line) in entries.iter().zip(lines(entries)) {
        teller.take(EntryId(offset), entry);
        offset += line.len() as u64;
    }
    teller.told()
}

/// What the bytes of a journal tell.
fn read(bytes: &[u8]) -> (Scan, (Index, Vec<RunStarted>)) {
    let mut teller = Teller::default();
    let scan = scan(bytes, bytes.len() as u64, &mut |id, entry| teller.take(id, entry));
    (scan.expect("memory").expect("of this version"), teller.told())
}

/// The whole lines among the first so many bytes.
fn whole(lines: &[Vec<u8>], bytes: usize) -> usize {
    let ends = lines.iter().scan(0, |end, line| {
        *end += line.len();
        Some(*end)
    });
    ends.take_while(|end| *end <= bytes).count()
}

/// A journal in a directory of its own.
struct OnDisk {
    _directory: tempfile::TempDir,
    path: PathBuf,
}

impl OnDisk {
    fn with(bytes: &[u8]) -> OnDisk {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("journal");
        std::fs::write(&path, bytes).expect("room");
        OnDisk { _directory: directory, path }
    }

    fn take(&self) -> Result<(JournalFile, Index)> {
        use futures_util::FutureExt;
        let taken = JournalFile::take(&self.path, &owner(), false, Duration::ZERO).now_or_never();
        taken.expect("nobody holds the lock")
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).expect("it is there")
    }
}

fn finish(work: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
}

fn assert_resumes(entries: &[Entry], lines: &[Vec<u8>], cut: usize, tail: &[u8]) {
    let bytes = [&lines.concat()[..cut], tail].concat();
    let kept = whole(lines, cut);
    let good: usize = lines[..kept].iter().map(Vec::len).sum();
    let (scan, found) = read(&bytes);
    assert_eq!(found, told(&entries[..kept]), "cut at byte {cut}");
    assert_eq!((scan.good_bytes, scan.torn_bytes()), (good as u64, (bytes.len() - good) as u64));
    let disk = OnDisk::with(&bytes);
    let (file, index) = disk.take().expect("a torn end is no damage");
    assert_eq!((&index, file.torn_bytes()), (&told(&entries[..kept]).0, scan.torn_bytes()));
    let (mut journal, _) = file.open().expect("room");
    finish(journal.append_durably(run_started(900))).expect("room");
    let went_on = [&entries[..kept], &[run_started(900)]].concat();
    assert_eq!(disk.bytes(), self::lines(&went_on).concat(), "what follows a torn end is whole");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_index_of_a_journal_is_that_of_its_entries(happenings in prop::collection::vec(any_happening(), 0..60)) {
        let entries = entries(&happenings);
        let (scan, found) = read(&lines(&entries).concat());
        prop_assert_eq!((scan.end, scan.lines), (JournalEnd::Whole, entries.len() as u64));
        prop_assert_eq!(found, told(&entries));
    }

    #[test]
    fn a_journal_that_is_cut_anywhere_resumes(
        happenings in prop::collection::vec(any_happening(), 0..30),
        cut in any::<Place>(),
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
        place in any::<Place>(),
        change in 1_u8..=255,
    ) {
        let mut bytes = lines(&entries(&happenings)).concat();
        let place = place.index(bytes.len());
        let (before, is_last) = (bytes[place], place == bytes.len() - 1);
        bytes[place] ^= change;
        // A blank byte, a line end made or lost: these may pass for a torn end.
        prop_assume!(!is_last && before != b'\n' && !matches!(bytes[place], b'\n' | 0));
        prop_assert!(read(&bytes).0.damage().is_some());
        let disk = OnDisk::with(&bytes);
        prop_assert_eq!(disk.take().expect_err("damaged").exit().code(), 2);
        prop_assert_eq!(disk.bytes(), bytes, "nothing is overwritten");
    }
}

#[test]
fn a_journal_that_is_cut_at_any_byte_of_its_last_lines_resumes() {
    let entries = entries(&a_story());
    let lines = lines(&entries);
    let total = lines.concat().len();
    let last = lines[lines.len() - 2].len() + lines[lines.len() - 1].len();
    for cut in total - last..=total {
        assert_resumes(&entries, &lines, cut, b"");
    }
}

fn a_story() -> [Happening; 6] {
    use Happening::*;
    [
        Begun(0),
        Ended(0, Verdict::InDoubt),
        Found(0),
        Begun(1),
        Settled(0, Status::Refused, Doubt::Before),
        NewRun,
    ]
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
        if total - begins <= LONGEST_TORN_END as usize {
            assert_eq!(read(&bytes).0.good_bytes, begins as u64);
        } else {
            let report = OnDisk::with(&bytes).take().expect_err("damaged").report(Language::English);
            assert!(report.contains(&format!("line {} of", number + 1)), "{report}");
        }
        begins += line.len();
    }
}

#[test]
fn facts_are_read_where_the_index_says() {
    let settled = entry(1, Happening::Settled(3, Status::Withdrawn, Doubt::Never));
    let disk = OnDisk::with(&lines(&[run_started(0), settled.clone()]).concat());
    let (_, index) = disk.take().expect("whole");
    let entry = index.word(id(3)).expect("it is settled").entry;
    let reader = open_journal(&disk.path).expect("it is there");
    let Entry::RowSettled(row) = settled else { unreachable!("it is settled") };
    assert_eq!(reader.entry(entry).expect("it is there"), row);
    assert_eq!(reader.entry(EntryId(0)).expect_err("another line").exit().code(), 4);
}

/// A disk that takes so many bytes, and then nothing more: what is on it is what a kill would leave.
#[derive(Clone, Default)]
struct FullDisk {
    bytes: Arc<Mutex<Vec<u8>>>,
    room: usize,
}

impl Write for FullDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.bytes.lock().expect("no writer panics");
        let room = self.room - written.len();
        if room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        written.extend_from_slice(&bytes[..bytes.len().min(room)]);
        Ok(bytes.len().min(room))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for FullDisk {
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes as far as it goes; how many entries were said to be durable.
fn write_to(disk: &FullDisk, entries: &[Entry]) -> usize {
    let mut journal =
        JournalWriter::append_to(disk.clone(), Chain::default(), "the journal".to_owned()).expect("a thread");
    for (number, entry) in entries.iter().enumerate() {
        let written = finish((&mut journal as &mut dyn Journal).append_durably(entry.clone()));
        if let Err(error) = written {
            assert_eq!(error.exit().code(), 4);
            assert_eq!(journal.durable(), number as u64);
            assert!(journal.append(run_started(1), None).is_err(), "what failed once is not tried again");
            return number;
        }
    }
    entries.len()
}

#[test]
fn what_was_said_to_be_durable_is_read_again_wherever_the_writing_ends() {
    let entries = entries(&a_story());
    let lines = lines(&entries);
    for room in 0..=lines.concat().len() {
        let disk = FullDisk { room, ..FullDisk::default() };
        let durable = write_to(&disk, &entries);
        let bytes = disk.bytes.lock().expect("no writer panics").clone();
        assert_eq!(durable, whole(&lines, room), "no room behind byte {room}");
        assert_eq!(bytes, lines.concat()[..room], "in order, and as it was");
        let (scan, found) = read(&bytes);
        assert_eq!((scan.lines, found), (durable as u64, told(&entries[..durable])));
    }
}
