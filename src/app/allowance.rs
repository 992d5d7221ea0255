//! Where the allowance of an app is kept, and the gates that follow from it.

use std::path::{Path, PathBuf};

use crate::model::{Operation, Result};
use crate::pace::{Pace, Pacing};
use crate::send::{Gate, Gates};
use crate::settings::{CallSettings, OperationSettings, Target};
use crate::store::{FileLimiter, MemoryLimiter, allowance_directory};

/// The gates of the two APIs of a run, with what earlier runs have used of them. Exit 75 if another run holds them.
pub(super) async fn gates(settings: &OperationSettings) -> Result<Gates> {
    let calls = &settings.calls;
    let directory = directory(calls)?;
    let directory = directory.as_deref();
    let call = gate(calls, directory, settings.operation().api()).await?;
    Ok(Gates { call, query: gate(calls, directory, "query").await? })
}

/// The gate for searches; as [`gates`].
pub(super) async fn search_gate(calls: &CallSettings) -> Result<Gate> {
    gate(calls, directory(calls)?.as_deref(), "search").await
}

async fn gate(calls: &CallSettings, directory: Option<&Path>, api: &str) -> Result<Gate> {
    let CallSettings { rate, burst, timeout, wait_lock, .. } = *calls;
    Ok(match directory {
        None => Gate::new(MemoryLimiter::new(Pacing::new(rate, burst, timeout))),
        Some(directory) => {
            let pace = Pace { rate, burst, timeout };
            Gate::new(FileLimiter::take(&directory.join(api), pace, wait_lock).await?)
        }
    })
}

/// The directory of this host, app and tenant; `None` for the simulated API, whose allowance nobody shares.
fn directory(calls: &CallSettings) -> Result<Option<PathBuf>> {
    let Target::Api { base_url, credentials } = &calls.target else { return Ok(None) };
    // Whatever is done there: the tenant is the same.
    let tenant = calls.target.owner(Operation::Withdraw).tenant;
    let of = [&*base_url.host(), credentials.allowance(), &*tenant];
    allowance_directory(calls.state_directory.as_deref(), of).map(Some)
}
