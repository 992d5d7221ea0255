//! The runs of a journal: whose they were, and how each ended.

use std::time::Duration;

use jiff::Timestamp;

use super::entry::{Entry, RunStarted};
use crate::language::Text;
use crate::model::{EntryId, Exit};

/// The runs of a journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Runs {
    /// In their order.
    pub(crate) all: Vec<RunStory>,
    /// When the last line that has a time was written.
    pub(crate) last_at: Option<Timestamp>,
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RunStory {
    /// What it was about.
    pub(crate) started: RunStarted,
    /// How it ended; `None` if it was killed, or goes on.
    pub(crate) ended: Option<RunEnd>,
    /// Calls of the operation, whatever came of them.
    pub(crate) calls: u64,
    /// Calls that went out again after another one for the same row.
    pub(crate) repeats: u64,
    /// Calls that the server turned away.
    pub(crate) throttled: u64,
    /// For how long calls were held back after that.
    pub(crate) held: Duration,
    /// Looks at pre-hires.
    pub(crate) looks: u64,
    /// When the last of its lines that have a time was written.
    pub(crate) last_at: Timestamp,
    held_until: Timestamp,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunEnd {
    /// When.
    pub(crate) at: Timestamp,
    /// The exit code of the process.
    pub(crate) exit_code: u8,
    /// Why it was stopped early, if it was.
    pub(crate) stopped: Option<Text>,
    /// The entry that says so.
    pub(crate) entry: EntryId,
}

impl RunStory {
    fn of(started: &RunStarted) -> RunStory {
        RunStory {
            ended: None,
            calls: 0,
            repeats: 0,
            throttled: 0,
            held: Duration::ZERO,
            looks: 0,
            last_at: started.at,
            held_until: started.at,
            started: started.clone(),
        }
    }

    /// Holds that overlap are not counted twice.
    fn hold(&mut self, at: Timestamp, seconds: f64) {
        self.throttled += 1;
        let hold = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let until = at.checked_add(hold).unwrap_or(at);
        let more = until.duration_since(self.held_until.max(at));
        self.held += Duration::try_from(more).unwrap_or_default();
        self.held_until = self.held_until.max(until);
    }

    /// How it ended, if it left results. Where they could not be written, those of an earlier run may be there.
    #[must_use]
    pub(crate) fn end_with_results(&self) -> Option<&RunEnd> {
        self.ended.as_ref().filter(|end| end.exit_code != Exit::WriteFailed.code())
    }
}

impl Runs {
    /// Takes the next entry.
    pub(crate) fn take(&mut self, entry_id: EntryId, entry: &Entry) {
        if let Entry::RunStarted(started) = entry {
            self.all.push(RunStory::of(started));
        }
        let at = entry.at();
        self.last_at = at.or(self.last_at);
        let Some(run) = self.all.last_mut() else { return };
        run.last_at = at.unwrap_or(run.last_at);
        match entry {
            Entry::CallStarted { attempt, .. } => {
                run.calls += 1;
                run.repeats += u64::from(*attempt > 1);
            }
            Entry::Throttled { at, seconds } => run.hold(*at, *seconds),
            Entry::ReadBack { .. } => run.looks += 1,
            Entry::RunFinished { at, exit_code, stopped } => {
                let (at, exit_code, stopped) = (*at, *exit_code, stopped.clone());
                run.ended = Some(RunEnd { at, exit_code, stopped, entry: entry_id });
            }
            Entry::RunStarted(_)
            | Entry::CallFinished { .. }
            | Entry::TokenRefreshed { .. }
            | Entry::RowSettled(_) => {}
        }
    }

    /// The number of the run that has written these results, counted from 1: the last one that names them and left results,
    /// else the last one that left any. `results` is their name as the journal gives it.
    #[must_use]
    pub(crate) fn run_of(&self, results: &str) -> Option<(u32, &RunEnd)> {
        let (mut named, mut any) = (None, None);
        for (number, run) in (1..).zip(&self.all) {
            let Some(end) = run.end_with_results() else { continue };
            any = Some((number, end));
            if run.started.results == results {
                named = any;
            }
        }
        named.or(any)
    }

    /// Does a run name these results?
    #[must_use]
    pub(crate) fn names(&self, results: &str) -> bool {
        self.all.iter().any(|run| run.started.results == results)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::run_started;

    fn started(results: &str) -> Entry {
        Entry::RunStarted(run_started(Timestamp::UNIX_EPOCH, results))
    }

    fn finished(exit_code: u8) -> Entry {
        Entry::RunFinished { at: Timestamp::UNIX_EPOCH, exit_code, stopped: None }
    }

    fn runs_of(entries: &[Entry]) -> Runs {
        let mut runs = Runs::default();
        for (offset, entry) in (0..).step_by(100).zip(entries) {
            runs.take(EntryId(offset), entry);
        }
        runs
    }

    #[test]
    fn holds_that_overlap_are_not_counted_twice() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let holds = [(10, 10.0), (11, 9.0), (12, 13.0), (40, 1.0), (41, f64::NAN)];
        let holds = holds.map(|(second, seconds)| Entry::Throttled { at: at(second), seconds });
        let runs = runs_of(&[&[started("a.csv")], &holds[..]].concat());
        assert_eq!((runs.all[0].throttled, runs.all[0].held), (5, Duration::from_secs(16)));
    }

    #[test]
    fn the_results_are_those_of_the_last_run_that_names_them_and_left_some() {
        let runs = runs_of(&[
            started("a.csv"),
            finished(1),
            started("a.csv"),
            finished(0),
            started("b.csv"),
            finished(3),
            started("a.csv"),
            finished(4),
            started("a.csv"),
        ]);
        let found = |results| runs.run_of(results).map(|(run, end)| (run, end.entry.0));
        assert_eq!(found("a.csv"), Some((2, 300)));
        assert_eq!(found("b.csv"), Some((3, 500)));
        assert_eq!(found("renamed.csv"), Some((3, 500)), "the last one that left any");
        assert!(runs.names("b.csv") && !runs.names("renamed.csv"));
        assert_eq!(Runs::default().run_of("a.csv"), None);
    }
}
