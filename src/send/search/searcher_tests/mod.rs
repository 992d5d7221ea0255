//! The tests of the searcher: the simulated API in virtual time.

mod world;

use std::num::NonZeroU32;

use prehire_simulator::Api;
use world::{SECOND, SearchTrouble, World};

use super::pager::Pager;
use super::searcher::{SearchEnd, SearchEvent, SearchSettings, SearchWatcher, Searcher};
use crate::feishu::{Client, Credentials, SearchFilter, SearchQuery, Secret, Token};
use crate::model::{Error, Moment, PageFault, PreHire, Rate, StopCause};
use crate::pace::{Feedback, Pacing};
use crate::send::{Gate, RetryPolicy};
use crate::store::{Answer, HeldBack, Limiter, MemoryLimiter, Permit, Stored};

#[derive(Default)]
struct Watched(Vec<SearchEvent>);

impl SearchWatcher for Watched {
    fn note(&mut self, event: SearchEvent) {
        self.0.push(event);
    }
}

const SETTINGS: SearchSettings = SearchSettings {
    retry: RetryPolicy { max_attempts: NonZeroU32::new(3).expect("three"), base: SECOND, cap: SECOND },
    deadline: None,
};

fn gate(rate: &str) -> Gate {
    let rate: Rate = rate.parse().expect("a rate");
    Gate::new(MemoryLimiter::new(Pacing::new(rate, NonZeroU32::new(10).expect("ten"), 30 * SECOND)))
}

/// The pages that were found, and why it ended if it did not come to the last one.
async fn search(
    client: Client<World>,
    settings: SearchSettings,
    rate: &str,
) -> (Vec<Vec<PreHire>>, Option<SearchEnd>, Watched) {
    let mut searcher = Searcher::new(client, gate(rate), settings, Watched::default());
    let mut pager = Pager::new(SearchQuery::Filter(SearchFilter::default()));
    let mut pages = Vec::new();
    let end = loop {
        match searcher.next_page(&mut pager).await {
            Ok(Some(page)) => pages.push(page),
            Ok(None) => break None,
            Err(end) => break Some(end),
        }
    };
    (pages, end, searcher.into_watcher())
}

