//! `prehire withdraw` and `prehire restore`, from the file to the exit code: read, decide, ask, send, record, report.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::allowance::gates;
use super::commands::{Connection, apart, print_summary, say_stopped, warn};
use super::confirm::{confirm, refuse_to_ask_nobody};
use super::monitor::RunMonitor;
use super::preflight::preview;
use super::rows::{RunInput, check_command, refuse_duplicates, row_rules};
use crate::cli::Format;
use crate::input::{RowRules, Spool, Survey};
use crate::journal::entry::{Entry, JobIdentity, RunStarted};
use crate::language::{Text, text};
use crate::model::{Error, Event, Exit, Operation, Result, Settlement, StopCause};
use crate::plan::{Planner, first_pass};
use crate::report::{Level, Log, LogLine, Progress, RunReport, Tally, stop_line, stop_words};
use crate::results::{OutputPath, ResultsFile};
use crate::send::{Gates, Recorder, SendSettings, View, work_off};
use crate::settings::{OperationSettings, Purpose, Surroundings, Target};
use crate::store::{Journal, JournalFile, Past, clock};

/// Withdraws, or restores, the rows of the file.
pub(super) async fn run(
    settings: &OperationSettings,
    surroundings: &Surroundings,
    log: &Log,
    monitor: &RunMonitor,
) -> Result<Exit> {
    let log = &log.clone().with_language(settings.show.language);
    monitor.note(|ending| ending.language = settings.show.language);
    warn(&settings.calls, log);
    monitor.note(|ending| ending.target = Some(target_of(settings)));
    refuse_to_ask_nobody(settings, surroundings)?;
    let (output, journal_path) = places(settings)?;
    monitor.note(|ending| ending.places = Some(places_of(&output, &journal_path)));
    let (path, file) = (settings.input.path.clone(), settings.input.file.clone());
    let spool = apart(move || Spool::copy(&path, &file)).await?;
    let source_owner = settings.calls.target.owner(Operation::Withdraw);
    let rules = row_rules(&settings.input, Some(&source_owner))?;

    // Before the first pass, which decides on each row by it.
    let owner = owner(settings, &rules);
    let (journal_file, index) =
        JournalFile::take(&journal_path, &owner, settings.restart, settings.calls.wait_lock).await?;
    let earlier = journal_file.earlier()?;
    let past = Past { index: &index, journal: earlier.as_deref() };
    let (survey, upcoming) = first_pass(spool.records(), &settings.input.file.columns, &rules, past)?;
    refuse_duplicates(&survey, &settings.input)?;
    output.refuse_what_does_not_fit(&survey)?;
    output.refuse_to_overwrite(journal_file.names(output.results()), &settings.input.file)?;
    check_guards(settings, &survey, upcoming.rows)?;
    let gates = gates(settings).await?;
    let connection = Connection::open(&settings.calls, settings.operation())?;

    let (spool, survey, rules, upcoming, spent) = (&spool, &survey, &rules, &upcoming, Duration::ZERO);
    let input = RunInput { settings, rules, spool, survey, past, upcoming, spent, log, monitor };
    let (preview, spent) = match preview(input, &connection).await? {
        Ok(looked) => looked,
        Err(cause) => {
            let exit = say_stopped(&cause, &surroundings.command_line, log);
            monitor.note(|ending| ending.stop = Some(cause));
            return Ok(exit);
        }
    };
    confirm(input, &preview).await?;
    let books = Books { output, journal_path, journal_file, owner };
    carry_out(RunInput { spent, ..input }, books, (connection, gates), surroundings).await
}

/// Where a run is recorded.
struct Books {
    output: OutputPath,
    journal_path: PathBuf,
    /// Held until the end, so that no other run takes the journal.
    journal_file: JournalFile,
    owner: JobIdentity,
}

/// From the first call to the summary.
async fn carry_out(
    input: RunInput<'_>,
    books: Books,
    (connection, gates): (Connection, Gates),
    surroundings: &Surroundings,
) -> Result<Exit> {
    let RunInput { settings, rules, spool, survey, monitor, .. } = input;
    let Books { output, journal_path, journal_file, owner } = books;
    let started = clock::instant();
    monitor.begin(input.log);
    let (mut journal, reader) = journal_file.open()?;
    let results_path = output.results().to_owned();
    let begun = RunStarted {
        results: journal_file.name_of(&results_path),
        digest: survey.digest.clone(),
        command: surroundings.typed.clone(),
        ..run_started(settings, owner)
    };
    journal.append_durably(Entry::RunStarted(begun)).await?;
    let results = ResultsFile::create(output, spool, survey, rules)?
        .in_locale(surroundings.locale(settings.show.language))
        .with_journal(reader);
    monitor.note(|ending| ending.tally = Some(Tally::new(settings.send.rate)));
    say_torn_bytes(&journal_file, input.log);

    let (stop, exit) = send(input, (connection, gates), (journal, results)).await?;
    let report = |tally: &Tally| {
        let report = RunReport {
            operation: settings.operation(),
            tally,
            rate: settings.send.rate,
            duration: started.elapsed(),
            results: &results_path,
            journal: &journal_path,
            stop: stop.as_ref(),
            again: &surroundings.command_line,
            exit,
            language: settings.show.language,
        };
        show(settings, &report, input.log);
    };
    monitor.note(|ending| ending.tally.as_ref().map(report));
    monitor.note(|ending| ending.stop = stop);
    Ok(exit)
}

