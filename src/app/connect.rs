//! Owns the way to the API: the client, and with `--simulate` also the simulated API that it talks to.

use prehire_simulator::{Rate, Running, Simulator, SimulatorSettings, Stage};

use crate::feishu::{Client, ClientSettings, Credentials, Secret};
use crate::language::text;
use crate::model::{Error, Operation, Result};
use crate::report::{Log, LogLine};
use crate::settings::{CallSettings, Target};

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
