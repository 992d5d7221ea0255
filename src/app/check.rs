//! Owns `prehire check` and every dry run: one pass over the file, and a report. With `-o` also one result per row, none of them sent.

use super::commands::{apart, print_summary, say_stopped};
use super::preflight::check_online;
use super::source_journal::withdrawn_ids;
use crate::cli::Duplicates;
use crate::input::{RestoreRules, RowPurpose, RowRules, Spool, Survey, survey};
use crate::journal::Index;
use crate::journal::entry::Owner;
use crate::language::text;
use crate::model::{Error, Exit, Operation, Result, Settlement};
use crate::plan::{Decision, Planned, Planner};
use crate::report::{CheckReport, Log};
use crate::results::{OutputPath, ResultsFile};
use crate::settings::{CheckSettings, InputSettings, Purpose, Surroundings};
use crate::store::Past;

/// Checks the file.
pub(super) async fn run(settings: &CheckSettings, surroundings: &Surroundings) -> Result<Exit> {
    let operation = settings.input.purpose.operation();
    let output = settings
        .output
        .as_deref()
        .map(|typed| OutputPath::choose(Some(typed), &settings.input.path, operation, false))
        .transpose()?;
    let (path, file) = (settings.input.path.clone(), settings.input.file.clone());
    let spool = apart(move || Spool::copy(&path, &file)).await?;
    let rules = row_rules(&settings.input, settings.source_owner.as_ref())?;
    let mut survey = survey(spool.records(), &settings.input.file.columns, &rules, |_| Ok(()))?;
    refuse_duplicates(&survey, &settings.input)?;
    if settings.online.is_some() {
        survey.columns = survey.columns.with_look_up();
    }
    if let Some(output) = &output {
        output.refuse_to_overwrite(false, &settings.input.file)?;
        output.refuse_what_does_not_fit(&survey)?;
    }
    let language = settings.show.language;
    let create = |output| {
        let results = ResultsFile::create(output, &spool, &survey, &rules)?;
        Ok(results.in_locale(surroundings.locale(language)))
    };
    let results = || output.map(create).transpose();
    let index = Index::default();
    let past = Past { index: &index, journal: None };
    let plan = Planner::new(spool.records(), &survey, &rules, past)?;
    let online = match &settings.online {
        None => {
            results()?.map(|results| write_results(results, plan)).transpose()?;
            None
        }
        Some(calls) => {
            let log = Log::new(settings.show.log, surroundings.time_zone.clone());
            match check_online((settings, &log), calls, (plan, survey.sendable), results).await? {
                Ok(seen) => Some(seen),
                Err(cause) => return Ok(say_stopped(&cause, &surroundings.command_line, &log)),
            }
        }
    };
    let input = settings.input.path.shown();
    let online = online.as_ref().map(|(report, progress)| (report, progress));
    let (survey, copied, rate) = (&survey, spool.copied(), settings.rate);
    let report = CheckReport { input: &input, operation, survey, copied, rate, online, language };
    print_summary(settings.show, || report.text(), || report.json());
    Ok(report.exit())
}

/// The rules for the rows; the journal of the withdrawals must belong to `source_owner`, where that is known.
pub(super) fn row_rules(input: &InputSettings, source_owner: Option<&Owner>) -> Result<RowRules> {
    let purpose = match &input.purpose {
        Purpose::Withdraw(rules) => RowPurpose::Withdraw(rules.clone()),
        Purpose::Restore { confirm_workforce, source_journal } => RowPurpose::Restore(RestoreRules {
            confirm_workforce: *confirm_workforce,
            withdrawn: withdrawn_ids(source_journal, source_owner)?,
        }),
    };
    Ok(RowRules { only: input.only.clone(), purpose })
}

/// `--duplicates refuse`.
pub(super) fn refuse_duplicates(survey: &Survey, settings: &InputSettings) -> Result<()> {
    if settings.duplicates == Duplicates::Refuse && !survey.duplicates.is_empty() {
        let rows = survey.duplicates.len();
        let check = check_command(settings.purpose.operation());
        return Err(Error::unusable(text!(
            "{rows} {rows|row repeats|rows repeat} the pre-hire id of an earlier row",
            rows
        ))
        .hint(text!("find them with {check} -o FILE, or skip them with --duplicates skip", check)));
    }
    Ok(())
}

/// The command that shows what a run would do.
pub(super) const fn check_command(operation: Operation) -> &'static str {
    match operation {
        Operation::Withdraw => "prehire check INPUT",
        Operation::Restore => "prehire restore RESULTS --dry-run",
    }
}

fn write_results(mut results: ResultsFile<'_>, plan: impl Iterator<Item = Result<Planned>>) -> Result<()> {
    for planned in plan {
        let Planned::Row { index, decision, .. } = planned? else { continue };
        results.settle(index, unsent(decision), |_| ())?;
    }
    results.finish()
}

/// What a check says of a row: none is sent.
pub(super) fn unsent(decision: Decision) -> Settlement {
    match decision {
        Decision::Send(..) | Decision::Resume(..) => Settlement::NotReached,
        Decision::Settled(settlement) => settlement,
    }
}
