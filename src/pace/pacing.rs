//! The gate's decision: window log, hold and spacing must all agree before a call goes.
//!
//! - `window` keeps the cap, and says why it holds; it alone would let calls out in bursts.
//! - `spacing` (the crate `governor`) keeps them even; it alone would not keep the cap: the server counts arrivals, and
//!   a delayed call arrives beside later ones.
//! - `hold` keeps everything back when the server asks for it. After it, `spacing` is slower for one window, for somebody
//!   else shares the allowance.

use std::num::NonZeroU32;
use std::time::Duration;

use super::hold::Hold;
use super::spacing::Spacing;
use super::window::{Availability, WindowLog};
use crate::model::{Moment, Rate};

/// The pacing of one API. Calls are admitted in the order in which they ask.
///
/// An example is [in the guide](crate#the-pace).
#[derive(Debug)]
pub(crate) struct Pacing {
    window: WindowLog,
    hold: Hold,
    spacing: Spacing,
}

/// How calls of one API are paced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Never more calls than this, as the server sees it.
    pub(crate) rate: Rate,
    /// Calls at once before even spacing sets in.
    pub(crate) burst: NonZeroU32,
    /// The longest time for one call.
    pub(crate) timeout: Duration,
}

/// The answer of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// The call counts from now on; send it, and say when it has ended.
    Granted,
    /// Ask again at this moment.
    NotBefore(Moment),
    /// Ask again after a call that is in flight has ended.
    AfterACall,
}

/// What the end of a call tells about the allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feedback {
    /// The server let it through.
    Passed,
    /// The server turned it away, and named the wait or not.
    Throttled(Option<Duration>),
    /// It certainly never arrived.
    NeverSent,
    /// No reply; it may arrive yet.
    NoReply,
}

impl Pacing {
    /// A gate for the allowance; `timeout` is that of one call.
    #[must_use]
    pub(crate) fn new(rate: Rate, burst: NonZeroU32, timeout: Duration) -> Self {
        Pacing::after_earlier_calls(rate, burst, timeout, Vec::new())
    }

    /// A gate for an allowance of which earlier runs have used a part: for so long each of their calls counts yet.
    #[must_use]
    pub(crate) fn after_earlier_calls(
        rate: Rate,
        burst: NonZeroU32,
        timeout: Duration,
        earlier: Vec<Duration>,
    ) -> Self {
        Pacing {
            window: WindowLog::new(rate, timeout, earlier),
            hold: Hold::default(),
            spacing: Spacing::new(rate, burst),
        }
    }

    /// Asks for the admission of one call.
    pub(crate) fn admit(&mut self, now: Moment) -> Admission {
        if now < self.hold.until() {
            return Admission::NotBefore(self.hold.until());
        }
        match self.window.availability(now) {
            Availability::Now => {}
            Availability::At(moment) => return Admission::NotBefore(moment),
            Availability::AfterACall => return Admission::AfterACall,
        }
        // Spacing comes last, because asking it takes the place.
        if let Err(moment) = self.spacing.take(now) {
            return Admission::NotBefore(moment);
        }
        self.window.admitted();
        Admission::Granted
    }

    /// Says that a call, admitted at `admitted`, has ended; `jitter` lies between 0 and 1.
    pub(crate) fn ended(&mut self, now: Moment, admitted: Moment, feedback: Feedback, jitter: f64) {
        self.window.ended(now, feedback != Feedback::NoReply);
        match feedback {
            Feedback::Passed => self.hold.passed(admitted),
            Feedback::Throttled(asked) => {
                self.hold.throttled(now, admitted, asked, jitter);
                self.spacing.throttled(self.hold.until());
            }
            Feedback::NeverSent | Feedback::NoReply => {}
        }
    }

    /// The moment before which a throttled reply lets no call go.
    #[must_use]
    pub(crate) const fn held_until(&self) -> Moment {
        self.hold.until()
    }

