//! Owns the way to a tenant access token, step by step: which call comes next, when one is made again, when the run
//! must stop. A custom app makes one call. A store app shows its ticket for an app token, and that for a tenant's.
//!
//! A refused ticket is read again. If it has not changed, a new one is asked for, once, and the ticket's file is read
//! for a minute.

use std::time::Duration;

use super::classify::{TokenVerdict, classify_token, refusal};
use super::retry::RetryPolicy;
use super::token_state::use_for;
use crate::feishu::codes::{self, Meaning};
use crate::feishu::{Exchange, Secret, Token, TokenCall, TokenReply, TokenSource};
use crate::language::text;
use crate::model::{Moment, NoTicket, Refusal, StopCause};

/// How long the file of a ticket is read again after a new one was asked for.
const TICKET_PATIENCE: Duration = Duration::from_secs(60);
/// How often.
const TICKET_PAUSE: Duration = Duration::from_secs(1);

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Make this call through the gate, and say what was heard.
    Call(TokenCall),
    /// Read the ticket, and say what it is.
    ReadTicket,
    /// Let this much time pass, and ask what is next.
    Pause(Duration),
    /// Here is the token, and for how long it is good.
    Done(Token, Duration),
    /// There is no hope of one.
    Stop(StopCause),
}

/// The way to a token. It keeps a store app's app token from one walk to the next.
#[derive(Debug)]
pub(super) struct TokenWay {
    source: TokenSource,
    policy: RetryPolicy,
    app_token: Option<(Token, Moment)>,
    walk: Walk,
}

/// What one walk has met so far.
#[derive(Debug, Default)]
struct Walk {
    /// The call that is to be answered, or to be made again.
    call: Option<TokenCall>,
    /// Failures of this call.
    failures: u32,
    app_token_was_refused: bool,
    trouble: Option<Trouble>,
}

/// A ticket was refused, or there was none.
#[derive(Debug)]
struct Trouble {
    refusal: Refusal,
    /// How many tickets were refused.
    refused: u32,
    /// The last of them.
    ticket: Option<Secret>,
    /// Until when a new one, which was asked for, is awaited.
    patience: Option<Moment>,
}

impl TokenWay {
    pub(super) fn new(source: TokenSource, policy: RetryPolicy) -> Self {
        TokenWay { source, policy, app_token: None, walk: Walk::default() }
    }

    /// Sets out anew.
    pub(super) fn set_out(&mut self, now: Moment) -> Step {
        self.walk = Walk::default();
        match &self.source {
            TokenSource::Given(token) => Step::Done(token.clone(), Duration::MAX),
            TokenSource::CustomApp => self.call(TokenCall::OfCustomApp),
            TokenSource::StoreApp { .. } => match &self.app_token {
                Some((token, good_until)) if now < *good_until => {
                    let token = token.clone();
                    self.call(TokenCall::OfTenant(token))
                }
                _ => Step::ReadTicket,
            },
        }
    }

    /// Goes on after a pause.
    pub(super) fn go_on(&self) -> Step {
        self.walk.call.clone().map_or(Step::ReadTicket, Step::Call)
    }

    /// Goes on with the ticket that was read, if there was one.
    pub(super) fn take_ticket(&mut self, now: Moment, ticket: Option<Secret>) -> Step {
        let refused = self.walk.trouble.as_ref().and_then(|trouble| trouble.ticket.as_ref());
        let new_one = ticket.filter(|ticket| Some(ticket) != refused);
        let Some(trouble) = &self.walk.trouble else {
            return match new_one {
                Some(ticket) => self.call(TokenCall::OfStoreApp(ticket)),
                None => self.ask_for_ticket(),
            };
        };
        match (trouble.patience, new_one) {
            // Tickets that change all the time and are refused all the same would have no end otherwise.
            (Some(end), _) if now >= end => {
                Step::Stop(StopCause::NoTicket(NoTicket::NoneCame, trouble.refusal.clone()))
            }
            (None, _) if trouble.refused > 1 => self.call(TokenCall::ResendTicket),
            (_, Some(ticket)) => self.call(TokenCall::OfStoreApp(ticket)),
            (None, None) => self.call(TokenCall::ResendTicket),
            (Some(end), None) => Step::Pause(TICKET_PAUSE.min(end.since(now))),
        }
    }

