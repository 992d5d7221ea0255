//! `prehire report`: a results file and its journal become a page.

use std::path::Path;

use jiff::Timestamp;

use super::output::print;
use crate::input::{InputPath, ResultsRows, Spool};
use crate::journal::Runs;
use crate::model::{Exit, Result};
use crate::report::page::{Facts, Page, PageRecord, PageSource, Tracks};
use crate::report::{MadePage, PageFile};
use crate::results::cells::Locale;
use crate::results::journal_beside;
use crate::settings::ReportSettings;
use crate::store::{JournalSource, open_journal};

/// Makes the page.
pub(super) fn run(settings: &ReportSettings) -> Result<Exit> {
    let results = &settings.results;
    let file = PageFile::choose(settings.output.as_deref(), &results.path)?;
    let spool = Spool::copy(&results.path, &results.file)?;
    let mut rows = ResultsRows::of(&spool, &results.file.columns)?;
    let columns = rows.columns().clone();
    let mut facts = Facts::of(&columns);
    let record = Record::find(settings)?;
    while let Some(row) = rows.read()? {
        facts.take(row);
    }
    let (name, locale) = (results.path.shown(), Locale::here(settings.language));
    let page = Page::of(&PageSource {
        results: &name,
        columns: &columns,
        facts: &facts,
        record: record.as_ref().map(Record::for_the_page),
        locale: &locale,
        made_at: Timestamp::now(),
    });
    file.write(&page)?;
    let journal = record.as_ref().map(|record| record.name.as_str());
    let (page, language) = (file.path(), settings.language);
    let made = MadePage { page, results: &name, journal, facts: &facts, language };
    print(settings.format, || made.text(), || made.json());
    Ok(Exit::Success)
}

/// The journal of the results, read.
struct Record {
    name: String,
    runs: Runs,
    tracks: Tracks,
    names_results: bool,
}

impl Record {
    /// The journal that was typed, or the one beside the results, if it is there.
    fn find(settings: &ReportSettings) -> Result<Option<Record>> {
        let results = match &settings.results.path {
            InputPath::File(results) => Some(results.as_path()),
            InputPath::Standard => None,
        };
        let beside = || results.map(journal_beside).filter(|journal| journal.exists());
        let Some(journal) = settings.journal.clone().or_else(beside) else { return Ok(None) };
        Record::read(&journal, results).map(Some)
    }

    fn read(journal: &Path, results: Option<&Path>) -> Result<Record> {
        let journal = open_journal(journal)?;
        let (mut runs, mut tracks) = (Runs::default(), Tracks::default());
        (&journal as &dyn JournalSource).read(&mut |id, entry| {
            runs.take(id, entry);
            tracks.take(entry);
        })?;
        let names_results = results.is_some_and(|results| runs.names(&journal.name_of(results)));
        Ok(Record { name: journal.name(), runs, tracks, names_results })
    }

    fn for_the_page(&self) -> PageRecord<'_> {
        let Record { name, runs, tracks, names_results } = self;
        PageRecord { name, runs, tracks, names_results: *names_results }
    }
}
