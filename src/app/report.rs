//! `prehire report`: a results file and its journal become a page.

use std::path::{Path, PathBuf};

use super::commands::print;
use crate::cli::ReportArgs;
use crate::input::{InputPath, ResultsRows, Spool};
use crate::journal::Runs;
use crate::model::{Exit, Result};
use crate::report::page::{Facts, Page, PageRecord, PageSource, Tracks};
use crate::report::{MadePage, PageFile};
use crate::results::journal_beside;
use crate::settings::{Surroundings, file_choice};
use crate::store::clock;
use crate::store::{JournalSource, open_journal};

/// Makes the page.
pub(super) fn run(typed: ReportArgs, surroundings: &Surroundings) -> Result<Exit> {
    let results = InputPath::from_argument(&typed.results);
    let choice = file_choice(typed.form, None, surroundings);
    let file = PageFile::choose(typed.output.as_deref(), &results)?;
    let spool = Spool::copy(&results, &choice)?;
    let mut rows = ResultsRows::of(&spool, &choice.columns)?;
    let columns = rows.columns().clone();
    let mut facts = Facts::of(&columns);
    let record = ReadJournal::find(typed.journal, &results)?;
    while let Some(row) = rows.read()? {
        facts.take(row);
    }
    let (name, locale) = (results.shown(), surroundings.locale(surroundings.language));
    let page = Page::of(&PageSource {
        results: &name,
        columns: &columns,
        facts: &facts,
        record: record.as_ref().map(ReadJournal::for_the_page),
        locale: &locale,
        made_at: clock::now(),
    });
    file.write(&page)?;
    let journal = record.as_ref().map(|record| record.name.as_str());
    let (page, language) = (file.path(), surroundings.language);
    let made = MadePage { page, results: &name, journal, facts: &facts, language };
    print(typed.format, || made.text(), || made.json());
    Ok(Exit::Success)
}

/// The journal of the results, read.
struct ReadJournal {
    name: String,
    runs: Runs,
    tracks: Tracks,
    names_results: bool,
}

impl ReadJournal {
    /// The journal that was typed, or the one beside the results, if it is there.
    fn find(typed: Option<PathBuf>, results: &InputPath) -> Result<Option<ReadJournal>> {
        let results = match results {
            InputPath::File(results) => Some(results.as_path()),
            InputPath::Standard => None,
        };
        let beside = || results.map(journal_beside).filter(|journal| journal.exists());
        let Some(journal) = typed.or_else(beside) else { return Ok(None) };
        ReadJournal::read(&journal, results).map(Some)
    }

    fn read(journal: &Path, results: Option<&Path>) -> Result<ReadJournal> {
        let journal = open_journal(journal)?;
        let (mut runs, mut tracks) = (Runs::default(), Tracks::default());
        (&journal as &dyn JournalSource).read(&mut |id, entry| {
            runs.take(id, entry);
            tracks.take(entry);
        })?;
        let names_results = results.is_some_and(|results| runs.names(&journal.name_of(results)));
        Ok(ReadJournal { name: journal.name(), runs, tracks, names_results })
    }

    fn for_the_page(&self) -> PageRecord<'_> {
        let ReadJournal { name, runs, tracks, names_results } = self;
        PageRecord { name, runs, tracks, names_results: *names_results }
    }
}
