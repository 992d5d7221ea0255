//! The fake API of the tests: a search of so many pages, with troubles on the way and tokens that die.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::feishu::{
    Body, Envelope, Exchange, Failure, More, PageToken, Reply, SearchPage, SearchQuery, SearchReply, Secret,
    Token, TokenCall, TokenReply, TokenSource,
};
use crate::model::{PreHire, PreHireId};
use crate::send::SearchApi;
use crate::send::api::TokenApi;

pub(super) const SECOND: Duration = Duration::from_secs(1);
const LATENCY: Duration = Duration::from_millis(200);

/// What a call is answered in place of the next page.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    Code(u16, i64),
    Throttled(Option<Duration>),
    Silence,
    NoPage,
    Leads(More),
}

#[derive(Debug)]
pub(super) struct Server {
    pub(super) began: Instant,
    pub(super) pages: usize,
    /// What the next calls meet, if anything.
    pub(super) troubles: VecDeque<Option<Trouble>>,
    /// What every call meets when those are over.
    pub(super) always: Option<Trouble>,
    pub(super) tokens: u32,
    /// A token is good for so many calls.
    pub(super) token_lives: u32,
    calls_with_token: u32,
    pub(super) is_given: bool,
    /// Each call: when, and for which page.
    pub(super) calls: Vec<(Duration, usize)>,
}

#[derive(Clone, Debug)]
pub(super) struct Fake(Arc<Mutex<Server>>);

impl Fake {
    pub(super) fn new(pages: usize) -> Fake {
        Fake(Arc::new(Mutex::new(Server {
            began: Instant::now(),
            pages,
            troubles: VecDeque::new(),
            always: None,
            tokens: 0,
            token_lives: u32::MAX,
            calls_with_token: 0,
            is_given: false,
            calls: Vec::new(),
        })))
    }

    pub(super) fn meets<const N: usize>(pages: usize, troubles: [Option<Trouble>; N]) -> Fake {
        let fake = Fake::new(pages);
        fake.server().troubles.extend(troubles);
        fake
    }

    pub(super) fn server(&self) -> MutexGuard<'_, Server> {
        self.0.lock().expect("nobody panics with the lock")
    }

    /// The pages that were asked for, in order.
    pub(super) fn asked(&self) -> Vec<usize> {
        self.server().calls.iter().map(|(_, page)| *page).collect()
    }
}

impl Server {
    fn answer(&mut self, token: &Token, page: usize) -> SearchReply {
        self.calls.push((self.began.elapsed(), page));
        assert!(self.calls.len() < 10_000, "it goes on for ever");
        self.calls_with_token += 1;
        let is_stale =
            token.0.reveal() != self.tokens.to_string() || self.calls_with_token > self.token_lives;
        let trouble = self.troubles.pop_front().flatten().or_else(|| self.always.clone());
        let without_page = |exchange| SearchReply { exchange, page: None };
        match trouble {
            _ if is_stale => without_page(reply(400, Some(99_991_663), None)),
            Some(Trouble::Code(status, code)) => without_page(reply(status, Some(code), None)),
            Some(Trouble::Throttled(wait)) => without_page(reply(429, Some(99_991_400), wait)),
            Some(Trouble::Silence) => without_page(Exchange::Failed(Failure::TimedOut)),
            Some(Trouble::NoPage) => without_page(reply(200, Some(0), None)),
            Some(Trouble::Leads(more)) => found(page, more),
            None if page + 1 < self.pages => found(page, More::At(PageToken((page + 1).to_string()))),
            None => found(page, More::No),
        }
    }
}

impl TokenApi for Fake {
    async fn token(&self, _: &TokenCall) -> TokenReply {
        sleep(LATENCY).await;
        let mut server = self.server();
        server.tokens += 1;
        server.calls_with_token = 0;
        TokenReply::Granted(Token(Secret::new(&server.tokens.to_string())), 7200 * SECOND)
    }

    fn token_source(&self) -> TokenSource {
        if self.server().is_given {
            TokenSource::Given(Token(Secret::new("given")))
        } else {
            TokenSource::CustomApp
        }
    }

    fn ticket(&self) -> Option<Secret> {
        None
    }
}

impl SearchApi for Fake {
    async fn search(&self, token: &Token, _: &SearchQuery, page: Option<&PageToken>) -> SearchReply {
        let page = page.map_or(0, |token| token.0.parse().expect("a page"));
        sleep(LATENCY / 2).await;
        let reply = self.server().answer(token, page);
        sleep(LATENCY / 2).await;
        reply
    }
}

fn reply(status: u16, code: Option<i64>, wait: Option<Duration>) -> Exchange {
    let body = Body::Json(Envelope { code, message: "said".to_owned(), ..Envelope::default() });
    Exchange::Reply(Reply { status, body, log_id: None, wait })
}

fn found(page: usize, more: More) -> SearchReply {
    let id = PreHireId::parse(&page.to_string(), true).expect("an id");
    let pre_hires = vec![PreHire { id, name: None, stage: None, onboarding_date: None, work_email: None }];
    let page = SearchPage { pre_hires, without_id: 0, more };
    SearchReply { exchange: reply(200, Some(0), None), page: Some(page) }
}
