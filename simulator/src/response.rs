//! How an answer looks: codes, messages, details and headers, and every fault that is no plain API code.

use std::time::Duration;

use serde::Serialize;

use crate::api::Api;
use crate::auth::Holder;
use crate::codes;
use crate::fault_spec::Kind;
use crate::http::{JSON, Reaction, Reply, to_json};
use crate::pre_hire::Stage;
use crate::settings::Rate;

/// The content type of a proxy's error page.
const HTML: &str = "text/html; charset=utf-8";
/// The reply to a withdrawal or restoration that took effect.
const SUCCESS: &str = r#"{"code":0,"msg":"success","data":{"success":true}}"#;
/// Below this period whole seconds would be too coarse to wait by.
const FINE_PERIOD: Duration = Duration::from_secs(10);
/// How late a slow answer is.
const SLOW: Duration = Duration::from_secs(2);
/// How much a huge body holds.
const HUGE: usize = 2 * 1024 * 1024;
/// How long a long message is.
const LONG: usize = 100_000;
const UNKNOWN_CODE: u32 = 1_234_567;
const PAGE: &str =
    "<!DOCTYPE html><html><head><title>Sign in to the guest network</title></head><body>Hello</body></html>";
const BAD_GATEWAY_PAGE: &str =
    "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

/// What a call to a CoreHR endpoint is answered, if not with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Response {
    Success,
    /// An API code on its usual status.
    Code(u32),
    /// An API code on this status.
    CodeOn(u32, u16),
    /// The stage forbids it.
    WrongStage(Stage),
    /// A required field is not there.
    MissingField(&'static str),
    /// A field is out of its range.
    WrongField(&'static str),
    /// The allowance is used up for so long.
    Throttled {
        rate: Rate,
        wait: Duration,
    },
    /// Anything else but a proper answer.
    Fault(Kind),
}

/// For whom a reply is worded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReplyContext<'call> {
    log_id: &'call str,
    /// The app that called; empty when it is not known.
    app_id: &'call str,
    api: Api,
}

impl<'call> ReplyContext<'call> {
    /// For a caller, if the gateway knows who that is.
    pub(crate) fn of(
        caller: &'call Result<Holder, Response>,
        api: Api,
        log_id: &'call str,
    ) -> ReplyContext<'call> {
        let app_id = caller.as_ref().map_or("", Holder::app_id);
        ReplyContext { log_id, app_id, api }
    }
}

/// An error as the API words it.
#[derive(Debug, Serialize)]
struct ErrorReply<'reply> {
    code: u32,
    msg: &'reply str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDetail>,
}

/// What helps to find the cause.
#[derive(Debug, Default, Serialize)]
struct ErrorDetail {
    log_id: String,
    troubleshooter: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    permission_violations: Vec<PermissionViolation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    field_violations: Vec<FieldViolation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    helps: Vec<Help>,
}

/// A scope that the app lacks.
#[derive(Debug, Serialize)]
struct PermissionViolation {
    #[serde(rename = "type")]
    kind: &'static str,
    subject: &'static str,
    description: &'static str,
}

/// A field that is missing or wrong.
#[derive(Debug, Serialize)]
struct FieldViolation {
    field: &'static str,
    value: &'static str,
    description: String,
}

/// Where to repair it.
#[derive(Debug, Serialize)]
struct Help {
    url: String,
    description: &'static str,
}

pub(crate) fn render(response: Response, to: ReplyContext<'_>) -> Reaction {
    let reply = match response {
        Response::Success => Reply::json(200, 0, SUCCESS, to.log_id),
        Response::Code(code) => coded(code, to),
        Response::CodeOn(code, status) => Reply { status, ..coded(code, to) },
        Response::WrongStage(stage) => {
            let label = stage.label();
            let msg = format!("Unable to submit this task as pre-hire is in the \"{label}\" stage.");
            worded(codes::WRONG_STAGE, &msg, to.log_id)
        }
        Response::MissingField(field) => bad_field(field, "is required", to.log_id),
        Response::WrongField(field) => bad_field(field, "is out of range", to.log_id),
        Response::Throttled { rate, wait } => {
            throttled(&rate.calls.to_string(), &reset(rate, wait), to.log_id)
        }
        Response::Fault(kind) => return render_fault(kind, to.log_id),
    };
    Reaction::Reply(reply)
}

/// An error of the gateway or the token endpoint, which are brief.
pub(crate) fn brief(code: u32, log_id: &str) -> Reply {
    let (status, msg) = codes::usual(code);
    Reply::json(status, code, to_json(&ErrorReply { code, msg, error: None }), log_id)
}

