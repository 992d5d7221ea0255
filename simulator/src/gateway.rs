//! What stands before the API: tokens first, then scopes, then the rolling allowance of each endpoint.

use std::collections::VecDeque;
use std::time::Duration;

use crate::api::Api;
use crate::auth::{Holder, Tokens};
use crate::codes;
use crate::http::{Moment, Request};
use crate::response::Response;
use crate::settings::{Rate, SimulatorSettings};

#[derive(Debug)]
pub(crate) struct Gateway {
    may_read: bool,
    windows: [Option<Window>; Api::ALL.len()],
    pub(crate) tokens: Tokens,
}

impl Gateway {
    pub(crate) fn new(settings: &SimulatorSettings) -> Gateway {
        Gateway {
            may_read: settings.may_read,
            windows: Api::ALL.map(|api| api.rate(settings.rate).map(Window::new)),
            tokens: Tokens::new(settings.token_lifetime),
        }
    }

    /// Who calls, or what the gateway says in place of the API.
    pub(crate) fn pass(
        &mut self,
        api: Api,
        request: Request<'_>,
        moment: Moment,
    ) -> Result<Holder, Response> {
        let token = request.token().ok_or(Response::Code(codes::TOKEN_MISSING))?;
        let caller = self.tokens.holder_of(token, moment.arrived_at).filter(|holder| holder.has_tenant());
        let caller = caller.ok_or(Response::Code(codes::TOKEN_INVALID))?.clone();
        if api.only_reads() && !self.may_read {
            return Err(Response::Code(codes::SCOPE_MISSING));
        }
        self.admit(api, moment)?;
        Ok(caller)
    }

    /// Admits a call within the allowance of its endpoint.
    pub(crate) fn admit(&mut self, api: Api, moment: Moment) -> Result<(), Response> {
        let Some(window) = &mut self.windows[api as usize] else { return Ok(()) };
        window.admit(moment.arrived_at).map_err(|wait| Response::Throttled { rate: window.rate, wait })
    }
}

/// The admitted calls of one API that may still count. Refused calls do not count.
#[derive(Debug)]
struct Window {
    rate: Rate,
    admitted: VecDeque<Duration>,
}

impl Window {
    fn new(rate: Rate) -> Window {
        Window { rate, admitted: VecDeque::new() }
    }

    /// Admits a call that arrived at this time since the start, or says how long to wait.
    ///
    /// A call and another exactly one period later are not in one window: it is half-open.
    fn admit(&mut self, at: Duration) -> Result<(), Duration> {
        // Calls are judged in the order of their bodies' ends, which may not be that of their arrivals.
        let at = self.admitted.back().map_or(at, |last| at.max(*last));
        while self.admitted.front().is_some_and(|first| *first + self.rate.period <= at) {
            self.admitted.pop_front();
        }
        match self.admitted.front() {
            Some(first) if self.admitted.len() >= self.rate.calls.get() as usize => {
                Err(*first + self.rate.period - at)
            }
            _ => {
                self.admitted.push_back(at);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn a_place_frees_exactly_one_period_after_it_was_taken() {
        let mut window = Window::new(rate("2/60s"));
        let second = Duration::from_secs;
        assert!(window.admit(second(1)).is_ok());
        assert!(window.admit(second(2)).is_ok());
        assert_eq!(window.admit(Duration::from_millis(9_500)), Err(Duration::from_millis(51_500)));
        assert!(window.admit(Duration::from_nanos(60_999_999_999)).is_err());
        assert!(window.admit(second(61)).is_ok());
        assert!(window.admit(second(61)).is_err());
    }

    proptest! {
        #[test]
        fn never_admits_more_than_the_limit_in_any_window(
            calls in 1u32..6,
            gaps in prop::collection::vec(0u64..400, 1..200),
        ) {
            let period = Duration::from_millis(1000);
            let mut window = Window::new(rate(&format!("{calls}/1000ms")));
            let mut now = Duration::ZERO;
            let mut admitted = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                match window.admit(now) {
                    Ok(()) => admitted.push(now),
                    Err(wait) => prop_assert!(wait > Duration::ZERO && wait <= period),
                }
            }
            for start in &admitted {
                let inside = admitted.iter().filter(|at| *at >= start && **at < *start + period).count();
                prop_assert!(inside <= calls as usize);
            }
        }
    }
}
