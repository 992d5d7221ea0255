//! The simulated API in the same process and in virtual time: the client's own requests and replies, without sockets.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fastrand::Rng;
use http_body_util::Limited;
use jiff::Timestamp;
use prehire_simulator::{self as simulator, Reaction, Script, SimulatorSettings};
use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use crate::feishu::{Client, Credentials, Failure, Secret, Transport};

/// What happens to a call in place of what the script says.
#[derive(Clone, Debug)]
pub(super) enum Canned {
    /// It fails, and never arrives.
    Failed(Failure),
    /// It is applied as usual, and then its reply is lost.
    FailedAfter(Failure),
    /// It is answered so: status, headers and body.
    Reply(u16, Vec<(&'static str, String)>, Value),
}

/// A call that arrives, for a rule to judge.
#[derive(Debug)]
pub(super) struct Arrival<'call> {
    /// Since the start.
    pub(super) now: Duration,
    pub(super) path: &'call str,
    /// The pre-hire that it would change, and the how manyth such call for it this is, counted from 1.
    pub(super) pre_hire: Option<(&'call str, u32)>,
}

type Rule = Box<dyn FnMut(&Arrival<'_>) -> Option<Canned> + Send>;

/// What travels through no network. Clones share one simulated API.
#[derive(Clone)]
pub(super) struct Scripted(Arc<Shared>);

struct Shared {
    started: Instant,
    timeout: Duration,
    settings: SimulatorSettings,
    state: Mutex<State>,
}

/// A call that has arrived, or would have.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Since the start.
    pub(super) at: Duration,
    pub(super) path: String,
    /// The pre-hire that it would change.
    pub(super) pre_hire: Option<String>,
    /// How many pre-hires it asks for by their ids.
    pub(super) looked_up: usize,
    /// The status with which it was answered in place of the script, if it was.
    pub(super) canned_status: Option<u16>,
}

pub(super) struct State {
    pub(super) script: Script,
    rng: Rng,
    rule: Option<Rule>,
    queue: VecDeque<Canned>,
    calls: HashMap<String, u32>,
    in_flight: usize,
    /// The most calls that were on their way at once.
    pub(super) most_in_flight: usize,
    pub(super) traffic: Traffic,
    short_lives: Option<ShortLives>,
}

/// What was seen on the way; calls of somebody else are not.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    /// Every call, in the order of arrival.
    pub(super) seen: Vec<Seen>,
    changes_in_flight: usize,
    /// The most calls that would change a pre-hire and were on their way at once.
    pub(super) most_changes_in_flight: usize,
}

/// How long a tenant's token lives after its first use, whatever was said of it.
#[derive(Debug)]
struct ShortLives {
    longest: Duration,
    first_used: HashMap<String, Duration>,
}

impl Scripted {
    /// A simulated API that starts now; a call that takes longer than the timeout has timed out.
    pub(super) fn new(settings: SimulatorSettings, timeout: Duration) -> Scripted {
        let mut rng = Rng::with_seed(settings.seed.unwrap_or(7));
        let script = Script::new(&settings, Timestamp::UNIX_EPOCH, &mut rng);
        let (rule, queue, calls) = (None, VecDeque::new(), HashMap::new());
        let (traffic, short_lives) = (Traffic::default(), None);
        let (in_flight, most_in_flight) = (0, 0);
        let state =
            State { script, rng, rule, queue, calls, in_flight, most_in_flight, traffic, short_lives };
        let state = Mutex::new(state);
        let scripted = Scripted(Arc::new(Shared { started: Instant::now(), timeout, settings, state }));
        scripted.deliver_ticket(Duration::ZERO);
        scripted
    }

    /// A client of a custom app, which talks to it.
    pub(super) fn client(&self) -> Client<Scripted> {
        let app_secret = Secret::new("the-simulated-api-takes-any-secret");
        self.client_of(Credentials::App { app_id: "cli_simulated".to_owned(), app_secret })
    }

    pub(super) fn client_of(&self, credentials: Credentials) -> Client<Scripted> {
        over(self.clone(), credentials)
    }

    /// A client of somebody else, whose calls take no time, meet no rule and are not seen.
    pub(super) fn unseen_client_of(&self, credentials: Credentials) -> Client<Unseen> {
        over(Unseen(self.clone()), credentials)
    }

    /// From now on a tenant's token lives so long after its first use, whatever was said of it.
    pub(super) fn end_tokens_after(&self, longest: Duration) {
        self.state().short_lives = Some(ShortLives { longest, first_used: HashMap::new() });
    }

