//! Owns the look-up of the rows of a plan: in their order, as many at a time as one search takes.

use std::collections::HashMap;

use crate::feishu::{MOST_SEARCHED, SearchQuery, SearchedIds};
use crate::model::{Operation, PreHire, PreHireId, Result};
use crate::plan::{Decision, Planned, UpcomingRow};
use crate::preflight::{Prospect, SeenRow};
use crate::report::SearchProgress;
use crate::send::SearchApi;
use crate::send::search::{Pager, SearchEnd, Searcher};

/// Rows that wait for the answer to one search; those that are not looked up count, too.
const MOST_WAITING: usize = 4_096;

/// A row of the plan, and what was seen of it if it is to be sent.
pub(super) struct LookedUp {
    pub(super) index: u32,
    pub(super) decision: Decision,
    pub(super) seen: Option<SeenRow>,
}

/// Looks up the pre-hires of all rows that are to be sent; every row of the plan is told, in order.
pub(super) async fn look_up<A: SearchApi>(
    searcher: &mut Searcher<A, SearchProgress>,
    operation: Operation,
    plan: impl Iterator<Item = Result<Planned>>,
    mut tell: impl FnMut(LookedUp) -> Result<()>,
) -> std::result::Result<(), SearchEnd> {
    let mut waiting = Waiting::default();
    for planned in plan {
        let Planned::Row { index, line, decision } = planned? else { continue };
        waiting.put(index, line, decision);
        if waiting.is_full() {
            waiting.look_up(searcher, operation, &mut tell).await?;
        }
    }
    waiting.look_up(searcher, operation, &mut tell).await
}

/// What is found of some ids.
pub(super) async fn find<A: SearchApi>(
    searcher: &mut Searcher<A, SearchProgress>,
    ids: Vec<PreHireId>,
) -> std::result::Result<HashMap<PreHireId, PreHire>, SearchEnd> {
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

#[derive(Default)]
struct Waiting {
    rows: Vec<(u32, u64, Decision)>,
    ids: Vec<PreHireId>,
}

impl Waiting {
    fn put(&mut self, index: u32, line: u64, decision: Decision) {
        self.ids.extend(decision.upcoming(line).map(|row| row.id));
        self.rows.push((index, line, decision));
    }

    fn is_full(&self) -> bool {
        self.ids.len() == MOST_SEARCHED || self.rows.len() == MOST_WAITING
    }

    async fn look_up<A: SearchApi>(
        &mut self,
        searcher: &mut Searcher<A, SearchProgress>,
        operation: Operation,
        tell: &mut impl FnMut(LookedUp) -> Result<()>,
    ) -> std::result::Result<(), SearchEnd> {
        let ids = std::mem::take(&mut self.ids);
        let looked_up = ids.len();
        let mut found = find(searcher, ids).await?;
        for (index, line, decision) in self.rows.drain(..) {
            let seen = decision.upcoming(line).map(|UpcomingRow { id, was_in_doubt, .. }| {
                let pre_hire = found.remove(&id);
                let prospect = Prospect::of(operation, pre_hire.as_ref(), was_in_doubt);
                SeenRow { line, id, prospect, pre_hire }
            });
            tell(LookedUp { index, decision, seen })?;
        }
        searcher.watcher().advance(looked_up);
        Ok(())
    }
}
