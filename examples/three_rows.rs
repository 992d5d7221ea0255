//! Withdraws three rows against the simulated API, as a program that uses the library would.
//!
//! `cargo run --example three_rows`

#![allow(clippy::print_stdout, reason = "it is what the example is for")]

use prehire::{Account, Job, JobEvent, PreHireId, Reason, Secret, Store};
use prehire_simulator::{Simulator, SimulatorSettings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A server on loopback that behaves as the API does; the second id answers "not found".
    let api = Simulator::spawn(SimulatorSettings::default())?;
    let account = Account::app(api.base_url(), "cli_example", Secret::new("any secret will do here"))?;

    let ids = ["7345005664477775401", "990101161105000000", "7345005664477775403"];
    let reason = Reason::new("候选人放弃入职")?;
    let rows = ids.map(|id| PreHireId::parse(id, true).map(|id| (id, reason.clone())));
    let rows = rows.into_iter().collect::<Result<Vec<_>, _>>().map_err(|problem| format!("{problem:?}"))?;

    // A store on disk would remember the calls of a job that dies; this one is forgotten with the process.
    let summary = Job::new(rows)
        .account(account)
        .store(Store::memory())
        .run(|event| {
            if let JobEvent::Settled { row, outcome } = event {
                println!("row {row}: {} after {} attempt(s)", outcome.status.word(), outcome.attempts);
            }
        })
        .await?;
    let words: Vec<&str> = summary.outcomes.iter().map(|outcome| outcome.status.word()).collect();
    assert_eq!(words, ["withdrawn", "refused", "withdrawn"]);
    Ok(())
}
