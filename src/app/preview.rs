//! Owns the look at the rows before the first call: all of them where that is required, else as many as a person who is asked
//! can be shown without a long wait.

use std::time::Duration;

use super::allowance::search_gate;
use super::check::check_command;
use super::row_looks::{LookedUp, find, look_up, sent_for};
use super::run::{RunInput, runtime};
use super::searching::stopped_apart;
use crate::feishu::MOST_SEARCHED;
use crate::language::{Text, text};
use crate::model::{Error, Operation, Result, StopCause};
use crate::plan::{Planned, Planner};
use crate::preflight::Prospect;
use crate::report::{Outlook, SearchProgress, stop_words};
use crate::send::SearchApi;
use crate::send::search::{SearchEnd, Searcher};
use crate::settings::{CallSettings, OperationSettings};

/// A file of so many rows is looked up as a whole for whoever is asked; of a larger one, the first rows of one search.
const MOST_SHOWN_ROWS: u32 = 500;
/// Whoever is asked waits no longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The index behind the searches may lag behind by so much.
const INDEX_LAG: Duration = Duration::from_secs(5);
/// No allowance changes more pre-hires in that time.
const MOST_LAGGING: usize = 1_000;

/// What is known of the rows that are still to be sent.
#[derive(Debug)]
pub(super) enum Preview {
    /// Nobody asked.
    NotAsked,
    /// What was looked up: all rows, or the first ones.
    Seen(Outlook),
    /// Nothing, for this reason.
    Blind(Text),
}

/// What came of it: the look, and how much of the time until the deadline it took; or why it was stopped.
type Looked = std::result::Result<(Preview, Duration), StopCause>;

/// Looks, as far as was asked for. A signal ends the process meanwhile: nothing is sent yet.
pub(super) fn preview<A: SearchApi>(input: RunInput<'_>, client: A) -> Result<Looked> {
    let guards = &input.settings.guards;
    if input.upcoming.rows == 0 || (guards.yes && !guards.online_check) {
        return Ok(Ok((Preview::NotAsked, Duration::ZERO)));
    }
    let plan = Planner::new(input.spool.records(), input.survey, input.rules, input.past)?;
    let plan = plan.filter(is_upcoming);
    // One of its own: its connections end with it, and do not grow old while a person thinks.
    let runtime = runtime()?;
    let looked = if guards.online_check {
        runtime.block_on(require(input, plan, client))
    } else {
        let rows = input.upcoming.rows;
        let most = if rows <= MOST_SHOWN_ROWS { MOST_SHOWN_ROWS as usize } else { MOST_SEARCHED };
        let preview = runtime.block_on(show(input.settings, plan.take(most), client));
        Ok(Ok((preview, Duration::ZERO)))
    };
    // A look-up of the host's name may hang.
    runtime.shutdown_background();
    looked
}

fn is_upcoming(planned: &Result<Planned>) -> bool {
    match planned {
        Ok(Planned::Row { decision, .. }) => sent_for(decision).is_some(),
        Ok(Planned::LeftInDoubt(..)) => false,
        Err(_) => true,
    }
}

/// The first names and stages, for whoever is asked. It is a help, and never in the way.
async fn show<A: SearchApi>(
    settings: &OperationSettings,
    plan: impl Iterator<Item = Result<Planned>>,
    client: A,
) -> Preview {
    let calls = CallSettings { wait_lock: Duration::ZERO, ..settings.calls.clone() };
    let gate = match search_gate(&calls) {
        Ok(gate) => gate,
        Err(error) => return Preview::Blind(said(&error, settings)),
    };
    let operation = settings.operation();
    let mut outlook = Outlook::new(operation);
    let mut searcher = Searcher::new(client, gate, calls.search(), SearchProgress::hidden());
    let tell = |LookedUp { seen, .. }| {
        seen.into_iter().for_each(|row| outlook.note(row));
        Ok(())
    };
    let looked_up = tokio::time::timeout(LONGEST_WAIT, look_up(&mut searcher, operation, plan, tell)).await;
    match looked_up {
        _ if outlook.rows() > 0 => Preview::Seen(outlook),
        Ok(Ok(())) => Preview::NotAsked,
        Ok(Err(SearchEnd::Stopped(cause))) => Preview::Blind(stop_words(&cause)),
        Ok(Err(SearchEnd::Failed(error))) => Preview::Blind(said(&error, settings)),
        Err(_) => Preview::Blind(text!("no answer within {seconds} s", seconds = LONGEST_WAIT.as_secs())),
    }
}

