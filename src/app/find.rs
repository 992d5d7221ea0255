//! `prehire find`: searches, page by page, and a list that grows with them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use super::allowance::search_gate;
use super::commands::{Connection, print_summary, say_stopped, until_a_signal, warn};
use crate::cli::Format;
use crate::feishu::{SearchFilter, SearchQuery};
use crate::model::{Exit, Operation, PreHire, PreHireId, Result, Stage, WithdrawReason};
use crate::report::{FoundReport, Log, SearchProgress};
use crate::results::{FoundList, ListPath, list_row};
use crate::send::SearchApi;
use crate::send::search::{Filter, Pager, SearchEnd, Searcher};
use crate::settings::{FindSettings, Surroundings};

/// Finds, and lists.
pub(super) async fn run(settings: &FindSettings, surroundings: &Surroundings) -> Result<Exit> {
    let (show, log) = (settings.show, Log::new(settings.show.log, surroundings.time_zone.clone()));
    warn(&settings.calls, &log);
    let path = ListPath::choose(settings.output.as_deref())?;
    let file = match &path {
        ListPath::File(file) => Some(file.clone()),
        ListPath::Standard => None,
    };
    let connection = Connection::open(&settings.calls, Operation::Withdraw)?;
    let gate = search_gate(&settings.calls).await?;
    let progress = SearchProgress::new(show.progress, log.clone(), None);
    let mut finder = Finder {
        searcher: Searcher::new(connection.client()?, gate, settings.calls.search(), progress),
        list: FoundList::create(path)?,
        filter: Filter::new(settings.stages.clone(), settings.onboarding, settings.limit),
        reason: settings.reason.as_ref(),
        found: ListFacts::default(),
    };
    if let Err(cause) = until_a_signal(finder.find(&settings.searches)).await? {
        return Ok(say_stopped(&cause, &surroundings.command_line, &log));
    }
    finder.finish(settings, file.as_deref(), &log)?;
    Ok(Exit::Success)
}

/// What is known of those on the list.
#[derive(Debug, Default)]
struct ListFacts {
    by_stage: BTreeMap<String, u32>,
    without_id: usize,
    round_ids: u32,
}

/// Everything that a search moves.
struct Finder<'a, A> {
    searcher: Searcher<A, SearchProgress>,
    list: FoundList,
    filter: Filter,
    reason: Option<&'a WithdrawReason>,
    found: ListFacts,
}

impl<A: SearchApi> Finder<'_, A> {
    /// One search after the other, until all pages are there, or nobody reads on.
    async fn find(&mut self, searches: &[SearchFilter]) -> std::result::Result<(), SearchEnd> {
        for filter in searches {
            let mut pager = Pager::new(SearchQuery::Filter(filter.clone()));
            while let Some(page) = self.searcher.next_page(&mut pager).await? {
                self.searcher.watcher().advance(page.len());
                if self.take(&page, filter.stage.as_ref())?.is_break() {
                    return Ok(());
                }
            }
            self.found.without_id += pager.without_id();
        }
        Ok(())
    }

    /// Lists a page; to break off is to look for nobody else.
    fn take(&mut self, page: &[PreHire], searched: Option<&Stage>) -> Result<ControlFlow<()>> {
        for pre_hire in page {
            if self.filter.accept(pre_hire) {
                let row = list_row(pre_hire, searched, self.reason);
                *self.found.by_stage.entry(row[2].clone()).or_default() += 1;
                self.found.round_ids += u32::from(looks_rounded(pre_hire.id));
                if self.list.write(&row)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        let flushed = self.list.flush()?;
        Ok(if self.filter.is_full() { ControlFlow::Break(()) } else { flushed })
    }

    fn finish(self, settings: &FindSettings, file: Option<&Path>, log: &Log) -> Result<()> {
        let Finder { searcher, list, filter, found, .. } = self;
        let progress = searcher.into_watcher();
        progress.finish();
        list.finish()?;
        let report = FoundReport {
            by_stage: &found.by_stage,
            left_out: filter.left_out(),
            without_id: found.without_id,
            round_ids: found.round_ids,
            limit_reached: filter.is_full(),
            list: file,
            progress: &progress,
            language: settings.show.language,
        };
        let show = settings.show;
        match (file, show.format) {
            (Some(_), _) => print_summary(show, || report.text(), || report.json()),
            // Standard output holds the list.
            (None, Format::Json) => log.always(&report.line(show.format)),
            (None, Format::Text) => log.info(&report.line(show.format)),
        }
        Ok(())
    }
}

/// Would `withdraw` take this id for one that a spreadsheet has rounded?
fn looks_rounded(id: PreHireId) -> bool {
    PreHireId::parse(&id.to_string(), false).is_err()
}
