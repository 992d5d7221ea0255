//! What the simulated API answers. No clock, no network: the time and the random numbers come with each call.

use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use crate::api::{Api, Operation};
use crate::auth::{Holder, Tickets, TokenEndpoint};
use crate::change::{self, Chance, ChangeRequest, Decision};
use crate::fields::FieldName;
use crate::gateway::Gateway;
use crate::http::{self, JSON, LogIds, Moment, Reaction, Reply, Request, to_json};
use crate::people::{Origin, People, Population, RecentChanges};
use crate::pre_hire::{PreHire, Stage};
use crate::record::{Call, Record};
use crate::response::{self, ReplyContext, Response};
use crate::search::{self, LookUp, Page, View};
use crate::settings::SimulatorSettings;

const RECORD_PATH: &str = "/_simulator/record";
const TICKET_PATH: &str = "/_simulator/app_ticket";
const STATE_PATH: &str = "/_simulator/state/";

/// The simulated API as a value that can be asked without sockets, in virtual time.
///
/// ```
/// use std::time::Duration;
///
/// use fastrand::Rng;
/// use prehire_simulator::{Reaction, Request, Script, SimulatorSettings};
///
/// let mut rng = Rng::with_seed(7);
/// let mut script = Script::new(&SimulatorSettings::default(), jiff::Timestamp::UNIX_EPOCH, &mut rng);
/// let (method, path) = ("POST", "/open-apis/auth/v3/tenant_access_token/internal");
/// let body = br#"{"app_id":"cli_a","app_secret":"s"}"#;
/// let request = Request { method, path, query: "", authorization: None, body };
/// let Reaction::Reply(reply) = script.handle(Duration::ZERO, request, &mut rng) else { panic!("no reply") };
/// assert_eq!(reply.status, 200);
/// ```
#[derive(Debug)]
pub struct Script {
    latency: (Duration, Duration),
    fault_percent: f64,
    index_lag: Duration,
    replica_lag: Duration,
    hidden_fields: Vec<FieldName>,
    today: Date,
    gateway: Gateway,
    tickets: Tickets,
    people: People,
    recent: RecentChanges,
    log_ids: LogIds,
    record: Option<Record>,
}

/// A call's time and random number, and the log id of its reply.
#[derive(Clone, Copy)]
struct Context<'call> {
    moment: Moment,
    log_id: &'call str,
}

impl Script {
    /// A fresh API that was started at this time.
    #[must_use]
    pub fn new(settings: &SimulatorSettings, started: Timestamp, rng: &mut Rng) -> Script {
        let origin = Origin { population: Population::new(settings.people), start: settings.start };
        // Where replies shall repeat, the time stands still.
        let log_ids = LogIds::new(settings.seed.is_none().then_some(started));
        Script {
            latency: (*settings.latency.start(), *settings.latency.end()),
            fault_percent: settings.fault_percent,
            index_lag: settings.index_lag,
            replica_lag: settings.replica_lag,
            hidden_fields: settings.hidden_fields.clone(),
            today: settings.today.unwrap_or_else(|| http::in_beijing(started).date()),
            gateway: Gateway::new(settings),
            tickets: Tickets::new(settings.ticket_lifetime, settings.stale_ticket, rng.u64(..)),
            people: People::new(origin),
            recent: RecentChanges::new(settings.index_lag.max(settings.replica_lag)),
            log_ids,
            record: settings.record.then(Record::default),
        }
    }

    /// Decides about one call that arrives so long after the start.
    pub fn handle(&mut self, now: Duration, request: Request<'_>, rng: &mut Rng) -> Reaction {
        let moment = Moment { arrived_at: now, random: rng.u64(..) };
        let log_id = self.log_ids.next(now, moment.random);
        let call = Context { moment, log_id: &log_id };
        match Api::of(request.method, request.path) {
            Some(Api::WithdrawOnboarding) => self.change(Operation::Withdraw, request, call),
            Some(Api::RestoreFlowInstance) => self.change(Operation::Restore, request, call),
            Some(api @ (Api::Query | Api::Search)) => self.search(api, request, call),
            Some(api) => self.authorise(api, request.body, call),
            None => Reaction::Reply(self.inspect(request, &log_id)),
        }
    }

