//! The only way to the API: every call of an account waits for its turn, for a token that is good, for the limiter's permit, and
//! never begins after the deadline or a stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::api::{EventSender, TokenApi};
use super::classify::refusal;
use super::clock::Clock;
use super::gate::Gate;
use super::tokens::{AfterRefusal, Generation, Tokens};
use crate::feishu::{Exchange, Token};
use crate::model::{Event, Moment, Result, StopCause};
use crate::store::{Answer, HeldBack, Permit};

/// The order to stop; the first one counts. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Stop(Arc<watch::Sender<Option<StopCause>>>);

impl Default for Stop {
    fn default() -> Self {
        Stop(Arc::new(watch::Sender::new(None)))
    }
}

impl Stop {
    /// Stops the run, unless it is being stopped already.
    pub(crate) fn because(&self, cause: StopCause) {
        self.0.send_if_modified(|order| {
            let is_first = order.is_none();
            order.get_or_insert(cause);
            is_first
        });
    }

    /// Why the run is being stopped, if it is.
    pub(crate) fn cause(&self) -> Option<StopCause> {
        self.0.borrow().clone()
    }

    pub(super) fn is_ordered(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Waits for the order.
    pub(super) async fn ordered(&self) {
        let mut order = self.0.subscribe();
        // It can't fail: this handle keeps the channel open.
        let _ = order.wait_for(Option::is_some).await;
    }
}

/// No call begins so long after the first one.
struct Deadline {
    after: Option<Duration>,
    first_call: watch::Sender<Option<Moment>>,
    /// Was anything given up because it would have come too late?
    was_met: AtomicBool,
}

impl Deadline {
    /// The moment from which on no call begins, once the first one has.
    fn moment(&self) -> Option<Moment> {
        Some((*self.first_call.borrow())? + self.after?)
    }

    /// Is this moment too late?
    fn is_over_at(&self, moment: Moment) -> bool {
        let is_over = self.moment().is_some_and(|deadline| moment >= deadline);
        if is_over {
            self.was_met.store(true, Ordering::Relaxed);
        }
        is_over
    }

    /// Returns when it is known that this moment is too late.
    async fn is_before(&self, moment: Moment) {
        let mut first_call = self.first_call.subscribe();
        while !self.is_over_at(moment) {
            if self.moment().is_some() || first_call.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }
}

/// Leave to make one call.
pub(super) struct Leave {
    pub(super) permit: Permit,
    pub(super) token: Token,
    pub(super) generation: Generation,
}

/// What came of waiting for leave.
pub(super) enum Asked {
    Granted(Leave),
    /// The run is being stopped.
    Stopped,
    /// It would come after the deadline.
    TooLate,
}

/// The calls of one account: one app, at one host, for one tenant.
pub(super) struct Calls<A> {
    pub(super) api: A,
    pub(super) clock: Clock,
    pub(super) events: EventSender,
    pub(super) stop: Stop,
    tokens: Tokens<A>,
    deadline: Deadline,
}

impl<A: TokenApi> Calls<A> {
    pub(super) fn new(tokens: Tokens<A>, deadline: Option<Duration>, stop: Stop) -> Self {
        let deadline = Deadline {
            after: deadline,
            first_call: watch::Sender::new(None),
            was_met: AtomicBool::new(false),
        };
        let (api, clock, events) = tokens.parts();
        Calls { api, clock, events, stop, tokens, deadline }
    }

    /// Waits for leave to make a call.
    pub(super) async fn leave(&self, gate: &Gate) -> Result<Asked> {
        tokio::select! {
            biased;
            () = self.stop.ordered() => Ok(Asked::Stopped),
            asked = self.wait_for_leave(gate) => asked,
        }
    }

    async fn wait_for_leave(&self, gate: &Gate) -> Result<Asked> {
        let _turn = gate.turn.lock().await;
        loop {
            let call_ended = gate.call_ended.notified();
            let (token, generation) = match self.tokens.good().await {
                Ok(good) => good,
                Err(cause) => {
                    self.stop.because(cause);
                    return Ok(Asked::Stopped);
                }
            };
            let now = self.clock.now();
            if self.deadline.is_over_at(now) {
                return Ok(Asked::TooLate);
            }
            match gate.admit(now).await? {
                Answer::Granted(permit) => return Ok(Asked::Granted(Leave { permit, token, generation })),
                Answer::NotBefore(moment) if self.deadline.is_over_at(moment) => return Ok(Asked::TooLate),
                Answer::NotBefore(moment) => self.clock.sleep_until(moment).await,
                Answer::AfterACall => call_ended.await,
            }
        }
    }

    /// The deadline counts from the first call of the operation.
    pub(super) fn note_first_call(&self, at: Moment) {
        self.deadline.first_call.send_if_modified(|first| {
            let is_first = first.is_none();
            first.get_or_insert(at);
            is_first
        });
    }

    pub(super) fn first_call(&self) -> Option<Moment> {
        *self.deadline.first_call.borrow()
    }

    /// Lets time pass; false if the run stops first, or the deadline comes before.
    pub(super) async fn pause(&self, until: Moment) -> bool {
        tokio::select! {
            biased;
            () = self.stop.ordered() => false,
            () = self.too_late(until) => false,
            () = self.clock.sleep_until(until) => true,
        }
    }

    /// Returns when it is known that nothing can be done any more at this moment: the deadline comes before.
    pub(super) async fn too_late(&self, moment: Moment) {
        self.deadline.is_before(moment).await;
    }

    /// Was anything given up for the deadline?
    pub(super) fn met_the_deadline(&self) -> bool {
        self.deadline.was_met.load(Ordering::Relaxed)
    }

    /// The server takes a token of this generation.
    pub(super) fn prove(&self, generation: Generation) {
        self.tokens.proved(generation);
    }

    /// The server has refused a token of this generation: a new one will be fetched, or else why the run must stop.
    pub(super) fn renew(&self, generation: Generation, exchange: &Exchange) -> Option<StopCause> {
        let is_over = self.tokens.refused(generation) == AfterRefusal::GiveUp;
        is_over.then(|| StopCause::TokenRefusedAgain(refusal(exchange)))
    }

    /// What a throttled reply means for the run, whichever gate it has closed.
    pub(super) async fn note_hold(&self, hold: HeldBack) -> Result<()> {
        if hold.is_endless {
            self.stop.because(StopCause::ThrottledTooLong);
        }
        self.events.send(Event::Held { at: self.clock.now(), until: hold.until }).await
    }
}
