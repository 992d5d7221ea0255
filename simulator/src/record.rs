//! What tests ask afterwards: every call, when it came and what was done.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::api::Api;

/// Every call to an endpoint, in the order in which they were judged; empty without
/// [`record`](crate::SimulatorSettings::record).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The calls.
    pub calls: Vec<Call>,
}

/// One call, refused and throttled ones included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// The endpoint.
    pub api: Api,
    /// When its head had arrived, since the start (in JSON: seconds).
    #[serde(serialize_with = "as_seconds")]
    pub arrived_at: Duration,
    /// The pre-hire to be changed, if the body named one.
    pub pre_hire_id: Option<String>,
    /// The pre-hires to be looked up, if the body named any.
    pub looked_up: Vec<String>,
    /// The reason, if the body had one.
    pub withdraw_reason: Option<String>,
    /// Whether a restoration confirms the work force, if the body says so.
    pub confirm_workforce: Option<bool>,
    /// The HTTP status that was answered; `None` is no answer at all.
    pub status: Option<u16>,
    /// The API code that was answered; `None` when the answer has none (or none that can be read).
    pub code: Option<u32>,
    /// Whether the call withdrew (restored) the pre-hire, whatever was answered.
    pub applied: bool,
    /// The token that it carried, or was given.
    pub token: Option<String>,
    /// The tenant that a store app called for.
    pub tenant_key: Option<String>,
}

impl Call {
    /// A call of which nothing but the endpoint and the time is known yet.
    pub(crate) fn blank(api: Api, arrived_at: Duration) -> Call {
        Call {
            api,
            arrived_at,
            pre_hire_id: None,
            looked_up: Vec::new(),
            withdraw_reason: None,
            confirm_workforce: None,
            status: None,
            code: None,
            applied: false,
            token: None,
            tenant_key: None,
        }
    }
}

impl Record {
    /// The calls to one endpoint.
    pub fn calls_to(&self, api: Api) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(move |call| call.api == api)
    }

    /// The withdraw and restore calls for one pre-hire.
    pub fn calls_for<'record>(&'record self, id: &'record str) -> impl Iterator<Item = &'record Call> {
        self.calls.iter().filter(move |call| call.pre_hire_id.as_deref() == Some(id))
    }

    /// The most arrivals at one endpoint in any window `[s, s + period)`, throttled ones included.
    #[must_use]
    pub fn most_in_window(&self, api: Api, period: Duration) -> usize {
        let mut arrivals: Vec<Duration> = self.calls_to(api).map(|call| call.arrived_at).collect();
        arrivals.sort_unstable();
        let mut first = 0;
        let mut most = 0;
        for (last, at) in arrivals.iter().enumerate() {
            while arrivals[first] + period <= *at {
                first += 1;
            }
            most = most.max(last - first + 1);
        }
        most
    }
}

fn as_seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn call(api: Api, milliseconds: u64) -> Call {
        Call::blank(api, Duration::from_millis(milliseconds))
    }

    #[test]
    fn the_fullest_window_is_half_open_and_of_one_endpoint() {
        let times = [2000, 0, 500, 999, 1000, 1499, 5000];
        let mut calls: Vec<Call> = times.map(|time| call(Api::WithdrawOnboarding, time)).into();
        calls.push(call(Api::TenantAccessToken, 500));
        let record = Record { calls };
        let most = |milliseconds| {
            record.most_in_window(Api::WithdrawOnboarding, Duration::from_millis(milliseconds))
        };
        assert_eq!(most(1), 1);
        assert_eq!(most(2), 2);
        assert_eq!(most(1000), 4);
        assert_eq!(most(10_000), 7);
        assert_eq!(record.most_in_window(Api::TenantAccessToken, Duration::from_secs(9)), 1);
    }
}
