//! Time and chance for the sending stage, which has them from nowhere else.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::model::Moment;
use crate::store::clock;

/// The clock of one run. It follows tokio's, so tests can let hours pass in no time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    origin: Instant,
}

impl Clock {
    /// A clock whose origin is now.
    #[must_use]
    pub(super) fn start() -> Self {
        Clock { origin: Instant::now() }
    }

    /// Now, for decisions.
    #[must_use]
    pub(super) fn now(&self) -> Moment {
        Moment::after_origin(self.origin.elapsed())
    }

    /// Now, for people.
    #[must_use]
    pub(super) fn wall(&self) -> Timestamp {
        clock::now()
    }

    /// A number from 0 to 1, for the jitter of a backoff.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of this stage that leaves something to chance"
    )]
    pub(super) fn chance(&self) -> f64 {
        fastrand::f64()
    }

    /// Sleeps until the moment.
    pub(super) async fn sleep_until(&self, moment: Moment) {
        tokio::time::sleep_until(self.origin + moment.since_origin()).await;
    }
}
