//! The simulated API: a faithful stand-in for Feishu on loopback, for rehearsals and tests.
//!
//! It shares no type with the client, so that a mistake there cannot hide behind the same mistake here.
//!
//! - [`Simulator`] listens and serves (`server`, `ticket_file`); [`Running`] is one on a thread of its own.
//! - [`Script`] decides what is answered. It and all below it are pure: time and chance are parameters.
//!   `gateway` stands before it, `auth` holds the token endpoints, `change` the calls that withdraw or restore,
//!   `search` the look-ups (`fields`).
//! - `people` holds where each pre-hire starts and stands; a [`PreHire`]'s [`Profile`] is made up from the id.
//! - `fault_spec` reads the faults that an id asks for by its first digits; [`manual`] explains them.
//! - [`Api`] lists the endpoints, `codes` is the API's error table, `response` words what is answered, `http` is a
//!   call and its reply before any HTTP type.
//! - [`Record`] is what tests ask afterwards.
//!
//! To add an endpoint: a variant of [`Api`] (its path and allowance), its handler beside `change`, and one line
//! in `script`.

mod api;
mod auth;
mod change;
mod codes;
mod fault_spec;
mod fields;
mod gateway;
mod http;
mod people;
mod pre_hire;
mod record;
mod response;
mod script;
mod search;
mod server;
mod settings;
mod ticket_file;

pub use api::Api;
pub use fault_spec::manual;
pub use fields::FieldName;
pub use http::{Reaction, Reply, Request};
pub use pre_hire::{PreHire, Profile, Stage};
pub use record::{Call, Record};
pub use script::Script;
pub use server::{Running, Simulator};
pub use settings::{Rate, SimulatorSettings};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;
    use std::path::Path;

    /// The files that touch the world; all others must do for virtual time.
    const WORLDLY: [&str; 2] = ["server.rs", "ticket_file.rs"];

    #[test]
    fn only_the_server_touches_the_world() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for word in ["tokio", "std::fs", "std::env", "TcpListener", "Instant::now", "Timestamp::now"] {
                assert!(WORLDLY.contains(&&*name) || !code.contains(word), "{name} mentions {word}");
            }
        }
    }
}
