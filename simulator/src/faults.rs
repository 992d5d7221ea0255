//! Owns how each fault that is no plain API code looks on the wire.

use std::time::Duration;

use crate::codes;
use crate::kinds::Kind;
use crate::render::{detail, worded};
use crate::reply::{HTML, JSON, Reaction, Reply};
use crate::wire;

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

/// Words a fault.
pub(crate) fn render(kind: Kind, log_id: &str) -> Reaction {
    let json = |status, body| Reply::new(status, JSON, body, log_id);
    let success = |status, body| Reply::json(status, 0, body, log_id);
    let unknown_code = |status| {
        let body = r#"{"code":1234567,"msg":"a code that nobody has described"}"#;
        Reply::json(status, UNKNOWN_CODE, body, log_id)
    };
    let coded = |code, msg: &str| worded(code, msg, detail(code, log_id), log_id);
    Reaction::Reply(match kind {
        Kind::Silence => return Reaction::Silence,
        Kind::Close => return Reaction::Close,
        Kind::CutOff => Reply { cut_off: true, code: None, ..success(200, wire::SUCCESS) },
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
        Kind::Slow => Reply { delay: SLOW, ..success(200, wire::SUCCESS) },
        Kind::UnknownCode => unknown_code(200),
        Kind::UnknownCodeConflict => unknown_code(409),
        Kind::SuccessOnError => success(500, wire::SUCCESS),
        Kind::Formula => coded(codes::PARAM_INVALID, r#"=HYPERLINK("http://x")"#),
        Kind::ControlCharacters => coded(codes::PERMISSION_DENIED, "one\ntwo\r\nthree\tfour\0five"),
        Kind::LongMessage => coded(codes::INVALID_OPERATION, &"long ".repeat(LONG / 5)),
        Kind::RequestIdHeader => log_id_in_another_header(log_id),
        Kind::LogIdInBody => Reply { log_id: None, ..coded(codes::PERMISSION_DENIED, "Permission denied") },
    })
}

fn log_id_in_another_header(log_id: &str) -> Reply {
    let code = codes::PERMISSION_DENIED;
    let body = wire::to_json(&wire::ErrorReply { code, msg: "Permission denied", error: None });
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

    use serde_json::Value;

    use super::*;

    /// One line: status, content type, length, whether it is JSON, the code, the log id's header, other headers.
    fn line(kind: Kind) -> String {
        let reply = match render(kind, "LOG") {
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
        let msg = |kind| match render(kind, "LOG") {
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
}
