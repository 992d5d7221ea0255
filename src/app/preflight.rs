//! The looks before a run, with what they need: an allowance for searches, a display, and somebody to stop them.

use std::time::Duration;

use super::allowance::search_gate;
use super::commands::{Connection, stopped_apart, until_a_signal, warn};
use super::rows::{RunInput, check_command, unsent};
use crate::language::{Text, text};
use crate::model::{Error, Operation, Result, StopCause};
use crate::plan::{Decision, Planned, Planner, UpcomingRow};
use crate::preflight::{PreflightReport, ToLookUp, batches, glance, look_at_all, look_up};
use crate::report::{Log, SearchProgress, stop_words};
use crate::results::ResultsFile;
use crate::send::SearchApi;
use crate::send::search::{SearchEnd, Searcher};
use crate::settings::{CallSettings, CheckSettings};

/// What is known of the rows that are still to be sent.
#[derive(Debug)]
pub(super) enum Preview {
    /// Nobody asked.
    NotAsked,
    /// What was looked up: all rows, or the first ones.
    Seen(PreflightReport),
    /// Nothing, for this reason.
    Blind(Text),
}

/// What came of it: the look, and how much of the time until the deadline it took; or why it was stopped.
type PreviewEnd = Result<(Preview, Duration), StopCause>;

/// Looks, as far as was asked for.
pub(super) async fn preview(input: RunInput<'_>, connection: &Connection) -> Result<PreviewEnd> {
    let guards = &input.settings.guards;
    if input.upcoming.rows == 0 || (guards.yes && !guards.online_check) {
        return Ok(Ok((Preview::NotAsked, Duration::ZERO)));
    }
    let client = connection.client()?;
    if guards.online_check {
        return require(input, client).await;
    }
    Ok(Ok((show(input, client).await, Duration::ZERO)))
}

/// The first names and stages, for whoever is asked. It is a help, and never in the way.
async fn show<A: SearchApi>(input: RunInput<'_>, client: A) -> Preview {
    let RunInput { settings, upcoming, .. } = input;
    let calls = CallSettings { wait_lock: Duration::ZERO, ..settings.calls.clone() };
    let looked = match search_gate(&calls).await {
        Ok(gate) => {
            let searcher = Searcher::new(client, gate, calls.search(), SearchProgress::hidden());
            glance(searcher, settings.operation(), upcoming).await
        }
        Err(error) => Err(error.into()),
    };
    match looked {
        Ok(report) => Preview::Seen(report),
        Err(SearchEnd::Stopped(cause)) => Preview::Blind(stop_words(&cause)),
        Err(SearchEnd::Failed(error)) => Preview::Blind(Text::Plain(error.message(settings.show.language))),
    }
}

/// All rows; none may be one that would be refused.
async fn require<A: SearchApi>(input: RunInput<'_>, client: A) -> Result<PreviewEnd> {
    let RunInput { settings, upcoming, log, .. } = input;
    let (calls, show, operation) = (&settings.calls, settings.show, settings.operation());
    let rows = upcoming_rows(input)?;
    let gate = search_gate(calls).await?;
    let progress = SearchProgress::new(show.progress, log.clone(), Some(upcoming.rows));
    let mut searcher = Searcher::new(client, gate, calls.search(), progress);
    let looked = look_at_all(&mut searcher, operation, rows, SearchProgress::advance).await;
    let age = searcher.age();
    searcher.into_watcher().finish();
    let report = match stopped_apart(looked)? {
        Ok(report) => report,
        Err(cause) => return Ok(Err(cause)),
    };
    if report.problems > 0 {
        return Err(refusal(&report));
    }
    if calls.deadline.is_some_and(|deadline| age >= deadline) {
        return Ok(Err(StopCause::Deadline));
    }
    Ok(Ok((Preview::Seen(report), age)))
}

/// All rows for which a call will be made: those of a small file are known, a large one is read again.
fn upcoming_rows(input: RunInput<'_>) -> Result<Box<dyn Iterator<Item = Result<UpcomingRow>> + '_>> {
    let RunInput { rules, spool, survey, past, upcoming, .. } = input;
    if upcoming.first.len() == upcoming.rows as usize {
        return Ok(Box::new(upcoming.first.iter().map(|row| Ok(*row))));
    }
    let plan = Planner::new(spool.records(), survey, rules, past)?;
    let rows = plan.filter_map(to_be_looked_up);
    Ok(Box::new(rows.filter_map(|row| row.map(|(_, row)| row).transpose())))
}

fn refusal(report: &PreflightReport) -> Error {
    let PreflightReport { operation, problems, rows, .. } = report;
    let lines = report.problem_lines();
    let hint = match operation {
        Operation::Withdraw => text!(
            "list them all with {check} --online -o FILE, and remove them",
            check = check_command(*operation)
        ),
        Operation::Restore => text!("remove them from the file, or omit --require-online-check"),
    };
    Error::invalid_input(text!(
        "{problems} of {rows} {rows|row|rows} {problems|is|are} not visible, or can't be {done} at {problems|its|their} stage:\n  {lines}",
        problems, rows, done => operation.past(), lines => lines
    ))
    .hint(hint)
}

/// `prehire check --online`: looks up the rows of the plan, `to_look_up` of which can be sent, and writes the results, if there
/// are to be any; or why it was stopped.
pub(super) async fn check_online<'r>(
    (settings, log): (&CheckSettings, &Log),
    calls: &CallSettings,
    (plan, to_look_up): (impl Iterator<Item = Result<Planned>>, u32),
    results: impl FnOnce() -> Result<Option<ResultsFile<'r>>>,
) -> Result<Result<(PreflightReport, SearchProgress), StopCause>> {
    let operation = settings.input.purpose.operation();
    warn(calls, log);
    let connection = Connection::open(calls, operation)?;
    let gate = search_gate(calls).await?;
    let mut results = results()?;
    let progress = SearchProgress::new(settings.show.progress, log.clone(), Some(to_look_up));
    let mut searcher = Searcher::new(connection.client()?, gate, calls.search(), progress);
    let mut report = PreflightReport::new(operation);
    let looked = until_a_signal(async {
        for batch in batches(plan.filter_map(to_be_looked_up)) {
            let looked_up = look_up(&mut searcher, operation, batch?).await?;
            searcher.watcher().advance(looked_up.iter().filter(|(_, seen)| seen.is_some()).count());
            for ((index, decision), seen) in looked_up {
                seen.iter().for_each(|seen| report.note(seen.clone()));
                if let Some(results) = &mut results {
                    results.settle_seen(index, unsent(decision), seen)?;
                }
            }
        }
        Ok(())
    })
    .await;
    let progress = searcher.into_watcher();
    progress.finish();
    match (results, &looked) {
        (Some(results), Ok(Ok(()))) => results.finish()?,
        (Some(results), _) => results.discard(),
        (None, _) => {}
    }
    looked.map(|stopped| stopped.map(|()| (report, progress)))
}

/// A row of the plan, whether it can be sent or not.
fn to_be_looked_up(planned: Result<Planned>) -> Option<Result<ToLookUp<(u32, Decision)>>> {
    match planned {
        Ok(Planned::Row { index, line, decision }) => {
            let row = decision.upcoming(line);
            Some(Ok(((index, decision), row)))
        }
        Ok(Planned::LeftInDoubt(..)) => None,
        Err(error) => Some(Err(error)),
    }
}
