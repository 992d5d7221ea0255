//! From what was typed to what the program needs: flags and surroundings become checked settings.

mod base_url;
mod check;
mod environment;
mod operation;
mod rate;
mod run;
mod span;

pub use base_url::BaseUrl;
pub use check::CheckSettings;
pub use environment::Surroundings;
pub use operation::OperationSettings;
pub use rate::{DEFAULT_BURST, Rate};
pub use run::{Guards, InputSettings, KeepSettings, Purpose, ShowSettings, Target};
pub use span::{in_words, parse_positive_span, parse_span};
