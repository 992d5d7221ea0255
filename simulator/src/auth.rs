//! The token endpoints: custom apps have one call, store apps a ticket and two. Which tokens and tickets are valid.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::api::Api;
use crate::codes;
use crate::http::{Moment, Reply, to_json};

/// The app whose secret is always wrong.
const WRONG_SECRET_APP: &str = "cli_wrong_secret";
/// An app that is no store app, so that no ticket is sent to it.
const CUSTOM_APP: &str = "cli_custom_app";
/// A tenant that does not exist.
const UNKNOWN_TENANT: &str = "tenant_unknown";
/// A tenant in which no app is installed.
const TENANT_WITHOUT_APP: &str = "tenant_not_installed";
/// A token is renewed when less than one part in this many of its lifetime is left: 30 minutes of 2 hours.
const RENEWAL_SHARE: u32 = 4;

/// What a token endpoint is asked; each needs some of these.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TokenRequest {
    app_id: String,
    app_secret: String,
    app_ticket: String,
    app_access_token: String,
    tenant_key: String,
}

/// What a token endpoint answers: flat, without `data`.
#[derive(Debug, Serialize)]
struct TokenReply<'reply> {
    code: u32,
    msg: &'reply str,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_access_token: Option<&'reply str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_access_token: Option<&'reply str>,
    expire: u64,
}

/// What a token endpoint grants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// A token for the CoreHR endpoints.
    TenantToken(IssuedToken),
    /// A token with which a store app gets its tenants' tokens.
    AppToken(IssuedToken),
    /// A new ticket is on its way.
    Ticket,
}

impl Grant {
    pub(crate) fn reply(&self, log_id: &str) -> Reply {
        let (app_access_token, tenant_access_token, issued) = match self {
            Grant::Ticket => return Reply::json(200, 0, r#"{"code":0,"msg":"success"}"#, log_id),
            Grant::AppToken(issued) => (Some(issued.text.as_str()), None, issued),
            Grant::TenantToken(issued) => (None, Some(issued.text.as_str()), issued),
        };
        // A lifetime below a second must not read as none.
        let expire = issued.left.as_secs().max(1);
        let reply = TokenReply { code: 0, msg: "ok", app_access_token, tenant_access_token, expire };
        Reply::json(200, 0, to_json(&reply), log_id)
    }

    pub(crate) fn into_token(self) -> Option<String> {
        match self {
            Grant::TenantToken(issued) | Grant::AppToken(issued) => Some(issued.text),
            Grant::Ticket => None,
        }
    }
}

/// The token endpoints, with what they remember.
#[derive(Debug)]
pub(crate) struct TokenEndpoint<'script> {
    pub(crate) tokens: &'script mut Tokens,
    pub(crate) tickets: &'script mut Tickets,
}

impl TokenEndpoint<'_> {
    /// Handles a call within its allowance; a refusal is a code.
    pub(crate) fn handle(&mut self, api: Api, body: &[u8], moment: Moment) -> Result<Grant, u32> {
        let request: TokenRequest = serde_json::from_slice(body).unwrap_or_default();
        if api == Api::StoreTenantAccessToken {
            return self.store_tenant_token(&request, moment);
        }
        if request.app_id.is_empty() || request.app_secret.is_empty() {
            return Err(codes::AUTH_PARAM_INVALID);
        }
        if request.app_id == WRONG_SECRET_APP {
            return Err(codes::APP_SECRET_INVALID);
        }
        match api {
            Api::AppAccessToken if request.app_ticket.is_empty() => Err(codes::AUTH_PARAM_INVALID),
            Api::AppAccessToken if !self.tickets.accepts(&request.app_ticket, moment.arrived_at) => {
                Err(codes::TICKET_INVALID)
            }
            Api::AppAccessToken => {
                Ok(Grant::AppToken(self.tokens.issue(Holder::StoreApp(request.app_id), moment)))
            }
            Api::AppTicketResend if request.app_id == CUSTOM_APP => Err(codes::RESEND_FAILED),
            Api::AppTicketResend => {
                self.tickets.renew(moment);
                Ok(Grant::Ticket)
            }
            _ => Ok(Grant::TenantToken(self.tokens.issue(Holder::CustomApp(request.app_id), moment))),
        }
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
                Ok(Grant::TenantToken(self.tokens.issue(holder, moment)))
            }
        }
    }
}

