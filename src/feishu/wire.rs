//! The bytes: what a request says, and what the fields of a reply are.
//!
//! Replies are read with patience: unknown fields are ignored, a field of the wrong type counts as missing.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::auth::{Secret, Token};
#[cfg(any(test, fuzzing))]
use super::exchange::Body;
use super::exchange::Envelope;
use crate::model::{PreHireId, Stage, one_line};

/// The path of the withdraw call.
pub(super) const WITHDRAW_PATH: &str = "/open-apis/corehr/v2/pre_hires/withdraw_onboarding";
/// The path of the restore call.
pub(super) const RESTORE_PATH: &str = "/open-apis/corehr/v2/pre_hires/restore_flow_instance";
/// The path of the query call.
pub(super) const QUERY_PATH: &str = "/open-apis/corehr/v2/pre_hires/query";
/// The most ids that one query takes.
pub(crate) const MOST_QUERIED: usize = 10;
/// The one field that a look needs; without any, nothing but ids comes back.
pub(super) const STAGE_FIELD: &str = "onboarding_info.onboarding_status";
/// The path of the token call of custom apps.
pub(super) const TOKEN_PATH: &str = "/open-apis/auth/v3/tenant_access_token/internal";

/// The path of a store app's call for its app access token.
pub(super) const APP_TOKEN_PATH: &str = "/open-apis/auth/v3/app_access_token";
/// The path of a store app's call for the token of a tenant.
pub(super) const TENANT_TOKEN_PATH: &str = "/open-apis/auth/v3/tenant_access_token";
/// The path of a store app's call for a new ticket.
pub(super) const RESEND_PATH: &str = "/open-apis/auth/v3/app_ticket/resend";

/// How long a token is believed to live whose reply does not say; a stale one is noticed all the same.
const UNTOLD_LIFE_SECONDS: u64 = 120;
/// How much of a message goes into the results.
const MESSAGE_CHARACTERS: usize = 1_000;
const URL_CHARACTERS: usize = 500;
/// How much of a log id is believed.
const LOG_ID_CHARACTERS: usize = 200;

#[derive(Serialize)]
pub(super) struct WithdrawRequest<'a> {
    pub(super) pre_hire_id: &'a str,
    pub(super) withdraw_reason: &'a str,
}

#[derive(Serialize)]
pub(super) struct RestoreRequest<'a> {
    pub(super) pre_hire_id: &'a str,
    /// Left out unless it was asked for: then the API's own default holds.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) confirm_workforce: bool,
}

#[derive(Serialize)]
pub(super) struct QueryRequest<'a> {
    pub(super) pre_hire_ids: &'a [PreHireId],
    pub(super) fields: [&'static str; 1],
}

#[derive(Serialize)]
pub(super) struct AppRequest<'a> {
    pub(super) app_id: &'a str,
    pub(super) app_secret: &'a str,
}

#[derive(Serialize)]
pub(super) struct StoreAppRequest<'a> {
    #[serde(flatten)]
    pub(super) app: AppRequest<'a>,
    pub(super) app_ticket: &'a str,
}

#[derive(Serialize)]
pub(super) struct TenantRequest<'a> {
    pub(super) app_access_token: &'a str,
    pub(super) tenant_key: &'a str,
}

/// A JSON body, once parsed.
pub(super) struct ParsedBody {
    pub(super) envelope: Envelope,
    pub(super) log_id: Option<String>,
    /// All of it, for the call that wants more.
    pub(super) value: Value,
}

/// Parses a body; `None` when it is not JSON.
pub(super) fn parse(bytes: &[u8], scrub: &dyn Fn(&str) -> String) -> Option<ParsedBody> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let text = |value: &Value, most| value.as_str().map(|text| one_line(&scrub(text), most));
    let error = &value["error"];
    let help_url = text(&error["helps"][0]["url"], URL_CHARACTERS)
        .or_else(|| address_in(&text(&error["troubleshooter"], URL_CHARACTERS)?));
    let envelope = Envelope {
        code: value["code"].as_i64(),
        message: text(&value["msg"], MESSAGE_CHARACTERS).unwrap_or_default(),
        success: value["data"]["success"].as_bool(),
        help_url,
    };
    let log_id = text(&error["log_id"], LOG_ID_CHARACTERS);
    Some(ParsedBody { envelope, log_id, value })
}

/// What a body says, whatever its bytes are; nothing is crossed out of it.
#[cfg(any(test, fuzzing))]
pub(crate) fn body_of(bytes: &[u8]) -> Body {
    parse(bytes, &str::to_owned).map_or(Body::NotJson, |parsed| Body::Json(parsed.envelope))
}

/// The address that a text with prose around it holds.
fn address_in(text: &str) -> Option<String> {
    text.split_whitespace().find(|word| word.starts_with("https://")).map(str::to_owned)
}

