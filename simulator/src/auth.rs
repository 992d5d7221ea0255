//! Owns the play of the token endpoints: custom apps have one call, store apps a ticket and two.

use crate::api::Api;
use crate::codes;
use crate::request::Moment;
use crate::tickets::Tickets;
use crate::tokens::{Handout, Holder, Tokens};
use crate::wire::TokenRequest;

/// The app whose secret is always wrong.
const WRONG_SECRET_APP: &str = "cli_wrong_secret";
/// An app that is no store app, so that no ticket is sent to it.
const CUSTOM_APP: &str = "cli_custom_app";
/// A tenant that does not exist.
const UNKNOWN_TENANT: &str = "tenant_unknown";
/// A tenant in which no app is installed.
const TENANT_WITHOUT_APP: &str = "tenant_not_installed";

/// What a token endpoint grants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// A token for the CoreHR endpoints.
    TenantToken(Handout),
    /// A token with which a store app gets its tenants' tokens.
    AppToken(Handout),
    /// A new ticket is on its way.
    Ticket,
}

impl Grant {
    /// The token, if this is one.
    pub(crate) fn into_token(self) -> Option<String> {
        match self {
            Grant::TenantToken(handout) | Grant::AppToken(handout) => Some(handout.text),
            Grant::Ticket => None,
        }
    }
}

/// What the token endpoints remember.
#[derive(Debug)]
pub(crate) struct Desk<'script> {
    pub(crate) tokens: &'script mut Tokens,
    pub(crate) tickets: &'script mut Tickets,
}

impl Desk<'_> {
    /// Plays a call within its allowance; a refusal is a code.
    pub(crate) fn play(&mut self, api: Api, body: &[u8], moment: Moment) -> Result<Grant, u32> {
        let request: TokenRequest = serde_json::from_slice(body).unwrap_or_default();
        match api {
            Api::StoreTenantAccessToken => self.store_tenant_token(&request, moment),
            Api::AppAccessToken => {
                check_app(&request)?;
                self.app_token(request, moment)
            }
            Api::AppTicketResend => {
                check_app(&request)?;
                if request.app_id == CUSTOM_APP {
                    return Err(codes::RESEND_FAILED);
                }
                self.tickets.renew(moment.arrived_at, moment.dice);
                Ok(Grant::Ticket)
            }
            _ => {
                check_app(&request)?;
                let holder = Holder::CustomApp(request.app_id);
                Ok(Grant::TenantToken(self.tokens.hand_out(holder, moment.arrived_at, moment.dice)))
            }
        }
    }

    fn app_token(&mut self, request: TokenRequest, moment: Moment) -> Result<Grant, u32> {
        if request.app_ticket.is_empty() {
            return Err(codes::AUTH_PARAM_INVALID);
        }
        if !self.tickets.accepts(&request.app_ticket, moment.arrived_at) {
            return Err(codes::TICKET_INVALID);
        }
        let holder = Holder::StoreApp(request.app_id);
        Ok(Grant::AppToken(self.tokens.hand_out(holder, moment.arrived_at, moment.dice)))
    }

    fn store_tenant_token(&mut self, request: &TokenRequest, moment: Moment) -> Result<Grant, u32> {
        if request.app_access_token.is_empty() || request.tenant_key.is_empty() {
            return Err(codes::AUTH_PARAM_INVALID);
        }
        let holder = self.tokens.holder_of(&request.app_access_token, moment.arrived_at);
        let Some(Holder::StoreApp(app_id)) = holder else { return Err(codes::APP_TOKEN_INVALID) };
        match request.tenant_key.as_str() {
            UNKNOWN_TENANT => Err(codes::TENANT_UNKNOWN),
            TENANT_WITHOUT_APP => Err(codes::NOT_INSTALLED),
            tenant_key => {
                let (app_id, tenant_key) = (app_id.clone(), tenant_key.to_owned());
                let holder = Holder::Installation { app_id, tenant_key };
                Ok(Grant::TenantToken(self.tokens.hand_out(holder, moment.arrived_at, moment.dice)))
            }
        }
    }
}

