//! Owns the search calls: one at a time, each through the gate, with a token that is good, again where that helps.

use std::pin::pin;
use std::time::Duration;

use tokio::sync::mpsc;

use super::asking::{AfterReply, Asking};
use super::pager::Pager;
use super::watcher::{SearchEvent, SearchWatcher};
use crate::feishu::{PageToken, SearchPage, SearchQuery, SearchReply, Token};
use crate::model::{Error, Moment, PreHire, StopCause};
use crate::send::api::{Ear, Notice, SearchApi};
use crate::send::classify::{echo_of_question, refusal};
use crate::send::clock::Clock;
use crate::send::gate::{Answer, Gate, Pass};
use crate::send::reading::Reading;
use crate::send::retry::RetryPolicy;
use crate::send::token_desk::TokenDesk;
use crate::send::token_state::{AfterRefusal, Generation, TokenState};

/// What the token desk says waits here until it is passed on.
const QUEUE: usize = 16;

/// How searches go.
#[derive(Clone, Copy, Debug)]
pub struct SearchSettings {
    /// How often a page is asked for, and after which pauses.
    pub retry: RetryPolicy,
    /// No new call this long after the first one.
    pub deadline: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum SearchEnd {
    /// The API gives none, or no more time is left.
    Stopped(StopCause),
    /// It can't be noted what is used of the allowance.
    Failed(Error),
}

impl From<Error> for SearchEnd {
    fn from(error: Error) -> Self {
        SearchEnd::Failed(error)
    }
}

impl From<StopCause> for SearchEnd {
    fn from(cause: StopCause) -> Self {
        SearchEnd::Stopped(cause)
    }
}

type Searched<T> = Result<T, SearchEnd>;

/// Searches, page by page.
pub struct Searcher<A, W> {
    api: A,
    watcher: W,
    settings: SearchSettings,
    clock: Clock,
    gate: Gate,
    token: TokenState,
    desk: Option<TokenDesk<A>>,
    notices: mpsc::Receiver<Notice>,
    first_call: Option<Moment>,
}

/// The leave for one call: the pass, and the token that it goes with.
struct Leave {
    pass: Pass,
    token: Token,
    generation: Generation,
}

impl<A: SearchApi, W: SearchWatcher> Searcher<A, W> {
    /// A searcher behind this gate.
    pub fn new(api: A, gate: Gate, settings: SearchSettings, watcher: W) -> Self {
        let (ear, notices) = mpsc::channel(QUEUE);
        let clock = Clock::start();
        Searcher {
            desk: Some(TokenDesk::new(api.clone(), clock, settings.retry, Ear(ear))),
            token: TokenState::of(&api.token_source()),
            api,
            watcher,
            settings,
            clock,
            gate,
            notices,
            first_call: None,
        }
    }

    /// Whoever watches.
    pub fn watcher(&mut self) -> &mut W {
        &mut self.watcher
    }

    /// Gives the watcher back; no call is made any more, and the allowance is free.
    pub fn into_watcher(self) -> W {
        self.watcher
    }

    /// How long ago the first call went.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.first_call.map_or(Duration::ZERO, |first| self.clock.now().since(first))
    }

    /// Sleeps for so long.
    ///
    /// # Errors
    /// When the deadline would be over by then.
    pub async fn pause(&self, pause: Duration) -> Searched<()> {
        self.sleep_until(self.clock.now() + pause).await
    }

    /// The next page of a search; `None` when all are there.
    ///
    /// # Errors
    /// When the API does not answer, or answers with pages that make no sense.
    pub async fn next_page(&mut self, pager: &mut Pager) -> Searched<Option<Vec<PreHire>>> {
        let Some((query, page)) = pager.next() else { return Ok(None) };
        let page = self.ask_until_answered(query, page).await?;
        Ok(Some(pager.take(page).map_err(StopCause::PagesAstray)?))
    }

