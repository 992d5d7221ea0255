//! An allowance that nobody shares.

use crate::model::Moment;
use crate::pace::{Admission, Feedback, Pacing};
use crate::store::limiter::{Answer, HeldBack, Limiter, Permit, Stored};

/// Decides by what this process has done.
#[derive(Debug)]
pub(crate) struct MemoryLimiter {
    pacing: Pacing,
    calls: u64,
}

impl MemoryLimiter {
    pub(crate) fn new(pacing: Pacing) -> Self {
        MemoryLimiter { pacing, calls: 0 }
    }

    /// The decision, at once.
    pub(in crate::store) fn decide(&mut self, now: Moment) -> Answer {
        match self.pacing.admit(now) {
            Admission::NotBefore(moment) => Answer::NotBefore(moment),
            Admission::AfterACall => Answer::AfterACall,
            Admission::Granted => {
                self.calls += 1;
                Answer::Granted(Permit { call: self.calls, admitted: now })
            }
        }
    }

    /// Records an end, at once.
    pub(in crate::store) fn note(&mut self, now: Moment, permit: &Permit, feedback: Feedback) -> HeldBack {
        #[expect(clippy::disallowed_methods, reason = "the pacing itself takes the chance as a parameter")]
        let chance = fastrand::f64();
        self.pacing.ended(now, permit.admitted, feedback, chance);
        HeldBack { until: self.pacing.held_until(), is_endless: self.pacing.is_throttled_endlessly(now) }
    }
}

impl Limiter for MemoryLimiter {
    fn admit(&mut self, now: Moment) -> Stored<'_, Answer> {
        let answer = self.decide(now);
        Box::pin(std::future::ready(Ok(answer)))
    }

    fn ended(&mut self, now: Moment, permit: Permit, feedback: Feedback) -> Stored<'_, HeldBack> {
        let hold = self.note(now, &permit, feedback);
        Box::pin(std::future::ready(Ok(hold)))
    }
}