/// The API's answer to a call beyond the allowance.
fn throttled(limit: &str, reset: &str, log_id: &str) -> Reply {
    brief(codes::FREQUENCY_LIMIT, log_id)
        .with_header("x-ogw-ratelimit-limit", limit)
        .with_header("x-ogw-ratelimit-reset", reset)
}

/// Whole seconds, or with three decimals for short periods; never too early.
fn reset(rate: Rate, wait: Duration) -> String {
    if rate.period < FINE_PERIOD {
        let milliseconds = wait.as_nanos().div_ceil(1_000_000);
        format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
    } else {
        wait.as_nanos().div_ceil(1_000_000_000).to_string()
    }
}

/// An error with this message, on the code's usual status.
fn worded(code: u32, msg: &str, log_id: &str) -> Reply {
    detailed(code, msg, detail(code, log_id), log_id)
}

fn detailed(code: u32, msg: &str, detail: ErrorDetail, log_id: &str) -> Reply {
    let body = to_json(&ErrorReply { code, msg, error: Some(detail) });
    Reply::json(codes::usual(code).0, code, body, log_id)
}

/// What every error says for support.
fn detail(code: u32, log_id: &str) -> ErrorDetail {
    let troubleshooter = format!(
        "排查建议查看(Troubleshooting suggestions): https://open.feishu.cn/search?from=openapi&log_id={log_id}&code={code}&method_id=7345005664477790000"
    );
    ErrorDetail { log_id: log_id.to_owned(), troubleshooter, ..ErrorDetail::default() }
}

fn coded(code: u32, to: ReplyContext<'_>) -> Reply {
    match code {
        codes::FREQUENCY_LIMIT => throttled("100", "1", to.log_id),
        codes::SCOPE_MISSING => scope_missing(to),
        _ => worded(code, codes::usual(code).1, to.log_id),
    }
}

fn scope_missing(to: ReplyContext<'_>) -> Reply {
    let scopes = to.api.scopes();
    let (list, names) = (scopes.join(","), scopes.join(", "));
    let url =
        format!("https://open.feishu.cn/app/{}/auth?q={list}&op_from=openapi&token_type=tenant", to.app_id);
    let msg = format!(
        "Access denied. One of the following scopes is required: [{names}].应用尚未开通所需的应用身份权限：[{names}]，点击链接申请并开通任一权限即可：{url}"
    );
    let violation =
        |scope| PermissionViolation { kind: "action_scope_required", subject: scope, description: "" };
    let help = Help { url, description: "点击链接申请并开通任一权限即可" };
    let detail = ErrorDetail {
        permission_violations: scopes.iter().copied().map(violation).collect(),
        helps: vec![help],
        ..detail(codes::SCOPE_MISSING, to.log_id)
    };
    detailed(codes::SCOPE_MISSING, &msg, detail, to.log_id)
}

fn bad_field(field: &'static str, fault: &str, log_id: &str) -> Reply {
    let code = codes::FIELD_VALIDATION;
    let violation = FieldViolation { field, value: "", description: format!("{field} {fault}") };
    let detail = ErrorDetail { field_violations: vec![violation], ..detail(code, log_id) };
    detailed(code, codes::usual(code).1, detail, log_id)
}

