//! Owns a run from its first call to its last: the pool and the desk side by side, and the signals that stop them.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::desk::Desk;
use super::signals::Signals;
use super::watch::{Fact, Witness};
use crate::input::{RowRules, Spool, Survey};
use crate::language::text;
use crate::model::{Error, Exit, Result, StopCause};
use crate::plan::{Planner, Upcoming};
use crate::report::{Level, Log, LogLine, Progress, Tally};
use crate::results::ResultsFile;
use crate::send::{Account, Api, Gates, Lines, SendSettings, Stop};
use crate::settings::OperationSettings;
use crate::store::{Journal, JournalFile, Past};

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
    /// How much of the time until the deadline went by when they were looked up.
    pub(super) spent: Duration,
    pub(super) log: &'a Log,
    pub(super) witness: &'a Witness,
}

/// By what means it calls, and is stopped.
pub(super) struct Means<A> {
    pub(super) api: A,
    pub(super) gates: Gates,
    pub(super) signals: Signals,
}

/// What a run writes.
pub(super) struct RunOutput<'a> {
    pub(super) journal: Box<dyn Journal>,
    pub(super) results: ResultsFile<'a>,
    /// Held until the end, so that no other run takes the journal.
    pub(super) journal_file: JournalFile,
    /// What is counted is known also when the run ends with an error.
    pub(super) tally: &'a mut Tally,
}

/// What a run leaves behind.
pub(super) struct Ran {
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
    means: Means<A>,
    output: RunOutput<'_>,
) -> Result<Ran> {
    let RunInput { settings, rules, spool, survey, past, upcoming, spent, log, witness } = input;
    let Means { api, gates, mut signals } = means;
    let (sender, notices) = mpsc::channel(QUEUE);
    let order = Stop::default();
    let plan = Planner::new(spool.records(), survey, rules, past)?;
    let deadline = settings.send.deadline.map(|deadline| deadline.saturating_sub(spent));
    let send = SendSettings { deadline, ..settings.send.clone() };
    let account = Account::new(api, send, gates, Lines { events: sender, stop: order.clone() });
    let (show, rate) = (settings.show, settings.send.rate);
    let mut desk = Desk {
        journal: output.journal,
        appended: 0,
        results: output.results,
        tally: output.tally,
        progress: Progress::new(show.progress, log.clone(), (survey.results(), upcoming.rows), rate),
        stop: order.clone(),
        unseen: VecDeque::new(),
        trouble: None,
    };
    if output.journal_file.torn_bytes() > 0 {
        let bytes = output.journal_file.torn_bytes();
        let said = text!(
            "the journal's last {bytes} {bytes|byte was|bytes were} cut off: the last run died while writing {bytes|it|them}",
            bytes
        );
        desk.progress.log().announce(&LogLine::new(Level::Warn, said).field("bytes", bytes));
    }
    let log = desk.progress.log().clone();
    let work = async { tokio::join!(account.run(plan), desk.record(notices)) };
    let (stop, recorded) = tokio::select! {
        worked = work => worked,
        exit = signals.second(&order, &log) => {
            witness.tell(Fact::Abandoned);
            return Err(Error::abandoned(exit));
        }
    };
    // Trouble with the journal comes first: the pool's own error follows from it.
    recorded?;
    let stop = stop?;
    let exit = desk.close(stop.as_ref()).await?;
    Ok(Ran { stop, exit })
}
