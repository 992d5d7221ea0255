//! Owns the tenant access tokens: which are handed out, when they are renewed, which are valid.

use std::time::Duration;

/// A token is renewed when less than one part in this many of its lifetime is left: 30 minutes of 2 hours.
const RENEWAL_SHARE: u32 = 4;

/// The tokens handed out that may still be valid, oldest first.
#[derive(Debug)]
pub(super) struct Tokens {
    lifetime: Duration,
    issued: Vec<Token>,
    count: u64,
}

/// One token.
#[derive(Clone, Debug)]
struct Token {
    text: String,
    app_id: String,
    ends_at: Duration,
}

/// A token as it is handed out, with the time that is left.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Handout {
    /// What goes behind `Bearer `.
    pub(super) text: String,
    /// How long it is still valid.
    pub(super) left: Duration,
}

impl Tokens {
    pub(super) fn new(lifetime: Duration) -> Tokens {
        Tokens { lifetime, issued: Vec::new(), count: 0 }
    }

    /// The app's current token while enough of it is left, else a new one; the old one lives on to its end.
    pub(super) fn hand_out(&mut self, app_id: &str, now: Duration, salt: u64) -> Handout {
        self.issued.retain(|token| token.ends_at > now);
        let current = self.issued.iter().rev().find(|token| token.app_id == app_id);
        if let Some(token) = current {
            let left = token.ends_at - now;
            if left >= self.lifetime / RENEWAL_SHARE {
                return Handout { text: token.text.clone(), left };
            }
        }
        self.count += 1;
        // The count keeps two tokens apart whatever the salt is.
        let text = format!("t-{salt:016x}{:014x}", self.count);
        let token = Token { text: text.clone(), app_id: app_id.to_owned(), ends_at: now + self.lifetime };
        self.issued.push(token);
        Handout { text, left: self.lifetime }
    }

    /// The app that a valid token belongs to.
    pub(super) fn app_of(&self, text: &str, now: Duration) -> Option<&str> {
        let valid = |token: &&Token| token.text == text && token.ends_at > now;
        self.issued.iter().find(valid).map(|token| token.app_id.as_str())
    }

    /// Makes a token invalid before its end.
    pub(super) fn revoke(&mut self, text: &str) {
        self.issued.retain(|token| token.text != text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(60 * count)
    }

    #[test]
    fn the_same_token_is_handed_out_until_a_quarter_of_its_life_is_left() {
        let mut tokens = Tokens::new(minutes(120));
        let first = tokens.hand_out("cli_a", minutes(0), 1);
        assert_eq!(first.left, minutes(120));
        let again = tokens.hand_out("cli_a", minutes(90), 2);
        assert_eq!((again.text.as_str(), again.left), (first.text.as_str(), minutes(30)));
        let renewed = tokens.hand_out("cli_a", minutes(91), 3);
        assert_ne!(renewed.text, first.text);
        assert_eq!(tokens.hand_out("cli_a", minutes(92), 4).text, renewed.text);
    }

    #[test]
    fn an_old_token_is_valid_to_its_end_beside_the_new_one() {
        let mut tokens = Tokens::new(minutes(120));
        let first = tokens.hand_out("cli_a", minutes(0), 1);
        let second = tokens.hand_out("cli_a", minutes(100), 1);
        assert_eq!(tokens.app_of(&first.text, minutes(119)), Some("cli_a"));
        assert_eq!(tokens.app_of(&first.text, minutes(120)), None);
        assert_eq!(tokens.app_of(&second.text, minutes(120)), Some("cli_a"));
        assert_eq!(tokens.app_of("t-unknown", minutes(1)), None);
    }

    #[test]
    fn apps_have_tokens_of_their_own_and_a_revoked_one_is_replaced() {
        let mut tokens = Tokens::new(minutes(120));
        let mine = tokens.hand_out("cli_a", minutes(0), 1).text;
        let other = tokens.hand_out("cli_b", minutes(0), 1).text;
        assert_ne!(mine, other);
        tokens.revoke(&mine);
        assert_eq!(tokens.app_of(&mine, minutes(1)), None);
        assert_ne!(tokens.hand_out("cli_a", minutes(1), 1).text, mine);
        assert_eq!(tokens.hand_out("cli_b", minutes(1), 1).text, other);
    }
}
