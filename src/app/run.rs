//! Owns a run from its first call to its last: the pool and the desk side by side, and the signals that stop them.

use std::collections::VecDeque;
use std::io::Write;

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};

use super::confirm::Upcoming;
use super::desk::Desk;
use crate::error::{Error, Exit, Result};
use crate::event::{Interrupt, StopCause};
use crate::input::{RowRules, Spool, Survey};
use crate::language::text;
use crate::plan::{Past, Planner};
use crate::record::{Journal, JournalFile, ResultsFile};
use crate::report::{Detail, Progress, Tally};
use crate::send::{Api, Gates, Lines, Pool};
use crate::settings::{OperationSettings, ShowSettings};

/// Events that may wait for the desk.
const QUEUE: usize = 1_024;

/// What a run reads.
#[derive(Clone, Copy)]
pub(super) struct RunInput<'a> {
    pub(super) settings: &'a OperationSettings,
    pub(super) rules: &'a RowRules,
    pub(super) spool: &'a Spool,
    pub(super) survey: &'a Survey,
    pub(super) past: Past<'a>,
    /// The rows that are still to be sent.
    pub(super) upcoming: &'a Upcoming,
}

/// What a run writes.
pub(super) struct RunOutput<'a> {
    pub(super) journal: Journal,
    pub(super) results: ResultsFile<'a>,
    /// Held until the end, so that no other run takes the journal.
    pub(super) journal_file: JournalFile,
}

/// What a run leaves behind.
pub(super) struct Ran {
    pub(super) tally: Tally,
    pub(super) stop: Option<StopCause>,
    pub(super) exit: Exit,
}

/// One thread does it all: the work is waiting.
pub(super) fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::unusable(text!("can't start")).because(error))
}

/// Works the file off; the results have their final name when it returns without an error.
pub(super) async fn run_to_the_end<A: Api>(
    input: RunInput<'_>,
    api: A,
    gates: Gates,
    output: RunOutput<'_>,
) -> Result<Ran> {
    let RunInput { settings, rules, spool, survey, past, upcoming } = input;
    let (sender, notices) = mpsc::channel(QUEUE);
    let (halt, halted) = watch::channel(None);
    let plan = Planner::new(spool.records(), survey, rules, past)?;
    let pool = Pool::new(api, plan, settings.send.clone(), gates, Lines { events: sender, halt: halted });
    let (show, rate) = (settings.show, settings.send.rate);
    let mut desk = Desk {
        journal: output.journal,
        results: output.results,
        tally: Tally::new(rate),
        progress: Progress::new(show, (survey.results(), upcoming.rows), rate),
        halt: halt.clone(),
        unseen: VecDeque::new(),
        trouble: None,
    };
    if output.journal_file.torn_bytes() > 0 {
        desk.progress.announce(&text!(
            "the journal's last {bytes} bytes were cut off: the last run died while it wrote them",
            bytes = output.journal_file.torn_bytes()
        ));
    }
    let mut signals = Signals::listen()?;
    let work = async { tokio::join!(pool.run(), desk.record(notices)) };
    let (stop, recorded) = tokio::select! {
        worked = work => worked,
        exit = signals.second(&halt, show) => return Err(Error::abandoned(exit)),
    };
    // Trouble with the journal comes first: the pool's own error follows from it.
    recorded?;
    let stop = stop?;
    let (tally, exit) = desk.close(stop.as_ref()).await?;
    Ok(Ran { tally, stop, exit })
}

/// SIGINT and SIGTERM. The first stops the run in order, the second at once.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> Result<Signals> {
        let unheard = |error| Error::unusable(text!("can't listen for signals")).because(error);
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt()).map_err(unheard)?,
            terminate: signal(SignalKind::terminate()).map_err(unheard)?,
        })
    }

    async fn next(&mut self) -> Interrupt {
        tokio::select! {
            _ = self.interrupt.recv() => Interrupt::Interrupt,
            _ = self.terminate.recv() => Interrupt::Terminate,
        }
    }

    /// Passes the first one on to the pool, and returns with the second.
    async fn second(&mut self, halt: &watch::Sender<Option<StopCause>>, show: ShowSettings) -> Exit {
        let first = self.next().await;
        if show.detail != Detail::None {
            let stopping =
                text!("stopping: calls in flight are awaited; the same signal again leaves at once");
            // A standard error that is closed is no failure.
            let _ = writeln!(std::io::stderr(), "{}", stopping.in_language(show.language));
        }
        halt.send_if_modified(|order| {
            let is_new = order.is_none();
            order.get_or_insert(StopCause::Interrupted(first));
            is_new
        });
        StopCause::Interrupted(self.next().await).exit()
    }
}
