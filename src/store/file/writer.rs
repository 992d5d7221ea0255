//! Writing the journal: lines are appended in order by a thread of its own, and those who wait for the disk
//! share one sync (group commit). A sync or write that fails is never tried again.

use std::fs::File;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::journal::chain::Chain;
use crate::journal::entry::Entry;
use crate::language::text;
use crate::model::{Error, Result};
use crate::store::{Journal, Seq};

/// A batch is written when it has grown to this, even if more lines wait.
const MOST_BYTES_OF_A_BATCH: usize = 1024 * 1024;

/// What a journal is written to.
pub(super) trait Sink: Write + Send + 'static {
    /// Puts on disk what was written.
    fn sync(&mut self) -> io::Result<()>;
}

impl Sink for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// A journal, open for appending.
#[derive(Debug)]
pub(super) struct JournalWriter {
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

impl JournalWriter {
    /// Goes on writing behind the last good line, where the chain stands.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(super) fn append_to(sink: impl Sink, chain: Chain, name: String) -> Result<JournalWriter> {
        let (lines, queue) = mpsc::channel();
        let durable = Arc::new(AtomicU64::new(0));
        let (batch, waiters, written) = (Vec::new(), Vec::new(), 0);
        let mut writer = Writer { sink, chain, batch, waiters, written, durable: durable.clone() };
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run(&queue));
        let thread = thread
            .map_err(|error| Error::cannot_record(text!("can't start writing the journal")).because(error))?;
        Ok(JournalWriter { lines: Some(lines), appended: 0, durable, writer: Some(thread), name })
    }

    fn send(&mut self, line: Line) -> Result<()> {
        let is_taken = self.lines.as_ref().is_some_and(|lines| lines.send(line).is_ok());
        if is_taken { Ok(()) } else { Err(self.failure()) }
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

impl Journal for JournalWriter {
    fn append(&mut self, entry: Entry, waiter: Option<oneshot::Sender<()>>) -> Result<Seq> {
        self.send(Line { entry: Some(entry), waiter })?;
        self.appended += 1;
        Ok(self.appended)
    }

    fn durable(&self) -> Seq {
        self.durable.load(Ordering::Acquire)
    }

    fn request_sync(&mut self) -> Result<()> {
        self.send(Line { entry: None, waiter: Some(oneshot::channel().0) })
    }

    fn sync(&mut self) -> Pin<Box<dyn Future<Output = Result<()>> + '_>> {
        Box::pin(async {
            let (waiter, durable) = oneshot::channel();
            self.send(Line { entry: None, waiter: Some(waiter) })?;
            durable.await.map_err(|_| self.failure())
        })
    }
}

struct Writer<S> {
    sink: S,
    chain: Chain,
    batch: Vec<u8>,
    waiters: Vec<oneshot::Sender<()>>,
    written: u64,
    durable: Arc<AtomicU64>,
}

impl<S: Sink> Writer<S> {
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
    }

    /// Writes the batch; syncs it if anybody waits. The waiters of a batch that fails are dropped untold.
    fn write(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.batch)?;
        self.batch.clear();
        if self.waiters.is_empty() {
            return Ok(());
        }
        self.sink.sync()?;
        self.durable.store(self.written, Ordering::Release);
        for waiter in self.waiters.drain(..) {
            // One that has gone away does not matter.
            let _ = waiter.send(());
        }
        Ok(())
    }
}
