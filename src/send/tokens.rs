//! Tokens: which one is good, how a new one is fetched, and when none can be had. One is fetched for all at a time.
//!
//! A custom app makes one call. A store app shows its ticket for an app token, and that for a token of the tenant. A refused
//! ticket is read again. If it has not changed, a new one is asked for, once, and the ticket's file is read for a minute.

use std::num::NonZeroU32;
use std::sync::MutexGuard;
use std::time::Duration;

use super::api::{EventSender, TokenApi};
use super::classify::{TokenVerdict, classify_token, feedback_of_question, refusal};
use super::clock::Clock;
use super::gate::Gate;
use super::retry::RetryPolicy;
use crate::feishu::codes::{self, Meaning};
use crate::feishu::{Exchange, Secret, Token, TokenCall, TokenReply, TokenSource};
use crate::language::text;
use crate::model::{Error, Event, Moment, NoTicket, Rate, Refusal, StopCause};
use crate::pace::{Feedback, Pacing};
use crate::store::{Answer, Limiter, MemoryLimiter};

/// How long the file of a ticket is read again after a new one was asked for.
const TICKET_PATIENCE: Duration = Duration::from_secs(60);
/// How often.
const TICKET_PAUSE: Duration = Duration::from_secs(1);
/// The calls of a store app for one token go at once.
const BURST: NonZeroU32 = NonZeroU32::new(2).expect("two is not zero");
/// The longest time that a call of the token endpoint counts without an answer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A token is not used in the last minutes of its life. (The server hands out the same one until 30 minutes before.)
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// How long a token is used that lives for `expire`.
fn use_for(expire: Duration) -> Duration {
    // One that lives shorter than the margin is used for half its life, or it would never be used.
    expire.saturating_sub(MARGIN.min(expire / 2))
}

/// Counts the tokens of a run, so that the refusal of an old one can be told from that of the current one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Generation(u32);

/// The token that all workers share.
#[derive(Debug, Default)]
struct TokenState {
    current: Option<HeldToken>,
    generation: Generation,
    last_was_refused: bool,
    is_given: bool,
}

#[derive(Debug)]
struct HeldToken {
    token: Token,
    good_until: Moment,
    follows_a_refusal: bool,
}

/// What to do after a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterRefusal {
    /// Repeat the call; a newer token is there, or will be fetched.
    Repeat,
    /// Stop the run: a token that was just fetched was refused as well, or there is no way to fetch one.
    GiveUp,
}

impl TokenState {
    /// No token yet; `is_given` if the only one can't be renewed.
    fn new(is_given: bool) -> Self {
        TokenState { is_given, ..TokenState::default() }
    }

    /// The token, if there is one that is still good.
    fn usable(&self, now: Moment) -> Option<(Token, Generation)> {
        let held = self.current.as_ref().filter(|held| now < held.good_until)?;
        Some((held.token.clone(), self.generation))
    }

    /// Takes a new token that lives for `expire`.
    fn granted(&mut self, now: Moment, token: Token, expire: Duration) {
        let good_until = now + use_for(expire);
        self.generation.0 += 1;
        self.current = Some(HeldToken { token, good_until, follows_a_refusal: self.last_was_refused });
    }

    /// Notes that the server accepted a token of this generation.
    fn proved(&mut self, generation: Generation) {
        if generation == self.generation {
            self.last_was_refused = false;
            if let Some(held) = &mut self.current {
                held.follows_a_refusal = false;
            }
        }
    }

    /// Notes that the server refused a token of this generation.
    fn refused(&mut self, generation: Generation) -> AfterRefusal {
        if generation != self.generation {
            return AfterRefusal::Repeat;
        }
        let Some(held) = self.current.take() else { return AfterRefusal::Repeat };
        if self.is_given || held.follows_a_refusal {
            return AfterRefusal::GiveUp;
        }
        self.last_was_refused = true;
        AfterRefusal::Repeat
    }
}

/// The tokens of an account.
pub(super) struct Tokens<A> {
    state: std::sync::Mutex<TokenState>,
    fetcher: tokio::sync::Mutex<Fetcher<A>>,
    api: A,
    clock: Clock,
    events: EventSender,
}

