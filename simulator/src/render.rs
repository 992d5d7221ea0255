//! Owns how a decision is worded: codes, messages, details and headers.

use crate::api::Api;
use crate::auth::Grant;
use crate::codes;
use crate::faults;
use crate::kinds::Kind;
use crate::limit::Refusal;
use crate::pre_hire::Stage;
use crate::reply::{Reaction, Reply};
use crate::tokens::Holder;
use crate::wire::{self, ErrorDetail, ErrorReply, FieldViolation, Help, PermissionViolation, TokenReply};

/// What a call to a CoreHR endpoint is answered, if not with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Say {
    /// It is done.
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
    /// The allowance is used up.
    Throttled(Refusal),
    /// Anything else but a proper answer.
    Fault(Kind),
}

/// For whom a reply is worded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addressee<'call> {
    /// The reply's log id.
    pub(crate) log_id: &'call str,
    /// The app that called; empty when it is not known.
    pub(crate) app_id: &'call str,
    /// The endpoint that was called.
    pub(crate) api: Api,
}

impl<'call> Addressee<'call> {
    /// For a caller, if the gateway knows who that is.
    pub(crate) fn of(caller: &'call Result<Holder, Say>, api: Api, log_id: &'call str) -> Addressee<'call> {
        let app_id = caller.as_ref().map_or("", Holder::app_id);
        Addressee { log_id, app_id, api }
    }
}

/// Words an answer.
pub(crate) fn render(say: Say, to: Addressee<'_>) -> Reaction {
    let reply = match say {
        Say::Success => Reply::json(200, 0, wire::SUCCESS, to.log_id),
        Say::Code(code) => coded(code, to),
        Say::CodeOn(code, status) => Reply { status, ..coded(code, to) },
        Say::WrongStage(stage) => {
            let label = stage.label();
            let msg = format!("Unable to submit this task as pre-hire is in the \"{label}\" stage.");
            worded(codes::WRONG_STAGE, &msg, detail(codes::WRONG_STAGE, to.log_id), to.log_id)
        }
        Say::MissingField(field) => bad_field(field, "is required", to.log_id),
        Say::WrongField(field) => bad_field(field, "is out of range", to.log_id),
        Say::Throttled(refusal) => throttled(refusal.limit(), refusal.reset(), to.log_id),
        Say::Fault(kind) => return faults::render(kind, to.log_id),
    };
    Reaction::Reply(reply)
}

/// An error with this message and detail, on the code's usual status.
pub(crate) fn worded(code: u32, msg: &str, detail: ErrorDetail, log_id: &str) -> Reply {
    let body = wire::to_json(&ErrorReply { code, msg, error: Some(detail) });
    Reply::json(codes::usual(code).0, code, body, log_id)
}

/// An error of the gateway or the token endpoint, which are brief.
pub(crate) fn brief(code: u32, log_id: &str) -> Reply {
    let (status, msg) = codes::usual(code);
    Reply::json(status, code, wire::to_json(&ErrorReply { code, msg, error: None }), log_id)
}

/// What a token endpoint grants.
pub(crate) fn granted(grant: &Grant, log_id: &str) -> Reply {
    let (app_token, tenant_token, handout) = match grant {
        Grant::Ticket => return Reply::json(200, 0, wire::RESENT, log_id),
        Grant::AppToken(handout) => (Some(handout.text.as_str()), None, handout),
        Grant::TenantToken(handout) => (None, Some(handout.text.as_str()), handout),
    };
    // A lifetime below a second must not read as none.
    let expire = handout.left.as_secs().max(1);
    let reply = TokenReply {
        code: 0,
        msg: "ok",
        app_access_token: app_token,
        tenant_access_token: tenant_token,
        expire,
    };
    Reply::json(200, 0, wire::to_json(&reply), log_id)
}

/// The API's answer to a call beyond the allowance.
pub(crate) fn throttled(limit: String, reset: String, log_id: &str) -> Reply {
    brief(codes::FREQUENCY_LIMIT, log_id)
        .with_header("x-ogw-ratelimit-limit", limit)
        .with_header("x-ogw-ratelimit-reset", reset)
}

/// What every error says for support.
pub(crate) fn detail(code: u32, log_id: &str) -> ErrorDetail {
    let troubleshooter = format!(
        "排查建议查看(Troubleshooting suggestions): https://open.feishu.cn/search?from=openapi&log_id={log_id}&code={code}&method_id=7345005664477790000"
    );
    ErrorDetail { log_id: log_id.to_owned(), troubleshooter, ..ErrorDetail::default() }
}

fn coded(code: u32, to: Addressee<'_>) -> Reply {
    match code {
        codes::FREQUENCY_LIMIT => throttled("100".to_owned(), "1".to_owned(), to.log_id),
        codes::SCOPE_MISSING => scope_missing(to),
        _ => worded(code, codes::usual(code).1, detail(code, to.log_id), to.log_id),
    }
}

fn scope_missing(to: Addressee<'_>) -> Reply {
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
    worded(codes::SCOPE_MISSING, &msg, detail, to.log_id)
}

fn bad_field(field: &'static str, fault: &str, log_id: &str) -> Reply {
    let code = codes::FIELD_VALIDATION;
    let violation = FieldViolation { field, value: "", description: format!("{field} {fault}") };
    let detail = ErrorDetail { field_violations: vec![violation], ..detail(code, log_id) };
    worded(code, codes::usual(code).1, detail, log_id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;

    fn body_of(say: Say) -> (u16, Value) {
        let to = Addressee { log_id: "20241219000000AB", app_id: "cli_a", api: Api::WithdrawOnboarding };
        match render(say, to) {
            Reaction::Reply(reply) => (reply.status, serde_json::from_slice(&reply.body).unwrap()),
            other => panic!("no reply but {other:?}"),
        }
    }

    #[test]
    fn a_success_is_the_documented_one() {
        let expected = json!({"code": 0, "msg": "success", "data": {"success": true}});
        assert_eq!(body_of(Say::Success), (200, expected));
    }

    #[test]
    fn an_error_says_its_log_id_and_where_to_look() {
        let (status, body) = body_of(Say::Code(1_161_000));
        assert_eq!((status, &body["code"]), (500, &json!(1_161_000)));
        assert_eq!(body["error"]["log_id"], "20241219000000AB");
        let troubleshooter = body["error"]["troubleshooter"].as_str().unwrap();
        assert!(troubleshooter.contains("log_id=20241219000000AB&code=1161000"));
    }

    #[test]
    fn a_missing_scope_is_named_with_the_page_that_grants_it() {
        let (status, body) = body_of(Say::Code(99_991_672));
        assert_eq!(status, 400);
        let violation = &body["error"]["permission_violations"][0];
        assert_eq!(violation["type"], "action_scope_required");
        assert_eq!(violation["subject"], "corehr:pre_hire:withdraw_onboarding");
        let url = body["error"]["helps"][0]["url"].as_str().unwrap();
        assert!(url.starts_with("https://open.feishu.cn/app/cli_a/auth?q=corehr:pre_hire:"));
    }

    #[test]
    fn a_missing_field_and_a_wrong_stage_are_named() {
        let (_, body) = body_of(Say::MissingField("withdraw_reason"));
        assert_eq!(body["error"]["field_violations"][0]["field"], "withdraw_reason");
        let (_, body) = body_of(Say::WrongStage(Stage::Withdrawn));
        let expected = "Unable to submit this task as pre-hire is in the \"已撤销\" stage.";
        assert_eq!(body["msg"], expected);
    }
}
