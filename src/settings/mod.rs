//! From what was typed to what the program needs: flags and surroundings become checked settings.
//!
//! - [`Surroundings`] are read once, in `main`: environment ([`Variables`]), terminals, places.
//! - [`Config`] finds a [`Profile`] in a file. A [`Layer`] is what one place says; [`Effective`] is what is in force, each
//!   value [`Sourced`].
//! - [`CredentialSources`] become [`ResolvedCredentials`] for one host, or an error: they never go to another.
//! - [`OperationSettings`], [`CheckSettings`] and [`FindSettings`] are what those commands need, made of [`CallSettings`],
//!   [`InputSettings`] and [`ShowSettings`]. Other commands take what was typed as it is.
#![allow(missing_docs, reason = "nobody uses these from outside; most names say what they are")]

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

pub use call::{CallSettings, Target};
pub use config_file::Config;
pub use credentials::{CredentialSources, ResolvedCredentials};
pub use environment::{Surroundings, Variables};
pub use find::FindSettings;
pub use layers::{Effective, Layer, Origin, Sourced};
pub use profile::{Profile, profile_keys};
pub use run::{CheckSettings, Guards, InputSettings, OperationSettings, Purpose, file_choice};
pub use secret_file::{SecretSource, read_webhook};
pub use show::{Detail, LogSettings, ProgressKind, ShowSettings};
