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
pub mod codes;
mod exchange;
mod search;
mod webhook;
mod wire;

pub use auth::{Credentials, Secret, Ticket, Token, TokenCall, TokenReply, TokenSource};
pub use bot::show_card;
pub use client::{Client, ClientSettings, Transport, install_tls_provider};
pub use exchange::{Body, Envelope, Exchange, Failure, QueryReply, Reply, SearchReply};
pub use search::{MOST_SEARCHED, More, PageToken, SearchFilter, SearchPage, SearchQuery, SearchedIds};
pub use webhook::Webhook;
pub use wire::{MOST_QUERIED, body_of};
