//! Owns `prehire withdraw`, from the file to the exit code: read → validate → ask → run → report.

use std::time::Instant;

use super::check::survey_input;
use super::confirm::confirm;
use super::output::print_summary;
use super::run::{Ran, RunInput, run_to_the_end, runtime};
use crate::error::{Error, Exit, Result};
use crate::feishu::{Client, ClientSettings, Credentials, Secret};
use crate::input::{Spool, Survey};
use crate::record::{OutputPath, ResultsFile};
use crate::report::RunReport;
use crate::settings::{Guards, Surroundings, Target, WithdrawSettings};
use crate::simulator::{Running, Simulator, SimulatorSettings};

/// Withdraws the rows of the file.
pub(super) fn run(settings: WithdrawSettings, surroundings: &Surroundings) -> Result<Exit> {
    let is_simulated = matches!(settings.target, Target::Simulator { .. });
    let output = OutputPath::choose(settings.output.as_deref(), &settings.input.path, is_simulated)?;
    let spool = Spool::copy(&settings.input.path)?;
    let survey = survey_input(&spool, &settings.input)?;
    check_guards(&settings.guards, &survey)?;
    confirm(&settings, &survey, surroundings)?;

    let (client, _simulator) = connect(&settings)?;
    let started = Instant::now();
    let results_path = output.results().to_owned();
    let results = ResultsFile::create(output, &spool, &survey, &settings.input.rules)?;
    let input = RunInput { settings: &settings, spool: &spool, survey: &survey };
    let Ran { tally, stop } = runtime()?.block_on(run_to_the_end(input, client, results))?;

    let exit = if stop.is_some() { Exit::StoppedEarly } else { tally.exit() };
    let report = RunReport {
        command: "withdraw",
        tally: &tally,
        rate: settings.send.rate,
        duration: started.elapsed(),
        results: &results_path,
        stop: stop.as_ref(),
        exit,
    };
    print_summary(settings.show, || report.text(), || report.json());
    Ok(exit)
}

fn check_guards(guards: &Guards, survey: &Survey) -> Result<()> {
    if let Some(most) = guards.max_rows.filter(|most| survey.sendable > *most) {
        return Err(Error::unusable(format!(
            "{} rows are to be sent, more than --max-rows {most}",
            survey.sendable
        ))
        .hint("look at the file with prehire check; raise --max-rows if it is right"));
    }
    if guards.expect.as_ref().is_some_and(|expected| !expected.eq_ignore_ascii_case(&survey.digest)) {
        return Err(Error::unusable(format!(
            "the rows are not those that --expect names: they have the digest {}",
            survey.digest
        ))
        .hint("check the file again with prehire check, and give its digest"));
    }
    Ok(())
}

/// The client; with `--simulate` also the simulated API that it talks to.
fn connect(settings: &WithdrawSettings) -> Result<(Client, Option<Running>)> {
    let timeout = settings.send.timeout;
    match &settings.target {
        Target::Api { base_url, credentials } => {
            let (base_url, credentials) = (base_url.clone(), credentials.clone());
            Ok((Client::new(ClientSettings { base_url, credentials, timeout })?, None))
        }
        Target::Simulator { limit } => {
            let simulated = SimulatorSettings { rate: Some(*limit), ..SimulatorSettings::default() };
            let simulator = Simulator::spawn(simulated)
                .map_err(|error| Error::unusable("can't start the simulated API").because(error))?;
            let base_url = simulator.base_url().parse().expect("the simulated API is on loopback");
            // Secrets are crossed out of what the server says, so this one is no word of its messages.
            let app_secret = Secret::new("the-simulated-api-takes-any-secret");
            let credentials = Credentials::App { app_id: "cli_simulated".to_owned(), app_secret };
            Ok((Client::new(ClientSettings { base_url, credentials, timeout })?, Some(simulator)))
        }
    }
}