/// The tokens handed out that may still be valid, oldest first.
#[derive(Debug)]
pub(crate) struct Tokens {
    lifetime: Duration,
    issued: Vec<Token>,
    count: u64,
}

#[derive(Clone, Debug)]
struct Token {
    text: String,
    holder: Holder,
    ends_at: Duration,
}

/// To whom a token was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A custom app, in its own tenant.
    CustomApp(String),
    /// A store app, for itself: with such a token no pre-hire can be touched.
    StoreApp(String),
    /// A store app in one of its tenants.
    Installation { app_id: String, tenant_key: String },
}

impl Holder {
    pub(crate) fn app_id(&self) -> &str {
        match self {
            Holder::CustomApp(app_id) | Holder::StoreApp(app_id) | Holder::Installation { app_id, .. } => {
                app_id
            }
        }
    }

    /// The tenant of a store app.
    pub(crate) fn tenant_key(&self) -> Option<&str> {
        match self {
            Holder::Installation { tenant_key, .. } => Some(tenant_key),
            Holder::CustomApp(_) | Holder::StoreApp(_) => None,
        }
    }

    pub(crate) fn has_tenant(&self) -> bool {
        !matches!(self, Holder::StoreApp(_))
    }
}

/// What goes behind `Bearer `, and how long it is still valid.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IssuedToken {
    text: String,
    left: Duration,
}

impl Tokens {
    pub(crate) fn new(lifetime: Duration) -> Tokens {
        Tokens { lifetime, issued: Vec::new(), count: 0 }
    }

    /// The holder's current token while enough of it is left, else a new one; the old one lives on to its end.
    fn issue(&mut self, holder: Holder, moment: Moment) -> IssuedToken {
        let now = moment.arrived_at;
        self.issued.retain(|token| token.ends_at > now);
        if let Some(token) = self.issued.iter().rev().find(|token| token.holder == holder) {
            let left = token.ends_at - now;
            if left >= self.lifetime / RENEWAL_SHARE {
                return IssuedToken { text: token.text.clone(), left };
            }
        }
        self.count += 1;
        // The count keeps two tokens apart whatever the random number is.
        let kind = if holder.has_tenant() { 't' } else { 'a' };
        let text = format!("{kind}-{:016x}{:014x}", moment.random, self.count);
        self.issued.push(Token { text: text.clone(), holder, ends_at: now + self.lifetime });
        IssuedToken { text, left: self.lifetime }
    }

    /// To whom a valid token was handed out.
    pub(crate) fn holder_of(&self, text: &str, now: Duration) -> Option<&Holder> {
        let valid = |token: &&Token| token.text == text && token.ends_at > now;
        self.issued.iter().find(valid).map(|token| &token.holder)
    }

    /// Makes a token invalid before its end.
    pub(crate) fn revoke(&mut self, text: &str) {
        self.issued.retain(|token| token.text != text);
    }
}

/// The current app ticket. Every store app has the same one: apps are told apart by their tokens alone.
#[derive(Debug)]
pub(crate) struct Tickets {
    lifetime: Option<Duration>,
    current: String,
    ends_at: Option<Duration>,
    count: u32,
    is_delivered: bool,
}

impl Tickets {
    /// The first ticket; a stale one is refused from the start. Without a lifetime a ticket ends with the next one.
    pub(crate) fn new(lifetime: Option<Duration>, is_stale: bool, random: u64) -> Tickets {
        let ends_at = if is_stale { Some(Duration::ZERO) } else { lifetime };
        Tickets { lifetime, current: ticket(random, 1), ends_at, count: 1, is_delivered: false }
    }