async fn stopped(client: Client<World>) -> StopCause {
    match search(client, SETTINGS, "1000/1s").await.1 {
        Some(SearchEnd::Stopped(cause)) => cause,
        other => panic!("it did not stop: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn all_pages_come_in_order_and_never_more_than_the_cap_in_any_window() {
    let world = World::limited(50, Some("20/60s"));
    let (pages, end, watched) = search(world.client(), SETTINGS, "20/60s").await;
    assert!(pages.len() == 50 && end.is_none());
    assert_eq!(world.asked(), (0..50).collect::<Vec<_>>());
    let found: Vec<String> = pages.iter().flatten().map(|pre_hire| pre_hire.id.to_string()).collect();
    assert_eq!(found, world.everyone());
    assert_eq!(watched.0.iter().filter(|event| matches!(event, SearchEvent::Called)).count(), 50);
    let record = world.record();
    assert!(record.calls_to(Api::Search).all(|call| call.status == Some(200)), "{record:?}");
    assert_eq!(record.most_in_window(Api::Search, 60 * SECOND), 20);
    let last = record.calls_to(Api::Search).last().expect("fifty calls").arrived_at;
    assert!(last < 130 * SECOND, "and hardly fewer: {last:?}");
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_asked_again_and_the_search_goes_on_where_it_was() {
    let world = World::meets(
        3,
        [
            None,
            Some(SearchTrouble::Silence),
            Some(SearchTrouble::Code(503, 1_161_204)),
            None,
            Some(SearchTrouble::NoPage),
        ],
    );
    let (pages, end, watched) = search(world.client(), SETTINGS, "1000/1s").await;
    assert!(pages.len() == 3 && end.is_none());
    assert_eq!(world.asked(), [0, 1, 1, 1, 2, 2]);
    let again = watched.0.iter().filter(|event| matches!(event, SearchEvent::Again(..))).count();
    assert_eq!(again, 3);
}

#[tokio::test(start_paused = true)]
async fn what_always_fails_is_given_up_after_so_many_attempts() {
    let world = World::new(1);
    world.state().always = Some(SearchTrouble::Silence);
    assert!(matches!(stopped(world.client()).await, StopCause::SearchUnanswered(_)));
    assert_eq!(world.asked(), [0; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final() {
    for code in [99_991_672, 1_160_103, 1_160_102, 99_991_401] {
        let world = World::meets(1, [Some(SearchTrouble::Code(400, code))]);
        assert!(matches!(stopped(world.client()).await, StopCause::SearchRefused(_)), "{code}");
        assert_eq!(world.asked(), [0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_waits_as_long_as_the_server_asks_and_is_no_attempt() {
    let throttled = || Some(SearchTrouble::Throttled(Some(52 * SECOND)));
    let world = World::meets(1, [throttled(), throttled(), throttled(), throttled()]);
    let (pages, end, watched) = search(world.client(), SETTINGS, "1000/1s").await;
    assert!(pages.len() == 1 && end.is_none());
    let state = world.state();
    assert!(state.calls.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 52 * SECOND), "{:?}", state.calls);
    assert_eq!(watched.0.iter().filter(|event| matches!(event, SearchEvent::Held(_))).count(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_throttle_without_an_end_ends_the_search() {
    let world = World::new(1);
    world.state().always = Some(SearchTrouble::Throttled(None));
    assert_eq!(stopped(world.client()).await, StopCause::ThrottledTooLong);
    assert!(world.state().began.elapsed() < 17 * 60 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_dies_on_the_way_is_renewed_and_the_page_asked_for_again() {
    let world = World::new(7);
    world.state().token_lives = 3;
    let (pages, end, _) = search(world.client(), SETTINGS, "1000/1s").await;
    assert!(pages.len() == 7 && end.is_none());
    assert_eq!(world.asked(), [0, 1, 2, 3, 3, 4, 5, 6, 6]);
    assert_eq!(world.tokens(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_that_is_refused_as_well_ends_the_search_and_so_does_a_given_one() {
    let world = World::new(1);
    world.state().token_lives = 0;
    assert!(matches!(stopped(world.client()).await, StopCause::TokenRefusedAgain(_)));
    assert_eq!(world.asked(), [0, 0]);
    let world = World::new(1);
    let given = world.client_of(Credentials::Given(Token(Secret::new("long-dead"))));
    assert!(matches!(stopped(given).await, StopCause::TokenRefusedAgain(_)));
    assert_eq!(world.asked(), [0]);
}

#[tokio::test(start_paused = true)]
async fn pages_that_lead_nowhere_end_the_search() {
    let world = World::meets(9, [None, None, Some(SearchTrouble::LeadsTo(1))]);
    assert_eq!(stopped(world.client()).await, StopCause::PaginationBroken(PageFault::RepeatedToken));
    assert_eq!(world.asked(), [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn no_call_starts_after_the_deadline_and_a_wait_beyond_it_ends_at_once() {
    let within = SearchSettings { deadline: Some(60 * SECOND), ..SETTINGS };
    let world = World::new(9);
    let (pages, end, _) = search(world.client(), within, "1/10s").await;
    assert!(matches!(end, Some(SearchEnd::Stopped(StopCause::Deadline))));
    let calls = world.state().calls.clone();
    assert!(pages.len() == calls.len() && pages.len() >= 5, "{calls:?}");
    assert!(calls.iter().all(|(at, _)| *at < calls[0].0 + 60 * SECOND));

    let world = World::meets(9, [None, Some(SearchTrouble::Throttled(Some(90 * SECOND)))]);
    let (_, end, _) = search(world.client(), within, "1000/1s").await;
    assert!(matches!(end, Some(SearchEnd::Stopped(StopCause::Deadline))));
    assert!(world.state().began.elapsed() < 10 * SECOND, "it did not wait for nothing");
}

#[derive(Debug)]
struct FullAllowance;

impl Limiter for FullAllowance {
    fn admit(&mut self, _: Moment) -> Stored<'_, Answer> {
        Box::pin(std::future::ready(Err(Error::write_failed(crate::language::Text::plain("no room")))))
    }

    fn ended(&mut self, _: Moment, _: Permit, _: Feedback) -> Stored<'_, HeldBack> {
        unreachable!("no call was admitted")
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_can_not_be_noted_does_not_go() {
    let world = World::new(1);
    let gate = Gate::new(FullAllowance);
    let mut searcher = Searcher::new(world.client(), gate, SETTINGS, Watched::default());
    let mut pager = Pager::new(SearchQuery::Filter(SearchFilter::default()));
    assert!(matches!(searcher.next_page(&mut pager).await, Err(SearchEnd::Failed(_))));
    assert_eq!(world.asked(), [0; 0]);
}
