//! Owns writing the journal: lines are appended in order by a thread of its own, and those who wait for the disk
//! share one sync (group commit). A sync or write that fails is never tried again.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::journal::chain::Chain;
use crate::journal::entry::Entry;
use crate::language::text;
use crate::model::{Error, Result};

/// A batch is written when it has grown to this, even if more lines wait.
const MOST_BYTES_OF_A_BATCH: usize = 1024 * 1024;

/// The journal, open for appending.
#[derive(Debug)]
pub struct Journal {
    lines: Option<Sender<Line>>,
    appended: u64,
    durable: Arc<AtomicU64>,
    writer: Option<JoinHandle<io::Result<()>>>,
    name: String,
}

struct Line {
    /// `None` where only the waiter counts.
    entry: Option<Entry>,
    /// For those who wait until it is on disk.
    waiter: Option<oneshot::Sender<()>>,
}

impl Journal {
    /// Goes on writing to a file behind its last good line, where the chain stands.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn append_to(file: File, chain: Chain, name: String) -> Result<Journal> {
        let (lines, queue) = mpsc::channel();
        let durable = Arc::new(AtomicU64::new(0));
        let mut writer = Writer {
            file,
            chain,
            batch: Vec::new(),
            waiters: Vec::new(),
            written: 0,
            durable: durable.clone(),
        };
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run(&queue));
        let thread = thread
            .map_err(|error| Error::cannot_record(text!("can't start writing the journal")).because(error))?;
        Ok(Journal { lines: Some(lines), appended: 0, durable, writer: Some(thread), name })
    }

    /// Appends a line; its number. Whoever waits is told when it is on disk, and never told if it can't be.
    ///
    /// # Errors
    /// When the journal can't be written any more: exit 4.
    pub fn append(&mut self, entry: Entry, waiter: Option<oneshot::Sender<()>>) -> Result<u64> {
        self.send(Line { entry: Some(entry), waiter })?;
        self.appended += 1;
        Ok(self.appended)
    }

    /// Asks for all lines so far to be on disk soon, and does not wait.
    ///
    /// # Errors
    /// When the journal can't be written any more: exit 4.
    pub fn request_sync(&mut self) -> Result<()> {
        self.send(Line { entry: None, waiter: Some(oneshot::channel().0) })
    }

    /// Waits until all lines so far are on disk.
    ///
    /// # Errors
    /// When the journal can't be written: exit 4.
    pub async fn sync(&mut self) -> Result<()> {
        let (waiter, durable) = oneshot::channel();
        self.send(Line { entry: None, waiter: Some(waiter) })?;
        match durable.await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.failure()),
        }
    }

    /// How many lines this run has appended.
    #[must_use]
    pub const fn appended(&self) -> u64 {
        self.appended
    }

    fn send(&mut self, line: Line) -> Result<()> {
        let is_taken = self.lines.as_ref().is_some_and(|lines| lines.send(line).is_ok());
        if is_taken { Ok(()) } else { Err(self.failure()) }
    }

    /// How many lines of this run are on disk.
    #[must_use]
    pub fn durable(&self) -> u64 {
        self.durable.load(Ordering::Acquire)
    }

    /// Appends a line and waits until it, and all before it, are on disk.
    ///
    /// # Errors
    /// When the journal can't be written: exit 4.
    pub async fn append_durably(&mut self, entry: Entry) -> Result<()> {
        self.append(entry, None)?;
        self.sync().await
    }

    /// The writer is gone: what it died of.
    fn failure(&mut self) -> Error {
        self.lines = None;
        let error = Error::cannot_record(text!("can't write {name}", name = self.name)).hint(text!(
            "free up disk space, then run the same command again: it continues from what is there"
        ));
        match self.writer.take().map(JoinHandle::join) {
            Some(Ok(Err(cause))) => error.because(cause),
            _ => error,
        }
    }
}

struct Writer {
    file: File,
    chain: Chain,
    batch: Vec<u8>,
    waiters: Vec<oneshot::Sender<()>>,
    written: u64,
    durable: Arc<AtomicU64>,
}

impl Writer {
    fn run(&mut self, queue: &Receiver<Line>) -> io::Result<()> {
        while let Ok(line) = queue.recv() {
            self.take(line);
            while self.batch.len() < MOST_BYTES_OF_A_BATCH
                && let Ok(line) = queue.try_recv()
            {
                self.take(line);
            }
            self.write()?;
        }
        Ok(())
    }

    fn take(&mut self, line: Line) {
        self.waiters.extend(line.waiter);
        let Some(entry) = line.entry else { return };
        self.chain.append(&mut self.batch, &entry);
        self.written += 1;
        #[cfg(debug_assertions)]
        crash::after_line(self.written, &mut self.file, &self.batch);
    }

    /// Writes the batch; syncs it if anybody waits. The waiters of a batch that fails are dropped untold.
    fn write(&mut self) -> io::Result<()> {
        self.file.write_all(&self.batch)?;
        self.batch.clear();
        if self.waiters.is_empty() {
            return Ok(());
        }
        self.file.sync_data()?;
        self.durable.store(self.written, Ordering::Release);
        for waiter in self.waiters.drain(..) {
            // One that has gone away does not matter.
            let _ = waiter.send(());
        }
        Ok(())
    }
}

/// Crashes on request, for the tests of what a kill at any write leaves behind. Release builds know nothing of it.
#[cfg(debug_assertions)]
mod crash {
    use std::fs::File;
    use std::io::Write;
    use std::sync::OnceLock;

    /// Dies while the line with this number is written, half of the batch behind it.
    const VARIABLE: &str = "PREHIRE_TEST_CRASH_AT_JOURNAL_LINE";

    pub(super) fn after_line(line: u64, file: &mut File, batch: &[u8]) {
        static AT: OnceLock<Option<u64>> = OnceLock::new();
        let at = AT.get_or_init(|| std::env::var(VARIABLE).ok()?.parse().ok());
        if *at == Some(line) {
            let _ = file.write_all(&batch[..batch.len() - batch.len().min(40)]);
            std::process::abort();
        }
    }
}
