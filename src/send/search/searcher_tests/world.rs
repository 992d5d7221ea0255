//! The simulated API with so many pages of pre-hires: what it is asked, and troubles on the way.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use prehire_simulator::{Api, PreHire, Record, SimulatorSettings, Stage};
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::feishu::{Client, Credentials, Exchange, Failure, Secret, Token, Transport};
use crate::model::{PreHireId, Request, ValidReason};
use crate::send::scripted::{Canned, Scripted};

pub(super) const SECOND: Duration = Duration::from_secs(1);
const LATENCY: Duration = Duration::from_millis(200);
const TIMEOUT: Duration = Duration::from_secs(30);
const ON_A_PAGE: usize = 100;

/// What a search is answered in place of the next page.
#[derive(Clone, Debug)]
pub(super) enum SearchTrouble {
    Code(u16, i64),
    Throttled(Option<Duration>),
    Silence,
    NoPage,
    /// A page after which this one is said to come, which was asked for before.
    LeadsTo(usize),
}

pub(super) struct State {
    pub(super) began: Instant,
    /// What the next searches meet, if anything.
    troubles: VecDeque<Option<SearchTrouble>>,
    /// What every search meets when those are over.
    pub(super) always: Option<SearchTrouble>,
    /// A token is good for so many searches.
    pub(super) token_lives: usize,
    /// The token of each search.
    searched_with: Vec<String>,
    /// The page tokens, each when it was first asked for; the first page has none.
    pages: Vec<Option<String>>,
    /// Each search: when it went out, and for which page.
    pub(super) calls: Vec<(Duration, usize)>,
}

/// Stands before the simulated API and writes down what passes. Clones share it.
#[derive(Clone)]
pub(super) struct World {
    scripted: Scripted,
    state: Arc<Mutex<State>>,
}

impl World {
    pub(super) fn new(pages: usize) -> World {
        World::limited(pages, None)
    }

    /// It allows no more searches than this rate.
    pub(super) fn limited(pages: usize, rate: Option<&str>) -> World {
        let rate = rate.map(|rate| rate.parse().expect("a rate"));
        let latency = LATENCY..=LATENCY;
        let people = people_of(pages);
        let settings =
            SimulatorSettings { people, rate, latency, record: true, ..SimulatorSettings::default() };
        let state = State {
            began: Instant::now(),
            troubles: VecDeque::new(),
            always: None,
            token_lives: usize::MAX,
            searched_with: Vec::new(),
            pages: Vec::new(),
            calls: Vec::new(),
        };
        World { scripted: Scripted::new(settings, TIMEOUT), state: Arc::new(Mutex::new(state)) }
    }

    pub(super) fn meets<const N: usize>(pages: usize, troubles: [Option<SearchTrouble>; N]) -> World {
        let world = World::new(pages);
        world.state().troubles.extend(troubles);
        world
    }

    /// A client of a custom app.
    pub(super) fn client(&self) -> Client<World> {
        let app_secret = Secret::new("the-simulated-api-takes-any-secret");
        self.client_of(Credentials::App { app_id: "cli_simulated".to_owned(), app_secret })
    }

    pub(super) fn client_of(&self, credentials: Credentials) -> Client<World> {
        Client::over(self.clone(), "http://127.0.0.1:1".parse().expect("a base URL"), credentials)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with the lock")
    }

    /// The pages that were asked for, in order.
    pub(super) fn asked(&self) -> Vec<usize> {
        self.state().calls.iter().map(|(_, page)| *page).collect()
    }

    /// Everybody whom a search finds.
    pub(super) fn everyone(&self) -> Vec<String> {
        let everyone = self.scripted.state().script.everyone();
        everyone.into_iter().filter(is_found).map(|pre_hire| pre_hire.pre_hire_id).collect()
    }

    /// The calls as the simulated API saw them; those that met a trouble did not come so far.
    pub(super) fn record(&self) -> Record {
        self.scripted.state().script.record()
    }

