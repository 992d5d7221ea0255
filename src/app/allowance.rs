//! Owns where the allowance of an app is kept, and the gates that follow from it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::feishu::Credentials;
use crate::language::text;
use crate::model::{Error, Operation, Result};
use crate::pace::{Pace, Pacing};
use crate::send::{Gate, Gates};
use crate::settings::{CallSettings, OperationSettings, Target};
use crate::store::{FileLimiter, MemoryLimiter};

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
    let app = match credentials {
        Credentials::App { .. } | Credentials::StoreApp { .. } => credentials.app(),
        Credentials::Given(token) => token.0.reveal(),
    };
    // Whatever is done there: the tenant is the same.
    let tenant = calls.target.owner(Operation::Withdraw).tenant;
    // Hashed: a token must not be in a file name, nor a host's colon.
    let key = format!("{}\n{app}\n{tenant}", base_url.host());
    let digest = ring::digest::digest(&ring::digest::SHA256, key.as_bytes());
    let name: String = digest.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let hint = || text!("set STATE_DIRECTORY or XDG_STATE_HOME to a writable directory");
    let state = calls.state_directory.as_ref().ok_or_else(|| {
        Error::unusable(text!("there is no directory for the record of the allowance")).hint(hint())
    })?;
    let directory = state.join("allowance").join(name);
    // A file is tried, too: a directory may be there and be read-only.
    fs::create_dir_all(&directory).and_then(|()| tempfile::tempfile_in(&directory)).map_err(|error| {
        Error::unusable(text!("can't write to {directory}", directory = directory.display()))
            .because(error)
            .hint(hint())
    })?;
    Ok(Some(directory))
}
