//! Stage 3: rows go out, under the cap, and come back as outcomes.
//!
//! Decisions, each pure and in a file of its own:
//! - [`classify`](classify::classify) says what a reply means;
//! - [`RetryPolicy`] says whether a row is tried again, and when;
//! - [`Pacing`] is the gate: window log, hold and spacing together;
//! - `board`, `stop` and `token_state` say which row goes, whether the run goes on, and with which token.
//!
//! Deeds: the [`Pool`] with its clock, its token desk and the [`Api`].

mod api;
mod board;
pub mod classify;
mod clock;
mod hold;
mod pacing;
mod pool;
mod retry;
mod spacing;
mod stop;
mod token_desk;
mod token_state;
mod window;

pub use api::Api;
pub use pacing::{Admission, Echo, Pacing};
pub use pool::{Pool, SendSettings};
pub use retry::{Next, RetryPolicy};
