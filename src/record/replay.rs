//! Owns reading the journal: every line is checked against the chain, and what it tells goes into the ledger.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::Path;

use jiff::Timestamp;

use super::cells::{self, Cells, STATUS};
use super::chain::{Chain, entry_of};
use super::entry::{Entry, RunStarted, VERSION};
use crate::error::{Error, Result};
use crate::history::{Doubt, History};
use crate::input::PreHireId;
use crate::outcome::{Attempt, Status};
use crate::plan::{Ledger, LedgerBuilder, Recall};

/// A torn end is believed only within this many last bytes of the file.
const LONGEST_TORN_END: u64 = 1024 * 1024;

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

/// Reads a journal from its beginning; each entry is shown with the place of its line.
///
/// # Errors
/// When it can't be read, or a line is damaged: exit 2, naming it.
pub fn read_journal(file: &File, path: &Path, mut show: impl FnMut(&Entry, u64)) -> Result<(Chain, u64)> {
    let unreadable = |error| Error::unusable(format!("can't read {}", path.display())).because(error);
    let total = file.metadata().map_err(unreadable)?.len();
    let mut reader = BufReader::with_capacity(256 * 1024, file);
    let (mut chain, mut good_bytes, mut number) = (Chain::default(), 0, 0_u64);
    let mut line = Vec::new();
    loop {
        line.clear();
        number += 1;
        let read = reader.read_until(b'\n', &mut line).map_err(unreadable)? as u64;
        if read == 0 {
            return Ok((chain, good_bytes));
        }
        if line.last() != Some(&b'\n') || line.contains(&0) {
            return if total - good_bytes <= LONGEST_TORN_END {
                Ok((chain, good_bytes))
            } else {
                Err(damaged(path, number, "it is not whole, and too far from the end to be a torn one"))
            };
        }
        let entry =
            chain.read(&line[..line.len() - 1]).map_err(|error| damaged(path, number, &error.to_string()))?;
        show(&entry, good_bytes);
        good_bytes += read;
    }
}

fn damaged(path: &Path, line: u64, cause: &str) -> Error {
    Error::unusable(format!("line {line} of {} is damaged: {cause}", path.display()))
        .hint("restore the file from a copy; or set it aside with --restart, which begins anew and forgets what was done")
}

/// Reads a journal for going on with it.
///
/// # Errors
/// As [`read_journal`]; also for a format that is newer than this program.
pub fn replay(file: &File, path: &Path) -> Result<Replay> {
    let unreadable = |error| Error::unusable(format!("can't read {}", path.display())).because(error);
    let total = file.metadata().map_err(unreadable)?.len();
    let ledger = LedgerBuilder::for_journal_of(total);
    let mut builder = Replayer { ledger, ..Replayer::default() };
    let (chain, good_bytes) = read_journal(file, path, |entry, offset| builder.take(entry, offset))?;
    if let Some(run) = builder.runs.iter().find(|run| run.version > VERSION) {
        return Err(Error::unusable(format!("{} was written by prehire {}", path.display(), run.tool))
            .hint("use that version, or a later one"));
    }
    let Replayer { ledger, runs, .. } = builder.close();
    Ok(Replay { ledger: ledger.build(), runs, chain, good_bytes, torn_bytes: total - good_bytes })
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
            Entry::RowSettled { id, reason, doubt, cells } => {
                self.settle(*id, *reason, *doubt, cells, offset)
            }
            Entry::Throttled { .. } | Entry::TokenRefreshed { .. } | Entry::ReadBack { .. } => {}
            Entry::RunFinished { .. } => self.cut_off_open_calls(),
        }
    }

    fn settle(
        &mut self,
        id: PreHireId,
        reason: Option<crate::input::ReasonHash>,
        doubt: Doubt,
        cells: &Cells,
        offset: u64,
    ) {
        self.calls.remove(&id);
        match (Status::from_word(&cells[STATUS]), reason) {
            (Some(status @ (Status::Withdrawn | Status::AlreadyWithdrawn)), reason) => {
                self.ledger.settled(id, status, offset, reason.unwrap_or(crate::input::ReasonHash(0)));
            }
            (Some(status @ Status::Refused), Some(reason)) => self.ledger.settled(id, status, offset, reason),
            _ => *self.ledger.open(id) = cells::history(cells, doubt),
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

    /// The cells and the doubt of the settled row whose line begins at this place.
    ///
    /// # Errors
    /// When the line is not there any more.
    pub fn row_at(&self, offset: u64) -> Result<(Cells, Doubt)> {
        let gone = || Error::cannot_record("the journal was changed while the run went on");
        let mut line = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let place = offset + line.len() as u64;
            let read = self.file.read_at(&mut piece, place).map_err(|error| gone().because(error))?;
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
            Some(Entry::RowSettled { cells, doubt, .. }) => Ok((cells, doubt)),
            _ => Err(gone()),
        }
    }
}

impl Recall for JournalReader {
    fn history_at(&self, offset: u64) -> Result<History> {
        let (cells, doubt) = self.row_at(offset)?;
        Ok(cells::history(&cells, doubt))
    }
}