impl<A: TokenApi> Tokens<A> {
    pub(super) fn new(api: A, clock: Clock, policy: RetryPolicy, events: EventSender) -> Self {
        let limiter = MemoryLimiter::new(Pacing::new(Rate::TOKEN, BURST, TIMEOUT));
        let is_given = matches!(api.token_source(), TokenSource::Given(_));
        let fetcher = Fetcher::new((api.clone(), clock, events.clone()), policy, limiter);
        Tokens {
            state: std::sync::Mutex::new(TokenState::new(is_given)),
            fetcher: tokio::sync::Mutex::new(fetcher),
            api,
            clock,
            events,
        }
    }

    /// What it shares with the calls that use its tokens.
    pub(super) fn parts(&self) -> (A, Clock, EventSender) {
        (self.api.clone(), self.clock, self.events.clone())
    }

    /// A token that is good; it is fetched if there is none.
    pub(super) async fn good(&self) -> Result<(Token, Generation), StopCause> {
        if let Some(usable) = self.usable() {
            return Ok(usable);
        }
        let mut fetcher = self.fetcher.lock().await;
        loop {
            // Somebody else may have fetched one meanwhile.
            if let Some(usable) = self.usable() {
                return Ok(usable);
            }
            let (token, expire) = fetcher.fetch().await?;
            self.state().granted(self.clock.now(), token, expire);
            // A reader that is gone is the caller's to notice.
            let _ = self.events.send(Event::TokenObtained).await;
        }
    }

    fn usable(&self) -> Option<(Token, Generation)> {
        self.state().usable(self.clock.now())
    }

    pub(super) fn proved(&self, generation: Generation) {
        self.state().proved(generation);
    }

    pub(super) fn refused(&self, generation: Generation) -> AfterRefusal {
        self.state().refused(generation)
    }

    fn state(&self) -> MutexGuard<'_, TokenState> {
        self.state.lock().expect("nobody panics with the token")
    }
}

/// Fetches tokens, one at a time.
struct Fetcher<A> {
    api: A,
    clock: Clock,
    events: EventSender,
    policy: RetryPolicy,
    gate: Gate,
    /// A store app's app token, and how long it is good.
    app_token: Option<(Token, Moment)>,
}

/// A ticket was refused, or there was none.
struct TicketError {
    refusal: Refusal,
    /// How many tickets were refused.
    refused: u32,
    /// The last of them.
    ticket: Option<Secret>,
    /// Until when a new one, which was asked for, is awaited.
    resend_deadline: Option<Moment>,
}

type Fetched<T> = Result<T, StopCause>;

impl<A: TokenApi> Fetcher<A> {
    fn new(
        (api, clock, events): (A, Clock, EventSender),
        policy: RetryPolicy,
        limiter: impl Limiter + 'static,
    ) -> Self {
        Fetcher { api, clock, events, policy, gate: Gate::new(limiter), app_token: None }
    }

    /// Asks until there is a token, or none can be had; the token, and how long it lives.
    async fn fetch(&mut self) -> Fetched<(Token, Duration)> {
        match self.api.token_source() {
            TokenSource::Given(token) => Ok((token, Duration::MAX)),
            TokenSource::CustomApp => {
                let call = TokenCall::OfCustomApp;
                match self.ask(&call).await? {
                    TokenReply::Granted(token, expire) => Ok((token, expire)),
                    other => Err(unexpected(&call, other)),
                }
            }
            TokenSource::StoreApp { ticket_is_fixed } => self.fetch_for_tenant(ticket_is_fixed).await,
        }
    }

