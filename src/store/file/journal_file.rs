//! Owns the journal's file: finding it, taking it for oneself, reading it, setting it aside, going on with it.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::journal::Journal;
use super::lock::Lock;
use super::replay::{JournalReader, replay};
use crate::journal::Ledger;
use crate::journal::chain::{Chain, entry_of};
use crate::journal::entry::{Entry, Owner};
use crate::language::text;
use crate::model::{Error, Result};
use crate::store::files::{seen_from, sync_directory, with_ending};
use crate::store::platform;

/// A journal that this run has taken for itself; the file may be yet to come.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    chain: Chain,
    good_bytes: u64,
    torn_bytes: u64,
    set_aside: bool,
    /// The results files that its runs name.
    results: Vec<String>,
    _lock: Lock,
}

impl JournalFile {
    /// Takes the journal, and reads it if it is there. With `restart` it will be set aside.
    ///
    /// # Errors
    /// Exit 75 if another run holds it; exit 2 if it is damaged or belongs to another host, app or operation.
    pub fn take(path: &Path, owner: &Owner, restart: bool, wait: Duration) -> Result<(JournalFile, Ledger)> {
        let lock = Lock::take(&with_ending(path, "lock"), text!("the journal of these results"), wait)?;
        let mut taken = JournalFile {
            path: path.to_owned(),
            chain: Chain::default(),
            good_bytes: 0,
            torn_bytes: 0,
            set_aside: false,
            results: Vec::new(),
            _lock: lock,
        };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                taken.results = taken.results_named_aside();
                return Ok((taken, Ledger::default()));
            }
            Err(error) => {
                return Err(Error::unusable(text!("can't read {path}", path = path.display())).because(error));
            }
        };
        if restart {
            // A damaged one can be set aside, too.
            taken.results = results_named_in(&file);
            taken.set_aside = true;
            return Ok((taken, Ledger::default()));
        }
        let aside = text!("set it aside with --restart, which starts over and forgets what was done");
        let told = replay(&file, path).map_err(|error| error.or_hint(aside))?;
        if let Some(other) = told.runs.iter().map(|run| &run.owner).find(|other| *other != owner) {
            let shown = path.display();
            return Err(Error::unusable(text!(
                "{shown} belongs to another job: {other}; this run is: {owner}",
                shown,
                other,
                owner
            ))
            .hint(text!(
                "choose another results file with -o FILE, or set the journal aside with --restart"
            )));
        }
        taken.chain = told.chain;
        taken.good_bytes = told.good_bytes;
        taken.torn_bytes = told.torn_bytes;
        taken.results = told.runs.into_iter().map(|run| run.results).collect();
        if taken.results.is_empty() {
            taken.results = taken.results_named_aside();
        }
        Ok((taken, told.ledger))
    }

    /// A reader of what earlier runs have recorded; `None` if there were none, or they are set aside.
    ///
    /// # Errors
    /// When the file can't be read: exit 2.
    pub fn reader(&self) -> Result<Option<JournalReader>> {
        if self.good_bytes == 0 {
            return Ok(None);
        }
        let unreadable =
            |error| Error::unusable(text!("can't read {path}", path = self.path.display())).because(error);
        File::open(&self.path).map(|file| Some(JournalReader::new(file))).map_err(unreadable)
    }

    /// Does a run of this journal name these results?
    #[must_use]
    pub fn names(&self, results: &Path) -> bool {
        self.results.contains(&seen_from(&self.path, results))
    }

    /// How many bytes of a torn end will be cut off.
    #[must_use]
    pub const fn torn_bytes(&self) -> u64 {
        self.torn_bytes
    }

    /// Goes on with the journal, or begins it; from here on the disk is changed.
    ///
    /// # Errors
    /// When it can't be written: exit 4.
    pub fn open(&self) -> Result<(Journal, JournalReader)> {
        self.open_file().map_err(|error| {
            Error::cannot_record(text!("can't write {path}", path = self.path.display()))
                .because(error)
                .hint(text!("free up disk space, or choose another place with -o FILE or --journal FILE"))
        })?
    }

    fn open_file(&self) -> io::Result<Result<(Journal, JournalReader)>> {
        if self.set_aside {
            fs::rename(&self.path, self.free_name())?;
        }
        let file = platform::private().append(true).create(true).open(&self.path)?;
        file.set_len(self.good_bytes)?;
        file.sync_all()?;
        sync_directory(&self.path)?;
        let reader = JournalReader::new(File::open(&self.path)?);
        let journal = Journal::append_to(file, self.chain, self.path.display().to_string());
        Ok(journal.map(|journal| (journal, reader)))
    }

    /// What journals that were set aside name: a restart may have died before it wrote its first line.
    fn results_named_aside(&self) -> Vec<String> {
        let aside =
            (1_u32..).map_while(|number| File::open(with_ending(&self.path, &number.to_string())).ok());
        aside.flat_map(|file| results_named_in(&file)).collect()
    }

    fn free_name(&self) -> PathBuf {
        let name = |number: u32| with_ending(&self.path, &number.to_string());
        (1..).map(name).find(|name| fs::symlink_metadata(name).is_err()).expect("some number is free")
    }
}

/// The results that a journal names, as far as it can be read.
fn results_named_in(file: &File) -> Vec<String> {
    let lines = BufReader::new(file).split(b'\n').map_while(io::Result::ok);
    let entries = lines
        .filter(|line| line.windows(11).any(|part| part == b"run_started"))
        .filter_map(|line| entry_of(&line));
    let results = entries.filter_map(|entry| match entry {
        Entry::RunStarted(run) => Some(run.results),
        _ => None,
    });
    results.collect()
}
