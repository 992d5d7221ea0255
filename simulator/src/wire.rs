//! Owns the simulated API's JSON, apart from the client's on purpose.

use serde::{Deserialize, Serialize};

/// The reply to a withdrawal or restoration that took effect.
pub(crate) const SUCCESS: &str = r#"{"code":0,"msg":"success","data":{"success":true}}"#;

/// The reply to a resend: the ticket itself comes on another way.
pub(crate) const RESENT: &str = r#"{"code":0,"msg":"success"}"#;

/// What a token endpoint is asked; each needs some of these.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TokenRequest {
    pub(crate) app_id: String,
    pub(crate) app_secret: String,
    pub(crate) app_ticket: String,
    pub(crate) app_access_token: String,
    pub(crate) tenant_key: String,
}

/// What a token endpoint answers: flat, without `data`.
#[derive(Debug, Serialize)]
pub(crate) struct TokenReply<'reply> {
    pub(crate) code: u32,
    pub(crate) msg: &'reply str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) app_access_token: Option<&'reply str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tenant_access_token: Option<&'reply str>,
    pub(crate) expire: u64,
}

/// What the withdraw call is asked; a field may be missing, but not ill-typed, and no other may be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawRequest {
    pub(crate) pre_hire_id: Option<String>,
    pub(crate) withdraw_reason: Option<String>,
}

/// What the restore call is asked, just as strictly.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestoreRequest {
    pub(crate) pre_hire_id: Option<String>,
    pub(crate) confirm_workforce: Option<bool>,
}

/// What the query call is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueryRequest {
    pub(crate) pre_hire_ids: Option<Vec<String>>,
    pub(crate) fields: Option<Vec<String>>,
}

/// What the search call is asked. The real one has more filters: here they are refused, not ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchRequest {
    pub(crate) pre_hire_ids: Option<Vec<String>>,
    pub(crate) onboarding_status: Option<String>,
    pub(crate) onboarding_date_start: Option<String>,
    pub(crate) onboarding_date_end: Option<String>,
    pub(crate) updated_date_start: Option<String>,
    pub(crate) updated_date_end: Option<String>,
    pub(crate) department_ids: Option<Vec<String>>,
    pub(crate) key_word: Option<String>,
    pub(crate) fields: Option<Vec<String>>,
}

/// What a look-up answers.
#[derive(Debug, Serialize)]
pub(crate) struct DataReply {
    pub(crate) code: u32,
    pub(crate) msg: &'static str,
    pub(crate) data: serde_json::Value,
}

/// An error as the API words it.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorReply<'reply> {
    pub(crate) code: u32,
    pub(crate) msg: &'reply str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorDetail>,
}

/// What helps to find the cause.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ErrorDetail {
    pub(crate) log_id: String,
    pub(crate) troubleshooter: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) permission_violations: Vec<PermissionViolation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) field_violations: Vec<FieldViolation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) helps: Vec<Help>,
}

/// A scope that the app lacks.
#[derive(Debug, Serialize)]
pub(crate) struct PermissionViolation {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) description: &'static str,
}

/// A field that is missing or wrong.
#[derive(Debug, Serialize)]
pub(crate) struct FieldViolation {
    pub(crate) field: &'static str,
    pub(crate) value: &'static str,
    pub(crate) description: String,
}

/// Where to repair it.
#[derive(Debug, Serialize)]
pub(crate) struct Help {
    pub(crate) url: String,
    pub(crate) description: &'static str,
}

/// Writes a value of this file as JSON.
pub(crate) fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("these types have string keys and nothing that can fail")
}
