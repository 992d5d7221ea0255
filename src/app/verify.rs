//! Owns `prehire verify`: is a journal whole, and do the results agree with it? It takes no lock, and disturbs no run.

use std::fs::File;
use std::path::Path;

use super::commands::print;
use crate::cli::VerifyArgs;
use crate::input::{FileChoice, InputPath, ResultsRows, Spool};
use crate::journal::entry::Entry;
use crate::journal::{LastWord, LastWords, LastWordsBuilder, Logbook};
use crate::language::text;
use crate::model::{Error, Exit, Result, Status};
use crate::report::{ResultsCheck, Verification, judge};
use crate::results::cells::Locale;
use crate::settings::{Surroundings, file_choice};
use crate::store::{JournalReader, Scan, open_journal, scan_journal, seen_from};

/// Verifies a journal, and its results if they are given.
pub(super) fn run(typed: VerifyArgs, surroundings: &Surroundings) -> Result<Exit> {
    let VerifyArgs { journal, results, form, format } = typed;
    let journal = Journal::open(&journal)?;
    let size = journal.file.metadata().map_err(|error| journal.unreadable(error))?.len();
    let (mut book, mut words) = (Logbook::default(), LastWordsBuilder::up_to(size));
    let scan = journal.scan(|entry, offset| {
        book.take(entry, offset);
        words.take(entry, offset);
    })?;
    // Only the counts stay: those that are compared are read again, up to the end of their run.
    let pre_hires = words.build().counts();
    let results = match results {
        Some(results) if scan.damage().is_none() => {
            let file = file_choice(form, None, surroundings);
            Some(compare((&InputPath::from_argument(&results), &file), &journal, &book)?)
        }
        _ => None,
    };
    let (locale, name) = (Locale::here(surroundings.language), &journal.name);
    let verification = Verification {
        journal: name,
        scan: &scan,
        book: &book,
        pre_hires: &pre_hires,
        results: results.as_ref(),
        locale: &locale,
    };
    print(format, || verification.text(), || verification.json());
    Ok(verification.exit())
}

/// A journal that is read, and never changed.
struct Journal<'a> {
    path: &'a Path,
    name: String,
    file: File,
}

impl<'a> Journal<'a> {
    fn open(path: &'a Path) -> Result<Self> {
        Ok(Journal { path, name: path.display().to_string(), file: open_journal(path)? })
    }

    fn unreadable(&self, error: std::io::Error) -> Error {
        Error::unusable(text!("can't read {name}", name = self.name)).because(error)
    }

    fn changed(&self) -> Error {
        Error::unusable(text!("{name} was changed while it was read", name = self.name))
            .hint(text!("run the same command again"))
    }

    fn scan(&self, show: impl FnMut(&Entry, u64)) -> Result<Scan> {
        scan_journal(&self.file, self.path, show)
    }
}

fn compare(
    (path, file): (&InputPath, &FileChoice),
    journal: &Journal<'_>,
    book: &Logbook,
) -> Result<ResultsCheck> {
    let spool = Spool::copy(path, file)?;
    let mut rows = ResultsRows::of(&spool, &file.columns)?;
    let name = match path {
        InputPath::File(results) => seen_from(journal.path, results),
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
    let mut check = ResultsCheck::of(path.shown(), book.names(&name), is_overtaken);
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
