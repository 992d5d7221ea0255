//! Owns the simulated API's JSON, apart from the client's on purpose.

use serde::{Deserialize, Serialize};

/// The reply to a withdrawal or restoration that took effect.
pub(super) const SUCCESS: &str = r#"{"code":0,"msg":"success","data":{"success":true}}"#;

/// The reply to a resend: the ticket itself comes on another way.
pub(super) const RESENT: &str = r#"{"code":0,"msg":"success"}"#;

/// What a token endpoint is asked; each needs some of these.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TokenRequest {
    pub(super) app_id: String,
    pub(super) app_secret: String,
    pub(super) app_ticket: String,
    pub(super) app_access_token: String,
    pub(super) tenant_key: String,
}

/// What a token endpoint answers: flat, without `data`.
#[derive(Debug, Serialize)]
pub(super) struct TokenReply<'reply> {
    pub(super) code: u32,
    pub(super) msg: &'reply str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) app_access_token: Option<&'reply str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tenant_access_token: Option<&'reply str>,
    pub(super) expire: u64,
}

/// What the withdraw call is asked; a field may be missing, but not ill-typed, and no other may be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WithdrawRequest {
    pub(super) pre_hire_id: Option<String>,
    pub(super) withdraw_reason: Option<String>,
}

/// What the restore call is asked, just as strictly.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RestoreRequest {
    pub(super) pre_hire_id: Option<String>,
    pub(super) confirm_workforce: Option<bool>,
}

/// What the query call is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QueryRequest {
    pub(super) pre_hire_ids: Option<Vec<String>>,
    pub(super) fields: Option<Vec<String>>,
}

/// What the search call is asked. The real one has more filters: here they are refused, not ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchRequest {
    pub(super) pre_hire_ids: Option<Vec<String>>,
    pub(super) onboarding_status: Option<String>,
    pub(super) onboarding_date_start: Option<String>,
    pub(super) onboarding_date_end: Option<String>,
    pub(super) updated_date_start: Option<String>,
    pub(super) updated_date_end: Option<String>,
    pub(super) department_ids: Option<Vec<String>>,
    pub(super) key_word: Option<String>,
    pub(super) fields: Option<Vec<String>>,
}

/// What a look-up answers.
#[derive(Debug, Serialize)]
pub(super) struct DataReply {
    pub(super) code: u32,
    pub(super) msg: &'static str,
    pub(super) data: serde_json::Value,
}

/// An error as the API words it.
#[derive(Debug, Serialize)]
pub(super) struct ErrorReply<'reply> {
    pub(super) code: u32,
    pub(super) msg: &'reply str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<ErrorDetail>,
}

/// What helps to find the cause.
#[derive(Debug, Default, Serialize)]
pub(super) struct ErrorDetail {
    pub(super) log_id: String,
    pub(super) troubleshooter: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) permission_violations: Vec<PermissionViolation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) field_violations: Vec<FieldViolation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) helps: Vec<Help>,
}

/// A scope that the app lacks.
#[derive(Debug, Serialize)]
pub(super) struct PermissionViolation {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) subject: &'static str,
    pub(super) description: &'static str,
}

/// A field that is missing or wrong.
#[derive(Debug, Serialize)]
pub(super) struct FieldViolation {
    pub(super) field: &'static str,
    pub(super) value: &'static str,
    pub(super) description: String,
}

/// Where to repair it.
#[derive(Debug, Serialize)]
pub(super) struct Help {
    pub(super) url: String,
    pub(super) description: &'static str,
}

/// Writes a value of this file as JSON.
pub(super) fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("these types have string keys and nothing that can fail")
}
