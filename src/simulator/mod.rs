//! The simulated API: a faithful stand-in for Feishu on loopback, for rehearsals and tests.
//!
//! It shares no type with the client, so that a mistake there cannot hide behind the same mistake here.
//!
//! - [`Simulator`] listens and serves (`server`, `body`); [`Running`] is one on a thread of its own (`running`).
//! - `script` decides what is answered. It and all below it are pure: time and chance are parameters.
//!   `change` plays the calls that withdraw or restore (`operation`), `query` the look-up, `tokens` the token endpoint, `limit` the rolling allowance,
//!   `people` holds each pre-hire's state, `reasons` the texts, `log_ids` the names of replies.
//! - `wish` reads the faults that an id asks for by its first digits, `kinds` lists those below HTTP's
//!   surface, `manual` explains them all.
//! - `codes` is the API's error table; `wire` its JSON; `render` turns a decision into a `reply`.
//! - [`Record`] is what tests ask afterwards.
//!
//! To add an endpoint: a variant of [`Api`] (its path and allowance), its play beside `change`, and one line
//! in `script`.

mod api;
mod body;
mod change;
mod codes;
mod faults;
mod kinds;
mod limit;
mod log_ids;
mod manual;
mod operation;
mod people;
mod query;
mod reasons;
mod record;
mod render;
mod reply;
mod running;
mod script;
mod server;
mod settings;
mod tokens;
mod wire;
mod wish;

pub use api::Api;
pub use manual::manual;
pub use people::{PreHire, Stage};
pub use record::{Call, Record};
pub use running::Running;
pub use server::Simulator;
pub use settings::SimulatorSettings;
