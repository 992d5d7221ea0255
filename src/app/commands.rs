//! The commands that take a few lines each, and what several commands need: standard output, and the way to the API.

use std::fs;
use std::io::{self, Write};

use prehire_simulator::{Rate, Running, Simulator, SimulatorSettings, Stage};
use serde_json::Value;

use super::monitor::listen;
use crate::cli::{
    CompletionsArgs, ConfigShowArgs, ExplainArgs, Format, ManArgs, SimulateArgs, manual, manual_pages,
};
use crate::feishu::{Client, ClientSettings, Credentials, Secret};
use crate::language::{Language, text};
use crate::model::{Error, Exit, Operation, PreHireId, Result, StopCause};
use crate::report::{ConfigReport, Log, LogLine, Story, search_stop_line};
use crate::results::cells::Locale;
use crate::send::search::SearchEnd;
use crate::settings::{
    CallSettings, Config, CredentialSources, Effective, Layer, ShowSettings, Surroundings, Target,
};
use crate::store::{JournalSource, open_journal};

/// Prints the story; exit 1 if the journal does not know the pre-hire.
pub(super) fn explain(typed: &ExplainArgs, locale: Locale) -> Result<Exit> {
    let id = PreHireId::parse(&typed.id, true).map_err(|_| {
        Error::unusable(text!("\"{typed}\" is not a pre-hire id", typed = typed.id))
            .hint(text!("give 1 to 32 digits, as Feishu shows them"))
    })?;
    let journal = open_journal(&typed.journal)?;
    let mut story = Story::of(id, locale);
    (&journal as &dyn JournalSource).read(&mut |_, entry| story.take(entry))?;
    print_whole(story.text().as_bytes());
    Ok(if story.is_known() { Exit::Success } else { Exit::SomeRowsFailed })
}

/// Missing credentials are no failure here: they are what one wants to see.
pub(super) fn config_show(typed: &ConfigShowArgs, surroundings: &Surroundings) -> Result<Exit> {
    let config = Config::load(&typed.profile, surroundings)?;
    let flags = Layer { lang: surroundings.typed_language.map(Some), ..Layer::of_host(&typed.host) };
    let in_force = Effective::of(flags, config.layer());
    let sources = CredentialSources::find(surroundings, &config);
    let mut warnings = Vec::new();
    let trouble = sources.resolve(&in_force.base_url).and_then(|found| found.read(&mut warnings)).err();
    let report = ConfigReport {
        config: &config,
        in_force: &in_force,
        sources: &sources,
        state_directory: surroundings.state_directory.as_deref(),
        warnings: &warnings,
        trouble: trouble.as_ref(),
        language: in_force.lang.value.unwrap_or(surroundings.language),
    };
    print(typed.format, || report.text(), || report.json());
    Ok(Exit::Success)
}

/// Serves the simulated API; the first line on standard output says where.
pub(super) async fn simulate(typed: &SimulateArgs) -> Result<Exit> {
    let failed = |error: io::Error| {
        Error::unusable(text!("can't serve the simulated API on {typed}", typed = typed.listen))
            .because(error)
    };
    let simulator = Simulator::bind(typed.settings()).map_err(failed)?;
    let mut output = io::stdout();
    let _ = writeln!(output, "listening on {}", simulator.base_url()).and_then(|()| output.flush());
    simulator.serve().await.map_err(failed)?;
    Ok(Exit::Success)
}

/// Prints the completions of a shell.
pub(super) fn completions(typed: &CompletionsArgs, language: Language) -> Result<Exit> {
    print_whole(&typed.shell.completions(language));
    Ok(Exit::Success)
}

/// Prints the manual as one page, or writes its pages into a directory.
pub(super) fn man(typed: &ManArgs, language: Language) -> Result<Exit> {
    let Some(directory) = &typed.directory else {
        print_whole(&manual(language));
        return Ok(Exit::Success);
    };
    let cannot_write = |error| {
        Error::cannot_record(text!("can't write the manual to {directory}", directory = directory.display()))
            .because(error)
            .hint(text!("choose a writable directory with --directory DIR"))
    };
    fs::create_dir_all(directory).map_err(cannot_write)?;
    for page in manual_pages(language) {
        fs::write(directory.join(page.file_name), page.text).map_err(cannot_write)?;
    }
    Ok(Exit::Success)
}

