//! Owns what must never be printed: the app's secret and its tokens.

use std::fmt;
use std::sync::Arc;

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
    /// A token that was given; it can't be renewed.
    Given(Token),
}

impl Credentials {
    /// The app, as messages name it.
    #[must_use]
    pub fn app(&self) -> &str {
        match self {
            Credentials::App { app_id, .. } => app_id,
            Credentials::Given(_) => "given",
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
        let shown = format!("{app:?} {:?}", Credentials::Given(Token(secret)));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
