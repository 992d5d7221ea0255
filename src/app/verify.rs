//! `prehire verify`: is a journal whole, and do the results agree with it? It takes no lock, and disturbs no run.

use super::commands::print;
use crate::cli::VerifyArgs;
use crate::input::{FileChoice, InputPath, ResultsRows, Spool};
use crate::journal::{IndexBuilder, LastWord, Runs};
use crate::language::text;
use crate::model::{Error, Exit, Result, Status};
use crate::report::{ResultsCheck, Verification, judge};
use crate::settings::{Surroundings, file_choice};
use crate::store::{JournalReader, JournalSource, open_journal};

/// Verifies a journal, and its results if they are given.
pub(super) fn run(typed: VerifyArgs, surroundings: &Surroundings) -> Result<Exit> {
    let VerifyArgs { journal, results, form, format } = typed;
    let journal = open_journal(&journal)?;
    let (mut runs, mut index) = (Runs::default(), IndexBuilder::with_room_for(journal.most_rows()));
    let scan = journal.scan(&mut |id, entry| {
        runs.take(id, entry);
        index.take(id, entry);
    })?;
    // Only the counts stay: those that are compared are read again, up to the end of their run.
    let pre_hires = index.build().counts();
    let results = match results {
        Some(results) if scan.damage().is_none() => {
            let file = file_choice(form, None, surroundings);
            Some(compare((&InputPath::from_argument(&results), &file), &journal, &runs)?)
        }
        _ => None,
    };
    let (locale, name) = (surroundings.locale(surroundings.language), &journal.name());
    let verification = Verification {
        journal: name,
        scan: &scan,
        runs: &runs,
        pre_hires: &pre_hires,
        results: results.as_ref(),
        locale: &locale,
    };
    print(format, || verification.text(), || verification.json());
    Ok(verification.exit())
}

fn compare(
    (path, file): (&InputPath, &FileChoice),
    journal: &JournalReader,
    runs: &Runs,
) -> Result<ResultsCheck> {
    let spool = Spool::copy(path, file)?;
    let mut rows = ResultsRows::of(&spool, &file.columns)?;
    let name = match path {
        InputPath::File(results) => journal.name_of(results),
        InputPath::Standard => String::new(),
    };
    let mut index = IndexBuilder::with_room_for(journal.most_rows());
    let mut run = 0;
    if let Some((number, end)) = runs.run_of(&name) {
        run = number;
        index = index.until(end.entry);
        journal.scan(&mut |id, entry| index.take(id, entry))?;
    }
    let index = index.build();
    let changed = |_| {
        Error::unusable(text!("{name} was changed while it was read", name = journal.name()))
            .hint(text!("run the same command again"))
    };
    let began = runs.all.first().map(|run| run.started.at);
    let later = runs.all.get(run as usize..).unwrap_or_default();
    let is_overtaken = later.iter().any(|run| run.end_with_results().is_none());
    let mut check = ResultsCheck::of(path.shown(), runs.names(&name), is_overtaken);
    let mut told = vec![false; index.words().len()];
    while let Some(row) = rows.read()? {
        // What was called again and not settled says nothing yet.
        let id = row.id().filter(|id| index.called(*id).is_none());
        let place = id.and_then(|id| index.place_of(id));
        let recorded = place.map(|place| journal.entry(index.words()[place].entry));
        let recorded = recorded.transpose().map_err(changed)?;
        if let Some(place) = place {
            told[place] |= !matches!(row.status(), Some(Status::Invalid | Status::Duplicate));
        }
        check.note(row.line(), row.id_cell(), judge(row, recorded.as_ref().map(|row| &row.outcome), began));
    }
    // What a run has settled stands in its results, unless the file did not hold it any more.
    let is_expected = |word: &LastWord| word.run == run && word.is_in_input;
    let untold = index.words().iter().zip(told).filter(|(word, is_told)| is_expected(word) && !is_told);
    untold.for_each(|(word, _)| check.note_missing(word.id));
    Ok(check)
}
