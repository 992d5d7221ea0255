//! Owns the access tokens: which are handed out to whom, when they are renewed, which are valid.

use std::time::Duration;

/// A token is renewed when less than one part in this many of its lifetime is left: 30 minutes of 2 hours.
const RENEWAL_SHARE: u32 = 4;

/// The tokens handed out that may still be valid, oldest first.
#[derive(Debug)]
pub(crate) struct Tokens {
    lifetime: Duration,
    issued: Vec<Token>,
    count: u64,
}

/// One token.
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
    /// The app.
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

    /// Whether this is a holder of a tenant's token.
    pub(crate) fn has_tenant(&self) -> bool {
        !matches!(self, Holder::StoreApp(_))
    }
}

/// A token as it is handed out, with the time that is left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Handout {
    /// What goes behind `Bearer `.
    pub(crate) text: String,
    /// How long it is still valid.
    pub(crate) left: Duration,
}

impl Tokens {
    pub(crate) fn new(lifetime: Duration) -> Tokens {
        Tokens { lifetime, issued: Vec::new(), count: 0 }
    }

    /// The holder's current token while enough of it is left, else a new one; the old one lives on to its end.
    pub(crate) fn hand_out(&mut self, holder: Holder, now: Duration, salt: u64) -> Handout {
        self.issued.retain(|token| token.ends_at > now);
        let current = self.issued.iter().rev().find(|token| token.holder == holder);
        if let Some(token) = current {
            let left = token.ends_at - now;
            if left >= self.lifetime / RENEWAL_SHARE {
                return Handout { text: token.text.clone(), left };
            }
        }
        self.count += 1;
        // The count keeps two tokens apart whatever the salt is.
        let text = format!("{}-{salt:016x}{:014x}", if holder.has_tenant() { 't' } else { 'a' }, self.count);
        let token = Token { text: text.clone(), holder, ends_at: now + self.lifetime };
        self.issued.push(token);
        Handout { text, left: self.lifetime }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn app(app_id: &str) -> Holder {
        Holder::CustomApp(app_id.to_owned())
    }

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(60 * count)
    }

    #[test]
    fn the_same_token_is_handed_out_until_a_quarter_of_its_life_is_left() {
        let mut tokens = Tokens::new(minutes(120));
        let first = tokens.hand_out(app("cli_a"), minutes(0), 1);
        assert_eq!(first.left, minutes(120));
        let again = tokens.hand_out(app("cli_a"), minutes(90), 2);
        assert_eq!((again.text.as_str(), again.left), (first.text.as_str(), minutes(30)));
        let renewed = tokens.hand_out(app("cli_a"), minutes(91), 3);
        assert_ne!(renewed.text, first.text);
        assert_eq!(tokens.hand_out(app("cli_a"), minutes(92), 4).text, renewed.text);
    }

    #[test]
    fn an_old_token_is_valid_to_its_end_beside_the_new_one() {
        let mut tokens = Tokens::new(minutes(120));
        let first = tokens.hand_out(app("cli_a"), minutes(0), 1);
        let second = tokens.hand_out(app("cli_a"), minutes(100), 1);
        assert_eq!(tokens.holder_of(&first.text, minutes(119)), Some(&app("cli_a")));
        assert_eq!(tokens.holder_of(&first.text, minutes(120)), None);
        assert_eq!(tokens.holder_of(&second.text, minutes(120)), Some(&app("cli_a")));
        assert_eq!(tokens.holder_of("t-unknown", minutes(1)), None);
    }

    #[test]
    fn apps_have_tokens_of_their_own_and_a_revoked_one_is_replaced() {
        let mut tokens = Tokens::new(minutes(120));
        let mine = tokens.hand_out(app("cli_a"), minutes(0), 1).text;
        let other = tokens.hand_out(app("cli_b"), minutes(0), 1).text;
        assert_ne!(mine, other);
        tokens.revoke(&mine);
        assert_eq!(tokens.holder_of(&mine, minutes(1)), None);
        assert_ne!(tokens.hand_out(app("cli_a"), minutes(1), 1).text, mine);
        assert_eq!(tokens.hand_out(app("cli_b"), minutes(1), 1).text, other);
        let store = tokens.hand_out(Holder::StoreApp("cli_b".to_owned()), minutes(1), 1).text;
        assert!(store.starts_with("a-") && other.starts_with("t-"));
    }
}
