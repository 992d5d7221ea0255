//! What leads to a tenant access token: the credentials, the calls of the token endpoints, and the secrets that no output may
//! show, even where a server repeats them.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::exchange::Exchange;

/// Texts shorter than this are no real secrets, and would tear words apart.
const SHORTEST_SECRET: usize = 8;
/// Older tokens than this many are dead.
const MOST_REMEMBERED: usize = 16;

/// A text that no output can show: its debug form is `***`, and it has no other.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Takes the text, without the white space around it (a file ends with a line break).
    #[must_use]
    pub fn new(text: &str) -> Self {
        Secret(text.trim().into())
    }

    /// The text itself, for the request that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Is there nothing in it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A tenant access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token(pub(crate) Secret);

/// How the tenant access token is obtained.
#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    /// A custom app's id and secret: a token is asked for, and asked for again.
    App {
        /// `cli_…`; no secret.
        app_id: String,
        /// Its secret.
        app_secret: Secret,
    },
    /// A store app's: its ticket gives an app token, and that a token of the tenant.
    StoreApp {
        /// `cli_…`; no secret.
        app_id: String,
        /// Its secret.
        app_secret: Secret,
        /// Its ticket.
        ticket: Ticket,
        /// The tenant; no secret.
        tenant_key: String,
    },
    /// A token that was given; it can't be renewed.
    Given(Token),
}

impl Credentials {
    /// The app, as messages name it.
    #[must_use]
    pub(crate) fn app(&self) -> &str {
        match self {
            Credentials::App { app_id, .. } | Credentials::StoreApp { app_id, .. } => app_id,
            Credentials::Given(_) => "given",
        }
    }

    /// Whose allowance its calls use: the app's, or that of a token whose app nobody knows.
    pub(crate) fn allowance(&self) -> &str {
        match self {
            Credentials::App { app_id, .. } | Credentials::StoreApp { app_id, .. } => app_id,
            Credentials::Given(token) => token.0.reveal(),
        }
    }

    /// The tenant of a store app; empty for others, which have one alone.
    #[must_use]
    pub(crate) fn tenant(&self) -> &str {
        match self {
            Credentials::StoreApp { tenant_key, .. } => tenant_key,
            Credentials::App { .. } | Credentials::Given(_) => "",
        }
    }

    /// The app's secret, if there is an app.
    #[must_use]
    pub(super) const fn app_secret(&self) -> Option<&Secret> {
        match self {
            Credentials::App { app_secret, .. } | Credentials::StoreApp { app_secret, .. } => {
                Some(app_secret)
            }
            Credentials::Given(_) => None,
        }
    }
}

/// Where the app ticket is to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ticket {
    /// It was given, and stays what it is.
    Fixed(Secret),
    /// In this file, which may change while the run goes on.
    File(PathBuf),
}

impl Ticket {
    /// The ticket of this moment; `None` while its file is missing, empty or no file.
    #[must_use]
    pub(crate) fn read(&self) -> Option<Secret> {
        match self {
            Ticket::Fixed(ticket) => Some(ticket.clone()),
            Ticket::File(path) => {
                // A pipe would never end.
                let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
                let text = is_file.then(|| fs::read_to_string(path).ok()).flatten()?;
                Some(Secret::new(&text)).filter(|ticket| !ticket.is_empty())
            }
        }
    }
}

/// How tenant access tokens are obtained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenSource {
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
pub(crate) enum TokenCall {
    /// A custom app asks for its tenant access token.
    OfCustomApp,
    /// A store app shows its ticket, and asks for an app access token.
    OfStoreApp(Secret),
    /// A store app shows its app access token, and asks for a token of the tenant.
    OfTenant(Token),
    /// A store app asks for a new ticket; it comes to the app's event receiver, not in the reply.
    ResendTicket,
}

/// The result.
#[derive(Clone, Debug)]
pub(crate) enum TokenReply {
    /// A token, and for how long it is good.
    Granted(Token, Duration),
    /// A new ticket is on its way.
    TicketResent,
    /// Neither; judge the exchange.
    Denied(Exchange),
}

/// The secrets of a run. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Secrets {
    app_secret: Option<Secret>,
    recent: Arc<RwLock<Vec<Secret>>>,
}

impl Secrets {
    pub(super) fn new(app_secret: Option<&Secret>) -> Self {
        Secrets { app_secret: app_secret.cloned(), recent: Arc::default() }
    }

    /// Remembers a token or a ticket.
    pub(super) fn learn(&self, secret: &Secret) {
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        if !recent.contains(secret) {
            if recent.len() == MOST_REMEMBERED {
                recent.remove(0);
            }
            recent.push(secret.clone());
        }
    }

    /// The text without them.
    pub(super) fn scrub(&self, text: &str) -> String {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        let secrets = self.app_secret.iter().chain(recent.iter()).map(Secret::reveal);
        secrets.filter(|secret| secret.len() >= SHORTEST_SECRET).fold(text.to_owned(), |text, secret| {
            if text.contains(secret) { text.replace(secret, "***") } else { text }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_can_not_be_printed() {
        let secret = Secret::new("hunter2\n");
        assert_eq!(secret.reveal(), "hunter2");
        let app = Credentials::App { app_id: "cli_1".to_owned(), app_secret: secret.clone() };
        let store_app = Credentials::StoreApp {
            app_id: "cli_1".to_owned(),
            app_secret: secret.clone(),
            ticket: Ticket::Fixed(secret.clone()),
            tenant_key: "t".to_owned(),
        };
        let shown = format!("{app:?} {store_app:?} {:?}", Credentials::Given(Token(secret)));
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn what_was_learned_is_crossed_out_and_short_words_are_not() {
        let secrets = Secrets::new(Some(&Secret::new("app-secret")));
        secrets.learn(&Secret::new("t-12345678"));
        secrets.learn(&Secret::new("short"));
        let text = secrets.clone().scrub("app-secret and t-12345678 are short");
        assert_eq!(text, "*** and *** are short");
    }

    #[test]
    fn the_app_s_secret_is_never_forgotten_and_old_tokens_are() {
        let secrets = Secrets::new(Some(&Secret::new("app-secret")));
        for number in 0..100 {
            secrets.learn(&Secret::new(&format!("t-number-{number}")));
        }
        assert_eq!(secrets.scrub("app-secret t-number-99 t-number-0"), "*** *** t-number-0");
    }
}