    /// Replaces the ticket; the old one is invalid at once.
    fn renew(&mut self, moment: Moment) {
        self.count += 1;
        self.current = ticket(moment.random, self.count);
        self.ends_at = self.lifetime.map(|lifetime| moment.arrived_at + lifetime);
        self.is_delivered = false;
    }

    fn accepts(&self, text: &str, now: Duration) -> bool {
        text == self.current && self.ends_at.is_none_or(|end| now < end)
    }

    pub(crate) fn current(&self) -> &str {
        &self.current
    }

    /// The current ticket, if it is to be delivered: each is once.
    pub(crate) fn take_undelivered(&mut self) -> Option<String> {
        let is_delivered = std::mem::replace(&mut self.is_delivered, true);
        (!is_delivered).then(|| self.current.clone())
    }
}

/// The count keeps two tickets apart whatever the random number is.
fn ticket(random: u64, count: u32) -> String {
    format!("ticket-{random:016x}{count:04}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    fn endpoint<'script>(
        tokens: &'script mut Tokens,
        tickets: &'script mut Tickets,
    ) -> TokenEndpoint<'script> {
        TokenEndpoint { tokens, tickets }
    }

    fn world() -> (Tokens, Tickets) {
        (Tokens::new(Duration::from_secs(7200)), Tickets::new(None, false, 7))
    }

    fn ask(endpoint: &mut TokenEndpoint<'_>, api: Api, body: &Value) -> Result<Grant, u32> {
        endpoint.handle(api, body.to_string().as_bytes(), at(Duration::ZERO, 7))
    }

    fn text(grant: Grant) -> String {
        grant.into_token().unwrap()
    }

    #[test]
    fn a_ticket_gives_an_app_token_and_that_a_tenant_token() {
        let (mut tokens, mut tickets) = world();
        let ticket = tickets.current().to_owned();
        let mut endpoint = endpoint(&mut tokens, &mut tickets);
        let body = json!({"app_id": "cli_a", "app_secret": "s", "app_ticket": ticket});
        let app_token = text(ask(&mut endpoint, Api::AppAccessToken, &body).unwrap());
        assert!(app_token.starts_with("a-"));
        let mut tenant_token = |tenant_key| {
            let body = json!({"app_access_token": app_token, "tenant_key": tenant_key});
            ask(&mut endpoint, Api::StoreTenantAccessToken, &body).map(text)
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
        assert_eq!(
            ask(&mut endpoint(&mut tokens, &mut tickets), Api::AppTicketResend, &app),
            Ok(Grant::Ticket)
        );
        let new = tickets.current().to_owned();
        let mut with = |ticket: &str| {
            let body = json!({"app_id": "cli_a", "app_secret": "s", "app_ticket": ticket});
            ask(&mut endpoint(&mut tokens, &mut tickets), Api::AppAccessToken, &body).map(|_| ())
        };
        assert_eq!([with(&old), with(&new), with("")], [Err(10_012), Ok(()), Err(10_003)]);
    }

    #[test]
    fn wrong_apps_and_tokens_are_refused_with_their_codes() {
        let (mut tokens, mut tickets) = world();
        let custom = json!({"app_id": "cli_a", "app_secret": "s"});
        let mut endpoint = endpoint(&mut tokens, &mut tickets);
        let tenant_token = text(ask(&mut endpoint, Api::TenantAccessToken, &custom).unwrap());
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
            assert_eq!(ask(&mut endpoint, api, &body), Err(code), "{api:?} {body}");
        }
    }

    fn app(app_id: &str) -> Holder {
        Holder::CustomApp(app_id.to_owned())
    }

    fn at(arrived_at: Duration, random: u64) -> Moment {
        Moment { arrived_at, random }
    }

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(60 * count)
    }

    #[test]
    fn the_same_token_is_handed_out_until_a_quarter_of_its_life_is_left() {
        let mut tokens = Tokens::new(minutes(120));
        let first = tokens.issue(app("cli_a"), at(minutes(0), 1));
        assert_eq!(first.left, minutes(120));
        let again = tokens.issue(app("cli_a"), at(minutes(90), 2));
        assert_eq!((again.text.as_str(), again.left), (first.text.as_str(), minutes(30)));
        let renewed = tokens.issue(app("cli_a"), at(minutes(91), 3));
        assert_ne!(renewed.text, first.text);
        assert_eq!(tokens.issue(app("cli_a"), at(minutes(92), 4)).text, renewed.text);
    }

    #[test]
    fn an_old_token_is_valid_to_its_end_beside_the_new_one() {
        let mut tokens = Tokens::new(minutes(120));
        let first = tokens.issue(app("cli_a"), at(minutes(0), 1));
        let second = tokens.issue(app("cli_a"), at(minutes(100), 1));
        assert_eq!(tokens.holder_of(&first.text, minutes(119)), Some(&app("cli_a")));
        assert_eq!(tokens.holder_of(&first.text, minutes(120)), None);
        assert_eq!(tokens.holder_of(&second.text, minutes(120)), Some(&app("cli_a")));
        assert_eq!(tokens.holder_of("t-unknown", minutes(1)), None);
    }

    #[test]
    fn apps_have_tokens_of_their_own_and_a_revoked_one_is_replaced() {
        let mut tokens = Tokens::new(minutes(120));
        let mine = tokens.issue(app("cli_a"), at(minutes(0), 1)).text;
        let other = tokens.issue(app("cli_b"), at(minutes(0), 1)).text;
        assert_ne!(mine, other);
        tokens.revoke(&mine);
        assert_eq!(tokens.holder_of(&mine, minutes(1)), None);
        assert_ne!(tokens.issue(app("cli_a"), at(minutes(1), 1)).text, mine);
        assert_eq!(tokens.issue(app("cli_b"), at(minutes(1), 1)).text, other);
        let store = tokens.issue(Holder::StoreApp("cli_b".to_owned()), at(minutes(1), 1)).text;
        assert!(store.starts_with("a-") && other.starts_with("t-"));
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_ticket_is_valid_until_the_next_one() {
        let mut tickets = Tickets::new(None, false, 7);
        let first = tickets.current().to_owned();
        assert!(tickets.accepts(&first, seconds(1_000_000)));
        tickets.renew(at(seconds(5), 7));
        let second = tickets.current().to_owned();
        assert!(!tickets.accepts(&first, seconds(5)) && tickets.accepts(&second, seconds(5)));
        assert!(!tickets.accepts("", seconds(5)));
    }

    #[test]
    fn a_ticket_ends_with_its_lifetime_and_a_stale_one_is_over_at_once() {
        let mut tickets = Tickets::new(Some(seconds(60)), false, 7);
        let first = tickets.current().to_owned();
        assert!(tickets.accepts(&first, seconds(59)) && !tickets.accepts(&first, seconds(60)));
        tickets.renew(at(seconds(60), 8));
        assert!(tickets.accepts(tickets.current(), seconds(119)));
        let mut stale = Tickets::new(None, true, 7);
        assert!(!stale.accepts(stale.current(), seconds(0)));
        stale.renew(at(seconds(1), 7));
        assert!(stale.accepts(stale.current(), seconds(1)));
    }

    #[test]
    fn each_ticket_is_delivered_once() {
        let mut tickets = Tickets::new(None, false, 7);
        assert!(tickets.take_undelivered().is_some());
        assert_eq!(tickets.take_undelivered(), None);
        tickets.renew(at(seconds(1), 7));
        assert_eq!(tickets.take_undelivered().as_deref(), Some(tickets.current()));
    }
}