    /// What a test looks into.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("nobody panics with the lock")
    }

    /// This happens to the next call, whichever that is; what is queued comes before the rule.
    pub(super) fn queue(&self, canned: Canned) {
        self.state().queue.push_back(canned);
    }

    /// This decides what happens to each call; the script has the word where it says nothing.
    pub(super) fn rule(&self, rule: impl FnMut(&Arrival<'_>) -> Option<Canned> + Send + 'static) {
        self.state().rule = Some(Box::new(rule));
    }

    /// The call has arrived.
    fn handle(&self, request: &reqwest::Request) -> Result<Reaction, Canned> {
        let canned = self.canned(request);
        if let Some(canned @ (Canned::Failed(_) | Canned::Reply(..))) = canned {
            return Err(canned);
        }
        self.end_old_token(request);
        let reaction = self.ask_script(request);
        canned.map_or(Ok(reaction), Err)
    }

    /// What the script says to a call that arrives now.
    fn ask_script(&self, request: &reqwest::Request) -> Reaction {
        let (path, query) = (request.url().path(), request.url().query().unwrap_or_default());
        let (authorization, body) = (authorization(request), body(request));
        let call = simulator::Request { method: request.method().as_str(), path, query, authorization, body };
        let reaction = {
            let State { script, rng, .. } = &mut *self.state();
            script.handle(self.0.started.elapsed(), call, rng)
        };
        self.deliver_ticket(self.0.settings.resend_delay);
        reaction
    }

    /// A token that has lived long enough ends before this call is judged.
    fn end_old_token(&self, request: &reqwest::Request) {
        let now = self.0.started.elapsed();
        let State { script, short_lives: Some(lives), .. } = &mut *self.state() else { return };
        let Some(token) = authorization(request).and_then(|value| value.strip_prefix("Bearer ")) else {
            return;
        };
        let first = *lives.first_used.entry(token.to_owned()).or_insert(now);
        if now >= first + lives.longest {
            script.revoke_token(token);
        }
    }

    fn canned(&self, request: &reqwest::Request) -> Option<Canned> {
        let (now, path) = (self.0.started.elapsed(), request.url().path());
        let State { calls, queue, rule, traffic, .. } = &mut *self.state();
        let body: Value = serde_json::from_slice(body(request)).unwrap_or_default();
        let pre_hire = body["pre_hire_id"].as_str().map(|id| {
            let count = calls.entry(id.to_owned()).or_default();
            *count += 1;
            (id, *count)
        });
        let canned = queue.pop_front().or_else(|| rule.as_mut()?(&Arrival { now, path, pre_hire }));
        traffic.seen.push(Seen {
            at: now,
            path: path.to_owned(),
            pre_hire: pre_hire.map(|(id, _)| id.to_owned()),
            looked_up: body["pre_hire_ids"].as_array().map_or(0, Vec::len),
            canned_status: match &canned {
                Some(Canned::Reply(status, ..)) => Some(*status),
                _ => None,
            },
        });
        canned
    }

    /// A new app ticket reaches the file that the settings name, as the app's event receiver would keep it.
    fn deliver_ticket(&self, delay: Duration) {
        let ticket = self.state().script.take_undelivered_ticket();
        let Some((file, ticket)) = self.0.settings.app_ticket_file.clone().zip(ticket) else { return };
        let deliver = move || std::fs::write(file, ticket).expect("a place for the ticket");
        if delay.is_zero() {
            deliver();
        } else {
            tokio::spawn(async move {
                sleep(delay).await;
                deliver();
            });
        }
    }

    async fn converse(&self, request: reqwest::Request) -> Result<reqwest::Response, Failure> {
        let travel = {
            let State { script, rng, .. } = &mut *self.state();
            script.travel_times(rng)
        };
        let (there, back) = travel.unwrap_or_default();
        let scripted = self.clone();
        // What is on its way arrives, even when the client has given up meanwhile.
        let arrival = tokio::spawn(async move {
            sleep(there).await;
            scripted.handle(&request)
        });
        let reaction = arrival.await.expect("the script does not panic");
        sleep(back).await;
        answer(reaction).await
    }
}

/// What comes back to the client, if anything does.
async fn answer(reaction: Result<Reaction, Canned>) -> Result<reqwest::Response, Failure> {
    match reaction {
        Err(Canned::Failed(Failure::TimedOut) | Canned::FailedAfter(Failure::TimedOut))
        | Ok(Reaction::Silence) => std::future::pending().await,
        Err(Canned::Failed(failure) | Canned::FailedAfter(failure)) => Err(failure),
        Err(Canned::Reply(status, headers, body)) => {
            Ok(response(status, headers, body.to_string().into_bytes().into()))
        }
        Ok(Reaction::Close) => Err(Failure::ConnectionLost("closed".to_owned())),
        Ok(Reaction::Reply(reply)) => {
            sleep(reply.delay).await;
            let bytes = reply.body.into_owned();
            let body = if reply.cut_off {
                let sent = bytes.len() - 1;
                reqwest::Body::wrap(Limited::new(reqwest::Body::from(bytes), sent))
            } else {
                bytes.into()
            };
            Ok(response(reply.status, reply.log_id.into_iter().chain(reply.headers), body))
        }
    }
}

/// The same API for somebody else. See [`Scripted::unseen_client_of`].
#[derive(Clone)]
pub(super) struct Unseen(Scripted);

impl Transport for Unseen {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, Failure> {
        answer(Ok(self.0.ask_script(&request))).await
    }
}

fn over<T: Transport>(transport: T, credentials: Credentials) -> Client<T> {
    Client::over(transport, "http://127.0.0.1:1".parse().expect("a base URL"), credentials)
}

fn body(request: &reqwest::Request) -> &[u8] {
    request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default()
}

fn authorization(request: &reqwest::Request) -> Option<&str> {
    request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok())
}

