//! The fake API: a server behind a slow network, with faults, limits and tokens that die.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::store_app::StoreApp;
use crate::feishu::{
    Body, Envelope, Exchange, Failure, QueryReply, Reply, Secret, Token, TokenCall, TokenReply, TokenSource,
};
use crate::model::{Operation, PreHireId, Request, Stage};
use crate::send::Api;
use crate::send::api::TokenApi;

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const MINUTE: Duration = Duration::from_secs(60);

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
    /// A 429, with this wait if any.
    Throttled(Option<Duration>),
}

/// Which fault the given call of the given row meets; rows and calls are counted from 0 and 1.
pub(super) type Script = fn(row: u32, call: u32) -> Option<Fault>;

/// What the server knows, and what it has seen.
#[derive(Debug)]
pub(super) struct Server {
    /// What it is called for; at the start every pre-hire is ready for it.
    pub(super) operation: Operation,
    began: Instant,
    /// One-way network time, drawn anew for each leg.
    pub(super) longest_leg: Duration,
    pub(super) timeout: Duration,
    pub(super) script: Script,
    /// From when on, which limit holds in any rolling minute.
    pub(super) limits: Vec<(Duration, usize)>,
    admitted: VecDeque<Duration>,
    /// How long a token lives, whatever it was said to.
    pub(super) token_lives: Duration,
    token_born: Duration,
    pub(super) may_read: bool,
    /// For how long from the beginning the copies still show everybody as if it were done.
    pub(super) shows_undone_for: Duration,
    /// Those with whom it is done.
    pub(super) done: HashSet<PreHireId>,
    pub(super) calls: HashMap<PreHireId, u32>,
    pub(super) arrivals: Vec<Duration>,
    /// The wait that a 429 names; otherwise the true one.
    pub(super) throttle_says: Option<Duration>,
    pub(super) throttled: u32,
    pub(super) token_calls: u32,
    /// What it knows of tickets, if the caller is a store app.
    pub(super) store_app: Option<StoreApp>,
    pub(super) batches: Vec<usize>,
    in_flight: usize,
    pub(super) most_in_flight: usize,
}

impl Server {
    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn limit(&mut self) -> Option<Fault> {
        let now = self.now();
        let limit =
            self.limits.iter().rev().find(|(from, _)| *from <= now).map_or(usize::MAX, |limit| limit.1);
        while self.admitted.front().is_some_and(|first| *first + MINUTE <= now) {
            self.admitted.pop_front();
        }
        if self.admitted.len() < limit {
            self.admitted.push_back(now);
            return None;
        }
        self.throttled += 1;
        let true_wait = self.admitted.front().map(|first| *first + MINUTE - now);
        Some(Fault::Throttled(self.throttle_says.or(true_wait)))
    }

    fn play(&mut self, token: &Token, id: PreHireId) -> Result<Exchange, Fault> {
        self.arrivals.push(self.now());
        if self.is_stale(token) {
            return Ok(refused(99_991_663));
        }
        if let Some(throttled) = self.limit() {
            return Err(throttled);
        }
        let calls = self.calls.entry(id).or_default();
        *calls += 1;
        match (self.script)(row_of(id), *calls) {
            Some(Fault::Lost { applied: true }) => {
                self.done.insert(id);
                Err(Fault::Lost { applied: true })
            }
            Some(fault) => Err(fault),
            None if self.done.insert(id) => Ok(reply(200, Some(0), Some(true))),
            None => Ok(refused(1_161_129)),
        }
    }

    fn is_stale(&self, token: &Token) -> bool {
        token.0.reveal() != self.token_calls.to_string() || self.now() >= self.token_born + self.token_lives
    }
}

/// The fake API.
#[derive(Clone, Debug)]
pub(super) struct Fake(Arc<Mutex<Server>>);

impl Fake {
    /// A server that is well, on a fast network.
    pub(super) fn well(timeout: Duration) -> Fake {
        Fake(Arc::new(Mutex::new(Server {
            operation: Operation::Withdraw,
            began: Instant::now(),
            longest_leg: Duration::from_millis(200),
            timeout,
            script: |_, _| None,
            limits: Vec::new(),
            admitted: VecDeque::new(),
            token_lives: 120 * MINUTE,
            token_born: Duration::ZERO,
            may_read: true,
            shows_undone_for: Duration::ZERO,
            done: HashSet::new(),
            calls: HashMap::new(),
            arrivals: Vec::new(),
            throttle_says: None,
            throttled: 0,
            token_calls: 0,
            store_app: None,
            batches: Vec::new(),
            in_flight: 0,
            most_in_flight: 0,
        })))
    }

