//! What goes wrong in a run: the faults that its calls meet, and an allowance that changes while it goes on.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::json;

use crate::feishu::Failure;
use crate::model::PreHireId;
use crate::send::scripted::{Arrival, Canned};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(3600);

/// What a call meets in place of a plain success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection is lost, after the deed or before it.
    Lost { applied: bool },
    /// No reply within the timeout.
    Silence,
    /// It never leaves.
    NotSent,
    /// This code, on status 400.
    Code(i64),
}

impl Fault {
    fn canned(self) -> Canned {
        let lost = || Failure::ConnectionLost("reset".to_owned());
        match self {
            Fault::Lost { applied: true } => Canned::FailedAfter(lost()),
            Fault::Lost { applied: false } => Canned::Failed(lost()),
            Fault::Silence => Canned::Failed(Failure::TimedOut),
            Fault::NotSent => Canned::Failed(Failure::NotSent("refused".to_owned())),
            Fault::Code(code) => Canned::Reply(400, Vec::new(), json!({"code": code, "msg": "said"})),
        }
    }
}

/// Which fault the given call of the given row meets; rows and calls are counted from 0 and 1.
pub(super) type Faults = fn(row: u32, call: u32) -> Option<Fault>;

/// What the calls that change pre-hires may do in any rolling minute.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    /// From when on, which limit holds; none before the first.
    pub(super) limits: Vec<(Duration, usize)>,
    /// The wait that a 429 names; otherwise the true one, if there is any.
    pub(super) says: Option<Duration>,
    admitted: VecDeque<Duration>,
}

impl Allowance {
    fn judge(&mut self, now: Duration) -> Option<Canned> {
        let limit = self.limits.iter().rev().find(|(from, _)| *from <= now)?.1;
        while self.admitted.front().is_some_and(|first| *first + MINUTE <= now) {
            self.admitted.pop_front();
        }
        if self.admitted.len() < limit {
            self.admitted.push_back(now);
            return None;
        }
        let true_wait = self.admitted.front().map(|first| *first + MINUTE - now);
        let wait = self.says.or(true_wait).map(|wait| wait.as_secs_f64().ceil().to_string());
        let headers = wait.into_iter().map(|wait| ("x-ogw-ratelimit-reset", wait)).collect();
        Some(Canned::Reply(429, headers, json!({"code": 99_991_400, "msg": "too many"})))
    }
}

/// The rule for the simulated API: who is within the allowance meets the faults.
pub(super) fn rule(faults: Faults, mut allowance: Allowance) -> impl FnMut(&Arrival<'_>) -> Option<Canned> {
    move |arrival| {
        let (id, call) = arrival.pre_hire?;
        allowance.judge(arrival.now).or_else(|| faults(row_of(id), call).map(Fault::canned))
    }
}

pub(super) fn id_of(row: u32) -> PreHireId {
    PreHireId::parse(&(7_000_001 + row).to_string(), true).expect("an id")
}

fn row_of(id: &str) -> u32 {
    id.parse::<u32>().expect("a small id") - 7_000_001
}
