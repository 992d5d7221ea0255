//! Owns the one way out: every call of an API passes its gate, and the gate tells the store before the call goes.

use crate::model::{Moment, Result};
use crate::pace::{Admission, Echo, Pacing};
use crate::store::AllowanceStore;

/// The gate of one API.
pub struct Gate {
    pacing: Pacing,
    store: Box<dyn AllowanceStore>,
    calls: u64,
}

/// The leave for one call; whoever holds it must say when the call has ended.
#[derive(Debug)]
pub(super) struct Pass {
    call: u64,
    pub(super) admitted: Moment,
}

/// A gate that a throttled reply has closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct GateHold {
    /// The moment before which no call goes.
    pub(super) until: Moment,
    /// Has the server turned everything away for so long that waiting is of no use?
    pub(super) is_endless: bool,
}

/// The answer of the gate.
#[derive(Debug)]
pub(super) enum Answer {
    /// Go.
    Go(Pass),
    /// Ask again at this moment, or after a call has ended.
    Wait(Option<Moment>),
}

impl Gate {
    /// A gate; `store` keeps what other runs must know of the allowance.
    #[must_use]
    pub fn new(pacing: Pacing, store: Box<dyn AllowanceStore>) -> Self {
        Gate { pacing, store, calls: 0 }
    }

    /// Asks for the admission of one call.
    pub(super) fn admit(&mut self, now: Moment) -> Result<Answer> {
        match self.pacing.admit(now) {
            Admission::NotBefore(moment) => Ok(Answer::Wait(Some(moment))),
            Admission::AfterACall => Ok(Answer::Wait(None)),
            Admission::Granted => {
                self.calls += 1;
                self.store.admitted(self.calls)?;
                Ok(Answer::Go(Pass { call: self.calls, admitted: now }))
            }
        }
    }

    /// Says that a call has ended.
    pub(super) fn ended(&mut self, now: Moment, pass: &Pass, echo: Echo) -> Result<()> {
        self.pacing.ended(now, pass.admitted, echo, fastrand::f64());
        self.store.ended(pass.call, echo != Echo::Silence)
    }

    /// How a throttled reply has closed the gate.
    pub(super) fn hold(&self, now: Moment) -> GateHold {
        GateHold { until: self.pacing.held_until(), is_endless: self.pacing.is_throttled_endlessly(now) }
    }
}