    pub(super) fn server(&self) -> MutexGuard<'_, Server> {
        self.0.lock().expect("nobody panics with the lock")
    }

    async fn travel(&self) {
        let longest = self.server().longest_leg;
        sleep(longest.mul_f64(fastrand::f64())).await;
    }
}

impl Api for Fake {
    async fn call(&self, token: &Token, id: PreHireId, request: &Request) -> Exchange {
        {
            let mut server = self.server();
            let is_withdrawal = matches!(request, Request::Withdraw(_));
            assert_eq!(server.operation == Operation::Withdraw, is_withdrawal);
            server.in_flight += 1;
            server.most_in_flight = server.most_in_flight.max(server.in_flight);
        }
        self.travel().await;
        let done = self.server().play(token, id);
        let exchange = match done {
            Ok(exchange) => exchange,
            Err(Fault::Code(code)) => refused(code),
            Err(Fault::Throttled(wait)) => {
                Exchange::Reply(Reply { status: 429, body: Body::NotJson, log_id: None, wait })
            }
            Err(Fault::NotSent) => Exchange::Failed(Failure::NotSent("refused".to_owned())),
            Err(Fault::Lost { .. }) => Exchange::Failed(Failure::ConnectionLost("reset".to_owned())),
            Err(Fault::Silence) => {
                let timeout = self.server().timeout;
                sleep(timeout).await;
                Exchange::Failed(Failure::TimedOut)
            }
        };
        self.travel().await;
        self.server().in_flight -= 1;
        exchange
    }

    async fn query(&self, token: &Token, ids: &[PreHireId]) -> QueryReply {
        self.travel().await;
        let mut server = self.server();
        server.batches.push(ids.len());
        if server.is_stale(token) || !server.may_read {
            let code = if server.may_read { 99_991_663 } else { 99_991_672 };
            return QueryReply { exchange: refused(code), stages: Vec::new() };
        }
        let stage = |id: &PreHireId| {
            let seems_done = server.done.contains(id) || server.now() < server.shows_undone_for;
            let is_withdrawn = seems_done == (server.operation == Operation::Withdraw);
            if is_withdrawn { Stage::Withdrawn } else { Stage::Preboarding }
        };
        let stages = ids.iter().map(|id| (*id, stage(id))).collect();
        QueryReply { exchange: reply(200, Some(0), None), stages }
    }
}

impl TokenApi for Fake {
    async fn token(&self, call: &TokenCall) -> TokenReply {
        self.travel().await;
        let mut server = self.server();
        let now = server.now();
        if let Some(reply) = server.store_app.as_mut().and_then(|app| app.answer(call, now)) {
            return reply;
        }
        server.token_calls += 1;
        server.token_born = server.now();
        TokenReply::Granted(Token(Secret::new(&server.token_calls.to_string())), 120 * MINUTE)
    }

    fn token_source(&self) -> TokenSource {
        match &self.server().store_app {
            Some(_) => TokenSource::StoreApp { ticket_is_fixed: false },
            None => TokenSource::CustomApp,
        }
    }

    fn ticket(&self) -> Option<Secret> {
        let server = self.server();
        server.store_app.as_ref().map(|app| app.file(server.now()))
    }
}

fn reply(status: u16, code: Option<i64>, success: Option<bool>) -> Exchange {
    let body = Body::Json(Envelope { code, success, message: "said".to_owned(), help_url: None });
    Exchange::Reply(Reply { status, body, log_id: None, wait: None })
}

pub(super) fn refused(code: i64) -> Exchange {
    reply(400, Some(code), None)
}

pub(super) fn id_of(row: u32) -> PreHireId {
    PreHireId::parse(&(7_000_001 + row).to_string(), true).expect("an id")
}

fn row_of(id: PreHireId) -> u32 {
    id.to_string().parse::<u32>().expect("a small id") - 7_000_001
}