    /// There is no ticket to begin with.
    fn ask_for_ticket(&mut self) -> Step {
        let message = text!("there is no app ticket in its file");
        let refusal = Refusal { message, ..Refusal::default() };
        self.walk.trouble = Some(Trouble { refusal, refused: 0, ticket: None, patience: None });
        self.call(TokenCall::ResendTicket)
    }

    /// Goes on with what was heard; `is_throttled_endlessly` is the gate's word, `jitter` lies between 0 and 1.
    pub(super) fn hear(
        &mut self,
        now: Moment,
        reply: TokenReply,
        is_throttled_endlessly: bool,
        jitter: f64,
    ) -> Step {
        let call = self.walk.call.take().expect("a reply follows a call");
        match reply {
            TokenReply::Granted(token, expire) => match call {
                TokenCall::OfStoreApp(_) => {
                    self.app_token = Some((token.clone(), now + use_for(expire)));
                    self.call(TokenCall::OfTenant(token))
                }
                _ => Step::Done(token, expire),
            },
            TokenReply::TicketResent => self.await_ticket(now),
            TokenReply::Denied(exchange) => {
                match (&call, exchange.code().map(|code| (code, codes::meaning(code)))) {
                    (TokenCall::OfStoreApp(ticket), Some((codes::TICKET_REFUSED, _))) => {
                        self.note_refused_ticket(refusal(&exchange), ticket.clone())
                    }
                    (TokenCall::OfTenant(_), Some((_, Some(Meaning::TokenStale)))) => {
                        self.renew_app_token(&exchange)
                    }
                    _ => self.fail(call, &exchange, is_throttled_endlessly, jitter),
                }
            }
        }
    }

    fn note_refused_ticket(&mut self, refusal: Refusal, ticket: Secret) -> Step {
        let earlier = self.walk.trouble.take();
        let refused = 1 + earlier.as_ref().map_or(0, |earlier| earlier.refused);
        let patience = earlier.and_then(|earlier| earlier.patience);
        self.walk.trouble = Some(Trouble { refusal, refused, ticket: Some(ticket), patience });
        if patience.is_some() { Step::Pause(TICKET_PAUSE) } else { Step::ReadTicket }
    }

    /// A new ticket is on its way to the event receiver. One that was given can't change by that.
    fn await_ticket(&mut self, now: Moment) -> Step {
        let trouble = self.walk.trouble.as_mut().expect("a ticket is asked for when one was refused");
        trouble.patience = Some(now + TICKET_PATIENCE);
        match self.source {
            TokenSource::StoreApp { ticket_is_fixed: true } => {
                Step::Stop(StopCause::NoTicket(NoTicket::Fixed, trouble.refusal.clone()))
            }
            _ => Step::ReadTicket,
        }
    }

    fn renew_app_token(&mut self, exchange: &Exchange) -> Step {
        self.app_token = None;
        if self.walk.app_token_was_refused {
            return Step::Stop(StopCause::TokenRefusedAgain(refusal(exchange)));
        }
        self.walk.app_token_was_refused = true;
        Step::ReadTicket
    }

