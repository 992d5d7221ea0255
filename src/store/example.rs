//! The beginning of a journal as tests need one.

use jiff::Timestamp;

use crate::journal::entry::{Owner, RunSettings, RunStarted, VERSION};

/// A run that began at this time, and names these results.
pub(crate) fn run_started(at: Timestamp, results: &str) -> RunStarted {
    let [host, app, tenant, operation] = ["host", "app", "", "withdraw"].map(str::to_owned);
    let [tool, input, digest, results] = ["0.1.0", "in.csv", "0", results].map(str::to_owned);
    let settings = RunSettings {
        rate: "99/60s".to_owned(),
        burst: 10,
        workers: 16,
        timeout_milliseconds: 30_000,
        max_attempts: 5,
        read_back: true,
        confirm_workforce: false,
    };
    let owner = Owner { host, app, tenant, operation, source: None };
    let (user, machine, command) = (String::new(), String::new(), String::new());
    let source_journal = None;
    RunStarted {
        version: VERSION,
        tool,
        at,
        user,
        machine,
        command,
        owner,
        input,
        source_journal,
        digest,
        results,
        settings,
    }
}
