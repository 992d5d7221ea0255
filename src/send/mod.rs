//! Rows go out, under the cap, and come back as outcomes.
//!
//! A row's story is one function of `row`: called, judged, looked up, called again, settled. An `Account` is what
//! rows share; in `work` it opens those of a plan, lends them workers, and awaits them all. Every call, whatever for, waits in
//! `calls` for its turn at a [`Gate`], with a token from `tokens`; `looks` gathers what is to be looked up, and `queries`
//! does it.
//!
//! What follows from what is decided by pure functions: [`classify`](classify::classify) and [`Reading`](classify::Reading) say
//! what a reply means, [`RetryPolicy`] whether a row is called again, `Look` what a look at it means, `stop` whether a run
//! that goes wrong is stopped.
//!
//! What happens is recorded by a [`Recorder`]: the journal first, and what people see once it is durable.
//!
//! [`search`] asks for pre-hires page by page, beside the rows.

mod account;
mod api;
mod calls;
pub(crate) mod classify;
mod clock;
mod gate;
mod look;
mod looks;
#[cfg(test)]
mod pool_tests;
mod queries;
mod record;
mod retry;
mod row;
#[cfg(test)]
mod scripted;
pub(crate) mod search;
mod stop;
mod tokens;
mod work;

#[cfg(test)]
pub(crate) use account::{Account, Lines};
pub(crate) use account::{Gates, SendSettings};
pub(crate) use api::SearchApi;
#[cfg(test)]
pub(crate) use api::{Api, Notice};
pub(crate) use calls::Stop;
pub(crate) use gate::Gate;
#[cfg(test)]
pub(crate) use look::{AfterLook, Found, Look, Question};
pub(crate) use record::{Recorder, View};
#[cfg(test)]
pub(crate) use retry::Next;
pub(crate) use retry::RetryPolicy;
pub(crate) use work::work_off;