/// The stages of a query's reply.
pub(super) fn stages(value: &Value) -> Vec<(PreHireId, Stage)> {
    let items = value["data"]["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let stage_of = |item: &Value| {
        // The answer repeats our own ids, so what a spreadsheet does to ids is no matter here.
        let id = PreHireId::parse(item["pre_hire_id"].as_str()?, true).ok()?;
        Some((id, Stage::from_word(item["onboarding_info"]["onboarding_status"].as_str()?)))
    };
    items.iter().filter_map(stage_of).collect()
}

/// The token of a token reply, under this name.
pub(super) fn granted_token(value: &Value, name: &str) -> Option<(Token, Duration)> {
    let token = Secret::new(value[name].as_str()?);
    let is_granted = value["code"].as_i64() == Some(0) && !token.is_empty();
    let seconds = value["expire"].as_u64().or_else(|| value["expire"].as_str()?.parse().ok());
    let expire = seconds.filter(|seconds| *seconds > 0).unwrap_or(UNTOLD_LIFE_SECONDS);
    is_granted.then(|| (Token(token), Duration::from_secs(expire)))
}

/// Reads a wait of a reply's header: seconds, maybe fractional; nonsense counts as missing.
pub(super) fn parse_wait(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()
}

/// A log id as it may go into a cell.
pub(super) fn clean_log_id(text: &str) -> String {
    one_line(text, LOG_ID_CHARACTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_are_a_body() {
        let code = |bytes: &[u8]| match body_of(bytes) {
            Body::Json(envelope) => Some(envelope.code),
            _ => None,
        };
        assert_eq!(code(b"{\"code\":7}"), Some(Some(7)));
        assert_eq!(code(b"\xFF"), None);
    }

    fn read(body: &str) -> Option<ParsedBody> {
        parse(body.as_bytes(), &|text| text.replace("hunter2", "***"))
    }

    #[test]
    fn fields_of_the_wrong_type_count_as_missing() {
        let envelope = |body| read(body).map(|parsed| parsed.envelope);
        let expected = Envelope { code: Some(0), success: Some(true), ..Envelope::default() };
        assert_eq!(envelope(r#"{"code":0,"data":{"success":true},"new":[1]}"#), Some(expected));
        for body in [r#"{"code":"0","msg":5,"data":[]}"#, "[]", "7", r#"{"code":0.5}"#, "null"] {
            assert_eq!(envelope(body), Some(Envelope::default()), "{body}");
        }
        assert_eq!(envelope("<html>"), None);
        assert_eq!(envelope(""), None);
        assert_eq!(envelope(r#"{"code":0"#), None);
    }

    #[test]
    fn help_and_log_id_come_out_of_the_error() {
        let parsed = read(
            r#"{"code":99991672,"msg":"no scope\nhunter2","error":{"log_id":"2026","helps":[{"url":"https://open.feishu.cn/app/x"}]}}"#,
        )
        .expect("JSON");
        assert_eq!(parsed.envelope.message, "no scope ***");
        assert_eq!(parsed.envelope.help_url.as_deref(), Some("https://open.feishu.cn/app/x"));
        assert_eq!(parsed.log_id.as_deref(), Some("2026"));
    }

    #[test]
    fn a_token_needs_code_0_and_a_text() {
        let token = |body: &str| {
            read(body)
                .and_then(|parsed| granted_token(&parsed.value, "tenant_access_token"))
                .map(|(_, expire)| expire.as_secs())
        };
        assert_eq!(token(r#"{"code":0,"tenant_access_token":"t-1","expire":7189}"#), Some(7189));
        assert_eq!(token(r#"{"code":10003,"tenant_access_token":"t-1","expire":7189}"#), None);
        assert_eq!(token(r#"{"code":0,"tenant_access_token":"","expire":7189}"#), None);
        assert_eq!(token(r#"{"code":0}"#), None);
        assert_eq!(token(r#"{"code":0,"app_access_token":"a-1","expire":7189}"#), None, "another kind");
        for expire in ["", r#","expire":0"#, r#","expire":"soon""#] {
            let body = format!(r#"{{"code":0,"tenant_access_token":"t-1"{expire}}}"#);
            assert_eq!(token(&body), Some(UNTOLD_LIFE_SECONDS), "{body}");
        }
        assert_eq!(token(r#"{"code":0,"tenant_access_token":"t-1","expire":"7200"}"#), Some(7200));
    }

    #[test]
    fn a_wait_may_be_fractional_and_nonsense_is_none() {
        assert_eq!(parse_wait("52"), Some(Duration::from_secs(52)));
        assert_eq!(parse_wait(" 0.25 "), Some(Duration::from_millis(250)));
        for text in ["", "-1", "soon", "NaN", "1e300", "inf"] {
            assert_eq!(parse_wait(text), None, "{text}");
        }
    }
}