/// Prints a summary. `--quiet` silences text, not JSON.
pub(super) fn print_summary(show: ShowSettings, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) {
    if show.format == Format::Json || !show.is_quiet {
        print(show.format, text, json);
    }
}

/// Prints one of the two forms.
pub(super) fn print(format: Format, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) {
    let shown = match format {
        Format::Json => format!("{}\n", json()),
        Format::Text => text(),
    };
    print_whole(shown.as_bytes());
}

/// Prints what has one form; a reader that has gone away is no failure.
pub(super) fn print_whole(shown: &[u8]) {
    let mut output = io::stdout().lock();
    let _ = output.write_all(shown).and_then(|()| output.flush());
}

/// The way to the API. A simulated one that comes with it ends when it is dropped; in it everybody is ready for the operation.
pub(super) struct Connection {
    settings: ClientSettings,
    _simulator: Option<Running>,
}

impl Connection {
    pub(super) fn open(calls: &CallSettings, operation: Operation) -> Result<Connection> {
        let timeout = calls.timeout;
        match &calls.target {
            Target::Api { base_url, credentials } => {
                let (base_url, credentials) = (base_url.clone(), credentials.clone());
                Ok(Connection {
                    settings: ClientSettings { base_url, credentials, timeout },
                    _simulator: None,
                })
            }
            Target::Simulator { limit } => {
                // A rehearsal begins where the real thing would.
                let start = match operation {
                    Operation::Withdraw => Stage::Preboarding,
                    Operation::Restore => Stage::Withdrawn,
                };
                let rate = Some(Rate::new(limit.calls(), limit.period()));
                let simulator = Simulator::spawn(SimulatorSettings { rate, start, ..Default::default() })
                    .map_err(|error| {
                        Error::unusable(text!("can't start the simulated API")).because(error)
                    })?;
                let base_url = simulator.base_url().parse().expect("the simulated API is on loopback");
                // Secrets are crossed out of what the server says, so this one is no word of its messages.
                let app_secret = Secret::new("the-simulated-api-takes-any-secret");
                let credentials = Credentials::App { app_id: "cli_simulated".to_owned(), app_secret };
                let settings = ClientSettings { base_url, credentials, timeout };
                Ok(Connection { settings, _simulator: Some(simulator) })
            }
        }
    }

    /// A client with connections of its own: they do not grow old while a person thinks.
    pub(super) fn client(&self) -> Result<Client> {
        Client::new(self.settings.clone())
    }
}

/// Does what may block on a thread apart, so that a signal can end the waiting.
pub(super) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// Does the work of a command that changes nothing: it ends with its last page, or with the first signal; why it was stopped,
/// if it was.
pub(super) async fn until_a_signal<T>(
    work: impl Future<Output = Result<T, SearchEnd>>,
) -> Result<Result<T, StopCause>> {
    let mut signals = listen()?;
    // A call that is cut off changes nothing.
    stopped_apart(tokio::select! {
        ended = work => ended,
        interrupt = signals.next() => Err(StopCause::Interrupted(interrupt).into()),
    })
}

/// Why it was stopped is no error.
pub(super) fn stopped_apart<T>(ended: Result<T, SearchEnd>) -> Result<Result<T, StopCause>> {
    match ended {
        Ok(value) => Ok(Ok(value)),
        Err(SearchEnd::Stopped(cause)) => Ok(Err(cause)),
        Err(SearchEnd::Failed(error)) => Err(error),
    }
}

/// Says why it was stopped.
pub(super) fn say_stopped(cause: &StopCause, again: &str, log: &Log) -> Exit {
    log.always(&search_stop_line(cause, again, log.language()));
    cause.exit()
}

/// Says what a person should know about the settings, before anything is done.
pub(super) fn warn(calls: &CallSettings, log: &Log) {
    calls.warnings.iter().for_each(|warning| log.info(&LogLine::warning(warning.clone())));
}
