//! Owns `prehire withdraw` and `prehire restore`, from the file to the exit code: read → validate → ask → run → report.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::allowance::gates;
use super::check::{check_command, refuse_duplicates, row_rules};
use super::commands::{connect, print_summary, warn};
use super::confirm::{confirm, refuse_to_ask_nobody};
use super::preflight::preview;
use super::run::{Means, Ran, RunInput, RunOutput, run_to_the_end, runtime};
use super::searching::say_stopped;
use super::signals::Signals;
use super::watch::{Fact, Witness};
use crate::cli::Format;
use crate::feishu::Client;
use crate::input::{RowRules, Spool, Survey};
use crate::journal::entry::{Entry, Owner, RunSettings, RunStarted, VERSION};
use crate::language::{Text, text};
use crate::model::{Error, Exit, Operation, Result};
use crate::plan::first_pass;
use crate::report::{Log, RunReport, Tally, stop_line};
use crate::results::{OutputPath, ResultsFile};
use crate::send::Gates;
use crate::settings::{OperationSettings, Purpose, Surroundings, Target};
use crate::store::{JournalFile, Past, platform};

/// Withdraws, or restores, the rows of the file.
pub(super) fn run(
    settings: &OperationSettings,
    surroundings: &Surroundings,
    log: &Log,
    witness: &Witness,
) -> Result<Exit> {
    let log = &log.clone().speaking(settings.show.language);
    witness.tell(Fact::Language(settings.show.language));
    warn(&settings.calls, log);
    witness.tell(target_of(settings));
    refuse_to_ask_nobody(settings, surroundings)?;
    let (output, journal_path) = places(settings)?;
    witness.tell(places_of(&output, &journal_path));
    let spool = Spool::copy(&settings.input.path, &settings.input.file)?;
    let source_owner = settings.calls.target.owner(Operation::Withdraw);
    let rules = row_rules(&settings.input, Some(&source_owner))?;

    // Before the first pass, which decides on each row by it.
    let owner = owner(settings, &rules);
    let (journal_file, index) =
        JournalFile::take(&journal_path, &owner, settings.restart, settings.calls.wait_lock)?;
    let earlier = journal_file.earlier()?;
    let past = Past { index: &index, journal: earlier.as_deref() };
    let (survey, upcoming) = first_pass(spool.records(), &settings.input.file.columns, &rules, past)?;
    refuse_duplicates(&survey, &settings.input)?;
    output.refuse_what_does_not_fit(&survey)?;
    output.refuse_to_overwrite(journal_file.names(output.results()), &settings.input.file)?;
    check_guards(settings, &survey, upcoming.rows)?;
    let gates = gates(settings)?;
    let (client, _simulator) = connect(&settings.calls, settings.operation())?;

    let (spool, survey, rules, upcoming, spent) = (&spool, &survey, &rules, &upcoming, Duration::ZERO);
    let input = RunInput { settings, rules, spool, survey, past, upcoming, spent, log, witness };
    let again = &surroundings.command_line;
    let (preview, spent) = match preview(input, client.clone())? {
        Ok(looked) => looked,
        Err(cause) => {
            let exit = say_stopped(&cause, again, log);
            witness.tell(Fact::Stopped(cause));
            return Ok(exit);
        }
    };
    confirm(input, &preview)?;
    let books = Books { output, journal_path, journal_file, owner };
    carry_out(RunInput { spent, ..input }, books, (client, gates), surroundings)
}

/// Where a run is recorded.
struct Books {
    output: OutputPath,
    journal_path: PathBuf,
    journal_file: JournalFile,
    owner: Owner,
}

/// From the first call to the summary.
fn carry_out(
    input: RunInput<'_>,
    books: Books,
    (api, gates): (Client, Gates),
    surroundings: &Surroundings,
) -> Result<Exit> {
    let again = &surroundings.command_line;
    let RunInput { settings, rules, spool, survey, witness, .. } = input;
    let Books { output, journal_path, journal_file, owner } = books;
    let started = Instant::now();
    let runtime = runtime()?;
    let signals = Signals::listen_in(&runtime)?;
    witness.begin()?;
    let (mut journal, reader) = journal_file.open()?;
    let results_path = output.results().to_owned();
    let begun = RunStarted {
        results: journal_file.name_of(&results_path),
        digest: survey.digest.clone(),
        command: surroundings.typed.clone(),
        ..run_started(settings, owner)
    };
    runtime.block_on(journal.append_durably(Entry::RunStarted(begun)))?;
    let results = ResultsFile::create(output, spool, survey, rules)?
        .speaking(settings.show.language)
        .with_journal(reader);

    let mut tally = Tally::new(settings.send.rate);
    let means = Means { api, gates, signals };
    let output = RunOutput { journal, results, journal_file, tally: &mut tally };
    let ran = runtime.block_on(run_to_the_end(input, means, output));
    let (stop, done) = match ran {
        Ok(Ran { stop, exit }) => (stop, Ok(exit)),
        Err(error) => (None, Err(error)),
    };
    if let Ok(exit) = done {
        let report = RunReport {
            operation: settings.operation(),
            tally: &tally,
            rate: settings.send.rate,
            duration: started.elapsed(),
            results: &results_path,
            journal: &journal_path,
            stop: stop.as_ref(),
            again,
            exit,
            language: settings.show.language,
        };
        show(settings, &report, input.log);
    }
    witness.tell(Fact::Counted(Box::new(tally), stop));
    done
}

