//! Owns the calls of the token endpoints: the requests, and what of a reply is the answer.

use serde::Serialize;
use serde_json::Value;

use super::client::{Client, Transport};
use super::exchange::Exchange;
use super::secret::{Credentials, Secret};
use super::ticket::Ticket;
use super::token_call::{TokenCall, TokenReply, TokenSource};
use super::wire::{self, AppRequest, StoreAppRequest, TenantRequest};

impl<T: Transport> Client<T> {
    /// How tokens are come by.
    #[must_use]
    pub fn token_source(&self) -> TokenSource {
        match &self.credentials {
            Credentials::Given(token) => TokenSource::Given(token.clone()),
            Credentials::App { .. } => TokenSource::CustomApp,
            Credentials::StoreApp { ticket, .. } => {
                TokenSource::StoreApp { ticket_is_fixed: matches!(ticket, Ticket::Fixed(_)) }
            }
        }
    }

    /// The app ticket of this moment, if there is one.
    #[must_use]
    pub fn ticket(&self) -> Option<Secret> {
        match &self.credentials {
            Credentials::StoreApp { ticket, .. } => ticket.read(),
            Credentials::Given(_) | Credentials::App { .. } => None,
        }
    }

    /// Makes one call on the way to a token.
    pub async fn token(&self, call: &TokenCall) -> TokenReply {
        let (app_id, app_secret) = (self.credentials.app(), self.credentials.app_secret());
        let app_secret = app_secret.map_or("", Secret::reveal);
        let app = AppRequest { app_id, app_secret };
        let (exchange, value) = match call {
            TokenCall::OfCustomApp => self.ask(wire::TOKEN_PATH, &app).await,
            TokenCall::OfStoreApp(ticket) => {
                self.secrets.learn(ticket);
                let request = StoreAppRequest { app, app_ticket: ticket.reveal() };
                self.ask(wire::APP_TOKEN_PATH, &request).await
            }
            TokenCall::OfTenant(app_token) => {
                let tenant_key = self.credentials.tenant();
                let request = TenantRequest { app_access_token: app_token.0.reveal(), tenant_key };
                self.ask(wire::TENANT_TOKEN_PATH, &request).await
            }
            TokenCall::ResendTicket => self.ask(wire::RESEND_PATH, &app).await,
        };
        let name = match call {
            TokenCall::OfStoreApp(_) => Some("app_access_token"),
            TokenCall::OfCustomApp | TokenCall::OfTenant(_) => Some("tenant_access_token"),
            TokenCall::ResendTicket => None,
        };
        let granted = name.zip(value).and_then(|(name, value)| wire::granted_token(&value, name));
        match granted {
            Some((token, expire)) => {
                self.secrets.learn(&token.0);
                TokenReply::Granted(token, expire)
            }
            None if *call == TokenCall::ResendTicket && exchange.code() == Some(0) => {
                TokenReply::TicketResent
            }
            None => TokenReply::Denied(exchange),
        }
    }

    async fn ask(&self, path: &str, request: &impl Serialize) -> (Exchange, Option<Value>) {
        self.post(self.base_url.join(path), None, request).await
    }
}