    async fn fetch_for_tenant(&mut self, ticket_is_fixed: bool) -> Fetched<(Token, Duration)> {
        let mut was_refused = false;
        let mut trouble = None;
        loop {
            let now = self.clock.now();
            let kept = self.app_token.as_ref().filter(|(_, good_until)| now < *good_until);
            let app_token = match kept {
                Some((token, _)) => token.clone(),
                None => self.fetch_app_token(ticket_is_fixed, &mut trouble).await?,
            };
            let call = TokenCall::OfTenant(app_token);
            match self.ask(&call).await? {
                TokenReply::Granted(token, expire) => return Ok((token, expire)),
                TokenReply::Denied(exchange) if was_refused => {
                    self.app_token = None;
                    return Err(StopCause::TokenRefusedAgain(refusal(&exchange)));
                }
                TokenReply::Denied(_) => (self.app_token, was_refused) = (None, true),
                other => return Err(unexpected(&call, other)),
            }
        }
    }

    /// Shows the ticket for an app token.
    async fn fetch_app_token(
        &mut self,
        ticket_is_fixed: bool,
        trouble: &mut Option<TicketError>,
    ) -> Fetched<Token> {
        loop {
            let now = self.clock.now();
            let refused = trouble.as_ref().and_then(|trouble| trouble.ticket.as_ref());
            let new_one = self.api.ticket().filter(|ticket| Some(ticket) != refused);
            match (&mut *trouble, new_one) {
                // Tickets that change all the time and are refused all the same would have no end otherwise.
                (Some(TicketError { resend_deadline: Some(end), refusal, .. }), _) if now >= *end => {
                    return Err(StopCause::NoTicket(NoTicket::NoneCame, refusal.clone()));
                }
                (Some(TicketError { resend_deadline: Some(end), .. }), None) => {
                    self.clock.sleep_until(now + TICKET_PAUSE.min(end.since(now))).await;
                }
                (Some(error @ TicketError { resend_deadline: None, .. }), ticket)
                    if error.refused > 1 || ticket.is_none() =>
                {
                    self.resend(ticket_is_fixed, error).await?;
                }
                (None, None) => {
                    let message = text!("there is no app ticket in its file");
                    let refusal = Refusal { message, ..Refusal::default() };
                    let error = TicketError { refusal, refused: 0, ticket: None, resend_deadline: None };
                    self.resend(ticket_is_fixed, trouble.insert(error)).await?;
                }
                (_, Some(ticket)) => {
                    if let Some(token) = self.show(ticket, trouble).await? {
                        return Ok(token);
                    }
                }
                (Some(_), None) => unreachable!("without a ticket a new one is asked for or awaited"),
            }
        }
    }

    /// Shows a ticket; `None` if it is refused.
    async fn show(&mut self, ticket: Secret, trouble: &mut Option<TicketError>) -> Fetched<Option<Token>> {
        let call = TokenCall::OfStoreApp(ticket.clone());
        match self.ask(&call).await? {
            TokenReply::Granted(token, expire) => {
                self.app_token = Some((token.clone(), self.clock.now() + use_for(expire)));
                Ok(Some(token))
            }
            TokenReply::Denied(exchange) => {
                let (refused, resend_deadline) =
                    trouble.as_ref().map_or((0, None), |earlier| (earlier.refused, earlier.resend_deadline));
                let refusal = refusal(&exchange);
                *trouble = Some(TicketError {
                    refusal,
                    refused: refused + 1,
                    ticket: Some(ticket),
                    resend_deadline,
                });
                if resend_deadline.is_some() {
                    self.clock.sleep_until(self.clock.now() + TICKET_PAUSE).await;
                }
                Ok(None)
            }
            other => Err(unexpected(&call, other)),
        }
    }

    /// Asks for a new ticket. It comes to the app's event receiver, so one that was given can't change by that.
    async fn resend(&mut self, ticket_is_fixed: bool, error: &mut TicketError) -> Fetched<()> {
        self.ask(&TokenCall::ResendTicket).await?;
        error.resend_deadline = Some(self.clock.now() + TICKET_PATIENCE);
        if ticket_is_fixed {
            return Err(StopCause::NoTicket(NoTicket::Fixed, error.refusal.clone()));
        }
        Ok(())
    }

