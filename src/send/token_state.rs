//! Owns which token is good: how long one is used, and what a refused one means.

use std::time::Duration;

use crate::feishu::{Token, TokenSource};
use crate::model::Moment;

/// A token is not used in the last minutes of its life. (The server hands out the same one until 30 minutes before.)
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// How long a token is used that lives for `expire`.
pub(super) fn use_for(expire: Duration) -> Duration {
    // One that lives shorter than the margin is used for half its life, or it would never be used.
    expire.saturating_sub(MARGIN.min(expire / 2))
}

/// Counts the tokens of a run, so that a refusal of an old one is told from one of the current.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Generation(u32);

/// The token that all workers share.
#[derive(Debug, Default)]
pub(super) struct TokenState {
    current: Option<Held>,
    generation: Generation,
    last_was_refused: bool,
    is_given: bool,
}

#[derive(Debug)]
struct Held {
    token: Token,
    good_until: Moment,
    follows_a_refusal: bool,
}

/// What to do after a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterRefusal {
    /// Repeat the call; a newer token is there, or will be fetched.
    Repeat,
    /// Stop the run: a token that was just fetched was refused as well, or there is no way to fetch one.
    GiveUp,
}

impl TokenState {
    /// No token yet; `is_given` if the only one can't be renewed.
    #[must_use]
    pub(super) fn new(is_given: bool) -> Self {
        TokenState { is_given, ..TokenState::default() }
    }

    /// As [`TokenState::new`], by the way that tokens are come by.
    pub(super) fn of(source: &TokenSource) -> Self {
        TokenState::new(matches!(source, TokenSource::Given(_)))
    }

    /// The token, if there is one that is still good.
    #[must_use]
    pub(super) fn usable(&self, now: Moment) -> Option<(Token, Generation)> {
        let held = self.current.as_ref().filter(|held| now < held.good_until)?;
        Some((held.token.clone(), self.generation))
    }

    /// Takes a new token that lives for `expire`.
    pub(super) fn granted(&mut self, now: Moment, token: Token, expire: Duration) {
        let good_until = now + use_for(expire);
        self.generation.0 += 1;
        self.current = Some(Held { token, good_until, follows_a_refusal: self.last_was_refused });
    }

    /// Notes that the server accepted a token of this generation.
    pub(super) fn proved(&mut self, generation: Generation) {
        if generation == self.generation {
            self.last_was_refused = false;
            if let Some(held) = &mut self.current {
                held.follows_a_refusal = false;
            }
        }
    }

    /// Notes that the server refused a token of this generation.
    pub(super) fn refused(&mut self, generation: Generation) -> AfterRefusal {
        if generation != self.generation {
            return AfterRefusal::Repeat;
        }
        let Some(held) = self.current.take() else { return AfterRefusal::Repeat };
        if self.is_given || held.follows_a_refusal {
            return AfterRefusal::GiveUp;
        }
        self.last_was_refused = true;
        AfterRefusal::Repeat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feishu::Secret;

    fn token(text: &str) -> Token {
        Token(Secret::new(text))
    }

    fn at(seconds: u64) -> Moment {
        Moment::after_origin(Duration::from_secs(seconds))
    }

    fn shown(state: &TokenState, now: Moment) -> Option<(String, Generation)> {
        state.usable(now).map(|(token, generation)| (token.0.reveal().to_owned(), generation))
    }

    #[test]
    fn is_used_until_five_minutes_before_its_end() {
        let mut state = TokenState::new(false);
        assert_eq!(shown(&state, at(0)), None);
        state.granted(at(0), token("a"), Duration::from_secs(7200));
        assert_eq!(shown(&state, at(6899)), Some(("a".to_owned(), Generation(1))));
        assert_eq!(shown(&state, at(6900)), None);
        state.granted(at(0), token("b"), Duration::from_secs(60));
        assert!(shown(&state, at(29)).is_some(), "a short life is used by half");
        assert!(shown(&state, at(30)).is_none());
    }

    #[test]
    fn one_renewal_serves_all_who_used_the_old_token() {
        let mut state = TokenState::new(false);
        state.granted(at(0), token("a"), Duration::from_secs(7200));
        let old = Generation(1);
        assert_eq!(state.refused(old), AfterRefusal::Repeat);
        assert_eq!(state.refused(old), AfterRefusal::Repeat, "the second worker with the old token");
        state.granted(at(1), token("b"), Duration::from_secs(7200));
        assert_eq!(state.refused(old), AfterRefusal::Repeat, "a third one, late");
        assert!(shown(&state, at(2)).is_some());
    }

    #[test]
    fn a_fresh_token_that_is_refused_as_well_ends_the_run() {
        let mut state = TokenState::new(false);
        state.granted(at(0), token("a"), Duration::from_secs(7200));
        state.refused(Generation(1));
        state.granted(at(1), token("b"), Duration::from_secs(7200));
        assert_eq!(state.refused(Generation(2)), AfterRefusal::GiveUp);
    }

    #[test]
    fn a_token_that_dies_again_and_again_is_renewed_as_often() {
        let mut state = TokenState::new(false);
        for generation in 1..10 {
            state.granted(at(0), token("a"), Duration::from_secs(7200));
            state.proved(Generation(generation));
            assert_eq!(state.refused(Generation(generation)), AfterRefusal::Repeat);
        }
    }

    #[test]
    fn a_given_token_can_not_be_renewed() {
        let mut state = TokenState::new(true);
        state.granted(at(0), token("a"), Duration::MAX);
        state.proved(Generation(1));
        assert_eq!(state.refused(Generation(1)), AfterRefusal::GiveUp);
    }
}
