//! The allowance of one API, as calls meet it.

use tokio::sync::{Mutex, Notify};

use crate::model::{Moment, Result};
use crate::pace::Feedback;
use crate::store::{Answer, HeldBack, Limiter, Permit};

/// The allowance of one API: calls take turns in the order in which they ask.
pub(crate) struct Gate {
    pub(super) turn: Mutex<()>,
    limiter: Mutex<Box<dyn Limiter>>,
    pub(super) call_ended: Notify,
}

impl Gate {
    pub(crate) fn new(limiter: impl Limiter + 'static) -> Self {
        Gate { turn: Mutex::new(()), limiter: Mutex::new(Box::new(limiter)), call_ended: Notify::new() }
    }

    /// Reports the end of a call; the result says how calls are held back since.
    pub(super) async fn ended(&self, now: Moment, permit: Permit, feedback: Feedback) -> Result<HeldBack> {
        let hold = self.limiter.lock().await.ended(now, permit, feedback).await;
        self.call_ended.notify_waiters();
        hold
    }

    pub(super) async fn admit(&self, now: Moment) -> Result<Answer> {
        self.limiter.lock().await.admit(now).await
    }
}
