//! The config file as a file: where it is, who else may read it, and which of its profiles was asked for.

use std::io;
use std::path::{Path, PathBuf};

use super::environment::Surroundings;
use super::layers::Layer;
use super::profile::{Profile, parse};
use super::secret_file::{SecretSource, contents};
use crate::cli::ProfileArgs;
use crate::language::text;
use crate::model::{Error, Result};
use crate::store::platform;

/// The profile that is used when none is asked for, if it is there.
const DEFAULT_PROFILE: &str = "default";
/// No honest config file is longer.
const MOST_BYTES: u64 = 1024 * 1024;

/// The config file, and the profile that was chosen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// Where it is, or would be; `None` if no place is known.
    pub(crate) path: Option<PathBuf>,
    pub(crate) exists: bool,
    pub(crate) names: Vec<String>,
    /// `None` if none was asked for, and there is none called `default`.
    pub(crate) profile: Option<Profile>,
}

impl Config {
    /// Reads the file, if there is one, and chooses.
    pub(crate) fn load(typed: &ProfileArgs, surroundings: &Surroundings) -> Result<Config> {
        let path = typed.config.clone().or_else(|| surroundings.config_file.clone());
        let profiles = match &path {
            Some(path) => read(path, typed.config.is_some())?,
            None => None,
        };
        let (exists, profiles) = (profiles.is_some(), profiles.unwrap_or_default());
        let names: Vec<String> = profiles.iter().map(|profile| profile.name.clone()).collect();
        let wanted = typed.profile.as_deref().unwrap_or(DEFAULT_PROFILE);
        let mut profile = profiles.into_iter().find(|profile| profile.name == wanted);
        if profile.is_none() && typed.profile.is_some() {
            return Err(no_such_profile(wanted, path.as_deref(), exists, &names));
        }
        if let (Some(profile), Some(directory)) = (&mut profile, path.as_deref().and_then(Path::parent)) {
            profile.resolve(directory);
        }
        Ok(Config { path, exists, names, profile })
    }

    /// How the chosen profile wants runs to be.
    pub(crate) fn layer(&self) -> Layer {
        self.profile.as_ref().map(|profile| profile.layer.clone()).unwrap_or_default()
    }
}

impl Profile {
    /// Makes its paths ones that can be opened: they are relative to the config file.
    fn resolve(&mut self, directory: &Path) {
        for source in [&mut self.app_secret, &mut self.app_ticket].into_iter().flatten() {
            if let SecretSource::File(path) = source {
                *path = directory.join(&path);
            }
        }
    }
}

fn no_such_profile(wanted: &str, path: Option<&Path>, exists: bool, names: &[String]) -> Error {
    let Some(path) = path else {
        return Error::invalid_input(text!("there is no profile {wanted}: no config file is known", wanted))
            .hint(text!("give one with --config FILE"));
    };
    let shown = path.display();
    if !exists {
        return Error::invalid_input(text!(
            "there is no profile {wanted}: {shown} does not exist",
            wanted,
            shown
        ))
        .hint(text!("create that file, or give another with --config FILE"));
    }
    let error = Error::invalid_input(text!("there is no profile {wanted} in {shown}", wanted, shown));
    if names.is_empty() {
        error.hint(text!("add the heading [profile.{wanted}] to it", wanted))
    } else {
        error.hint(text!("it has these: {names}", names = names.join(", ")))
    }
}

/// The profiles of the file; `None` if it is not there and need not be.
fn read(path: &Path, must_exist: bool) -> Result<Option<Vec<Profile>>> {
    let shown = path.display();
    let unreadable = |error: io::Error| {
        Error::invalid_input(text!("can't read the config file {shown}", shown)).caused_by(error)
    };
    let (access, text) = match contents(path, MOST_BYTES) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => return Ok(None),
        read => read.map_err(unreadable)?,
    };
    if text.len() as u64 > MOST_BYTES {
        return Err(Error::invalid_input(text!(
            "{shown} is not a config file: it is larger than 1 MiB",
            shown
        )));
    }
    let profiles = parse(&text).map_err(|fault| {
        let (line, message) = (fault.line_in(&text), fault.message);
        let error = Error::invalid_input(text!("{shown}, line {line}: {message}", shown, line, message));
        match fault.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    })?;
    let holds_secret = |profile: &Profile| matches!(profile.app_secret, Some(SecretSource::Text(_)));
    refuse_if_exposed(path, access, profiles.iter().any(holds_secret))?;
    Ok(Some(profiles))
}

/// Who can read a secret has it; and who can write the file can send every secret that it names to a host of his own.
fn refuse_if_exposed(path: &Path, access: platform::Access, holds_secret: bool) -> Result<()> {
    let shown = path.display();
    if holds_secret && access.is_open_to_others() {
        let message = text!(
            "{shown} contains a secret, and others can read or change it (mode {mode})",
            shown,
            mode = access
        );
        return Err(Error::invalid_input(message).hint(text!("chmod 600 {shown}", shown)));
    }
    if access.is_written_by_anybody() {
        let message = text!("anybody can change {shown} (mode {mode})", shown, mode = access);
        return Err(Error::invalid_input(message).hint(text!("chmod 600 {shown}", shown)));
    }
    Ok(())
}
