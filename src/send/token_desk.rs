//! Owns fetching a token: through a gate of its own, with retries, for all workers at once.

use std::num::NonZeroU32;
use std::time::Duration;

use super::api::{Api, Ear};
use super::classify::{TokenVerdict, classify_token, echo, refusal};
use super::clock::Clock;
use super::pacing::{Admission, Echo, Pacing};
use super::retry::RetryPolicy;
use crate::event::{Event, StopCause};
use crate::feishu::{Token, TokenReply};
use crate::outcome::Verdict;
use crate::settings::Rate;

/// Fetches tokens, one at a time.
#[derive(Debug)]
pub(super) struct TokenDesk<A> {
    api: A,
    clock: Clock,
    policy: RetryPolicy,
    pacing: Pacing,
    ear: Ear,
}

impl<A: Api> TokenDesk<A> {
    pub(super) fn new(api: A, clock: Clock, policy: RetryPolicy, ear: Ear) -> Self {
        // One call at a time, and each follows a reply or a backoff: the cap is far away.
        let pacing = Pacing::new(Rate::TOKEN, NonZeroU32::MIN, Duration::from_secs(60));
        TokenDesk { api, clock, policy, pacing, ear }
    }

    /// Asks until there is a token, or no hope of one; gives itself back for the next time.
    pub(super) async fn fetch(mut self) -> (Self, Result<(Token, Duration), StopCause>) {
        let mut attempts = 0;
        loop {
            let exchange = match self.ask().await {
                TokenReply::Granted(token, expire) => return (self, Ok((token, expire))),
                TokenReply::Denied(exchange) => exchange,
            };
            let cause = match classify_token(&exchange) {
                TokenVerdict::Hopeless => Some(StopCause::TokenDenied(refusal(&exchange))),
                TokenVerdict::Throttled(_) if self.pacing.is_throttled_endlessly(self.clock.now()) => {
                    Some(StopCause::ThrottledTooLong)
                }
                TokenVerdict::Throttled(_) => None,
                TokenVerdict::TryAgain => {
                    attempts += 1;
                    (attempts >= self.policy.max_attempts.get())
                        .then(|| StopCause::NoToken(refusal(&exchange)))
                }
            };
            if let Some(cause) = cause {
                return (self, Err(cause));
            }
            let backoff =
                if attempts == 0 { Duration::ZERO } else { self.policy.backoff(attempts, fastrand::f64()) };
            self.clock.sleep_until(Some(self.clock.now() + backoff)).await;
        }
    }

    async fn ask(&mut self) -> TokenReply {
        loop {
            match self.pacing.admit(self.clock.now()) {
                Admission::Granted => break,
                Admission::NotBefore(moment) => self.clock.sleep_until(Some(moment)).await,
                Admission::AfterACall => unreachable!("the desk makes one call at a time"),
            }
        }
        let admitted = self.clock.now();
        // A reader that is gone is the pool's to notice.
        let _ = self.ear.tell(Event::TokenCalled).await;
        let reply = self.api.token().await;
        let heard = match &reply {
            TokenReply::Granted(..) => Echo::Passed,
            TokenReply::Denied(exchange) => match classify_token(exchange) {
                TokenVerdict::Throttled(wait) => Echo::Throttled(wait),
                _ => echo(exchange, Verdict::InDoubt),
            },
        };
        self.pacing.ended(self.clock.now(), admitted, heard, fastrand::f64());
        reply
    }
}
