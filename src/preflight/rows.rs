//! Rows are looked up in their order, as many at a time as one search takes.

use std::collections::HashMap;

use crate::feishu::{MOST_SEARCHED, SearchQuery, SearchedIds};
use crate::model::{Operation, PreHire, PreHireId, Result};
use crate::plan::UpcomingRow;
use crate::preflight::PreflightRow;
use crate::send::SearchApi;
use crate::send::search::{Pager, SearchEnd, SearchWatcher, Searcher};

/// Rows that wait for the answer to one search; those that are not looked up count, too.
const MOST_WAITING: usize = 4_096;

/// What the caller knows of a row, and the row itself if it is to be looked up.
pub(crate) type ToLookUp<T> = (T, Option<UpcomingRow>);

/// Cuts a plan into pieces of one search each.
pub(crate) fn batches<T>(
    rows: impl Iterator<Item = Result<ToLookUp<T>>>,
) -> impl Iterator<Item = Result<Vec<ToLookUp<T>>>> {
    let mut rows = rows.fuse();
    std::iter::from_fn(move || {
        let (mut batch, mut to_look_up) = (Vec::new(), 0);
        for row in rows.by_ref() {
            let (item, row) = match row {
                Ok(row) => row,
                Err(error) => return Some(Err(error)),
            };
            to_look_up += usize::from(row.is_some());
            batch.push((item, row));
            if to_look_up == MOST_SEARCHED || batch.len() == MOST_WAITING {
                break;
            }
        }
        (!batch.is_empty()).then_some(Ok(batch))
    })
}

/// Looks up one batch.
pub(crate) async fn look_up<T, A: SearchApi, W: SearchWatcher>(
    searcher: &mut Searcher<A, W>,
    operation: Operation,
    batch: Vec<ToLookUp<T>>,
) -> Result<Vec<(T, Option<PreflightRow>)>, SearchEnd> {
    let ids = batch.iter().filter_map(|(_, row)| row.map(|row| row.id)).collect();
    let mut found = find(searcher, ids).await?;
    let mut seen = |row: UpcomingRow| PreflightRow::new(row, operation, found.remove(&row.id));
    Ok(batch.into_iter().map(|(item, row)| (item, row.map(&mut seen))).collect())
}

/// What is found of some ids.
async fn find<A: SearchApi, W: SearchWatcher>(
    searcher: &mut Searcher<A, W>,
    ids: Vec<PreHireId>,
) -> Result<HashMap<PreHireId, PreHire>, SearchEnd> {
    let mut found = HashMap::new();
    let Some(ids) = SearchedIds::new(ids) else { return Ok(found) };
    let mut pager = Pager::new(SearchQuery::Ids(ids));
    while let Some(page) = searcher.next_page(&mut pager).await? {
        for pre_hire in page {
            found.entry(pre_hire.id).or_insert(pre_hire);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_one_search_and_no_row_is_left_out() {
        let row = |line| UpcomingRow {
            line,
            id: PreHireId::parse(&line.to_string(), true).expect("an id"),
            was_in_doubt: false,
        };
        let sizes = |rows: u64, is_upcoming: fn(&u64) -> bool| -> Vec<(usize, usize)> {
            let rows = (1..=rows).map(|line| Ok((line, is_upcoming(&line).then(|| row(line)))));
            let batches: Vec<Vec<(u64, _)>> = batches(rows).map(|batch| batch.expect("readable")).collect();
            let lines = batches.iter().flatten().map(|(line, _)| *line);
            assert!(lines.eq(1..=batches.iter().map(|batch| batch.len() as u64).sum()), "in order");
            let to_look_up = |batch: &Vec<(u64, Option<UpcomingRow>)>| {
                batch.iter().filter(|(_, row)| row.is_some()).count()
            };
            batches.iter().map(|batch| (batch.len(), to_look_up(batch))).collect()
        };
        assert_eq!(sizes(250, |_| true), [(100, 100), (100, 100), (50, 50)]);
        assert_eq!(sizes(300, |line| line % 2 == 0), [(200, 100), (100, 50)]);
        assert_eq!(sizes(5_000, |_| false), [(MOST_WAITING, 0), (5_000 - MOST_WAITING, 0)]);
        assert_eq!(sizes(0, |_| true), []);
        let broken = || crate::model::Error::unusable(crate::language::Text::default());
        let mut rows = batches([Ok(((), Some(row(1)))), Err(broken())].into_iter());
        assert!(rows.next().is_some_and(|batch| batch.is_err()), "what can't be read is not passed over");
    }
}