fn check_app(request: &TokenRequest) -> Result<(), u32> {
    if request.app_id.is_empty() || request.app_secret.is_empty() {
        Err(codes::AUTH_PARAM_INVALID)
    } else if request.app_id == WRONG_SECRET_APP {
        Err(codes::APP_SECRET_INVALID)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    fn desk<'script>(tokens: &'script mut Tokens, tickets: &'script mut Tickets) -> Desk<'script> {
        Desk { tokens, tickets }
    }

    fn world() -> (Tokens, Tickets) {
        (Tokens::new(Duration::from_secs(7200)), Tickets::new(None, false, 7))
    }

    fn ask(desk: &mut Desk<'_>, api: Api, body: &Value) -> Result<Grant, u32> {
        let moment = Moment { arrived_at: Duration::ZERO, dice: 7 };
        desk.play(api, body.to_string().as_bytes(), moment)
    }

    fn text(grant: Grant) -> String {
        grant.into_token().unwrap()
    }

    #[test]
    fn a_ticket_gives_an_app_token_and_that_a_tenant_token() {
        let (mut tokens, mut tickets) = world();
        let ticket = tickets.current().to_owned();
        let mut desk = desk(&mut tokens, &mut tickets);
        let body = json!({"app_id": "cli_a", "app_secret": "s", "app_ticket": ticket});
        let app_token = text(ask(&mut desk, Api::AppAccessToken, &body).unwrap());
        assert!(app_token.starts_with("a-"));
        let mut tenant_token = |tenant_key| {
            let body = json!({"app_access_token": app_token, "tenant_key": tenant_key});
            ask(&mut desk, Api::StoreTenantAccessToken, &body).map(text)
        };
        let first = tenant_token("t1").unwrap();
        assert!(first.starts_with("t-"));
        assert_eq!(tenant_token("t1"), Ok(first.clone()));
        assert_ne!(tenant_token("t2"), Ok(first.clone()));
        assert_eq!(tenant_token("tenant_unknown"), Err(99_992_500));
        assert_eq!(tenant_token("tenant_not_installed"), Err(20_009));
        assert_eq!(tenant_token(""), Err(10_003));
        let holder = tokens.holder_of(&first, Duration::ZERO).unwrap();
        assert_eq!((holder.app_id(), holder.tenant_key()), ("cli_a", Some("t1")));
    }

    #[test]
    fn a_resent_ticket_replaces_the_old_one() {
        let (mut tokens, mut tickets) = world();
        let old = tickets.current().to_owned();
        let app = json!({"app_id": "cli_a", "app_secret": "s"});
        assert_eq!(ask(&mut desk(&mut tokens, &mut tickets), Api::AppTicketResend, &app), Ok(Grant::Ticket));
        let new = tickets.current().to_owned();
        let mut with = |ticket: &str| {
            let body = json!({"app_id": "cli_a", "app_secret": "s", "app_ticket": ticket});
            ask(&mut desk(&mut tokens, &mut tickets), Api::AppAccessToken, &body).map(|_| ())
        };
        assert_eq!([with(&old), with(&new), with("")], [Err(10_012), Ok(()), Err(10_003)]);
    }

    #[test]
    fn wrong_apps_and_tokens_are_refused_with_their_codes() {
        let (mut tokens, mut tickets) = world();
        let custom = json!({"app_id": "cli_a", "app_secret": "s"});
        let mut desk = desk(&mut tokens, &mut tickets);
        let tenant_token = text(ask(&mut desk, Api::TenantAccessToken, &custom).unwrap());
        let wrong_secret = json!({"app_id": "cli_wrong_secret", "app_secret": "s", "app_ticket": "x"});
        let table = [
            (Api::TenantAccessToken, json!({"app_id": "cli_a"}), 10_003),
            (Api::TenantAccessToken, wrong_secret.clone(), 10_014),
            (Api::AppAccessToken, json!({"app_secret": "s", "app_ticket": "x"}), 10_003),
            (Api::AppAccessToken, wrong_secret.clone(), 10_014),
            (Api::AppTicketResend, json!({}), 10_003),
            (Api::AppTicketResend, wrong_secret, 10_014),
            (Api::AppTicketResend, json!({"app_id": "cli_custom_app", "app_secret": "s"}), 10_016),
            (Api::StoreTenantAccessToken, json!({"tenant_key": "t1"}), 10_003),
            (
                Api::StoreTenantAccessToken,
                json!({"app_access_token": "a-unknown", "tenant_key": "t1"}),
                99_991_664,
            ),
            (
                Api::StoreTenantAccessToken,
                json!({"app_access_token": tenant_token, "tenant_key": "t1"}),
                99_991_664,
            ),
        ];
        for (api, body, code) in table {
            assert_eq!(ask(&mut desk, api, &body), Err(code), "{api:?} {body}");
        }
    }
}