    async fn ask_until_answered(
        &mut self,
        query: &SearchQuery,
        page: Option<&PageToken>,
    ) -> Searched<SearchPage> {
        let mut asking = Asking::new(self.settings.retry);
        loop {
            let leave = self.leave().await?;
            let SearchReply { exchange, page } = self.api.search(&leave.token, query, page).await;
            let now = self.clock.now();
            self.gate.ended(now, &leave.pass, echo_of_question(&exchange))?;
            self.watcher.note(SearchEvent::Called);
            let reading = Reading::of(&exchange);
            match reading {
                Reading::Answered => self.token.proved(leave.generation),
                Reading::Throttled => self.note_hold(now)?,
                Reading::TokenStale if self.token.refused(leave.generation) == AfterRefusal::GiveUp => {
                    return Err(StopCause::TokenRefusedAgain(refusal(&exchange)).into());
                }
                Reading::TokenStale | Reading::Refused | Reading::Failed => {}
            }
            match (asking.hear(reading, page.is_some(), fastrand::f64()), page) {
                (AfterReply::Take, Some(page)) => return Ok(page),
                (AfterReply::Take | AfterReply::AgainWhenAllowed, _) => {}
                (AfterReply::AgainAfter(pause), _) => {
                    self.watcher.note(SearchEvent::Again(pause, refusal(&exchange)));
                    self.pause(pause).await?;
                }
                (AfterReply::Refused, _) => return Err(StopCause::SearchRefused(refusal(&exchange)).into()),
                (AfterReply::GiveUp, _) => return Err(StopCause::SearchUnanswered(refusal(&exchange)).into()),
            }
        }
    }

    fn note_hold(&mut self, now: Moment) -> Searched<()> {
        let hold = self.gate.hold(now);
        self.watcher.note(SearchEvent::Held(hold.until.since(now)));
        if hold.is_endless { Err(StopCause::ThrottledTooLong.into()) } else { Ok(()) }
    }

    /// Waits for the gate, with a token that is good when it opens.
    async fn leave(&mut self) -> Searched<Leave> {
        loop {
            let now = self.clock.now();
            self.keep_the_deadline(now)?;
            let Some((token, generation)) = self.token.usable(now) else {
                self.fetch_token().await?;
                continue;
            };
            match self.gate.admit(now)? {
                Answer::Go(pass) => {
                    self.first_call.get_or_insert(now);
                    return Ok(Leave { pass, token, generation });
                }
                Answer::Wait(Some(moment)) => self.sleep_until(moment).await?,
                Answer::Wait(None) => unreachable!("one call is made at a time, so none is in flight"),
            }
        }
    }

    async fn fetch_token(&mut self) -> Searched<()> {
        let desk = self.desk.take().expect("one token is fetched at a time");
        let mut fetch = pin!(desk.fetch());
        let (desk, fetched) = loop {
            tokio::select! {
                fetched = &mut fetch => break fetched,
                Some(notice) = self.notices.recv() => self.watcher.note(SearchEvent::OfToken(notice.event)),
            }
        };
        while let Ok(notice) = self.notices.try_recv() {
            self.watcher.note(SearchEvent::OfToken(notice.event));
        }
        self.desk = Some(desk);
        let (token, expire) = fetched?;
        self.token.granted(self.clock.now(), token, expire);
        Ok(())
    }

    async fn sleep_until(&self, moment: Moment) -> Searched<()> {
        // A wait that would end after the deadline ends now.
        self.keep_the_deadline(moment)?;
        self.clock.sleep_until(Some(moment)).await;
        Ok(())
    }

    fn keep_the_deadline(&self, moment: Moment) -> Searched<()> {
        let deadline = self.first_call.zip(self.settings.deadline).map(|(first, deadline)| first + deadline);
        if deadline.is_some_and(|deadline| moment >= deadline) {
            return Err(StopCause::Deadline.into());
        }
        Ok(())
    }
}