    /// How long one call travels there and back; `None` without latency.
    pub fn travel_times(&self, rng: &mut Rng) -> Option<(Duration, Duration)> {
        let (shortest, longest) = self.latency;
        if longest.is_zero() {
            return None;
        }
        let whole = shortest + longest.saturating_sub(shortest).mul_f64(rng.f64());
        let there = whole.mul_f64(rng.f64());
        Some((there, whole.saturating_sub(there)))
    }

    /// The current app ticket of store apps.
    #[must_use]
    pub fn app_ticket(&self) -> &str {
        self.tickets.current()
    }

    /// An app ticket that is to be delivered: each is once.
    pub fn take_undelivered_ticket(&mut self) -> Option<String> {
        self.tickets.take_undelivered()
    }

    /// Ends a token at once, as a new secret of its app does.
    pub fn revoke_token(&mut self, token: &str) {
        self.gateway.tokens.revoke(token);
    }

    /// Every call so far; empty when they are not kept.
    #[must_use]
    pub fn record(&self) -> Record {
        self.record.clone().unwrap_or_default()
    }

    /// What is known of a pre-hire, without any lag.
    #[must_use]
    pub fn look_up(&self, id: &str) -> PreHire {
        self.view_of_now().pre_hire(id)
    }

    /// Everyone whom a search without a filter can find, and the deleted.
    #[must_use]
    pub fn everyone(&self) -> Vec<PreHire> {
        let (population, view) = (self.people.origin().population, self.view_of_now());
        (0..population.size()).map(|place| view.pre_hire(&population.id(place).to_string())).collect()
    }

