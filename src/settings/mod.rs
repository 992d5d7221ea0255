//! From what was typed to what the program needs: flags and surroundings become checked settings.

mod base_url;
mod environment;
mod rate;
mod run;
mod span;

pub use base_url::BaseUrl;
pub use environment::Surroundings;
pub use rate::{DEFAULT_BURST, Rate};
pub use run::{CheckSettings, Guards, InputSettings, KeepSettings, ShowSettings, Target, WithdrawSettings};
pub use span::{in_words, parse_positive_span, parse_span};