    /// How many tokens were asked for.
    pub(super) fn tokens(&self) -> usize {
        self.record().calls_to(Api::TenantAccessToken).count()
    }

    /// Revokes a token as the simulated API does, by an id that asks for it.
    async fn revoke(&self, token: &str) {
        let token = Token(Secret::new(token));
        let id = format!("9931{:015}", self.state().calls.len());
        let id = PreHireId::parse(&id, true).expect("an id");
        let request = Request::Withdraw(ValidReason::parse("reason").expect("a reason").into());
        let client = self.scripted.client_of(Credentials::Given(token.clone()));
        let Exchange::Reply(reply) = client.call(&token, id, &request).await else { panic!("no reply") };
        assert_eq!(reply.status, 400);
    }
}

impl Transport for World {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, Failure> {
        if request.url().path().ends_with("/search") {
            let token = token(&request);
            let (trouble, is_over) = {
                let mut state = self.state();
                let trouble = state.note(&request, token);
                let uses = state.searched_with.iter().filter(|other| *other == token).count();
                (trouble, uses > state.token_lives)
            };
            if let Some(trouble) = trouble {
                self.scripted.queue(trouble);
            } else if is_over {
                self.revoke(token).await;
            }
        }
        self.scripted.send(request).await
    }
}

impl State {
    /// Notes a search; what it meets.
    fn note(&mut self, request: &reqwest::Request, token: &str) -> Option<Canned> {
        let page_token = request.url().query_pairs().find(|(name, _)| name == "page_token");
        let page_token = page_token.map(|(_, value)| value.into_owned());
        let known = self.pages.iter().position(|known| *known == page_token);
        let page = known.unwrap_or_else(|| {
            self.pages.push(page_token);
            self.pages.len() - 1
        });
        self.calls.push((self.began.elapsed(), page));
        assert!(self.calls.len() < 10_000, "it goes on for ever");
        self.searched_with.push(token.to_owned());
        let trouble = self.troubles.pop_front().flatten().or_else(|| self.always.clone())?;
        Some(self.canned(trouble))
    }

    fn canned(&self, trouble: SearchTrouble) -> Canned {
        let reply = |status, code, data: Value| {
            Canned::Reply(status, Vec::new(), json!({"code": code, "data": data}))
        };
        match trouble {
            SearchTrouble::Code(status, code) => reply(status, code, Value::Null),
            SearchTrouble::Throttled(wait) => {
                let wait = wait.map(|wait| ("x-ogw-ratelimit-reset", wait.as_secs().to_string()));
                Canned::Reply(429, wait.into_iter().collect(), json!({"code": 99_991_400}))
            }
            SearchTrouble::Silence => Canned::Failed(Failure::TimedOut),
            SearchTrouble::NoPage => reply(200, 0, Value::Null),
            SearchTrouble::LeadsTo(page) => {
                let items = json!([{"pre_hire_id": "7"}]);
                reply(200, 0, json!({"items": items, "has_more": true, "page_token": self.pages[page]}))
            }
        }
    }
}

fn token(request: &reqwest::Request) -> &str {
    let value = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.strip_prefix("Bearer ")).expect("a token")
}

/// The deleted are shown to those only who ask for them.
fn is_found(pre_hire: &PreHire) -> bool {
    pre_hire.stage != Stage::Deleted
}

/// How many people fill so many pages, the deleted included.
fn people_of(pages: usize) -> u32 {
    let most = u32::try_from(2 * ON_A_PAGE * pages).expect("a few pages");
    let settings = SimulatorSettings { people: most, ..SimulatorSettings::default() };
    let everyone = Scripted::new(settings, TIMEOUT).state().script.everyone();
    let mut found = everyone.iter().enumerate().filter(|(_, pre_hire)| is_found(pre_hire));
    let (last, _) = found.nth(ON_A_PAGE * pages - 1).expect("most are shown");
    u32::try_from(last + 1).expect("a few pages")
}
