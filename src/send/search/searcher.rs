//! The search calls: one at a time, each through the gate, with a token that is good, again where that helps.

use std::pin::pin;
use std::time::Duration;

use tokio::sync::mpsc;

use super::pager::Pager;
use crate::feishu::{PageToken, SearchPage, SearchQuery, SearchReply};
use crate::model::{Error, Event, Moment, PreHire, Refusal, StopCause};
use crate::send::api::{EventSender, Notice, SearchApi};
use crate::send::calls::{Asked, Calls, Leave, Stop};
use crate::send::classify::{Reading, feedback_of_question, refusal};
use crate::send::clock::Clock;
use crate::send::gate::Gate;
use crate::send::retry::RetryPolicy;
use crate::send::tokens::Tokens;

/// What is said of tokens waits here until it is passed on.
const QUEUE: usize = 16;

/// How searches go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SearchSettings {
    /// How often a page is asked for, and after which pauses.
    pub(crate) retry: RetryPolicy,
    /// No new call this long after the first one.
    pub(crate) deadline: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum SearchEnd {
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

/// One thing that happened while searching.
#[derive(Clone, Debug)]
pub(crate) enum SearchEvent {
    /// A call went out, and has ended.
    Called,
    /// The server turned it away; no call goes for so long.
    Held(Duration),
    /// It got no answer, and is made again after this pause.
    Again(Duration, Refusal),
    /// What is said of tokens.
    OfToken(Event),
}

/// Receives what happens.
pub(crate) trait SearchWatcher {
    fn note(&mut self, event: SearchEvent);
}

/// Searches, page by page.
pub(crate) struct Searcher<A, W> {
    calls: Calls<A>,
    gate: Gate,
    retry: RetryPolicy,
    watcher: W,
    notices: mpsc::Receiver<Notice>,
}

impl<A: SearchApi, W: SearchWatcher> Searcher<A, W> {
    /// A searcher behind this gate.
    pub(crate) fn new(api: A, gate: Gate, settings: SearchSettings, watcher: W) -> Self {
        let (events, notices) = mpsc::channel(QUEUE);
        let tokens = Tokens::new(api, Clock::start(), settings.retry, EventSender(events));
        let calls = Calls::new(tokens, settings.deadline, Stop::default());
        Searcher { calls, gate, retry: settings.retry, watcher, notices }
    }

    /// Receives the events.
    pub(crate) fn watcher(&mut self) -> &mut W {
        &mut self.watcher
    }

    /// Gives the watcher back; no call is made any more, and the allowance is free.
    pub(crate) fn into_watcher(self) -> W {
        self.watcher
    }

    /// How long ago the first call went.
    pub(crate) fn age(&self) -> Duration {
        self.calls.first_call().map_or(Duration::ZERO, |first| self.calls.clock.now().since(first))
    }

    /// Sleeps for so long, unless the deadline would be over by then.
    pub(crate) async fn pause(&self, pause: Duration) -> Searched<()> {
        let is_over = !self.calls.pause(self.calls.clock.now() + pause).await;
        if is_over { Err(self.stopped()) } else { Ok(()) }
    }

    /// The next page of a search; `None` when all are there.
    pub(crate) async fn next_page(&mut self, pager: &mut Pager) -> Searched<Option<Vec<PreHire>>> {
        let Some((query, page)) = pager.next() else { return Ok(None) };
        let page = self.ask_until_answered(query, page).await?;
        Ok(Some(pager.take(page).map_err(StopCause::PaginationBroken)?))
    }

    /// Asking again does no harm, so nothing is ever in doubt.
    async fn ask_until_answered(
        &mut self,
        query: &SearchQuery,
        page: Option<&PageToken>,
    ) -> Searched<SearchPage> {
        let mut failures = 0;
        loop {
            let Leave { permit, token, generation } = self.leave().await?;
            let SearchReply { exchange, page } = self.calls.api.search(&token, query, page).await;
            let now = self.calls.clock.now();
            let hold = self.gate.ended(now, permit, feedback_of_question(&exchange)).await?;
            self.watcher.note(SearchEvent::Called);
            let reading = Reading::of(&exchange);
            if reading == Reading::Answered {
                self.calls.prove(generation);
            }
            match (reading, page) {
                (Reading::Answered, Some(page)) => return Ok(page),
                (Reading::Throttled, _) => {
                    self.watcher.note(SearchEvent::Held(hold.until.since(now)));
                    if hold.is_endless {
                        return Err(StopCause::ThrottledTooLong.into());
                    }
                }
                (Reading::TokenStale, _) => {
                    if let Some(cause) = self.calls.renew(generation, &exchange) {
                        return Err(cause.into());
                    }
                }
                (Reading::Refused, _) => return Err(StopCause::SearchRefused(refusal(&exchange)).into()),
                (Reading::Answered | Reading::Failed, _) => {
                    failures += 1;
                    let Some(pause) = self.retry.pause_after(failures, self.calls.clock.chance()) else {
                        return Err(StopCause::SearchUnanswered(refusal(&exchange)).into());
                    };
                    self.watcher.note(SearchEvent::Again(pause, refusal(&exchange)));
                    self.pause(pause).await?;
                }
            }
        }
    }

    /// Waits for leave to make a call; what is said of tokens meanwhile is passed on.
    async fn leave(&mut self) -> Searched<Leave> {
        let asked = {
            let mut asked = pin!(self.calls.leave(&self.gate));
            loop {
                tokio::select! {
                    biased;
                    Some(notice) = self.notices.recv() => self.watcher.note(SearchEvent::OfToken(notice.event)),
                    asked = &mut asked => break asked,
                }
            }
        };
        while let Ok(notice) = self.notices.try_recv() {
            self.watcher.note(SearchEvent::OfToken(notice.event));
        }
        match asked? {
            Asked::Granted(leave) => {
                let now: Moment = self.calls.clock.now();
                self.calls.note_first_call(now);
                Ok(leave)
            }
            Asked::Stopped | Asked::TooLate => Err(self.stopped()),
        }
    }

    /// Why it goes on no more: what has stopped it, else the deadline.
    fn stopped(&self) -> SearchEnd {
        self.calls.stop.cause().unwrap_or(StopCause::Deadline).into()
    }
}