    /// Makes a call until it is answered: granted, resent, or denied for a reason that the caller can fix.
    async fn ask(&mut self, call: &TokenCall) -> Fetched<TokenReply> {
        let is_resend = *call == TokenCall::ResendTicket;
        let mut failures = 0;
        loop {
            let (reply, is_endless) = self.ask_once(call).await?;
            let TokenReply::Denied(exchange) = &reply else { return Ok(reply) };
            if can_be_mended(call, exchange) {
                return Ok(reply);
            }
            let stop = |cause: fn(Refusal) -> StopCause| {
                let refusal = refusal(exchange);
                if is_resend { StopCause::NoTicket(NoTicket::NotResent, refusal) } else { cause(refusal) }
            };
            match classify_token(exchange) {
                TokenVerdict::Fatal => return Err(stop(StopCause::TokenDenied)),
                TokenVerdict::Throttled(_) if is_endless => return Err(StopCause::ThrottledTooLong),
                TokenVerdict::Throttled(_) => {}
                TokenVerdict::TryAgain => {
                    failures += 1;
                    let pause = self.policy.pause_after(failures, self.clock.chance());
                    let pause = pause.ok_or_else(|| stop(StopCause::NoToken))?;
                    self.clock.sleep_until(self.clock.now() + pause).await;
                }
            }
        }
    }

    /// Makes a call when the gate lets it; and has the endpoint throttled every call for too long?
    async fn ask_once(&mut self, call: &TokenCall) -> Fetched<(TokenReply, bool)> {
        let permit = loop {
            match self.gate.admit(self.clock.now()).await.map_err(cannot_record)? {
                Answer::Granted(permit) => break permit,
                Answer::NotBefore(moment) => self.clock.sleep_until(moment).await,
                Answer::AfterACall => unreachable!("one call for tokens is made at a time"),
            }
        };
        // A reader that is gone is the caller's to notice.
        let _ = self.events.send(Event::TokenCalled).await;
        let reply = self.api.token(call).await;
        let feedback = match &reply {
            TokenReply::Granted(..) => Feedback::Passed,
            TokenReply::TicketResent => {
                let _ = self.events.send(Event::TicketAskedFor).await;
                Feedback::Passed
            }
            TokenReply::Denied(exchange) => feedback_of_question(exchange),
        };
        let hold = self.gate.ended(self.clock.now(), permit, feedback).await.map_err(cannot_record)?;
        Ok((reply, hold.is_endless))
    }
}

/// A refused ticket can be replaced, and a stale app token fetched anew.
fn can_be_mended(call: &TokenCall, exchange: &Exchange) -> bool {
    match (call, exchange.code()) {
        (TokenCall::OfStoreApp(_), Some(codes::TICKET_REFUSED)) => true,
        (TokenCall::OfTenant(_), Some(code)) => codes::meaning(code) == Some(Meaning::TokenStale),
        _ => false,
    }
}

/// A reply that does not belong to the call.
fn unexpected(call: &TokenCall, reply: TokenReply) -> StopCause {
    match reply {
        TokenReply::Denied(exchange) => StopCause::TokenDenied(refusal(&exchange)),
        TokenReply::Granted(..) | TokenReply::TicketResent => {
            unreachable!("the client answers {call:?} by its kind")
        }
    }
}

