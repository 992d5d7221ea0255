//! Owns `prehire verify`: is a journal whole, and do the results agree with it? It takes no lock, and disturbs no run.

use std::fs::File;

use super::output::print;
use crate::input::{InputPath, ResultsRows, Spool};
use crate::journal::entry::Entry;
use crate::journal::{LastWord, LastWords, LastWordsBuilder, Logbook};
use crate::language::text;
use crate::model::{Error, Exit, Result, Status};
use crate::report::{ResultsCheck, Verification, judge};
use crate::results::cells::Locale;
use crate::settings::{ResultsSettings, VerifySettings};
use crate::store::{JournalReader, Scan, open_journal, scan_journal, seen_from};

/// Verifies a journal, and its results if they are given.
pub(super) fn run(settings: &VerifySettings) -> Result<Exit> {
    let journal = Journal::open(settings)?;
    let size = journal.file.metadata().map_err(|error| journal.unreadable(error))?.len();
    let (mut book, mut words) = (Logbook::default(), LastWordsBuilder::up_to(size));
    let scan = journal.scan(|entry, offset| {
        book.take(entry, offset);
        words.take(entry, offset);
    })?;
    // Only the counts stay: those that are compared are read again, up to the end of their run.
    let pre_hires = words.build().counts();
    let results = match &settings.results {
        Some(results) if scan.damage().is_none() => Some(compare(results, &journal, &book)?),
        _ => None,
    };
    let (locale, name) = (Locale::here(settings.language), &journal.name);
    let verification = Verification {
        journal: name,
        scan: &scan,
        book: &book,
        pre_hires: &pre_hires,
        results: results.as_ref(),
        locale: &locale,
    };
    print(settings.format, || verification.text(), || verification.json());
    Ok(verification.exit())
}

/// A journal that is read, and never changed.
struct Journal<'a> {
    settings: &'a VerifySettings,
    name: String,
    file: File,
}

impl<'a> Journal<'a> {
    fn open(settings: &'a VerifySettings) -> Result<Self> {
        let name = settings.journal.display().to_string();
        let file = open_journal(&settings.journal)?;
        Ok(Journal { settings, name, file })
    }

    fn unreadable(&self, error: std::io::Error) -> Error {
        Error::unusable(text!("can't read {name}", name = self.name)).because(error)
    }

    fn changed(&self) -> Error {
        Error::unusable(text!("{name} was changed while it was read", name = self.name))
            .hint(text!("run the same command again"))
    }

    fn scan(&self, show: impl FnMut(&Entry, u64)) -> Result<Scan> {
        scan_journal(&self.file, &self.settings.journal, show)
    }
}

fn compare(settings: &ResultsSettings, journal: &Journal<'_>, book: &Logbook) -> Result<ResultsCheck> {
    let spool = Spool::copy(&settings.path, &settings.file)?;
    let mut rows = ResultsRows::of(&spool, &settings.file.columns)?;
    let name = match &settings.path {
        InputPath::File(results) => seen_from(&journal.settings.journal, results),
        InputPath::Standard => String::new(),
    };
    let (run, until) = book.run_of(&name).map_or((0, 0), |(run, end)| (run, end.place));
    let mut words = LastWordsBuilder::up_to(until);
    journal.scan(|entry, offset| words.take(entry, offset))?;
    let words = words.build();
    let reader = JournalReader::new(journal.file.try_clone().map_err(|error| journal.unreadable(error))?);
    let began = book.runs.first().map(|run| run.started.at);
    let later = book.runs.get(run as usize..).unwrap_or_default();
    let is_overtaken = later.iter().any(|run| run.end_with_results().is_none());
    let mut check = ResultsCheck::of(settings.path.shown(), book.names(&name), is_overtaken);
    let mut told = vec![false; words.len()];
    while let Some(row) = rows.read()? {
        let place = row.id().and_then(|id| words.place_of(id));
        let recorded = place.map(|place| reader.row_at(words.at(place).offset)).transpose();
        let recorded = recorded.map_err(|_| journal.changed())?;
        if let Some(place) = place {
            told[place] |= !matches!(row.status(), Some(Status::Invalid | Status::Duplicate));
        }
        check.note(row.line(), row.id_cell(), judge(row, recorded.as_ref().map(|row| &row.outcome), began));
    }
    note_missing(&words, &told, run, &mut check);
    Ok(check)
}

/// What a run has settled stands in its results, unless the file did not hold it any more.
fn note_missing(words: &LastWords, told: &[bool], run: u32, check: &mut ResultsCheck) {
    let is_expected = |word: &LastWord| word.run == run && word.is_in_input;
    let untold = words.iter().zip(told).filter(|(word, is_told)| is_expected(word) && !**is_told);
    untold.for_each(|(word, _)| check.note_missing(word.id));
}
