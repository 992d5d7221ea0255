//! The cap: never more than L calls in any rolling window of W, as the server sees it.
//!
//! The rule: a call is admitted at `t` only if fewer than L calls are in flight or ended after `t − W`.
//! Whenever the server counts a call, it lies between its admission and its end; so if L + 1 arrivals fell into one
//! window, the last one admitted would have found L others in flight or ended within W: it was not admitted.
//! A call that ended without a reply may still arrive later, so it counts for the call's timeout longer.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::{Moment, Rate};

/// The calls that count against the allowance.
#[derive(Debug)]
pub(super) struct WindowLog {
    rate: Rate,
    timeout: Duration,
    in_flight: usize,
    earlier: VecDeque<Moment>,
    // Each holds the moments until which ended calls count; both are in order, since calls end in order.
    answered: VecDeque<Moment>,
    unanswered: VecDeque<Moment>,
}

/// When the next call may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Availability {
    /// At once.
    Now,
    /// Not before this moment.
    At(Moment),
    /// Only after a call that is in flight has ended.
    AfterACall,
}

impl WindowLog {
    /// A log for the allowance; `timeout` is that of one call, `earlier` tells how long calls of earlier runs count.
    pub(super) fn new(rate: Rate, timeout: Duration, mut earlier: Vec<Duration>) -> Self {
        earlier.sort_unstable();
        WindowLog {
            rate,
            timeout,
            in_flight: 0,
            earlier: earlier.into_iter().map(Moment::after_origin).collect(),
            answered: VecDeque::new(),
            unanswered: VecDeque::new(),
        }
    }

    /// Is there room for one more call?
    pub(super) fn availability(&mut self, now: Moment) -> Availability {
        for ended in [&mut self.earlier, &mut self.answered, &mut self.unanswered] {
            while ended.front().is_some_and(|until| *until <= now) {
                ended.pop_front();
            }
        }
        let counting = self.in_flight + self.earlier.len() + self.answered.len() + self.unanswered.len();
        if counting < self.rate.calls().get() as usize {
            return Availability::Now;
        }
        let ended = [&self.earlier, &self.answered, &self.unanswered];
        let next = ended.into_iter().filter_map(VecDeque::front).min();
        next.map_or(Availability::AfterACall, |until| Availability::At(*until))
    }

    /// Notes that a call was admitted.
    pub(super) fn admitted(&mut self) {
        self.in_flight += 1;
    }

    /// Notes that a call has ended; `was_answered` if there was a reply, or the call certainly never left.
    pub(super) fn ended(&mut self, now: Moment, was_answered: bool) {
        self.in_flight = self.in_flight.checked_sub(1).expect("every call that ends was admitted");
        let until = now + self.rate.period();
        if was_answered {
            self.answered.push_back(until);
        } else {
            self.unanswered.push_back(until + self.timeout);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(seconds: u64) -> Moment {
        Moment::after_origin(Duration::from_secs(seconds))
    }

    #[test]
    fn a_call_counts_from_its_admission_until_a_window_after_its_end() {
        let mut log = WindowLog::new("2/10s".parse().expect("a rate"), 5 * SECOND, Vec::new());
        log.admitted();
        log.admitted();
        assert_eq!(log.availability(at(0)), Availability::AfterACall);
        log.ended(at(3), true);
        assert_eq!(log.availability(at(4)), Availability::At(at(13)));
        assert_eq!(log.availability(at(13)), Availability::Now);
    }

    #[test]
    fn calls_of_an_earlier_run_count_until_their_time_is_over() {
        let earlier = vec![9 * SECOND, 2 * SECOND, 4 * SECOND];
        let mut log = WindowLog::new("2/10s".parse().expect("a rate"), 5 * SECOND, earlier);
        assert_eq!(log.availability(at(0)), Availability::At(at(2)));
        assert_eq!(
            log.availability(at(2)),
            Availability::At(at(4)),
            "more than the cap, after a change of rate"
        );
        assert_eq!(log.availability(at(4)), Availability::Now);
    }

    #[test]
    fn a_call_without_an_answer_counts_a_timeout_longer() {
        let mut log = WindowLog::new("1/10s".parse().expect("a rate"), 5 * SECOND, Vec::new());
        log.admitted();
        log.ended(at(3), false);
        assert_eq!(log.availability(at(17)), Availability::At(at(18)));
        assert_eq!(log.availability(at(18)), Availability::Now);
    }
}