/// To whom the journal belongs. A restoration's is of no use for other withdrawals, such as those of a later run.
fn owner(settings: &OperationSettings, rules: &RowRules) -> Owner {
    let source = rules.source().map(|journal| journal.first_hash.clone());
    Owner { source, ..settings.calls.target.owner(settings.operation()) }
}

/// Where the results go, and the journal; nothing of somebody else's is there.
fn places(settings: &OperationSettings) -> Result<(OutputPath, PathBuf)> {
    let is_simulated = matches!(settings.calls.target, Target::Simulator { .. });
    let (typed, input) = (settings.output.as_deref(), &settings.input.path);
    let output = OutputPath::choose(typed, input, settings.operation(), is_simulated)?;
    let journal = output.journal(settings.journal.as_deref());
    output.refuse_journal_at(&journal, input)?;
    if let Purpose::Restore { source_journal, .. } = &settings.input.purpose {
        output.refuse_source_at(source_journal, &journal)?;
    }
    Ok((output, journal))
}

fn target_of(settings: &OperationSettings) -> Fact {
    Fact::Target(match &settings.calls.target {
        Target::Api { base_url, credentials } => {
            Text::Plain(format!("{}, {}", credentials.app(), base_url.host()))
        }
        Target::Simulator { .. } => text!("the simulated API"),
    })
}

/// Whole paths, for people who do not know where the run was started.
fn places_of(output: &OutputPath, journal: &Path) -> Fact {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    Fact::Places { results: whole(output.results()), journal: whole(journal) }
}

fn check_guards(settings: &OperationSettings, survey: &Survey, to_send: u32) -> Result<()> {
    let (guards, check) = (&settings.guards, check_command(settings.operation()));
    if let Some(most) = guards.max_rows.filter(|most| to_send > *most) {
        return Err(Error::unusable(text!(
            "{to_send} {to_send|row is|rows are} still to be sent, more than --max-rows {most}",
            to_send,
            most
        ))
        .hint(text!("review the file with {check}; raise --max-rows if it is correct", check)));
    }
    if guards.expect.as_ref().is_some_and(|expected| !expected.eq_ignore_ascii_case(&survey.digest)) {
        let message =
            text!("the rows do not match --expect: their digest is {digest}", digest = survey.digest);
        return Err(Error::unusable(message)
            .hint(text!("check the file again with {check}, and use the digest that it prints", check)));
    }
    Ok(())
}

fn show(settings: &OperationSettings, report: &RunReport<'_>, log: &Log) {
    let show = settings.show;
    print_summary(show, || report.text(), || report.json());
    let is_told = !show.is_quiet && show.format == Format::Text && !log.is_json();
    if let Some(stop) = report.stop.filter(|_| !is_told) {
        // A scheduler's log must name the cause, whatever it does with the summary.
        log.say(&stop_line(stop, report.again, report.language));
    }
}

/// What a run was about, as far as its settings tell.
fn run_started(settings: &OperationSettings, owner: Owner) -> RunStarted {
    let send = &settings.send;
    let (source_journal, confirm_workforce) = match &settings.input.purpose {
        Purpose::Withdraw(_) => (None, false),
        Purpose::Restore { source_journal, confirm_workforce } => {
            (Some(source_journal.display().to_string()), *confirm_workforce)
        }
    };
    RunStarted {
        version: VERSION,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        at: Timestamp::now(),
        user: platform::user(),
        machine: platform::machine(),
        command: String::new(),
        owner,
        input: settings.input.path.shown(),
        source_journal,
        digest: String::new(),
        results: String::new(),
        settings: RunSettings {
            rate: send.rate.to_string(),
            burst: send.burst.get(),
            workers: send.workers.get(),
            timeout_milliseconds: u64::try_from(send.timeout.as_millis()).unwrap_or(u64::MAX),
            max_attempts: send.retry.max_attempts.get(),
            read_back: send.read_back.is_some(),
            confirm_workforce,
        },
    }
}
