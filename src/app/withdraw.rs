//! Owns `prehire withdraw`, from the file to the exit code: read → validate → ask → run → report.

use std::io::Write;
use std::time::Instant;

use jiff::Timestamp;

use super::allowance::gates;
use super::check::survey_input;
use super::confirm::{Upcoming, confirm, refuse_to_ask_nobody};
use super::output::print_summary;
use super::run::{Ran, RunInput, RunOutput, run_to_the_end, runtime};
use crate::cli::Format;
use crate::error::{Error, Exit, Result};
use crate::feishu::{Client, ClientSettings, Credentials, Secret};
use crate::input::{Spool, Survey};
use crate::plan::{Past, Recall};
use crate::record::entry::{Entry, RunSettings, RunStarted, VERSION};
use crate::record::{JournalFile, OutputPath, ResultsFile, seen_from};
use crate::report::{RunReport, stop_story};
use crate::settings::{Guards, Surroundings, Target, WithdrawSettings};
use crate::simulator::{Running, Simulator, SimulatorSettings};

/// Withdraws the rows of the file.
pub(super) fn run(settings: WithdrawSettings, surroundings: &Surroundings) -> Result<Exit> {
    warn(&settings);
    refuse_to_ask_nobody(&settings.guards, surroundings)?;
    let is_simulated = matches!(settings.target, Target::Simulator { .. });
    let output = OutputPath::choose(settings.output.as_deref(), &settings.input.path, is_simulated)?;
    let journal_path = output.journal(settings.keep.journal.as_deref());
    output.refuse_journal_at(&journal_path, &settings.input.path)?;
    let spool = Spool::copy(&settings.input.path, &settings.input.file)?;
    let survey = survey_input(&spool, &settings.input)?;

    let keep = &settings.keep;
    let (journal_file, ledger) =
        JournalFile::take(&journal_path, &settings.target.owner(), keep.restart, keep.wait_lock)?;
    output.refuse_to_overwrite(journal_file.names(output.results()))?;
    let recall = journal_file.reader()?;
    let past = Past { ledger: &ledger, recall: recall.as_ref().map(|reader| reader as &dyn Recall) };
    let upcoming = Upcoming::find(&spool, &survey, &settings.input.rules, past)?;
    check_guards(&settings.guards, &survey, upcoming.rows)?;
    let gates = gates(&settings)?;
    confirm(&settings, &survey, &upcoming)?;

    let (client, _simulator) = connect(&settings)?;
    let started = Instant::now();
    let runtime = runtime()?;
    let (mut journal, reader) = journal_file.open()?;
    let results_path = output.results().to_owned();
    let begun = run_started(&settings, &survey, seen_from(&journal_path, &results_path));
    runtime.block_on(journal.append_durably(begun))?;
    let results = ResultsFile::create(output, &spool, &survey, &settings.input.rules)?.with_journal(reader);

    let input = RunInput { settings: &settings, spool: &spool, survey: &survey, past, upcoming: &upcoming };
    let Ran { tally, stop, exit } = runtime.block_on(run_to_the_end(
        input,
        client,
        gates,
        RunOutput { journal, results, journal_file },
    ))?;
    let report = RunReport {
        command: "withdraw",
        tally: &tally,
        rate: settings.send.rate,
        duration: started.elapsed(),
        results: &results_path,
        journal: &journal_path,
        stop: stop.as_ref(),
        again: &surroundings.command_line,
        exit,
    };
    print_summary(settings.show, || report.text(), || report.json());
    if let Some(stop) =
        stop.as_ref().filter(|_| settings.show.is_quiet || settings.show.format == Format::Json)
    {
        // A scheduler's log must name the cause, whatever it does with the summary.
        let _ = writeln!(std::io::stderr(), "{}", stop_story(stop, &surroundings.command_line));
    }
    Ok(exit)
}

fn warn(settings: &WithdrawSettings) {
    for warning in settings.warnings.iter().filter(|_| !settings.show.is_quiet) {
        // A standard error that is closed is no failure.
        let _ = writeln!(std::io::stderr(), "{warning}");
    }
}

fn check_guards(guards: &Guards, survey: &Survey, to_send: u32) -> Result<()> {
    if let Some(most) = guards.max_rows.filter(|most| to_send > *most) {
        return Err(Error::unusable(format!(
            "{to_send} rows are still to be sent, more than --max-rows {most}"
        ))
        .hint("look at the file with prehire check; raise --max-rows if it is right"));
    }
    if guards.expect.as_ref().is_some_and(|expected| !expected.eq_ignore_ascii_case(&survey.digest)) {
        let message =
            format!("the rows are not those that --expect names: they have the digest {}", survey.digest);
        return Err(
            Error::unusable(message).hint("check the file again with prehire check, and give its digest")
        );
    }
    Ok(())
}

fn run_started(settings: &WithdrawSettings, survey: &Survey, results: String) -> Entry {
    let send = &settings.send;
    Entry::RunStarted(RunStarted {
        version: VERSION,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        at: Timestamp::now(),
        owner: settings.target.owner(),
        input: settings.input.path.shown(),
        digest: survey.digest.clone(),
        results,
        settings: RunSettings {
            rate: send.rate.to_string(),
            burst: send.burst.get(),
            workers: send.workers.get(),
            timeout_milliseconds: u64::try_from(send.timeout.as_millis()).unwrap_or(u64::MAX),
            max_attempts: send.retry.max_attempts.get(),
            read_back: send.read_back.is_some(),
        },
    })
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
