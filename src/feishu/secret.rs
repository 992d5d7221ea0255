//! Owns what must never be printed: the app's secret and its tokens.

use std::fmt;
use std::sync::Arc;

use super::ticket::Ticket;

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
pub struct Token(pub Secret);

/// How the tenant access token is come by.
#[derive(Clone, Debug)]
pub enum Credentials {
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
    pub fn app(&self) -> &str {
        match self {
            Credentials::App { app_id, .. } | Credentials::StoreApp { app_id, .. } => app_id,
            Credentials::Given(_) => "given",
        }
    }

    /// Whose allowance its calls use: the app's, or that of a token whose app nobody knows.
    #[must_use]
    pub fn allowance(&self) -> &str {
        match self {
            Credentials::App { app_id, .. } | Credentials::StoreApp { app_id, .. } => app_id,
            Credentials::Given(token) => token.0.reveal(),
        }
    }

    /// The tenant of a store app; empty for others, which have one alone.
    #[must_use]
    pub fn tenant(&self) -> &str {
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
}