    fn fail(
        &mut self,
        call: TokenCall,
        exchange: &Exchange,
        is_throttled_endlessly: bool,
        jitter: f64,
    ) -> Step {
        let is_resend = call == TokenCall::ResendTicket;
        let stop = |cause: fn(Refusal) -> StopCause| {
            let refusal = refusal(exchange);
            let cause =
                if is_resend { StopCause::NoTicket(NoTicket::NotResent, refusal) } else { cause(refusal) };
            Step::Stop(cause)
        };
        match classify_token(exchange) {
            TokenVerdict::Hopeless => stop(StopCause::TokenDenied),
            TokenVerdict::Throttled(_) if is_throttled_endlessly => Step::Stop(StopCause::ThrottledTooLong),
            TokenVerdict::Throttled(_) => self.again(call, Duration::ZERO),
            TokenVerdict::TryAgain => {
                self.walk.failures += 1;
                match self.policy.pause_after(self.walk.failures, jitter) {
                    Some(pause) => self.again(call, pause),
                    None => stop(StopCause::NoToken),
                }
            }
        }
    }

    fn call(&mut self, call: TokenCall) -> Step {
        self.walk.failures = 0;
        self.walk.call = Some(call.clone());
        Step::Call(call)
    }

    fn again(&mut self, call: TokenCall, pause: Duration) -> Step {
        self.walk.call = Some(call);
        Step::Pause(pause)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use proptest::prelude::*;

    use super::*;
    use crate::feishu::{Body, Envelope, Failure, Reply};
    use crate::model::ErrorCode;

    const TWO_HOURS: Duration = Duration::from_secs(7200);

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

    /// One walk: what was called at which second, and how it ended.
    struct Walked {
        calls: Vec<(u64, String)>,
        end: Step,
        seconds: u64,
    }

    impl Walked {
        fn names(&self) -> Vec<&str> {
            self.calls.iter().map(|(_, name)| name.as_str()).collect()
        }

        fn token(&self) -> Option<&str> {
            match &self.end {
                Step::Done(token, _) => Some(token.0.reveal()),
                _ => None,
            }
        }

        fn no_ticket(&self) -> Option<NoTicket> {
            match &self.end {
                Step::Stop(StopCause::NoTicket(why, _)) => Some(*why),
                _ => None,
            }
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

    /// Walks to the end, from a second on; `ticket` is what the file holds at a second, `server` answers the calls.
    fn walk(
        way: &mut TokenWay,
        start: u64,
        ticket: impl Fn(u64) -> Option<String>,
        mut server: impl FnMut(&str) -> Says,
    ) -> Walked {
        let mut now = Moment::after_origin(Duration::from_secs(start));
        let second = |now: Moment| now.since_origin().as_secs();
        let mut calls = Vec::new();
        let mut step = way.set_out(now);
        for _ in 0..10_000 {
            step = match step {
                Step::Call(call) => {
                    calls.push((second(now), name(&call)));
                    now = now + Duration::from_millis(10);
                    way.hear(now, server(&name(&call)).reply(), false, 1.0)
                }
                Step::ReadTicket => way.take_ticket(now, ticket(second(now)).map(|text| Secret::new(&text))),
                Step::Pause(pause) => {
                    now = now + pause;
                    way.go_on()
                }
                end => return Walked { calls, end, seconds: second(now) - start },
            };
        }
        panic!("the way has no end: {} calls", calls.len());
    }

    fn way(source: TokenSource) -> TokenWay {
        let max_attempts = NonZeroU32::new(3).expect("not zero");
        let (base, cap) = (Duration::from_secs(1), Duration::from_secs(60));
        TokenWay::new(source, RetryPolicy { max_attempts, base, cap })
    }

    fn store_app() -> TokenWay {
        way(TokenSource::StoreApp { ticket_is_fixed: false })
    }

    fn always(ticket: &str) -> impl Fn(u64) -> Option<String> {
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

    #[test]
    fn a_given_token_needs_no_call() {
        let token = Token(Secret::new("t-0"));
        let walked = walk(&mut way(TokenSource::Given(token)), 0, |_| None, |_| Says::Nothing);
        assert_eq!((walked.token(), walked.names()), (Some("t-0"), vec![]));
    }

    #[test]
    fn a_custom_app_makes_one_call_and_repeats_it_after_failures() {
        let mut custom = way(TokenSource::CustomApp);
        let walked = walk(&mut custom, 0, |_| None, |_| Says::Token("t-1"));
        assert_eq!((walked.token(), walked.names()), (Some("t-1"), vec!["custom"]));
        let mut answers = [Says::Nothing, Says::Throttled, Says::Nothing, Says::Token("t-1")].into_iter();
        let walked = walk(&mut custom, 0, |_| None, |_| answers.next().expect("four"));
        assert_eq!((walked.token(), walked.names()), (Some("t-1"), vec!["custom"; 4]));
        let walked = walk(&mut custom, 0, |_| None, |_| Says::Nothing);
        assert!(matches!(walked.end, Step::Stop(StopCause::NoToken(_))) && walked.calls.len() == 3);
        let walked = walk(&mut custom, 0, |_| None, |_| Says::Code(10_014));
        assert!(matches!(walked.end, Step::Stop(StopCause::TokenDenied(_))) && walked.calls.len() == 1);
        let walked = walk(&mut custom, 0, |_| None, |_| Says::Code(codes::TICKET_REFUSED));
        assert!(matches!(walked.end, Step::Stop(StopCause::TokenDenied(_))), "it has no ticket");
    }

    #[test]
    fn a_throttled_call_is_repeated_until_it_is_endless() {
        let mut custom = way(TokenSource::CustomApp);
        let now = Moment::ORIGIN;
        custom.set_out(now);
        assert_eq!(custom.hear(now, Says::Throttled.reply(), false, 1.0), Step::Pause(Duration::ZERO));
        assert_eq!(custom.go_on(), Step::Call(TokenCall::OfCustomApp));
        let end = custom.hear(now, Says::Throttled.reply(), true, 1.0);
        assert_eq!(end, Step::Stop(StopCause::ThrottledTooLong));
    }

    #[test]
    fn a_store_app_keeps_its_app_token_for_the_next_walk() {
        let mut store = store_app();
        let walked = walk(&mut store, 0, always("one"), takes("one"));
        assert_eq!((walked.token(), walked.names()), (Some("t-1"), vec!["app by one", "tenant by a-1"]));
        let walked = walk(&mut store, 6899, always("two"), takes("two"));
        assert_eq!(walked.names(), ["tenant by a-1"]);
        let walked = walk(&mut store, 6901, always("two"), takes("two"));
        assert_eq!(walked.names(), ["app by two", "tenant by a-1"], "it is read anew");
    }

    #[test]
    fn a_stale_app_token_is_fetched_anew_once() {
        let mut store = store_app();
        walk(&mut store, 0, always("one"), takes("one"));
        let mut is_stale = true;
        let walked = walk(&mut store, 60, always("one"), |call| match call {
            "tenant by a-1" if std::mem::take(&mut is_stale) => Says::Code(99_991_664),
            call => takes("one")(call),
        });
        assert_eq!(walked.names(), ["tenant by a-1", "app by one", "tenant by a-1"]);
        assert_eq!(walked.token(), Some("t-1"));
        let walked = walk(&mut store, 60, always("one"), |call| {
            if call.starts_with("tenant") { Says::Code(99_991_664) } else { Says::Token("a-1") }
        });
        assert_eq!(walked.calls.len(), 3);
        assert!(matches!(walked.end, Step::Stop(StopCause::TokenRefusedAgain(_))));
    }

    #[test]
    fn a_refused_ticket_is_read_again_and_a_changed_one_needs_no_other() {
        let mut reads = std::cell::Cell::new(0);
        let file = |_| {
            reads.set(reads.get() + 1);
            Some(if reads.get() == 1 { "old" } else { "new" }.to_owned())
        };
        let walked = walk(&mut store_app(), 0, file, takes("new"));
        assert_eq!(walked.names(), ["app by old", "app by new", "tenant by a-1"]);
        assert_eq!((walked.seconds, *reads.get_mut()), (0, 2));
    }

    #[test]
    fn a_new_ticket_is_asked_for_once_and_its_file_is_read_for_a_minute() {
        for second in [1, 30, 59] {
            let file = |now| Some(if now < second { "old" } else { "new" }.to_owned());
            let walked = walk(&mut store_app(), 0, file, takes("new"));
            assert_eq!(walked.names(), ["app by old", "resend", "app by new", "tenant by a-1"]);
            assert_eq!((walked.token(), walked.seconds), (Some("t-1"), second));
        }
        let walked = walk(&mut store_app(), 0, always("old"), takes("new"));
        assert_eq!(walked.names(), ["app by old", "resend"]);
        assert_eq!((walked.no_ticket(), walked.seconds), (Some(NoTicket::NoneCame), 60));
        let Step::Stop(StopCause::NoTicket(_, refusal)) = walked.end else { unreachable!() };
        assert_eq!(refusal.error_code, Some(ErrorCode::Api(codes::TICKET_REFUSED)));
    }

    #[test]
    fn a_given_ticket_can_not_change_so_nobody_waits() {
        let mut fixed = way(TokenSource::StoreApp { ticket_is_fixed: true });
        let walked = walk(&mut fixed, 0, always("old"), takes("new"));
        assert_eq!(walked.names(), ["app by old", "resend"]);
        assert_eq!((walked.no_ticket(), walked.seconds), (Some(NoTicket::Fixed), 0));
    }

    #[test]
    fn a_ticket_that_can_not_be_asked_for_ends_it() {
        for says in [Says::Code(10_016), Says::Nothing] {
            let walked = walk(&mut store_app(), 0, always("old"), |call| {
                if call == "resend" { says } else { Says::Code(codes::TICKET_REFUSED) }
            });
            assert_eq!(walked.no_ticket(), Some(NoTicket::NotResent), "{says:?}");
        }
    }

    #[test]
    fn a_file_without_a_ticket_is_awaited_as_well() {
        let file = |now| (now >= 5).then(|| "new".to_owned());
        let walked = walk(&mut store_app(), 0, file, takes("new"));
        assert_eq!(walked.names(), ["resend", "app by new", "tenant by a-1"]);
        let walked = walk(&mut store_app(), 0, |_| None, takes("new"));
        assert_eq!((walked.no_ticket(), walked.seconds), (Some(NoTicket::NoneCame), 60));
    }

    #[test]
    fn tickets_that_change_all_the_time_are_not_followed_for_ever() {
        let count = std::cell::Cell::new(0);
        let file = |_| {
            count.set(count.get() + 1);
            Some(format!("ticket {}", count.get()))
        };
        let walked = walk(&mut store_app(), 0, file, takes("none of them"));
        assert_eq!(walked.no_ticket(), Some(NoTicket::NoneCame));
        assert_eq!(walked.names().iter().filter(|name| **name == "resend").count(), 1);
        assert!((55..=63).contains(&walked.calls.len()), "one a second");
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
        fn every_way_ends(
            answers in prop::collection::vec(any_answer(), 1..60),
            file in prop::collection::vec(prop::option::of("[ab]"), 1..8),
            ticket_is_fixed: bool,
        ) {
            let mut way = way(TokenSource::StoreApp { ticket_is_fixed });
            let (mut calls, mut resent) = (0, 0);
            let walked = walk(
                &mut way,
                0,
                |second| file[second as usize % file.len()].clone(),
                |call| {
                    // The last answer stands; a throttled one would be the gate's matter then.
                    let says = answers.get(calls).copied().unwrap_or(Says::Code(codes::TICKET_REFUSED));
                    calls += 1;
                    let is_resend = call == "resend";
                    resent += u32::from(is_resend && matches!(says, Says::Resent));
                    match says {
                        Says::Resent if !is_resend => Says::Nothing,
                        Says::Token(_) if is_resend => Says::Nothing,
                        says => says,
                    }
                },
            );
            prop_assert!(resent <= 1, "{:?}", walked.calls);
            prop_assert!(walked.seconds < 60 + 60 * 8, "{:?}", walked.calls);
        }
    }
}
