//! The API's words: its codes, requests and replies, and the client that speaks them.
//!
//! - [`codes`] is the one table of codes.
//! - [`Exchange`] is one call and its reply as plain data.
//! - [`SearchQuery`] and [`SearchPage`] are what is searched for and found; a [`PreHire`](crate::model::PreHire) is what the API shows of one.
//! - [`Client`] makes the calls; nothing but the sending stage, behind its gates, uses it. `wire` holds the bytes.
//! - [`Credentials`] and [`Ticket`] lead to a [`Token`] by [`TokenCall`]s (`auth`). A [`Secret`] can't be printed, and is
//!   crossed out of what a server says.
//! - [`show_card`] tells a custom bot how a run ended: a host, and an allowance, of its own.

mod auth;
mod bot;
mod client;
pub(crate) mod codes;
mod exchange;
mod search;
mod webhook;
mod wire;

pub use auth::Secret;
pub(crate) use auth::{Credentials, Ticket, Token, TokenCall, TokenReply, TokenSource};
pub(crate) use bot::show_card;
pub(crate) use client::{Client, ClientSettings, Transport, install_tls_provider};
pub(crate) use exchange::{Body, Envelope, Exchange, Failure, QueryReply, Reply, SearchReply};
pub(crate) use search::{MOST_SEARCHED, More, PageToken, SearchFilter, SearchPage, SearchQuery, SearchedIds};
pub(crate) use webhook::Webhook;
pub(crate) use wire::MOST_QUERIED;
#[cfg(any(test, fuzzing))]
pub(crate) use wire::body_of;
