//! Owns `prehire check` and every dry run: one pass over the file, and a report. With `-o` also one result per row, none of them sent.

use super::output::print_summary;
use super::rules::row_rules;
use crate::cli::Duplicates;
use crate::error::{Error, Exit, Result};
use crate::event::Settlement;
use crate::input::{RowRules, Spool, Survey, survey};
use crate::language::text;
use crate::operation::Operation;
use crate::plan::{Decision, Ledger, Past, Planned, Planner};
use crate::record::{OutputPath, ResultsFile};
use crate::report::CheckReport;
use crate::settings::{CheckSettings, InputSettings};

/// Checks the file.
pub(super) fn run(settings: &CheckSettings) -> Result<Exit> {
    let operation = settings.input.purpose.operation();
    let output = settings
        .output
        .as_deref()
        .map(|typed| OutputPath::choose(Some(typed), &settings.input.path, operation, false))
        .transpose()?;
    let spool = Spool::copy(&settings.input.path, &settings.input.file)?;
    let rules = row_rules(&settings.input, settings.source_owner.as_ref())?;
    let survey = survey_input(&spool, &settings.input, &rules)?;
    if let Some(output) = output {
        output.refuse_to_overwrite(false, &settings.input.file)?;
        output.refuse_what_does_not_fit(&survey)?;
        let results = ResultsFile::create(output, &spool, &survey, &rules)?;
        write_results(results.speaking(settings.show.language), &spool, &survey, &rules)?;
    }
    let input = settings.input.path.shown();
    let (copied, rate, language) = (spool.copied(), settings.rate, settings.show.language);
    let report = CheckReport { input: &input, operation, survey: &survey, copied, rate, language };
    print_summary(settings.show, || report.text(), || report.json());
    Ok(report.exit())
}

/// The first pass, and what makes a file unusable as a whole.
pub(super) fn survey_input(spool: &Spool, settings: &InputSettings, rules: &RowRules) -> Result<Survey> {
    let survey = survey(spool.records(), spool.copied().bytes, &settings.file.columns, rules)?;
    if settings.duplicates == Duplicates::Refuse && !survey.duplicates.is_empty() {
        let rows = survey.duplicates.len();
        let check = check_command(rules.operation());
        return Err(Error::unusable(text!("{rows} rows repeat the pre-hire id of an earlier row", rows))
            .hint(text!(
                "find them with {check} -o FILE, or let them be skipped with --duplicates skip",
                check
            )));
    }
    Ok(survey)
}

/// The command that shows what a run would do.
pub(super) const fn check_command(operation: Operation) -> &'static str {
    match operation {
        Operation::Withdraw => "prehire check INPUT",
        Operation::Restore => "prehire restore RESULTS --dry-run",
    }
}

fn write_results(
    mut results: ResultsFile<'_>,
    spool: &Spool,
    survey: &Survey,
    rules: &RowRules,
) -> Result<()> {
    let ledger = Ledger::default();
    let past = Past { ledger: &ledger, recall: None };
    for planned in Planner::new(spool.records(), survey, rules, past)? {
        let Planned::Row { index, decision, .. } = planned? else { continue };
        let settlement = match decision {
            Decision::Send(..) | Decision::Resume(..) => Settlement::NotReached,
            Decision::Settled(settlement) => settlement,
        };
        results.settle(index, settlement, |_| ())?;
    }
    results.finish()
}