impl Traffic {
    fn depart(&mut self, changes: usize) {
        self.changes_in_flight += changes;
        self.most_changes_in_flight = self.most_changes_in_flight.max(self.changes_in_flight);
    }
}

fn is_change(path: &str) -> bool {
    path.ends_with("/withdraw_onboarding") || path.ends_with("/restore_flow_instance")
}

impl Transport for Scripted {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, Failure> {
        let changes = usize::from(is_change(request.url().path()));
        {
            let mut state = self.state();
            state.in_flight += 1;
            state.most_in_flight = state.most_in_flight.max(state.in_flight);
            state.traffic.depart(changes);
        }
        let answer = timeout(self.0.timeout, self.converse(request)).await.unwrap_or(Err(Failure::TimedOut));
        let mut state = self.state();
        state.in_flight -= 1;
        state.traffic.changes_in_flight -= changes;
        drop(state);
        answer
    }
}

fn response(
    status: u16,
    headers: impl IntoIterator<Item = (&'static str, String)>,
    body: reqwest::Body,
) -> reqwest::Response {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(body).expect("plain headers").into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::feishu::{
        Body, Exchange, More, SearchFilter, SearchQuery, Ticket, Token, TokenCall, TokenReply,
    };
    use crate::model::{PreHireId, Request, Stage, ValidReason};
    use crate::send::{Api, SearchApi};

    const SECOND: Duration = Duration::from_secs(1);

    fn id(text: &str) -> PreHireId {
        PreHireId::parse(text, true).unwrap()
    }

    fn withdraw() -> Request {
        Request::Withdraw(ValidReason::parse("r").unwrap().into())
    }

    fn code(exchange: &Exchange) -> (Option<u16>, Option<i64>) {
        (exchange.status(), exchange.code())
    }

    async fn token(client: &(impl Api + SearchApi)) -> Token {
        match client.token(&TokenCall::OfCustomApp).await {
            TokenReply::Granted(token, _) => token,
            other => panic!("no token but {other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn calls_go_the_whole_way_in_virtual_time() {
        let latency = SECOND..=SECOND;
        let settings =
            SimulatorSettings { latency, rate: Some("2/60s".parse().unwrap()), ..Default::default() };
        let scripted = Scripted::new(settings, 30 * SECOND);
        let client = scripted.client();
        let token = token(&client).await;
        let one = id("7345005664477775407");
        assert_eq!(code(&client.call(&token, one, &withdraw()).await), (Some(200), Some(0)));
        assert_eq!(code(&client.call(&token, one, &withdraw()).await), (Some(400), Some(1_161_129)));
        let Exchange::Reply(throttled) = client.call(&token, one, &withdraw()).await else { panic!() };
        assert_eq!(throttled.status, 429);
        assert!(throttled.wait.unwrap() <= 60 * SECOND && throttled.wait.unwrap() > 55 * SECOND);
        assert_eq!(client.query(&token, &[one]).await.stages, [(one, Stage::Withdrawn)]);
        // Timers go by whole milliseconds, each way.
        assert!((5000..=5010).contains(&scripted.0.started.elapsed().as_millis()));
        assert_eq!(scripted.state().script.look_up("7345005664477775407").withdrawn_times, 1);
        assert_eq!(scripted.state().most_in_flight, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_breaks_on_the_wire_breaks_here_too() {
        let scripted = Scripted::new(SimulatorSettings::default(), 30 * SECOND);
        let client = scripted.client();
        let token = token(&client).await;
        let begun = Instant::now();
        let lost = client.call(&token, id("9913020000000000001"), &withdraw()).await;
        assert!(matches!(lost, Exchange::Failed(Failure::ConnectionLost(_))), "{lost:?}");
        assert_eq!(scripted.state().script.look_up("9913020000000000001").withdrawn_times, 1);
        let Exchange::Reply(cut) = client.call(&token, id("9911030000000000001"), &withdraw()).await else {
            panic!()
        };
        assert_eq!(cut.body, Body::CutOff);
        assert_eq!(begun.elapsed(), Duration::ZERO);
        let silent = client.call(&token, id("9911010000000000001"), &withdraw()).await;
        assert_eq!(silent, Exchange::Failed(Failure::TimedOut));
        assert_eq!(begun.elapsed(), 30 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_test_has_the_word_before_the_script() {
        let scripted = Scripted::new(SimulatorSettings::default(), 30 * SECOND);
        let client = scripted.client();
        let token = token(&client).await;
        scripted.rule(|arrival| match arrival.pre_hire {
            Some(("7", 2)) => Some(Canned::FailedAfter(Failure::TimedOut)),
            None if arrival.path.ends_with("/query") && arrival.now < 60 * SECOND => {
                Some(Canned::Reply(503, Vec::new(), json!({})))
            }
            _ => None,
        });
        scripted.queue(Canned::Failed(Failure::NotSent("refused".to_owned())));
        scripted.queue(Canned::Reply(
            429,
            vec![("retry-after", "3".to_owned())],
            json!({"code": 99_991_400}),
        ));
        let call = async |text| client.call(&token, id(text), &withdraw()).await;
        assert_eq!(call("6").await, Exchange::Failed(Failure::NotSent("refused".to_owned())));
        let Exchange::Reply(throttled) = call("7").await else { panic!() };
        assert_eq!((throttled.status, throttled.wait), (429, Some(3 * SECOND)));
        assert_eq!(call("7").await, Exchange::Failed(Failure::TimedOut));
        assert_eq!(scripted.state().script.look_up("7").withdrawn_times, 1);
        assert_eq!(scripted.state().script.look_up("6").withdrawn_times, 0);
        assert_eq!(code(&call("6").await), (Some(200), Some(0)));
        let query = async || client.query(&token, &[id("7")]).await.exchange.status();
        assert_eq!(query().await, Some(503));
        sleep(30 * SECOND).await;
        assert_eq!(query().await, Some(200));
    }

    #[tokio::test(start_paused = true)]
    async fn a_search_finds_everyone_page_by_page() {
        let settings = SimulatorSettings { people: 150, ..SimulatorSettings::default() };
        let client = Scripted::new(settings, 30 * SECOND).client();
        let token = token(&client).await;
        let query = SearchQuery::Filter(SearchFilter::default());
        let first = client.search(&token, &query, None).await.page.unwrap();
        let More::At(next) = first.more else { panic!("no second page") };
        let second = client.search(&token, &query, Some(&next)).await.page.unwrap();
        assert_eq!((first.pre_hires.len(), second.more), (100, More::No));
        assert!(!second.pre_hires.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_app_finds_its_ticket_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ticket");
        let settings = SimulatorSettings {
            app_ticket_file: Some(file.clone()),
            stale_ticket: true,
            ..SimulatorSettings::default()
        };
        let (app_id, app_secret) = ("cli_store".to_owned(), Secret::new("app-secret"));
        let (ticket, tenant_key) = (Ticket::File(file), "t1".to_owned());
        let client = Scripted::new(settings, 30 * SECOND).client_of(Credentials::StoreApp {
            app_id,
            app_secret,
            ticket,
            tenant_key,
        });
        let ask = async || client.token(&TokenCall::OfStoreApp(client.ticket().unwrap())).await;
        assert!(matches!(ask().await, TokenReply::Denied(exchange) if exchange.code() == Some(10_012)));
        assert!(matches!(client.token(&TokenCall::ResendTicket).await, TokenReply::TicketResent));
        let TokenReply::Granted(app_token, _) = ask().await else { panic!("no app token") };
        assert!(matches!(client.token(&TokenCall::OfTenant(app_token)).await, TokenReply::Granted(..)));
    }
}