    /// What a look-up without any lag sees.
    fn view_of_now(&self) -> View<'_> {
        self.view(Duration::MAX, Duration::ZERO)
    }

    fn view(&self, now: Duration, lag: Duration) -> View<'_> {
        View {
            people: &self.people,
            still_seen: self.recent.still_seen(now, lag),
            today: self.today,
            hidden: &self.hidden_fields,
        }
    }

    fn authorise(&mut self, api: Api, body: &[u8], call: Context<'_>) -> Reaction {
        let Context { moment, log_id } = call;
        let mut token = None;
        let reaction = if let Err(refusal) = self.gateway.admit(api, moment) {
            response::render(refusal, ReplyContext::of(&Err(refusal), api, log_id))
        } else {
            let tokens = &mut self.gateway.tokens;
            Reaction::Reply(
                match (TokenEndpoint { tokens, tickets: &mut self.tickets }).handle(api, body, moment) {
                    Err(code) => response::brief(code, log_id),
                    Ok(grant) => {
                        let reply = grant.reply(log_id);
                        token = grant.into_token();
                        reply
                    }
                },
            )
        };
        self.note(&reaction, || Call { token, ..Call::blank(api, moment.arrived_at) });
        reaction
    }

    fn change(&mut self, operation: Operation, request: Request<'_>, call: Context<'_>) -> Reaction {
        let Context { moment, log_id } = call;
        let api = match operation {
            Operation::Withdraw => Api::WithdrawOnboarding,
            Operation::Restore => Api::RestoreFlowInstance,
        };
        let body = ChangeRequest::read(operation, request.body);
        let caller = self.gateway.pass(api, request, moment);
        let decision = match &caller {
            Err(response) => Decision::only(*response),
            Ok(_) => {
                let chance = Chance { fault_percent: self.fault_percent, random: moment.random };
                change::handle(&mut self.people, body.as_ref(), chance)
            }
        };
        let token = request.token().map(str::to_owned);
        if let (true, Some(token)) = (decision.revokes_token, &token) {
            self.gateway.tokens.revoke(token);
        }
        if let (true, Some(id)) = (decision.applied, body.as_ref().and_then(ChangeRequest::id)) {
            let before = match operation {
                Operation::Withdraw => self.people.origin().home(id),
                Operation::Restore => Stage::Withdrawn,
            };
            self.recent.note(moment.arrived_at, id, before);
        }
        let reaction = response::render(decision.response, ReplyContext::of(&caller, api, log_id));
        let tenant_key = tenant_of(&caller);
        self.note(&reaction, || {
            let (pre_hire_id, withdraw_reason, confirm_workforce) =
                body.map_or((None, None, None), ChangeRequest::into_parts);
            let (applied, blank) = (decision.applied, Call::blank(api, moment.arrived_at));
            Call { pre_hire_id, withdraw_reason, confirm_workforce, applied, token, tenant_key, ..blank }
        });
        reaction
    }

    fn search(&mut self, api: Api, request: Request<'_>, call: Context<'_>) -> Reaction {
        let Context { moment, log_id } = call;
        let (look_up, lag) = match api {
            Api::Query => (LookUp::query(request.body), self.replica_lag),
            _ => (LookUp::search(request.body), self.index_lag),
        };
        let caller = self.gateway.pass(api, request, moment);
        let answer = caller.as_ref().map_err(|response| *response).and_then(|_| {
            let view = self.view(moment.arrived_at, lag);
            search::handle(&view, &look_up, Page::of(request.query))
        });
        let reaction = match answer {
            Ok(data) => Reaction::Reply(Reply::json(200, 0, search::success(&data), log_id)),
            Err(response) => response::render(response, ReplyContext::of(&caller, api, log_id)),
        };
        let (token, tenant_key) = (request.token().map(str::to_owned), tenant_of(&caller));
        let looked_up = look_up.into_ids();
        self.note(&reaction, || {
            let blank = Call::blank(api, moment.arrived_at);
            Call { token, tenant_key, looked_up, ..blank }
        });
        reaction
    }

    /// The windows through which tests look in.
    fn inspect(&self, request: Request<'_>, log_id: &str) -> Reply {
        let body = match (request.method, request.path, &self.record) {
            ("GET", RECORD_PATH, Some(record)) => to_json(record),
            ("GET", TICKET_PATH, _) => to_json(&json!({ "app_ticket": self.app_ticket() })),
            ("GET", path, _) if path.starts_with(STATE_PATH) => {
                to_json(&self.look_up(&path[STATE_PATH.len()..]))
            }
            _ => return Reply::not_found(log_id),
        };
        Reply::new(200, JSON, body, log_id)
    }

    fn note(&mut self, reaction: &Reaction, call: impl FnOnce() -> Call) {
        if let Some(record) = &mut self.record {
            let (status, code) = reaction.status_and_code();
            record.calls.push(Call { status, code, ..call() });
        }
    }
}

