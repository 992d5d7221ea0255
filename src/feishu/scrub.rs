//! Owns what a server must not bring into our files by repeating it: the secrets that it was sent.

use std::sync::{Arc, PoisonError, RwLock};

use super::secret::Secret;

/// Texts shorter than this are no real secrets, and would tear words apart.
const SHORTEST_SECRET: usize = 8;
/// Older tokens than this many are dead.
const MOST_REMEMBERED: usize = 16;

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
