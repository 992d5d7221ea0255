//! The journal's file: finding it, taking it for oneself, reading it, setting it aside, going on with it.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lock::FileLeases;
use super::reader::{JournalReader, unreadable};
use super::writer::JournalWriter;
use crate::journal::chain::{Chain, entry_of};
use crate::journal::entry::{Entry, JobIdentity};
use crate::journal::{Index, IndexBuilder};
use crate::language::text;
use crate::model::{Error, Result};
use crate::store::files::{relative_to, sync_directory, with_ending};
use crate::store::{Journal, JournalSource, Lease, Leases, platform};

/// A journal that this run has taken for itself; the file may be yet to come.
#[derive(Debug)]
pub(crate) struct JournalFile {
    path: PathBuf,
    chain: Chain,
    good_bytes: u64,
    torn_bytes: u64,
    set_aside: bool,
    /// The results files that its runs name.
    results: Vec<String>,
    _lease: Box<dyn Lease>,
}

impl JournalFile {
    /// Takes the journal, and reads it if it is there. With `restart` it will be set aside.
    ///
    /// # Errors
    /// Exit 75 if another run holds it; exit 2 if it is damaged or belongs to another host, app or operation.
    pub(crate) async fn take(
        path: &Path,
        owner: &JobIdentity,
        restart: bool,
        wait: Duration,
    ) -> Result<(JournalFile, Index)> {
        let what = text!("the journal of these results");
        let lease = FileLeases.acquire(&with_ending(path, "lock"), what, wait).await?;
        let mut taken = JournalFile {
            path: path.to_owned(),
            chain: Chain::default(),
            good_bytes: 0,
            torn_bytes: 0,
            set_aside: false,
            results: Vec::new(),
            _lease: lease,
        };
        let reader = match JournalReader::open(path) {
            Ok(reader) => reader,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                taken.results = taken.results_named_aside();
                return Ok((taken, Index::default()));
            }
            Err(error) => {
                return Err(unreadable(path, error));
            }
        };
        if restart {
            // A damaged one can be set aside, too.
            taken.results = results_named_in(reader.file());
            taken.set_aside = true;
            return Ok((taken, Index::default()));
        }
        let index = taken.read(&reader, owner)?;
        Ok((taken, index))
    }

    fn read(&mut self, reader: &JournalReader, owner: &JobIdentity) -> Result<Index> {
        let mut index = IndexBuilder::with_room_for(reader.most_rows());
        let mut stranger = None;
        let scan = reader.scan(&mut |id, entry| {
            index.take(id, entry);
            if let Entry::RunStarted(run) = entry {
                self.results.push(run.results.clone());
                if run.owner != *owner {
                    stranger.get_or_insert_with(|| run.owner.clone());
                }
            }
        })?;
        scan.refuse_damage(&reader.name())?;
        if let Some(other) = stranger {
            let shown = self.path.display();
            return Err(Error::invalid_input(text!(
                "{shown} belongs to another job: {other}; this run is: {owner}",
                shown,
                other,
                owner
            ))
            .hint(text!(
                "choose another results file with -o FILE, or set the journal aside with --restart"
            )));
        }
        (self.chain, self.good_bytes, self.torn_bytes) = (scan.chain, scan.good_bytes, scan.torn_bytes());
        if self.results.is_empty() {
            self.results = self.results_named_aside();
        }
        Ok(index.build())
    }

    /// What earlier runs have recorded; `None` if there were none, or they are set aside.
    ///
    /// # Errors
    /// When the file can't be read: exit 2.
    pub(crate) fn earlier(&self) -> Result<Option<Box<dyn JournalSource>>> {
        if self.good_bytes == 0 {
            return Ok(None);
        }
        let reader = JournalReader::open(&self.path).map_err(|error| unreadable(&self.path, error))?;
        Ok(Some(Box::new(reader)))
    }

    /// The name of these results as its runs give it.
    #[must_use]
    pub(crate) fn name_of(&self, results: &Path) -> String {
        relative_to(&self.path, results)
    }

    /// Does a run of this journal name these results?
    #[must_use]
    pub(crate) fn names(&self, results: &Path) -> bool {
        self.results.contains(&self.name_of(results))
    }

    /// How many bytes of a torn end will be cut off.
    #[must_use]
    pub(crate) const fn torn_bytes(&self) -> u64 {
        self.torn_bytes
    }

    /// Goes on with the journal, or begins it; from here on the disk is changed.
    ///
    /// # Errors
    /// When it can't be written: exit 4.
    pub(crate) fn open(&self) -> Result<(Box<dyn Journal>, Box<dyn JournalSource>)> {
        let (file, reader) = self.open_file().map_err(|error| {
            Error::write_failed(text!("can't write {path}", path = self.path.display()))
                .caused_by(error)
                .hint(text!("free up disk space, or choose another place with -o FILE or --journal FILE"))
        })?;
        let journal = JournalWriter::append_to(file, self.chain, self.path.display().to_string())?;
        Ok((Box::new(journal), Box::new(reader)))
    }

    fn open_file(&self) -> io::Result<(File, JournalReader)> {
        if self.set_aside {
            fs::rename(&self.path, self.free_name())?;
        }
        let file = platform::private().append(true).create(true).open(&self.path)?;
        file.set_len(self.good_bytes)?;
        file.sync_all()?;
        sync_directory(&self.path)?;
        Ok((file, JournalReader::open(&self.path)?))
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
