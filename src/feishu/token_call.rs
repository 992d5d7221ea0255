//! Owns the calls that lead to a tenant access token, as plain data: one for a custom app, up to three for a store app.

use std::time::Duration;

use super::exchange::Exchange;
use super::secret::{Secret, Token};

/// How tenant access tokens are come by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// This one was given; no other can be asked for.
    Given(Token),
    /// A custom app asks with its id and secret.
    CustomApp,
    /// A store app asks with a ticket first, and then for a tenant.
    StoreApp {
        /// Is the ticket one that stays what it is?
        ticket_is_fixed: bool,
    },
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenCall {
    /// A custom app asks for its tenant access token.
    OfCustomApp,
    /// A store app shows its ticket, and asks for an app access token.
    OfStoreApp(Secret),
    /// A store app shows its app access token, and asks for a token of the tenant.
    OfTenant(Token),
    /// A store app asks for a new ticket; it comes to the app's event receiver, not in the reply.
    ResendTicket,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum TokenReply {
    /// A token, and for how long it is good.
    Granted(Token, Duration),
    /// A new ticket is on its way.
    TicketResent,
    /// Neither; judge the exchange.
    Denied(Exchange),
}