/// Works the plan off; the results have their final name when it returns without an error.
async fn send(
    input: RunInput<'_>,
    (connection, gates): (Connection, Gates),
    (journal, results): (Box<dyn Journal>, ResultsFile<'_>),
) -> Result<(Option<StopCause>, Exit)> {
    let RunInput { settings, rules, spool, survey, past, upcoming, spent, log, monitor } = input;
    let plan = Planner::new(spool.records(), survey, rules, past)?;
    let deadline = settings.send.deadline.map(|deadline| deadline.saturating_sub(spent));
    let send = SendSettings { deadline, ..settings.send.clone() };
    let client = connection.client()?;
    let rows = (survey.results(), upcoming.rows);
    let progress = Progress::new(settings.show.progress, log.clone(), rows, settings.send.rate);
    monitor.begin(progress.log());
    let screen = Screen { results, progress, monitor };
    let (recorder, stop) =
        work_off((client, send, gates), plan, (journal, screen), monitor.stop.clone()).await?;
    let exit = close(recorder, stop.as_ref()).await?;
    Ok((stop, exit))
}

/// Closes the books: the results get their name, and the journal says how the run ended.
async fn close(recorder: Recorder<Screen<'_>>, stop: Option<&StopCause>) -> Result<Exit> {
    let Recorder { mut journal, view, trouble, .. } = recorder;
    let Screen { results, progress, monitor } = view;
    progress.finish();
    let trouble = trouble.or_else(|| results.finish().err());
    let exit = match (&trouble, stop) {
        (Some(trouble), _) => trouble.exit(),
        (None, Some(stop)) => stop.exit(),
        (None, None) => monitor.note(|ending| ending.tally.as_ref().map_or(Exit::Success, Tally::exit)),
    };
    let stopped = stop.map(stop_words);
    let entry = Entry::RunFinished { at: clock::now(), exit_code: exit.code(), stopped };
    journal.append_durably(entry).await?;
    trouble.map_or(Ok(exit), Err)
}

/// What is shown of a run: its results, and how far it is.
struct Screen<'a> {
    results: ResultsFile<'a>,
    progress: Progress,
    monitor: &'a RunMonitor,
}

impl View for Screen<'_> {
    fn note(&mut self, event: &Event) {
        self.monitor.note(|ending| ending.tally.as_mut().map(|tally| tally.note(event)));
        self.progress.note(event);
    }

    fn settled(&mut self, row: u32, settlement: Settlement) -> Result<()> {
        self.monitor.note(|ending| {
            let mut tally = ending.tally.as_mut();
            self.results.settle(row, settlement, |written| {
                if let Some(tally) = &mut tally {
                    tally.wrote(written);
                }
            })
        })
    }

    fn tick(&mut self) -> Result<()> {
        let flushed = self.results.flush();
        self.monitor.note(|ending| ending.tally.as_ref().map(|tally| self.progress.tick(tally)));
        flushed
    }
}

fn say_torn_bytes(journal: &JournalFile, log: &Log) {
    let bytes = journal.torn_bytes();
    if bytes > 0 {
        let said = text!(
            "the journal's last {bytes} {bytes|byte was|bytes were} cut off: the last run died while writing {bytes|it|them}",
            bytes
        );
        log.info(&LogLine::new(Level::Warn, said).field("bytes", bytes));
    }
}

/// To whom the journal belongs. A restoration's is of no use for other withdrawals, such as those of a later run.
fn owner(settings: &OperationSettings, rules: &RowRules) -> JobIdentity {
    let source = rules.source().map(|journal| journal.first_hash.clone());
    JobIdentity { source, ..settings.calls.target.owner(settings.operation()) }
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

fn target_of(settings: &OperationSettings) -> Text {
    match &settings.calls.target {
        Target::Api { base_url, credentials } => {
            Text::plain(format_args!("{}, {}", credentials.app(), base_url.host()))
        }
        Target::Simulator { .. } => text!("the simulated API"),
    }
}

/// Whole paths, for people who do not know where the run was started.
fn places_of(output: &OutputPath, journal: &Path) -> (PathBuf, PathBuf) {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    (whole(output.results()), whole(journal))
}

fn check_guards(settings: &OperationSettings, survey: &Survey, to_send: u32) -> Result<()> {
    let (guards, check) = (&settings.guards, check_command(settings.operation()));
    if let Some(most) = guards.max_rows.filter(|most| to_send > *most) {
        return Err(Error::invalid_input(text!(
            "{to_send} {to_send|row is|rows are} still to be sent, more than --max-rows {most}",
            to_send,
            most
        ))
        .hint(text!("review the file with {check}; raise --max-rows if it is correct", check)));
    }
    if guards.expect.as_ref().is_some_and(|expected| !expected.eq_ignore_ascii_case(&survey.digest)) {
        let message =
            text!("the rows do not match --expect: their digest is {digest}", digest = survey.digest);
        return Err(Error::invalid_input(message)
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
        log.always(&stop_line(stop, report.again, report.language));
    }
}

/// What a run was about, as far as its settings tell.
fn run_started(settings: &OperationSettings, owner: JobIdentity) -> RunStarted {
    let mut begun = settings.send.run_started(owner);
    begun.input = settings.input.path.shown();
    if let Purpose::Restore { source_journal, confirm_workforce } = &settings.input.purpose {
        begun.source_journal = Some(source_journal.display().to_string());
        begun.settings.confirm_workforce = *confirm_workforce;
    }
    begun
}
