//! The run's own clock as a value: decisions about time take a [`Moment`], none of them looks at a clock.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A point in time, counted from an origin that the run chose; it never goes backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Moment(Duration);

impl Moment {
    /// The origin of the clock.
    pub(crate) const ORIGIN: Moment = Moment(Duration::ZERO);

    /// The moment this long after the origin.
    #[must_use]
    pub(crate) const fn after_origin(span: Duration) -> Self {
        Moment(span)
    }

    /// How long after the origin this is.
    #[must_use]
    pub(crate) const fn since_origin(self) -> Duration {
        self.0
    }

    /// The time from `earlier` to this moment; zero when `earlier` is later.
    #[must_use]
    pub(crate) const fn since(self, earlier: Moment) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;

    fn add(self, span: Duration) -> Moment {
        Moment(self.0.saturating_add(span))
    }
}

impl Sub<Duration> for Moment {
    type Output = Moment;

    fn sub(self, span: Duration) -> Moment {
        Moment(self.0.saturating_sub(span))
    }
}