    /// Has the server turned everything away for so long that waiting is of no use?
    #[must_use]
    pub(crate) fn is_throttled_endlessly(&self, now: Moment) -> bool {
        self.hold.is_endless(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    /// One call of the simulation: where in its latency the server counts it, and whether it is answered.
    #[derive(Clone, Debug)]
    struct Call {
        latency: u64,
        arrives_at: f64,
        is_answered: bool,
    }

    struct Flown {
        arrivals: Vec<u64>,
        finished: u64,
    }

    fn moment(nanos: u64) -> Moment {
        Moment::after_origin(Duration::from_nanos(nanos))
    }

    fn nanos(moment: Moment) -> u64 {
        u64::try_from(moment.since_origin().as_nanos()).expect("simulations are short")
    }

    /// Sends every call as early as the gate lets it, in virtual time.
    fn fly(rate: Rate, burst: u32, timeout: Duration, calls: &[Call]) -> Flown {
        let mut pacing = Pacing::new(rate, NonZeroU32::new(burst).expect("a burst"), timeout);
        let mut in_flight: BinaryHeap<Reverse<(u64, u64, bool)>> = BinaryHeap::new();
        let (mut now, mut arrivals) = (0, Vec::new());
        let land = |pacing: &mut Pacing, landed: (u64, u64, bool)| {
            let echo = if landed.2 { Feedback::Passed } else { Feedback::NoReply };
            pacing.ended(moment(landed.0), moment(landed.1), echo, 0.0);
        };
        for call in calls {
            loop {
                while let Some(Reverse(next)) = in_flight.peek().copied().filter(|next| next.0.0 <= now) {
                    in_flight.pop();
                    land(&mut pacing, next);
                }
                match pacing.admit(moment(now)) {
                    Admission::Granted => break,
                    Admission::NotBefore(later) => {
                        let landing = in_flight.peek().map_or(u64::MAX, |next| next.0.0);
                        now = nanos(later).min(landing).max(now);
                    }
                    Admission::AfterACall => now = in_flight.peek().expect("a call is in flight").0.0,
                }
            }
            let (ends, late) = if call.is_answered {
                (now + call.latency, call.latency)
            } else {
                // Given up after the timeout; it arrives at most another timeout later.
                (now + timeout.as_nanos() as u64, 2 * timeout.as_nanos() as u64)
            };
            arrivals.push(now + (late as f64 * call.arrives_at) as u64);
            in_flight.push(Reverse((ends, now, call.is_answered)));
        }
        arrivals.sort_unstable();
        Flown { arrivals, finished: now }
    }

    fn most_in_a_window(arrivals: &[u64], window: Duration) -> usize {
        let window = window.as_nanos() as u64;
        let mut first = 0;
        arrivals.iter().enumerate().fold(0, |most, (last, arrival)| {
            while arrivals[first] + window <= *arrival {
                first += 1;
            }
            most.max(last - first + 1)
        })
    }

    fn any_call(longest: Duration) -> impl Strategy<Value = Call> {
        let usual = 0..longest.as_nanos() as u64;
        (usual, 0.0_f64..=1.0, proptest::bool::weighted(0.97))
            .prop_map(|(latency, arrives_at, is_answered)| Call { latency, arrives_at, is_answered })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn the_server_never_sees_more_than_the_cap_in_any_rolling_window(
            calls in proptest::collection::vec(any_call(Duration::from_secs(5)), 1..400),
            cap in 1_u32..60,
            burst in 1_u32..80,
        ) {
            let rate: Rate = format!("{cap}/10s").parse().expect("a rate");
            let flown = fly(rate, burst, Duration::from_secs(5), &calls);
            prop_assert!(most_in_a_window(&flown.arrivals, rate.period()) <= cap as usize);
        }

        #[test]
        fn at_least_99_percent_of_the_cap_flows_in_a_window_and_one_latency(
            calls in proptest::collection::vec(any_call(Duration::from_millis(300)), 600..900),
            cap in 20_u32..100,
        ) {
            let answered: Vec<Call> = calls.into_iter().map(|call| Call { is_answered: true, ..call }).collect();
            let rate: Rate = format!("{cap}/6s").parse().expect("a rate");
            let latency = answered.iter().map(|call| call.latency).max().expect("calls") as f64 / 1e9;
            let flown = fly(rate, 10, Duration::from_secs(30), &answered);
            let windows = flown.finished as f64 / 1e9 / (6.0 + latency);
            prop_assert!(answered.len() as f64 >= 0.99 * f64::from(cap) * windows, "{windows} windows");
        }
    }

    #[test]
    fn a_hold_stops_everything_until_its_end() {
        let mut pacing =
            Pacing::new(Rate::COREHR, NonZeroU32::new(10).expect("ten"), Duration::from_secs(30));
        assert_eq!(pacing.admit(moment(0)), Admission::Granted);
        pacing.ended(moment(1), moment(0), Feedback::Throttled(Some(Duration::from_secs(52))), 0.0);
        let until = moment(1) + Duration::from_secs(52);
        assert_eq!(pacing.admit(moment(2)), Admission::NotBefore(until));
        assert_eq!(pacing.admit(until), Admission::Granted);
        assert!(matches!(pacing.admit(until), Admission::NotBefore(_)), "no burst after a hold");
    }
}
