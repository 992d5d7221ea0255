//! Owns where the allowance of an app is kept, and the gates that follow from it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::feishu::Credentials;
use crate::language::text;
use crate::record::Allowance;
use crate::send::{AllowanceStore, Gate, Gates, NoStore, Pacing};
use crate::settings::{OperationSettings, Target};

/// The gates of the two APIs, with what earlier runs have used of them. Exit 75 if another run holds them.
pub(super) fn gates(settings: &OperationSettings) -> Result<Gates> {
    match directory(settings)? {
        None => Ok(Gates { call: gate_without_memory(settings), query: gate_without_memory(settings) }),
        Some(directory) => Ok(Gates {
            call: gate_with_memory(settings, &directory.join(settings.operation().api()))?,
            query: gate_with_memory(settings, &directory.join("query"))?,
        }),
    }
}

fn gate_without_memory(settings: &OperationSettings) -> Gate {
    let send = &settings.send;
    Gate::new(Pacing::new(send.rate, send.burst, send.timeout), Box::new(NoStore))
}

fn gate_with_memory(settings: &OperationSettings, path: &Path) -> Result<Gate> {
    let send = &settings.send;
    let allowance = Allowance::take(path, send.rate.period(), send.timeout, settings.keep.wait_lock)?;
    let earlier = allowance.earlier_calls(send.rate.period());
    let pacing = Pacing::after_earlier_calls(send.rate, send.burst, send.timeout, earlier);
    Ok(Gate::new(pacing, Box::new(allowance) as Box<dyn AllowanceStore>))
}

/// The directory of this host, app and tenant; `None` for the simulated API, whose allowance nobody shares.
fn directory(settings: &OperationSettings) -> Result<Option<PathBuf>> {
    let Target::Api { base_url, credentials } = &settings.target else { return Ok(None) };
    let app = match credentials {
        Credentials::App { .. } | Credentials::StoreApp { .. } => credentials.app(),
        Credentials::Given(token) => token.0.reveal(),
    };
    // Hashed: a token must not be in a file name, nor a host's colon.
    let key = format!("{}\n{app}\n{}", base_url.host(), settings.target.owner(settings.operation()).tenant);
    let digest = ring::digest::digest(&ring::digest::SHA256, key.as_bytes());
    let name: String = digest.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let hint = || text!("set STATE_DIRECTORY or XDG_STATE_HOME to a directory that can be written");
    let state = settings.keep.state_directory.as_ref().ok_or_else(|| {
        Error::unusable(text!("there is no directory for what is used of the allowance")).hint(hint())
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
