//! Owns `prehire check --online`: every row that can be sent is looked up, and the results grow with what is found.

use super::allowance::search_gate;
use super::check::unsent;
use super::commands::{connect, warn};
use super::row_looks::{LookedUp, look_up};
use super::searching::until_a_signal;
use crate::model::{Operation, Result, StopCause};
use crate::plan::Planned;
use crate::report::{Log, Outlook, SearchProgress};
use crate::results::ResultsFile;
use crate::send::search::Searcher;
use crate::settings::{CallSettings, ShowSettings};

/// What it needs to know.
pub(super) struct OnlineCheck<'a> {
    pub(super) calls: &'a CallSettings,
    pub(super) show: ShowSettings,
    pub(super) operation: Operation,
    pub(super) to_look_up: u32,
}

impl OnlineCheck<'_> {
    /// Looks the rows of the plan up, and writes the results, if there are to be any; or why it was stopped.
    pub(super) fn run<'r>(
        &self,
        plan: impl Iterator<Item = Result<Planned>>,
        results: impl FnOnce() -> Result<Option<ResultsFile<'r>>>,
    ) -> Result<std::result::Result<(Outlook, SearchProgress), StopCause>> {
        let (calls, operation, log) = (self.calls, self.operation, Log::new(self.show.log));
        warn(calls, &log);
        let (client, _simulator) = connect(calls, operation)?;
        let gate = search_gate(calls)?;
        let mut results = results()?;
        let progress = SearchProgress::new(self.show.progress, log, Some(self.to_look_up));
        let mut searcher = Searcher::new(client, gate, calls.search(), progress);
        let mut outlook = Outlook::new(operation);
        let tell = |LookedUp { index, decision, seen }| {
            if let Some(seen) = &seen {
                outlook.note(seen.clone());
            }
            match &mut results {
                Some(results) => results.settle_seen(index, unsent(decision), seen),
                None => Ok(()),
            }
        };
        let looked_up = until_a_signal(look_up(&mut searcher, operation, plan, tell));
        let progress = searcher.into_watcher();
        progress.finish();
        if let Ok(Ok(())) = looked_up {
            results.map(ResultsFile::finish).transpose()?;
        } else if let Some(results) = results {
            results.discard();
        }
        looked_up.map(|stopped| stopped.map(|()| (outlook, progress)))
    }
}
