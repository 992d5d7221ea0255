//! From what was typed to what the program needs: flags and surroundings become checked settings.
//!
//! - [`Surroundings`] are read once, in `main`: environment ([`Variables`]), terminals, places.
//! - [`Config`] finds a [`Profile`] in a file. A [`Layer`] is what one place says; [`Effective`] is what is in force, each
//!   value [`Sourced`].
//! - [`Pieces`] of credentials become an [`Access`] to one host, or an error: they never go to another.
//! - [`OperationSettings`], [`CheckSettings`] and their likes are what a command needs, made of the parts in `run`.

mod access;
mod call;
mod check;
mod config_file;
mod credentials;
mod environment;
mod find;
mod layers;
mod operation;
mod profile;
mod results;
mod run;
mod show;
mod variables;
mod webhook;

pub use call::CallSettings;
pub use check::CheckSettings;
pub use config_file::Config;
pub use credentials::{Access, Pieces, SecretSource};
pub use environment::Surroundings;
pub use find::FindSettings;
pub use layers::{Effective, Layer, Origin, Sourced};
pub use operation::OperationSettings;
pub use profile::{Profile, profile_keys};
pub use results::{ReportSettings, ResultsSettings, VerifySettings};
pub use run::{Guards, InputSettings, KeepSettings, Purpose, ShowSettings, Target, log_settings};
pub use show::{Detail, LogSettings, ProgressKind};
pub use variables::Variables;
pub use webhook::read_webhook;
