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

/// A row's item, and the row itself if it is to be looked up.
type ToLookUp<T> = (T, Option<UpcomingRow>);

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
