//! From what was typed to what the program needs: flags and surroundings become checked settings.
//!
//! - [`Surroundings`] are read once, in `main`: environment (`Variables`), terminals, places.
//! - [`Config`] finds a `Profile` in a file. A [`Layer`] is what one place says; [`Effective`] is what is in force, each
//!   value [`Sourced`].
//! - [`CredentialSources`] become `ResolvedCredentials` for one host, or an error: they never go to another.
//! - [`OperationSettings`], [`CheckSettings`] and [`FindSettings`] are what those commands need, made of [`CallSettings`],
//!   [`InputSettings`] and [`ShowSettings`]. Other commands take what was typed as it is.

mod call;
mod config_file;
mod credentials;
mod environment;
mod find;
mod layers;
mod profile;
mod run;
mod secret_file;
mod show;

pub(crate) use call::{CallSettings, Target};
pub(crate) use config_file::Config;
pub(crate) use credentials::CredentialSources;
pub(crate) use environment::Surroundings;
#[cfg(test)]
pub(crate) use environment::Variables;
pub(crate) use find::FindSettings;
pub(crate) use layers::{Effective, Layer, Origin, Sourced};
#[cfg(test)]
pub(crate) use profile::profile_keys;
pub(crate) use run::{CheckSettings, InputSettings, OperationSettings, Purpose, file_choice};
pub(crate) use secret_file::{SecretSource, read_webhook};
pub(crate) use show::{Detail, LogSettings, ProgressKind, ShowSettings};
