//! The looks before a run: a glance for whoever is asked, and a requirement that all rows must meet.

use std::time::Duration;

use super::rows::{batches, look_up};
use super::{PreflightReport, PreflightRow};
use crate::feishu::MOST_SEARCHED;
use crate::language::text;
use crate::model::{Error, Operation, Result};
use crate::plan::{REMEMBERED_ROWS, Upcoming, UpcomingRow};
use crate::send::SearchApi;
use crate::send::search::{SearchEnd, SearchWatcher, Searcher};

/// Whoever is asked waits no longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The index behind the searches may lag behind by so much.
const INDEX_LAG: Duration = Duration::from_secs(5);
/// No allowance changes more pre-hires in that time.
const MOST_LAGGING: usize = 1_000;

type Looked<T> = Result<T, SearchEnd>;

/// Looks at the first rows, without a long wait: all of a small file, those of one search of a larger one. What was seen
/// before something went wrong is better than nothing.
pub(crate) async fn glance<A: SearchApi, W: SearchWatcher>(
    mut searcher: Searcher<A, W>,
    operation: Operation,
    upcoming: &Upcoming,
) -> Looked<PreflightReport> {
    let most = if upcoming.rows as usize <= REMEMBERED_ROWS { REMEMBERED_ROWS } else { MOST_SEARCHED };
    let rows = upcoming.first.iter().take(most).map(|row| Ok(((), Some(*row))));
    let mut report = PreflightReport::new(operation);
    let looks = async {
        for batch in batches(rows) {
            let seen = look_up(&mut searcher, operation, batch?).await?;
            seen.into_iter().filter_map(|((), row)| row).for_each(|row| report.note(row));
        }
        Ok(())
    };
    let looked = tokio::time::timeout(LONGEST_WAIT, looks).await.unwrap_or_else(|_| {
        let seconds = LONGEST_WAIT.as_secs();
        Err(Error::unusable(text!("no answer within {seconds} s", seconds)).into())
    });
    if report.rows > 0 { Ok(report) } else { looked.map(|()| report) }
}

/// Looks at all rows. What has just been created or changed is looked up again when the index must know of it.
pub(crate) async fn look_at_all<A: SearchApi, W: SearchWatcher>(
    searcher: &mut Searcher<A, W>,
    operation: Operation,
    rows: impl Iterator<Item = Result<UpcomingRow>>,
    mut advance: impl FnMut(&mut W, usize),
) -> Looked<PreflightReport> {
    let (mut report, mut lagging) = (PreflightReport::new(operation), Vec::new());
    for batch in batches(rows.map(|row| Ok(((), Some(row?))))) {
        let seen = look_up(searcher, operation, batch?).await?;
        advance(searcher.watcher(), seen.len());
        for row in seen.into_iter().filter_map(|((), row)| row) {
            if row.eligibility.may_lag() && lagging.len() < MOST_LAGGING {
                lagging.push(row);
            } else {
                report.note(row);
            }
        }
    }
    // Where others are refused for good, a second look changes nothing.
    if report.problems == 0 && !lagging.is_empty() {
        searcher.pause(INDEX_LAG).await?;
        lagging = look_again(searcher, operation, lagging).await?;
    }
    lagging.into_iter().for_each(|row| report.note(row));
    Ok(report)
}

async fn look_again<A: SearchApi, W: SearchWatcher>(
    searcher: &mut Searcher<A, W>,
    operation: Operation,
    rows: Vec<PreflightRow>,
) -> Looked<Vec<PreflightRow>> {
    let mut again = Vec::with_capacity(rows.len());
    for batch in batches(rows.into_iter().map(|seen| Ok(((), Some(seen.row))))) {
        let seen = look_up(searcher, operation, batch?).await?;
        again.extend(seen.into_iter().filter_map(|((), row)| row));
    }
    Ok(again)
}