/// What is used of the allowance can't be recorded, so no call may go.
fn cannot_record(_: Error) -> StopCause {
    StopCause::WriteFailed
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;
    use tokio::time::Instant;

    use super::*;
    use crate::feishu::{Body, Envelope, Failure, Reply};
    use crate::model::ErrorCode;

    const TWO_HOURS: Duration = Duration::from_secs(7200);

    fn token(text: &str) -> Token {
        Token(Secret::new(text))
    }

    fn at(seconds: u64) -> Moment {
        Moment::after_origin(Duration::from_secs(seconds))
    }

    fn shown(state: &TokenState, now: Moment) -> Option<(String, Generation)> {
        state.usable(now).map(|(token, generation)| (token.0.reveal().to_owned(), generation))
    }

    #[test]
    fn a_token_is_used_until_five_minutes_before_its_end() {
        let mut state = TokenState::new(false);
        assert_eq!(shown(&state, at(0)), None);
        state.granted(at(0), token("a"), Duration::from_secs(7200));
        assert_eq!(shown(&state, at(6899)), Some(("a".to_owned(), Generation(1))));
        assert_eq!(shown(&state, at(6900)), None);
        state.granted(at(0), token("b"), Duration::from_secs(60));
        assert!(shown(&state, at(29)).is_some(), "a short life is used by half");
        assert!(shown(&state, at(30)).is_none());
    }

    #[test]
    fn one_renewal_serves_all_who_used_the_old_token() {
        let mut state = TokenState::new(false);
        state.granted(at(0), token("a"), Duration::from_secs(7200));
        let old = Generation(1);
        assert_eq!(state.refused(old), AfterRefusal::Repeat);
        assert_eq!(state.refused(old), AfterRefusal::Repeat, "the second worker with the old token");
        state.granted(at(1), token("b"), Duration::from_secs(7200));
        assert_eq!(state.refused(old), AfterRefusal::Repeat, "a third one, late");
        assert!(shown(&state, at(2)).is_some());
    }

    #[test]
    fn a_fresh_token_that_is_refused_as_well_ends_the_run() {
        let mut state = TokenState::new(false);
        state.granted(at(0), token("a"), Duration::from_secs(7200));
        state.refused(Generation(1));
        state.granted(at(1), token("b"), Duration::from_secs(7200));
        assert_eq!(state.refused(Generation(2)), AfterRefusal::GiveUp);
    }

    #[test]
    fn a_token_that_dies_again_and_again_is_renewed_as_often() {
        let mut state = TokenState::new(false);
        for generation in 1..10 {
            state.granted(at(0), token("a"), Duration::from_secs(7200));
            state.proved(Generation(generation));
            assert_eq!(state.refused(Generation(generation)), AfterRefusal::Repeat);
        }
    }

    #[test]
    fn a_given_token_can_not_be_renewed() {
        let mut state = TokenState::new(true);
        state.granted(at(0), token("a"), Duration::MAX);
        state.proved(Generation(1));
        assert_eq!(state.refused(Generation(1)), AfterRefusal::GiveUp);
    }

    /// What the server answers.
    #[derive(Clone, Copy, Debug)]
    enum Says {
        Token(&'static str),
        Resent,
        Code(i64),
        Throttled,
        Nothing,
    }

    impl Says {
        fn reply(self) -> TokenReply {
            let json = |status, code| {
                let body = Body::Json(Envelope { code: Some(code), ..Envelope::default() });
                TokenReply::Denied(Exchange::Reply(Reply { status, body, log_id: None, wait: None }))
            };
            match self {
                Says::Token(text) => TokenReply::Granted(Token(Secret::new(text)), TWO_HOURS),
                Says::Resent => TokenReply::TicketResent,
                Says::Code(code) => json(400, code),
                Says::Throttled => json(429, 99_991_400),
                Says::Nothing => TokenReply::Denied(Exchange::Failed(Failure::TimedOut)),
            }
        }
    }

    type Ticket = Box<dyn FnMut(u64) -> Option<String> + Send>;
    type Server = Box<dyn FnMut(&str) -> Says + Send>;

    /// The world of one fetch: what the file holds at a second, and what the server answers to a call.
    struct World {
        began: Instant,
        ticket: Ticket,
        server: Server,
        calls: Vec<(u64, String)>,
    }

    #[derive(Clone)]
    struct Api {
        source: TokenSource,
        world: Arc<Mutex<World>>,
    }

    impl TokenApi for Api {
        async fn token(&self, call: &TokenCall) -> TokenReply {
            let says = {
                let mut world = self.world.lock().expect("nobody panics with the world");
                let second = world.began.elapsed().as_secs();
                world.calls.push((second, name(call)));
                assert!(world.calls.len() < 10_000, "it has no end");
                (world.server)(&name(call))
            };
            tokio::time::sleep(Duration::from_millis(10)).await;
            says.reply()
        }

        fn token_source(&self) -> TokenSource {
            self.source.clone()
        }

        fn ticket(&self) -> Option<Secret> {
            let mut world = self.world.lock().expect("nobody panics with the world");
            let second = world.began.elapsed().as_secs();
            (world.ticket)(second).map(|text| Secret::new(&text))
        }
    }

    fn name(call: &TokenCall) -> String {
        match call {
            TokenCall::OfCustomApp => "custom".to_owned(),
            TokenCall::OfStoreApp(ticket) => format!("app by {}", ticket.reveal()),
            TokenCall::OfTenant(token) => format!("tenant by {}", token.0.reveal()),
            TokenCall::ResendTicket => "resend".to_owned(),
        }
    }

    /// One fetch: what was called at which second, and how it ended.
    struct Ran {
        calls: Vec<(u64, String)>,
        end: Fetched<(Token, Duration)>,
        seconds: u64,
    }

    impl Ran {
        fn names(&self) -> Vec<&str> {
            self.calls.iter().map(|(_, name)| name.as_str()).collect()
        }

        fn token(&self) -> Option<&str> {
            self.end.as_ref().ok().map(|(token, _)| token.0.reveal())
        }

        fn no_ticket(&self) -> Option<NoTicket> {
            match &self.end {
                Err(StopCause::NoTicket(why, _)) => Some(*why),
                _ => None,
            }
        }
    }

    /// A fetcher whose gate is far from its cap.
    struct Bench {
        fetcher: Fetcher<Api>,
        world: Arc<Mutex<World>>,
    }

    impl Bench {
        fn new(source: TokenSource) -> Bench {
            let world = World {
                began: Instant::now(),
                ticket: Box::new(|_| None),
                server: Box::new(|_| Says::Nothing),
                calls: Vec::new(),
            };
            let world = Arc::new(Mutex::new(world));
            let api = Api { source, world: world.clone() };
            let policy = RetryPolicy {
                max_attempts: NonZeroU32::new(3).expect("not zero"),
                base: Duration::from_secs(1),
                cap: Duration::from_secs(1),
            };
            let rate: Rate = "10000/1s".parse().expect("a rate");
            let burst = NonZeroU32::new(10_000).expect("not zero");
            let limiter = MemoryLimiter::new(Pacing::new(rate, burst, TIMEOUT));
            let events = EventSender(tokio::sync::mpsc::channel(1).0);
            Bench { fetcher: Fetcher::new((api, Clock::start(), events), policy, limiter), world }
        }

        fn store_app() -> Bench {
            Bench::new(TokenSource::StoreApp { ticket_is_fixed: false })
        }

        /// Fetches to the end.
        async fn fetch(
            &mut self,
            ticket: impl FnMut(u64) -> Option<String> + Send + 'static,
            server: impl FnMut(&str) -> Says + Send + 'static,
        ) -> Ran {
            {
                let mut world = self.world.lock().expect("nobody panics with the world");
                (world.ticket, world.server) = (Box::new(ticket), Box::new(server));
                (world.calls, world.began) = (Vec::new(), Instant::now());
            }
            let end = self.fetcher.fetch().await;
            let mut world = self.world.lock().expect("nobody panics with the world");
            let seconds = world.began.elapsed().as_secs();
            Ran { calls: std::mem::take(&mut world.calls), end, seconds }
        }
    }

    fn always(ticket: &'static str) -> impl Fn(u64) -> Option<String> {
        move |_| Some(ticket.to_owned())
    }

    /// A server that takes this ticket alone.
    fn takes(good: &'static str) -> impl Fn(&str) -> Says {
        move |call| match call {
            "resend" => Says::Resent,
            call if call.starts_with("tenant by ") => Says::Token("t-1"),
            call if call.ends_with(good) => Says::Token("a-1"),
            _ => Says::Code(codes::TICKET_REFUSED),
        }
    }

    /// A server that gives these answers, one after the other.
    fn answers<const N: usize>(says: [Says; N]) -> impl FnMut(&str) -> Says {
        let mut says = says.into_iter();
        move |_| says.next().expect("no more calls than answers")
    }

    #[tokio::test(start_paused = true)]
    async fn a_given_token_needs_no_call() {
        let token = Token(Secret::new("t-0"));
        let ran = Bench::new(TokenSource::Given(token)).fetch(|_| None, |_| Says::Nothing).await;
        assert_eq!((ran.token(), ran.names()), (Some("t-0"), vec![]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_custom_app_makes_one_call_and_repeats_it_after_failures() {
        let mut custom = Bench::new(TokenSource::CustomApp);
        let ran = custom.fetch(|_| None, |_| Says::Token("t-1")).await;
        assert_eq!((ran.token(), ran.names()), (Some("t-1"), vec!["custom"]));
        let says = [Says::Nothing, Says::Throttled, Says::Nothing, Says::Token("t-1")];
        let ran = custom.fetch(|_| None, answers(says)).await;
        assert_eq!((ran.token(), ran.names()), (Some("t-1"), vec!["custom"; 4]));
        let ran = custom.fetch(|_| None, |_| Says::Nothing).await;
        assert!(matches!(ran.end, Err(StopCause::NoToken(_))) && ran.calls.len() == 3);
        let ran = custom.fetch(|_| None, |_| Says::Code(10_014)).await;
        assert!(matches!(ran.end, Err(StopCause::TokenDenied(_))) && ran.calls.len() == 1);
        let ran = custom.fetch(|_| None, |_| Says::Code(codes::TICKET_REFUSED)).await;
        assert!(matches!(ran.end, Err(StopCause::TokenDenied(_))), "it has no ticket");
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_call_is_repeated_until_it_is_endless() {
        let ran = Bench::new(TokenSource::CustomApp).fetch(|_| None, |_| Says::Throttled).await;
        assert!(matches!(ran.end, Err(StopCause::ThrottledTooLong)) && ran.calls.len() > 10);
        assert!((15 * 60..17 * 60).contains(&ran.seconds), "{} s", ran.seconds);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_app_keeps_its_app_token_for_the_next_fetch() {
        let mut store = Bench::store_app();
        let ran = store.fetch(always("one"), takes("one")).await;
        assert_eq!((ran.token(), ran.names()), (Some("t-1"), vec!["app by one", "tenant by a-1"]));
        tokio::time::advance(Duration::from_secs(6_899)).await;
        let ran = store.fetch(always("two"), takes("two")).await;
        assert_eq!(ran.names(), ["tenant by a-1"]);
        tokio::time::advance(Duration::from_secs(1)).await;
        let ran = store.fetch(always("two"), takes("two")).await;
        assert_eq!(ran.names(), ["app by two", "tenant by a-1"], "it is read anew");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stale_app_token_is_fetched_anew_once() {
        let mut store = Bench::store_app();
        store.fetch(always("one"), takes("one")).await;
        let mut is_stale = true;
        let server = move |call: &str| match call {
            "tenant by a-1" if std::mem::take(&mut is_stale) => Says::Code(99_991_664),
            call => takes("one")(call),
        };
        let ran = store.fetch(always("one"), server).await;
        assert_eq!(ran.names(), ["tenant by a-1", "app by one", "tenant by a-1"]);
        assert_eq!(ran.token(), Some("t-1"));
        let server =
            |call: &str| if call.starts_with("tenant") { Says::Code(99_991_664) } else { Says::Token("a-1") };
        let ran = store.fetch(always("one"), server).await;
        assert_eq!(ran.calls.len(), 3);
        assert!(matches!(ran.end, Err(StopCause::TokenRefusedAgain(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_ticket_is_read_again_and_a_changed_one_needs_no_other() {
        let mut reads = 0;
        let file = move |_| {
            reads += 1;
            Some(if reads == 1 { "old" } else { "new" }.to_owned())
        };
        let ran = Bench::store_app().fetch(file, takes("new")).await;
        assert_eq!(ran.names(), ["app by old", "app by new", "tenant by a-1"]);
        assert_eq!(ran.seconds, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_ticket_is_asked_for_once_and_its_file_is_read_for_a_minute() {
        for second in [1, 30, 59] {
            let file = move |now| Some(if now < second { "old" } else { "new" }.to_owned());
            let ran = Bench::store_app().fetch(file, takes("new")).await;
            assert_eq!(ran.names(), ["app by old", "resend", "app by new", "tenant by a-1"]);
            assert_eq!((ran.token(), ran.seconds), (Some("t-1"), second));
        }
        let ran = Bench::store_app().fetch(always("old"), takes("new")).await;
        assert_eq!(ran.names(), ["app by old", "resend"]);
        assert_eq!((ran.no_ticket(), ran.seconds), (Some(NoTicket::NoneCame), 60));
        let Err(StopCause::NoTicket(_, refusal)) = ran.end else { unreachable!() };
        assert_eq!(refusal.error_code, Some(ErrorCode::Api(codes::TICKET_REFUSED)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_given_ticket_can_not_change_so_nobody_waits() {
        let mut fixed = Bench::new(TokenSource::StoreApp { ticket_is_fixed: true });
        let ran = fixed.fetch(always("old"), takes("new")).await;
        assert_eq!(ran.names(), ["app by old", "resend"]);
        assert_eq!((ran.no_ticket(), ran.seconds), (Some(NoTicket::Fixed), 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_ticket_that_can_not_be_asked_for_ends_it() {
        for says in [Says::Code(10_016), Says::Nothing] {
            let server =
                move |call: &str| if call == "resend" { says } else { Says::Code(codes::TICKET_REFUSED) };
            let ran = Bench::store_app().fetch(always("old"), server).await;
            assert_eq!(ran.no_ticket(), Some(NoTicket::NotResent), "{says:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_without_a_ticket_is_awaited_as_well() {
        let file = |now| (now >= 5).then(|| "new".to_owned());
        let ran = Bench::store_app().fetch(file, takes("new")).await;
        assert_eq!(ran.names(), ["resend", "app by new", "tenant by a-1"]);
        let ran = Bench::store_app().fetch(|_| None, takes("new")).await;
        assert_eq!((ran.no_ticket(), ran.seconds), (Some(NoTicket::NoneCame), 60));
    }

    #[tokio::test(start_paused = true)]
    async fn tickets_that_change_all_the_time_are_not_followed_for_ever() {
        let mut count = 0;
        let file = move |_| {
            count += 1;
            Some(format!("ticket {count}"))
        };
        let ran = Bench::store_app().fetch(file, takes("none of them")).await;
        assert_eq!(ran.no_ticket(), Some(NoTicket::NoneCame));
        assert_eq!(ran.names().iter().filter(|name| **name == "resend").count(), 1);
        assert!((55..=63).contains(&ran.calls.len()), "one a second");
    }

    fn any_answer() -> impl Strategy<Value = Says> {
        prop_oneof![
            Just(Says::Token("x-1")),
            Just(Says::Resent),
            prop::sample::select(vec![10_012, 10_013, 10_016, 99_991_663, 99_991_664, 1, 0, 2_200])
                .prop_map(Says::Code),
            Just(Says::Throttled),
            Just(Says::Nothing),
        ]
    }

    proptest! {
        /// Whatever the server says and the file holds: it ends, soon, and asks for a new ticket at most once.
        #[test]
        fn every_fetch_ends(
            answers in prop::collection::vec(any_answer(), 1..60),
            file in prop::collection::vec(prop::option::of("[ab]"), 1..8),
            ticket_is_fixed: bool,
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
            let ran = runtime.expect("a runtime").block_on(async {
                let mut calls = 0;
                // The last answer stands; a throttled one would be the gate's matter then.
                let server = move |call: &str| {
                    let says = answers.get(calls).copied().unwrap_or(Says::Code(codes::TICKET_REFUSED));
                    calls += 1;
                    match says {
                        Says::Resent if call != "resend" => Says::Nothing,
                        Says::Token(_) if call == "resend" => Says::Nothing,
                        says => says,
                    }
                };
                let mut bench = Bench::new(TokenSource::StoreApp { ticket_is_fixed });
                bench.fetch(move |second| file[second as usize % file.len()].clone(), server).await
            });
            // Each throttle holds the endpoint back for up to a minute.
            prop_assert!(ran.seconds < 60 + 60 * 60, "{:?}", ran.calls);
            let awaited = ran.names().windows(2).filter(|pair| pair[0] == "resend" && pair[1] != "resend").count();
            prop_assert!(awaited <= 1, "{:?}", ran.calls);
        }
    }
}