fn render_fault(kind: Kind, log_id: &str) -> Reaction {
    let json = |status, body| Reply::new(status, JSON, body, log_id);
    let success = |status, body| Reply::json(status, 0, body, log_id);
    let unknown_code = |status| {
        let body = r#"{"code":1234567,"msg":"a code that nobody has described"}"#;
        Reply::json(status, UNKNOWN_CODE, body, log_id)
    };
    Reaction::Reply(match kind {
        Kind::Silence => return Reaction::Silence,
        Kind::Close => return Reaction::Close,
        Kind::CutOff => Reply { cut_off: true, code: None, ..success(200, SUCCESS) },
        Kind::Html => Reply::new(200, HTML, PAGE, log_id),
        Kind::EmptyError => Reply { content_type: None, ..json(500, "") },
        Kind::BadGateway => Reply::new(502, HTML, BAD_GATEWAY_PAGE, log_id),
        Kind::NotFound => Reply::not_found(log_id),
        Kind::SuccessFalse => success(200, r#"{"code":0,"msg":"success","data":{"success":false}}"#),
        Kind::SuccessAbsent => success(200, r#"{"code":0,"msg":"success","data":{}}"#),
        Kind::SuccessText => success(200, r#"{"code":0,"msg":"success","data":{"success":"true"}}"#),
        Kind::Huge => Reply::new(200, JSON, huge(), log_id),
        Kind::Redirect => json(302, "").with_header("location", "/elsewhere"),
        Kind::Empty => json(200, ""),
        Kind::BareThrottle => Reply { content_type: None, log_id: None, ..json(429, "") },
        Kind::FractionalReset => json(429, "").with_header("x-ogw-ratelimit-reset", "0.5"),
        Kind::RetryAfter => json(429, "").with_header("retry-after", "1"),
        Kind::NoCode => json(200, r#"{"msg":"success","data":{"success":true}}"#),
        Kind::UnavailableNoCode => json(503, r#"{"message":"no healthy upstream"}"#),
        Kind::Slow => Reply { delay: SLOW, ..success(200, SUCCESS) },
        Kind::UnknownCode => unknown_code(200),
        Kind::UnknownCodeConflict => unknown_code(409),
        Kind::SuccessOnError => success(500, SUCCESS),
        Kind::Formula => worded(codes::PARAM_INVALID, r#"=HYPERLINK("http://x")"#, log_id),
        Kind::ControlCharacters => worded(codes::PERMISSION_DENIED, "one\ntwo\r\nthree\tfour\0five", log_id),
        Kind::LongMessage => worded(codes::INVALID_OPERATION, &"long ".repeat(LONG / 5), log_id),
        Kind::RequestIdHeader => log_id_in_another_header(log_id),
        Kind::LogIdInBody => {
            Reply { log_id: None, ..worded(codes::PERMISSION_DENIED, "Permission denied", log_id) }
        }
    })
}

fn log_id_in_another_header(log_id: &str) -> Reply {
    let code = codes::PERMISSION_DENIED;
    let body = to_json(&ErrorReply { code, msg: "Permission denied", error: None });
    let reply = Reply::json(400, code, body, log_id);
    Reply { log_id: Some(("x-request-id", log_id.to_owned())), ..reply }
}

/// A body that would be a proper success, if anybody read that far.
fn huge() -> Vec<u8> {
    let (head, tail) = (r#"{"code":0,"msg":""#, r#"","data":{"success":true}}"#);
    let filling = HUGE - head.len() - tail.len();
    [head.as_bytes(), &vec![b'a'; filling], tail.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fmt::Write;

    use serde_json::{Value, json};

    use super::*;

    fn body_of(response: Response) -> (u16, Value) {
        let to = ReplyContext { log_id: "20241219000000AB", app_id: "cli_a", api: Api::WithdrawOnboarding };
        match render(response, to) {
            Reaction::Reply(reply) => (reply.status, serde_json::from_slice(&reply.body).unwrap()),
            other => panic!("no reply but {other:?}"),
        }
    }

    #[test]
    fn a_success_is_the_documented_one() {
        let expected = json!({"code": 0, "msg": "success", "data": {"success": true}});
        assert_eq!(body_of(Response::Success), (200, expected));
    }

    #[test]
    fn an_error_says_its_log_id_and_where_to_look() {
        let (status, body) = body_of(Response::Code(1_161_000));
        assert_eq!((status, &body["code"]), (500, &json!(1_161_000)));
        assert_eq!(body["error"]["log_id"], "20241219000000AB");
        let troubleshooter = body["error"]["troubleshooter"].as_str().unwrap();
        assert!(troubleshooter.contains("log_id=20241219000000AB&code=1161000"));
    }

    #[test]
    fn a_missing_scope_is_named_with_the_page_that_grants_it() {
        let (status, body) = body_of(Response::Code(99_991_672));
        assert_eq!(status, 400);
        let violation = &body["error"]["permission_violations"][0];
        assert_eq!(violation["type"], "action_scope_required");
        assert_eq!(violation["subject"], "corehr:pre_hire:withdraw_onboarding");
        let url = body["error"]["helps"][0]["url"].as_str().unwrap();
        assert!(url.starts_with("https://open.feishu.cn/app/cli_a/auth?q=corehr:pre_hire:"));
    }

    #[test]
    fn a_missing_field_and_a_wrong_stage_are_named() {
        let (_, body) = body_of(Response::MissingField("withdraw_reason"));
        assert_eq!(body["error"]["field_violations"][0]["field"], "withdraw_reason");
        let (_, body) = body_of(Response::WrongStage(Stage::Withdrawn));
        let expected = "Unable to submit this task as pre-hire is in the \"已撤销\" stage.";
        assert_eq!(body["msg"], expected);
    }

    /// One line: status, content type, length, whether it is JSON, the code, the log id's header, other headers.
    fn line(kind: Kind) -> String {
        let reply = match render_fault(kind, "LOG") {
            Reaction::Reply(reply) => reply,
            other => return format!("{kind:?}: {other:?}"),
        };
        let json = if serde_json::from_slice::<Value>(&reply.body).is_ok() { "json" } else { "no json" };
        let content_type = reply.content_type.unwrap_or("untyped");
        let mut text = format!("{kind:?}: {} {content_type}, {} {json}", reply.status, reply.body.len());
        if let Some(code) = reply.code {
            write!(text, ", code {code}").unwrap();
        }
        for (name, value) in reply.log_id.iter().chain(&reply.headers) {
            write!(text, ", {name}: {value}").unwrap();
        }
        text
    }

    #[test]
    fn each_kind_looks_as_the_manual_says() {
        let lines: Vec<String> = Kind::ALL.iter().map(|entry| line(entry.1)).collect();
        let expected = [
            "Silence: Silence",
            "Close: Close",
            "CutOff: 200 application/json; charset=utf-8, 50 json, x-tt-logid: LOG",
            "Html: 200 text/html; charset=utf-8, 102 no json, x-tt-logid: LOG",
            "EmptyError: 500 untyped, 0 no json, x-tt-logid: LOG",
            "BadGateway: 502 text/html; charset=utf-8, 93 no json, x-tt-logid: LOG",
            "NotFound: 404 text/plain, 18 no json, x-tt-logid: LOG",
            "SuccessFalse: 200 application/json; charset=utf-8, 51 json, code 0, x-tt-logid: LOG",
            "SuccessAbsent: 200 application/json; charset=utf-8, 36 json, code 0, x-tt-logid: LOG",
            "SuccessText: 200 application/json; charset=utf-8, 52 json, code 0, x-tt-logid: LOG",
            "Huge: 200 application/json; charset=utf-8, 2097152 json, x-tt-logid: LOG",
            "Redirect: 302 application/json; charset=utf-8, 0 no json, x-tt-logid: LOG, location: /elsewhere",
            "Empty: 200 application/json; charset=utf-8, 0 no json, x-tt-logid: LOG",
            "BareThrottle: 429 untyped, 0 no json",
            "FractionalReset: 429 application/json; charset=utf-8, 0 no json, x-tt-logid: LOG, x-ogw-ratelimit-reset: 0.5",
            "RetryAfter: 429 application/json; charset=utf-8, 0 no json, x-tt-logid: LOG, retry-after: 1",
            "NoCode: 200 application/json; charset=utf-8, 41 json, x-tt-logid: LOG",
            "UnavailableNoCode: 503 application/json; charset=utf-8, 33 json, x-tt-logid: LOG",
            "Slow: 200 application/json; charset=utf-8, 50 json, code 0, x-tt-logid: LOG",
            "UnknownCode: 200 application/json; charset=utf-8, 57 json, code 1234567, x-tt-logid: LOG",
            "UnknownCodeConflict: 409 application/json; charset=utf-8, 57 json, code 1234567, x-tt-logid: LOG",
            "SuccessOnError: 500 application/json; charset=utf-8, 50 json, code 0, x-tt-logid: LOG",
            "Formula: 400 application/json; charset=utf-8, 239 json, code 1161001, x-tt-logid: LOG",
            "ControlCharacters: 400 application/json; charset=utf-8, 248 json, code 1161097, x-tt-logid: LOG",
            "LongMessage: 400 application/json; charset=utf-8, 100215 json, code 1161094, x-tt-logid: LOG",
            "RequestIdHeader: 400 application/json; charset=utf-8, 42 json, code 1161097, x-request-id: LOG",
            "LogIdInBody: 400 application/json; charset=utf-8, 232 json, code 1161097",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_messages_carry_what_a_results_file_must_survive() {
        let msg = |kind| match render_fault(kind, "LOG") {
            Reaction::Reply(reply) => {
                let body: Value = serde_json::from_slice(&reply.body).unwrap();
                body["msg"].as_str().unwrap().to_owned()
            }
            other => panic!("no reply but {other:?}"),
        };
        assert_eq!(msg(Kind::Formula), "=HYPERLINK(\"http://x\")");
        assert!(msg(Kind::ControlCharacters).contains('\0'));
        assert_eq!(msg(Kind::LongMessage).len(), LONG);
    }

    #[test]
    fn a_throttled_call_is_told_whole_seconds_or_for_a_short_period_fractions() {
        let headers = |rate: &str, milliseconds: u64| {
            let (rate, wait) = (rate.parse().unwrap(), Duration::from_micros(milliseconds * 1000 - 500));
            let to = ReplyContext { log_id: "L", app_id: "cli_a", api: Api::WithdrawOnboarding };
            match render(Response::Throttled { rate, wait }, to) {
                Reaction::Reply(reply) => reply.headers,
                other => panic!("no reply but {other:?}"),
            }
        };
        let expected = |limit: &str, reset: &str| {
            [("x-ogw-ratelimit-limit", limit.to_owned()), ("x-ogw-ratelimit-reset", reset.to_owned())]
        };
        assert_eq!(headers("2/60s", 51_500), expected("2", "52"));
        assert_eq!(headers("1/2s", 500), expected("1", "0.500"));
        assert_eq!(headers("1/2s", 2000), expected("1", "2.000"));
    }
}
