//! Stage 3: rows go out, under the cap, and come back as outcomes.
//!
//! Decisions, each pure and in a file of its own:
//! - [`classify`](classify::classify) says what a reply to a call of the operation means, [`Reading`] what one to a look or a
//!   search does;
//! - [`RetryPolicy`] says whether a row is tried again, and when;
//! - [`Question`] and [`Look`] say what is looked up, and what the answer means;
//! - [`Pacing`] is the gate's decision: window log, hold and spacing together;
//! - `board`, `stop` and `token_state` say which row goes, whether the run goes on, and with which token;
//! - `token_way` says which calls lead to a token.
//!
//! [`search`] asks for pre-hires page by page, beside the rows: it shares the gates, the token desk and the retries with them.
//!
//! Deeds: the [`Pool`] (`dispatch` is its hand for what goes out, `landing` and `looking` are those for what comes back), its clock, its token desk, the
//! [`Gate`]s and the [`Api`].

mod api;
mod board;
pub mod classify;
mod clock;
mod dispatch;
mod due;
mod gate;
mod hold;
mod landing;
mod look;
mod looking;
mod pacing;
mod pool;
#[cfg(test)]
mod pool_tests;
mod reading;
mod retry;
#[cfg(test)]
mod scripted;
pub mod search;
mod spacing;
mod stop;
mod token_desk;
mod token_state;
mod token_way;
mod window;

pub use api::{AllowanceStore, Api, Clearance, NoStore, Notice, SearchApi, TokenApi};
pub use gate::Gate;
pub use look::{AfterLook, Found, Look, Question};
pub use pacing::{Admission, Echo, Pacing};
pub use pool::{Gates, Lines, Pool, SendSettings};
pub use reading::Reading;
pub use retry::{Next, RetryPolicy};
