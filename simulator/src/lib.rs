//! The simulated API: a faithful stand-in for Feishu on loopback, for rehearsals and tests.
//!
//! It shares no type with the client, so that a mistake there cannot hide behind the same mistake here.
//!
//! - [`Simulator`] listens and serves (`server`, `body`, `courier`); [`Running`] is one on a thread of its own (`running`).
//! - `script` decides what is answered. It and all below it are pure: time and chance are parameters.
//!   `gateway` stands before it with `tokens` and `limit`, the rolling allowance. `auth` plays the token endpoints
//!   (`tickets` are those of store apps), `change` the calls that
//!   withdraw or restore (`operation`), `search` the look-ups (`filter`, `fields`).
//! - `people` holds each pre-hire's state, `reasons` the texts; `population` says where each starts, `profile` who
//!   each is, both made up from the id (`mixed`); `lag` knows what look-ups don't see yet.
//! - `wish` reads the faults that an id asks for by its first digits, `kinds` lists those below HTTP's
//!   surface, `manual` explains them all.
//! - `request` is a call as it comes; `codes` is the API's error table; `wire` its JSON; `render` turns a decision
//!   into a `reply`, named by `log_ids`.
//! - [`Record`] and [`PreHire`] are what tests ask afterwards.
//!
//! To add an endpoint: a variant of [`Api`] (its path and allowance), its play beside `change`, and one line
//! in `script`.

mod api;
mod auth;
mod body;
mod change;
mod codes;
mod courier;
mod faults;
mod fields;
mod filter;
mod gateway;
mod kinds;
mod lag;
mod limit;
mod log_ids;
mod manual;
mod mixed;
mod operation;
mod people;
mod population;
mod pre_hire;
mod profile;
mod reasons;
mod record;
mod render;
mod reply;
mod request;
mod running;
mod script;
mod search;
mod server;
mod settings;
mod tickets;
mod tokens;
mod wire;
mod wish;

pub use api::Api;
pub use fields::FieldName;
pub use limit::Rate;
pub use manual::manual;
pub use pre_hire::{PreHire, Stage};
pub use profile::Profile;
pub use record::{Call, Record};
pub use running::Running;
pub use server::Simulator;
pub use settings::SimulatorSettings;
