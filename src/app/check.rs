//! Owns `prehire check`: one pass over the file, and a report. With `-o` also one result per row, none of them sent.

use super::output::print_summary;
use crate::cli::Duplicates;
use crate::error::{Error, Exit, Result};
use crate::event::Settlement;
use crate::input::{Spool, Survey, survey};
use crate::plan::{Decision, Ledger, Past, Planned, Planner};
use crate::record::{OutputPath, ResultsFile};
use crate::report::CheckReport;
use crate::settings::{CheckSettings, InputSettings};

/// Checks the file.
pub(super) fn run(settings: &CheckSettings) -> Result<Exit> {
    let output = settings
        .output
        .as_deref()
        .map(|typed| OutputPath::choose(Some(typed), &settings.input.path, false))
        .transpose()?;
    let spool = Spool::copy(&settings.input.path, &settings.input.file)?;
    let survey = survey_input(&spool, &settings.input)?;
    if let Some(output) = output {
        output.refuse_to_overwrite(false)?;
        write_results(output, &spool, &survey, &settings.input)?;
    }
    let input = settings.input.path.shown();
    let report = CheckReport { input: &input, survey: &survey, copied: spool.copied(), rate: settings.rate };
    print_summary(settings.show, || report.text(), || report.json());
    Ok(report.exit())
}

/// The first pass, and what makes a file unusable as a whole.
pub(super) fn survey_input(spool: &Spool, settings: &InputSettings) -> Result<Survey> {
    let survey = survey(spool.records(), spool.copied().bytes, &settings.file.columns, &settings.rules)?;
    if settings.duplicates == Duplicates::Refuse && !survey.duplicates.is_empty() {
        let rows = survey.duplicates.len();
        return Err(Error::unusable(format!("{rows} rows repeat the pre-hire id of an earlier row")).hint(
            "find them with prehire check INPUT -o FILE, or let them be skipped with --duplicates skip",
        ));
    }
    Ok(survey)
}

fn write_results(output: OutputPath, spool: &Spool, survey: &Survey, input: &InputSettings) -> Result<()> {
    let mut results = ResultsFile::create(output, spool, survey, &input.rules)?;
    let ledger = Ledger::default();
    let past = Past { ledger: &ledger, recall: None };
    for planned in Planner::new(spool.records(), survey, &input.rules, past)? {
        let Planned::Row { index, decision, .. } = planned? else { continue };
        let settlement = match decision {
            Decision::Send(..) | Decision::Resume(..) => Settlement::NotReached,
            Decision::Settled(settlement) => settlement,
        };
        results.settle(index, settlement, |_| ())?;
    }
    results.finish()
}