fn said(error: &Error, settings: &OperationSettings) -> Text {
    Text::Plain(error.message(settings.show.language))
}

/// All rows; none may be one that would be refused.
async fn require<A: SearchApi>(
    input: RunInput<'_>,
    plan: impl Iterator<Item = Result<Planned>>,
    client: A,
) -> Result<Looked> {
    let RunInput { settings, upcoming, log, .. } = input;
    let (calls, show, operation) = (&settings.calls, settings.show, settings.operation());
    let gate = search_gate(calls)?;
    let progress = SearchProgress::new(show.progress, log.clone(), Some(upcoming.rows));
    let mut searcher = Searcher::new(client, gate, calls.search(), progress);
    let mut outlook = Outlook::new(operation);
    let looked_up = look_twice(&mut searcher, &mut outlook, plan).await;
    let age = searcher.age();
    searcher.into_watcher().finish();
    if let Err(cause) = stopped_apart(looked_up)? {
        return Ok(Err(cause));
    }
    if outlook.problems() > 0 {
        return Err(refusal(operation, &outlook));
    }
    if calls.deadline.is_some_and(|deadline| age >= deadline) {
        return Ok(Err(StopCause::Deadline));
    }
    Ok(Ok((Preview::Seen(outlook), age)))
}

/// What has just been created or changed is looked up again when the index must know of it.
async fn look_twice<A: SearchApi>(
    searcher: &mut Searcher<A, SearchProgress>,
    outlook: &mut Outlook,
    plan: impl Iterator<Item = Result<Planned>>,
) -> std::result::Result<(), SearchEnd> {
    let operation = outlook.operation();
    let mut lagging = Vec::new();
    let tell = |LookedUp { decision, seen, .. }| {
        match seen {
            Some(row) if row.prospect.may_lag() && lagging.len() < MOST_LAGGING => {
                lagging.push((row, sent_for(&decision).is_some_and(|(_, was_in_doubt)| was_in_doubt)));
            }
            Some(row) => outlook.note(row),
            None => {}
        }
        Ok(())
    };
    look_up(searcher, operation, plan, tell).await?;
    // Where others are refused for good, a second look changes nothing.
    if outlook.problems() == 0 && !lagging.is_empty() {
        searcher.pause(INDEX_LAG).await?;
        for some in lagging.chunks_mut(MOST_SEARCHED) {
            let mut found = find(searcher, some.iter().map(|(row, _)| row.id).collect()).await?;
            for (row, was_in_doubt) in some {
                row.pre_hire = found.remove(&row.id);
                row.prospect = Prospect::of(operation, row.pre_hire.as_ref(), *was_in_doubt);
            }
        }
    }
    lagging.into_iter().for_each(|(row, _)| outlook.note(row));
    Ok(())
}

fn refusal(operation: Operation, outlook: &Outlook) -> Error {
    let (problems, rows, lines) = (outlook.problems(), outlook.rows(), outlook.problem_lines());
    match operation {
        Operation::Withdraw => Error::unusable(text!(
            "{problems} of {rows} {rows|row|rows} {problems|is|are} not visible, or can't be withdrawn at {problems|its|their} stage:\n  {lines}",
            problems, rows, lines => lines
        ))
        .hint(text!(
            "list them all with {check} --online -o FILE, and remove them",
            check = check_command(operation)
        )),
        Operation::Restore => Error::unusable(text!(
            "{problems} of {rows} {rows|row|rows} {problems|is|are} not visible, or can't be restored at {problems|its|their} stage:\n  {lines}",
            problems, rows, lines => lines
        ))
        .hint(text!("remove them from the file, or omit --require-online-check")),
    }
}