fn tenant_of(caller: &Result<Holder, Response>) -> Option<String> {
    caller.as_ref().ok().and_then(Holder::tenant_key).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::Value;

    use super::*;

    const TOKEN: &str = "/open-apis/auth/v3/tenant_access_token/internal";
    const WITHDRAW: &str = "/open-apis/corehr/v2/pre_hires/withdraw_onboarding";
    const RESEND: &str = "/open-apis/auth/v3/app_ticket/resend";
    const APP_TOKEN: &str = "/open-apis/auth/v3/app_access_token";
    const TENANT_TOKEN: &str = "/open-apis/auth/v3/tenant_access_token";
    const QUERY: &str = "/open-apis/corehr/v2/pre_hires/query";
    const SEARCH: &str = "/open-apis/corehr/v2/pre_hires/search";
    const RESTORE: &str = "/open-apis/corehr/v2/pre_hires/restore_flow_instance";

    fn script(rate: &str) -> Script {
        let settings =
            SimulatorSettings { rate: rate.parse().ok(), record: true, ..SimulatorSettings::default() };
        Script::new(&settings, Timestamp::UNIX_EPOCH, &mut Rng::with_seed(7))
    }

    /// Status, body and the reset header of a reply.
    fn ask_at(script: &mut Script, request: Request<'_>, seconds: u64) -> (u16, Value, Option<String>) {
        match script.handle(Duration::from_secs(seconds), request, &mut Rng::with_seed(7)) {
            Reaction::Reply(reply) => {
                let body = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
                let reset = reply.headers.into_iter().find(|header| header.0.ends_with("reset"));
                (reply.status, body, reset.map(|header| header.1))
            }
            other => panic!("no reply but {other:?}"),
        }
    }

    fn token(script: &mut Script, app: &str, secret: &str) -> (u16, Value) {
        let body = json!({"app_id": app, "app_secret": secret}).to_string();
        let request =
            Request { method: "POST", path: TOKEN, query: "", authorization: None, body: body.as_bytes() };
        let (status, body, _) = ask_at(script, request, 0);
        (status, body)
    }

    fn bearer(script: &mut Script) -> String {
        format!("Bearer {}", token(script, "cli_a", "s").1["tenant_access_token"].as_str().unwrap())
    }

    fn withdraw(script: &mut Script, bearer: &str, id: &str) -> (u16, Value, Option<String>) {
        let body = json!({"pre_hire_id": id, "withdraw_reason": "r"}).to_string();
        let authorization = Some(bearer);
        ask_at(
            script,
            Request { method: "POST", path: WITHDRAW, query: "", authorization, body: body.as_bytes() },
            1,
        )
    }

    #[test]
    fn a_token_is_a_flat_reply_and_stays_the_same() {
        let mut script = script("100/60s");
        let (status, body) = token(&mut script, "cli_a", "s");
        assert_eq!((status, &body["code"], &body["expire"]), (200, &json!(0), &json!(7200)));
        assert!(body["tenant_access_token"].as_str().unwrap().starts_with("t-"));
        assert_eq!(token(&mut script, "cli_a", "s").1["tenant_access_token"], body["tenant_access_token"]);
    }

    #[test]
    fn wrong_credentials_are_refused_with_their_codes() {
        let mut script = script("100/60s");
        let mut refusal = |app, secret| {
            let (status, body) = token(&mut script, app, secret);
            (status, body["code"].as_u64().unwrap())
        };
        assert_eq!(refusal("", "s"), (200, 10_003));
        assert_eq!(refusal("cli_a", ""), (200, 10_003));
        assert_eq!(refusal("cli_wrong_secret", "s"), (400, 10_014));
        assert_eq!(refusal("cli_a", "anything"), (200, 0));
    }

    #[test]
    fn the_token_is_checked_before_the_limit_and_the_limit_before_the_parameters() {
        let mut script = script("1/60s");
        let good = bearer(&mut script);
        let code = |reply: (u16, Value, Option<String>)| (reply.0, reply.1["code"].as_u64().unwrap());
        for _ in 0..3 {
            assert_eq!(code(withdraw(&mut script, "Bearer t-unknown", "1")), (400, 99_991_663));
            assert_eq!(code(withdraw(&mut script, "Basic x", "1")), (400, 99_991_661));
        }
        assert_eq!(code(withdraw(&mut script, &good, "not an id")), (400, 1_161_001));
        let (status, body, reset) = withdraw(&mut script, &good, "not an id");
        let expected = json!({"code": 99_991_400, "msg": "request trigger frequency limit"});
        assert_eq!((status, body, reset.as_deref()), (429, expected, Some("60")));
    }

    #[test]
    fn a_revoked_token_is_refused_and_the_next_one_works() {
        let mut script = script("100/60s");
        let first = bearer(&mut script);
        let stale = "9931000000000000001";
        assert_eq!(withdraw(&mut script, &first, stale).1["code"], 99_991_663);
        assert_eq!(withdraw(&mut script, &first, "1").1["code"], 99_991_663);
        let second = bearer(&mut script);
        assert_ne!(second, first);
        assert_eq!(withdraw(&mut script, &second, stale).1["data"]["success"], true);
    }

    #[test]
    fn a_token_that_is_ended_from_outside_is_replaced_by_another() {
        let mut script = script("100/60s");
        let first = bearer(&mut script);
        script.revoke_token(first.strip_prefix("Bearer ").unwrap());
        assert_eq!(withdraw(&mut script, &first, "1").1["code"], 99_991_663);
        let second = bearer(&mut script);
        assert_eq!(withdraw(&mut script, &second, "1").1["data"]["success"], true);
    }

    #[test]
    fn a_restoration_has_an_allowance_of_its_own_and_is_recorded() {
        let mut script = script("1/60s");
        let good = bearer(&mut script);
        assert_eq!(withdraw(&mut script, &good, "77").1["data"]["success"], true);
        let body = br#"{"pre_hire_id":"77","confirm_workforce":true}"#;
        let request = Request { method: "POST", path: RESTORE, query: "", authorization: Some(&good), body };
        let (status, reply, _) = ask_at(&mut script, request, 1);
        let expected = json!({"code": 0, "msg": "success", "data": {"success": true}});
        assert_eq!((status, reply), (200, expected));
        assert_eq!(ask_at(&mut script, request, 2).0, 429);
        let record = script.record();
        let calls: Vec<&Call> = record.calls_to(Api::RestoreFlowInstance).collect();
        assert_eq!((calls[0].applied, calls[1].applied), (true, false));
        assert_eq!((calls[0].confirm_workforce, calls[0].withdraw_reason.as_deref()), (Some(true), None));
        assert_eq!(record.calls_for("77").count(), 3);
        assert_eq!(script.look_up("77").restored_times, 1);
    }

    #[test]
    fn a_store_app_calls_for_its_tenant() {
        let mut script = script("100/60s");
        let ask = |script: &mut Script, path, body: Value| {
            let body = body.to_string();
            let request =
                Request { method: "POST", path, query: "", authorization: None, body: body.as_bytes() };
            ask_at(script, request, 0).1
        };
        let (app_id, app_secret) = ("cli_store", "s");
        let resent = ask(&mut script, RESEND, json!({"app_id": app_id, "app_secret": app_secret}));
        assert_eq!(resent, json!({"code": 0, "msg": "success"}));
        let app_ticket = script.take_undelivered_ticket().unwrap();
        let app = json!({"app_id": app_id, "app_secret": app_secret, "app_ticket": app_ticket});
        let reply = ask(&mut script, APP_TOKEN, app);
        assert_eq!((&reply["expire"], &reply["tenant_access_token"]), (&json!(7200), &Value::Null));
        let app_token = reply["app_access_token"].as_str().unwrap().to_owned();
        let tenant = json!({"app_access_token": app_token, "tenant_key": "t1"});
        let reply = ask(&mut script, TENANT_TOKEN, tenant);
        let tenant_token = reply["tenant_access_token"].as_str().unwrap().to_owned();
        assert_eq!(withdraw(&mut script, &format!("Bearer {app_token}"), "77").1["code"], 99_991_663);
        assert_eq!(withdraw(&mut script, &format!("Bearer {tenant_token}"), "77").0, 200);
        let calls = script.record().calls;
        assert_eq!(calls[1].token.as_deref(), Some(app_token.as_str()));
        assert_eq!((calls.len(), calls[4].tenant_key.as_deref()), (5, Some("t1")));
    }

    #[test]
    fn search_and_query_see_a_change_after_their_lags() {
        let (index_lag, replica_lag) = (Duration::from_secs(5), Duration::from_secs(2));
        let settings = SimulatorSettings { index_lag, replica_lag, ..SimulatorSettings::default() };
        let mut script = Script::new(&settings, Timestamp::UNIX_EPOCH, &mut Rng::with_seed(7));
        let good = bearer(&mut script);
        // The withdrawal comes at second 1.
        withdraw(&mut script, &good, "77");
        let body = br#"{"pre_hire_ids":["77"],"fields":["onboarding_info"]}"#;
        let mut stage = |path, second| {
            let authorization = Some(good.as_str());
            let request = Request { method: "POST", path, query: "page_size=10", authorization, body };
            let (_, reply, _) = ask_at(&mut script, request, second);
            reply["data"]["items"][0]["onboarding_info"]["onboarding_status"].as_str().unwrap().to_owned()
        };
        assert_eq!([1, 2, 3].map(|second| stage(QUERY, second)), ["preboarding", "preboarding", "withdrawn"]);
        assert_eq!(
            [3, 5, 6].map(|second| stage(SEARCH, second)),
            ["preboarding", "preboarding", "withdrawn"]
        );
        assert_eq!(script.look_up("77").stage, Stage::Withdrawn);
    }

    #[test]
    fn an_app_that_may_not_read_is_told_which_scopes_it_lacks() {
        let settings = SimulatorSettings { may_read: false, record: true, ..SimulatorSettings::default() };
        let mut script = Script::new(&settings, Timestamp::UNIX_EPOCH, &mut Rng::with_seed(7));
        let good = bearer(&mut script);
        let mut subjects = |path| {
            let (authorization, body) = (Some(good.as_str()), br#"{"pre_hire_ids":["77"]}"#);
            let request = Request { method: "POST", path, query: "page_size=1", authorization, body };
            let (status, reply, _) = ask_at(&mut script, request, 1);
            assert_eq!((status, &reply["code"]), (400, &json!(99_991_672)));
            let violations = reply["error"]["permission_violations"].as_array().unwrap().clone();
            violations.iter().map(|one| one["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(subjects(QUERY), ["corehr:pre_hire:read_only"]);
        let search = ["corehr:pre_hire.search:read", "corehr:pre_hire:read", "corehr:pre_hire:write"];
        assert_eq!(subjects(SEARCH), search);
        assert_eq!(withdraw(&mut script, &good, "77").0, 200);
        let record = script.record();
        let asked: Vec<&str> =
            record.calls_to(Api::Search).flat_map(|call| &call.looked_up).map(String::as_str).collect();
        assert_eq!(asked, ["77"]);
    }

    #[test]
    fn the_body_must_be_two_strings_and_nothing_else() {
        let mut script = script("100/60s");
        let good = bearer(&mut script);
        let table = [
            (r#"{"pre_hire_id":"1","withdraw_reason":"r"}"#, 0),
            (r#"{"pre_hire_id":7345005664477775407,"withdraw_reason":"r"}"#, 1_161_001),
            (r#"{"pre_hire_id":"1","withdraw_reason":"r","more":1}"#, 1_161_001),
            (r#"{"pre_hire_id":"1"}"#, 99_992_402),
            ("", 1_161_001),
        ];
        for (body, code) in table {
            let authorization = Some(good.as_str());
            let request =
                Request { method: "POST", path: WITHDRAW, query: "", authorization, body: body.as_bytes() };
            assert_eq!(ask_at(&mut script, request, 1).1["code"], code, "{body}");
        }
    }

    #[test]
    fn unknown_paths_and_methods_are_the_gateways_404() {
        let mut script = script("100/60s");
        for (method, path) in [("GET", WITHDRAW), ("POST", "/elsewhere"), ("POST", RECORD_PATH)] {
            let request = Request { method, path, query: "", authorization: None, body: b"" };
            let reaction = script.handle(Duration::ZERO, request, &mut Rng::with_seed(7));
            let Reaction::Reply(reply) = reaction else { panic!("no reply") };
            assert_eq!((reply.status, reply.content_type), (404, Some("text/plain")));
            assert_eq!(reply.body.as_ref(), b"404 page not found");
        }
    }

    #[test]
    fn tests_can_look_at_the_record_and_at_a_pre_hire() {
        let mut script = script("100/60s");
        let good = bearer(&mut script);
        withdraw(&mut script, &good, "77");
        let mut get = |path| {
            ask_at(&mut script, Request { method: "GET", path, query: "", authorization: None, body: b"" }, 2)
                .1
        };
        let state = get("/_simulator/state/77");
        let told = ["pre_hire_id", "stage", "withdrawn_times", "restored_times", "withdraw_reason"];
        let expected = json!(["77", "withdrawn", 1, 0, "r"]);
        assert_eq!(json!(told.map(|name| &state[name])), expected);
        assert_eq!(state["updated_date"], "1970-01-01");
        let record = get(RECORD_PATH);
        assert_eq!(record["calls"][1]["api"], "withdraw_onboarding");
        assert_eq!(record["calls"][1]["applied"], true);
        let calls = script.record().calls;
        assert_eq!((calls.len(), calls[1].code, calls[1].arrived_at.as_secs()), (2, Some(0), 1));
        assert_eq!(script.look_up("77").stage, Stage::Withdrawn);
    }
}
