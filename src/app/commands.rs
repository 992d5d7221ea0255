//! The commands that take a few lines each, and what several commands need: standard output, and the way to the API.

use std::fs;
use std::io::{self, Write};

use prehire_simulator::{Rate, Running, Simulator, SimulatorSettings, Stage};
use serde_json::Value;

use super::run::runtime;
use crate::cli::{
    CompletionsArgs, ConfigShowArgs, ExplainArgs, Format, ManArgs, SimulateArgs, manual, manual_pages,
};
use crate::feishu::{Client, ClientSettings, Credentials, Secret};
use crate::language::{Language, text};
use crate::model::{Error, Exit, Operation, PreHireId, Result};
use crate::report::{ConfigReport, Log, LogLine, Story};
use crate::settings::{
    CallSettings, Config, CredentialSources, Effective, Layer, ShowSettings, Surroundings, Target,
};
use crate::store::{JournalSource, open_journal};

/// Prints the story; exit 1 if the journal does not know the pre-hire.
pub(super) fn explain(typed: &ExplainArgs, language: Language) -> Result<Exit> {
    let id = PreHireId::parse(&typed.id, true).map_err(|_| {
        Error::unusable(text!("\"{typed}\" is not a pre-hire id", typed = typed.id))
            .hint(text!("give 1 to 32 digits, as Feishu shows them"))
    })?;
    let journal = open_journal(&typed.journal)?;
    let mut story = Story::of(id, language);
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
pub(super) fn simulate(typed: &SimulateArgs) -> Result<Exit> {
    let failed = |error: io::Error| {
        Error::unusable(text!("can't serve the simulated API on {typed}", typed = typed.listen))
            .because(error)
    };
    let simulator = Simulator::bind(typed.settings()).map_err(failed)?;
    let mut output = io::stdout();
    let _ = writeln!(output, "listening on {}", simulator.base_url()).and_then(|()| output.flush());
    let runtime = runtime()?;
    runtime.block_on(simulator.serve()).map_err(failed)?;
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

/// The client. A simulated API that comes with it ends when it is dropped; in it everybody is ready for the operation.
pub(super) fn connect(calls: &CallSettings, operation: Operation) -> Result<(Client, Option<Running>)> {
    let timeout = calls.timeout;
    match &calls.target {
        Target::Api { base_url, credentials } => {
            let (base_url, credentials) = (base_url.clone(), credentials.clone());
            Ok((Client::new(ClientSettings { base_url, credentials, timeout })?, None))
        }
        Target::Simulator { limit } => {
            // A rehearsal begins where the real thing would.
            let start = match operation {
                Operation::Withdraw => Stage::Preboarding,
                Operation::Restore => Stage::Withdrawn,
            };
            let simulated = SimulatorSettings {
                rate: Some(Rate::new(limit.calls(), limit.period())),
                start,
                ..SimulatorSettings::default()
            };
            let simulator = Simulator::spawn(simulated)
                .map_err(|error| Error::unusable(text!("can't start the simulated API")).because(error))?;
            let base_url = simulator.base_url().parse().expect("the simulated API is on loopback");
            // Secrets are crossed out of what the server says, so this one is no word of its messages.
            let app_secret = Secret::new("the-simulated-api-takes-any-secret");
            let credentials = Credentials::App { app_id: "cli_simulated".to_owned(), app_secret };
            Ok((Client::new(ClientSettings { base_url, credentials, timeout })?, Some(simulator)))
        }
    }
}

/// Says what a person should know about the settings, before anything is done.
pub(super) fn warn(calls: &CallSettings, log: &Log) {
    calls.warnings.iter().for_each(|warning| log.announce(&LogLine::warning(warning.clone())));
}
