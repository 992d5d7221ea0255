//! Owns fetching a token: the calls of its way, through a gate of their own, for all workers at once.

use std::num::NonZeroU32;
use std::time::Duration;

use super::api::{Ear, TokenApi};
use super::classify::echo_of_question;
use super::clock::Clock;
use super::retry::RetryPolicy;
use super::token_way::{Step, TokenWay};
use crate::feishu::{Token, TokenCall, TokenReply};
use crate::model::{Event, Rate, StopCause};
use crate::pace::{Admission, Echo, Pacing};

/// The calls of a store app for one token go at once.
const BURST: NonZeroU32 = NonZeroU32::new(2).expect("two is not zero");

/// Fetches tokens, one at a time.
#[derive(Debug)]
pub(super) struct TokenDesk<A> {
    api: A,
    clock: Clock,
    way: TokenWay,
    pacing: Pacing,
    ear: Ear,
}

impl<A: TokenApi> TokenDesk<A> {
    pub(super) fn new(api: A, clock: Clock, policy: RetryPolicy, ear: Ear) -> Self {
        // One call at a time: the cap is far away.
        let pacing = Pacing::new(Rate::TOKEN, BURST, Duration::from_secs(60));
        let way = TokenWay::new(api.token_source(), policy);
        TokenDesk { api, clock, way, pacing, ear }
    }

    /// Asks until there is a token, or no hope of one; gives itself back for the next time.
    pub(super) async fn fetch(mut self) -> (Self, Result<(Token, Duration), StopCause>) {
        let mut step = self.way.set_out(self.clock.now());
        loop {
            step = match step {
                Step::Call(call) => {
                    let reply = self.ask(&call).await;
                    let now = self.clock.now();
                    self.way.hear(now, reply, self.pacing.is_throttled_endlessly(now), fastrand::f64())
                }
                Step::ReadTicket => self.way.take_ticket(self.clock.now(), self.api.ticket()),
                Step::Pause(pause) => {
                    self.clock.sleep_until(Some(self.clock.now() + pause)).await;
                    self.way.go_on()
                }
                Step::Done(token, expire) => return (self, Ok((token, expire))),
                Step::Stop(cause) => return (self, Err(cause)),
            };
        }
    }

    async fn ask(&mut self, call: &TokenCall) -> TokenReply {
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
        let reply = self.api.token(call).await;
        let heard = match &reply {
            TokenReply::Granted(..) => Echo::Passed,
            TokenReply::TicketResent => {
                let _ = self.ear.tell(Event::TicketAskedFor).await;
                Echo::Passed
            }
            TokenReply::Denied(exchange) => echo_of_question(exchange),
        };
        self.pacing.ended(self.clock.now(), admitted, heard, fastrand::f64());
        reply
    }
}
