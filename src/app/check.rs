//! `prehire check` and every dry run: one pass over the file, and a report. With `-o` also one result per row, none of
//! them sent.

use super::commands::{apart, print_summary, say_stopped};
use super::preflight::check_online;
use super::rows::{refuse_duplicates, row_rules, unsent};
use crate::input::{Spool, survey};
use crate::journal::Index;
use crate::model::{Exit, Result};
use crate::plan::{Planned, Planner};
use crate::report::{CheckReport, Log};
use crate::results::{OutputPath, ResultsFile};
use crate::settings::{CheckSettings, Surroundings};
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

fn write_results(mut results: ResultsFile<'_>, plan: impl Iterator<Item = Result<Planned>>) -> Result<()> {
    for planned in plan {
        let Planned::Row { index, decision, .. } = planned? else { continue };
        results.settle(index, unsent(decision), |_| ())?;
    }
    results.finish()
}
