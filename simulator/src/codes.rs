//! The API's error codes: the HTTP status and the message of each, as documented or seen.

/// A call that lacks a field, or has one of a wrong form.
pub(crate) const FIELD_VALIDATION: u32 = 99_992_402;
/// The parameters are wrong.
pub(crate) const PARAM_INVALID: u32 = 1_161_001;
/// The parameters of a search are wrong.
pub(crate) const SEARCH_PARAM_INVALID: u32 = 1_160_102;
/// Several people changed the same pre-hire.
pub(crate) const CONFLICT: u32 = 1_161_116;
/// The pre-hire is invisible to the app or does not exist.
pub(crate) const NOT_VISIBLE: u32 = 1_161_105;
/// The pre-hire's stage does not allow it.
pub(crate) const WRONG_STAGE: u32 = 1_161_129;
/// The step of the workflow does not allow it.
pub(crate) const INVALID_OPERATION: u32 = 1_161_094;
/// The department has no head count left for a restored pre-hire.
pub(crate) const WORK_FORCE_EXCEEDED: u32 = 1_161_063;
/// The app may not do it.
pub(crate) const PERMISSION_DENIED: u32 = 1_161_097;
/// The system failed, perhaps after the change.
pub(crate) const SYSTEM_ERROR: u32 = 1_161_000;
/// The system was too slow, perhaps after the change.
pub(crate) const SYSTEM_TIMEOUT: u32 = 1_161_204;
/// The gateway's limit.
pub(crate) const FREQUENCY_LIMIT: u32 = 99_991_400;
/// No token was sent.
pub(crate) const TOKEN_MISSING: u32 = 99_991_661;
/// The token is unknown or past its end.
pub(crate) const TOKEN_INVALID: u32 = 99_991_663;
/// The app lacks the scope.
pub(crate) const SCOPE_MISSING: u32 = 99_991_672;
/// The token endpoint misses a parameter.
pub(crate) const AUTH_PARAM_INVALID: u32 = 10_003;
/// The token endpoint refuses the secret.
pub(crate) const APP_SECRET_INVALID: u32 = 10_014;

/// The app ticket is not the current one.
pub(crate) const TICKET_INVALID: u32 = 10_012;
/// No ticket is sent to an app that is no store app.
pub(crate) const RESEND_FAILED: u32 = 10_016;
/// The app is not installed in the tenant.
pub(crate) const NOT_INSTALLED: u32 = 20_009;
/// The app access token is unknown or past its end.
pub(crate) const APP_TOKEN_INVALID: u32 = 99_991_664;
/// No tenant has this key.
pub(crate) const TENANT_UNKNOWN: u32 = 99_992_500;

/// The status where none is documented, and the message for codes that nobody has described.
const UNKNOWN: (u16, &str) = (400, "simulated error");

/// The HTTP status on which a code usually comes, and its message.
pub(crate) fn usual(code: u32) -> (u16, &'static str) {
    TABLE.iter().find(|entry| entry.0 == code).map_or(UNKNOWN, |entry| (entry.1, entry.2))
}

const INVALID_TOKEN: &str =
    "Invalid access token for authorization. Please make a request with token attached.";
const WORK_EMAIL: &str = "the work email of the pre-hire is used by somebody else";

const TABLE: &[(u32, u16, &str)] = &[
    (
        CONFLICT,
        400,
        "A conflict occurred as multiple people are operating at the same time. Please refresh the page and try again later.",
    ),
    (PERMISSION_DENIED, 400, "Permission denied, please contact the administrator."),
    (NOT_VISIBLE, 400, "You don't have the permission to view the prehire, or the prehire does not exist"),
    (WRONG_STAGE, 400, "Unable to submit this task as pre-hire is in the \"已撤销\" stage."),
    (INVALID_OPERATION, 400, "Invalid workflow operation."),
    (PARAM_INVALID, 400, "param is invalid"),
    (1_161_034, 400, "the pre-hire can not be restored"),
    (1_161_035, 400, "the pre-hire can not be restored"),
    (1_161_036, 400, "the pre-hire can not be restored"),
    (WORK_FORCE_EXCEEDED, 400, "work force is exceeded"),
    (1_161_118, 400, WORK_EMAIL),
    (1_161_119, 400, WORK_EMAIL),
    (1_161_120, 400, WORK_EMAIL),
    (1_161_121, 400, WORK_EMAIL),
    (1_161_122, 400, WORK_EMAIL),
    (1_161_123, 400, WORK_EMAIL),
    (1_161_124, 400, WORK_EMAIL),
    (1_161_125, 400, WORK_EMAIL),
    (1_161_126, 400, WORK_EMAIL),
    (1_161_127, 400, WORK_EMAIL),
    (SYSTEM_ERROR, 500, "Server system error"),
    // The typing error is the API's own.
    (SYSTEM_TIMEOUT, 503, "Requset timeout"),
    (1_161_604, 429, "QPS over limit"),
    (SEARCH_PARAM_INVALID, 400, "param is invalid"),
    (1_160_103, 403, "no permission"),
    (FREQUENCY_LIMIT, 429, "request trigger frequency limit"),
    (99_991_401, 400, "ip 203.0.113.7 is denied by app setting"),
    (99_991_403, 429, "This month's API call quota has been exceeded"),
    (99_991_543, 400, "app_id or app_secret does not exist"),
    (99_991_201, 404, "the request path is invalid"),
    (99_991_301, 404, "the request method is invalid"),
    (
        TOKEN_MISSING,
        400,
        "Missing access token for authorization. Please make a request with token attached.",
    ),
    (99_991_662, 400, "the app is not in use"),
    (TOKEN_INVALID, 400, INVALID_TOKEN),
    (APP_TOKEN_INVALID, 400, "invalid app_access_token"),
    (99_991_665, 400, "invalid tenant_access_token"),
    (99_991_668, 400, INVALID_TOKEN),
    (99_991_671, 400, "invalid access token, it must start with t- or u-"),
    (SCOPE_MISSING, 400, "Access denied."),
    (99_991_673, 400, "the app is unavailable, please check that it is installed"),
    (99_991_676, 400, "the token has no permission"),
    (99_991_677, 400, "user_access_token expired"),
    (99_991_679, 400, "Unauthorized. You do not have permission to perform the requested operation."),
    (TENANT_UNKNOWN, 400, "the tenant_key does not exist"),
    (99_992_501, 400, "the tenant_key does not exist"),
    (FIELD_VALIDATION, 400, "field validation failed"),
    (9499, 400, "Bad Request"),
    (10_001, 400, "param is invalid"),
    (AUTH_PARAM_INVALID, 200, "invalid param"),
    (10_005, 400, "auth failed"),
    (TICKET_INVALID, 400, "get app access token fail"),
    (10_013, 400, "get tenant access token fail"),
    (APP_SECRET_INVALID, 400, "app secret invalid"),
    (10_015, 400, "app secret error"),
    (RESEND_FAILED, 400, "resend app ticket fail"),
    (NOT_INSTALLED, 400, "app is not installed in this tenant"),
    (90_003_087, 400, "the subscription does not allow this"),
    (90_003_088, 400, "the subscription has changed"),
    (1500, 500, "internal error"),
    (1663, 500, "internal error"),
    (1668, 500, "internal error"),
    (2200, 500, "internal service error"),
    (5000, 500, "internal error"),
    (10_101, 500, "internal error"),
    (55_001, 500, "server internal error"),
    (65_001, 500, "internal error"),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn documented_codes_come_on_their_documented_status() {
        for code in [1_161_116, 1_161_097, 1_161_105, 1_161_129, 1_161_094, 1_161_001, 99_991_663] {
            assert_eq!(usual(code).0, 400, "{code}");
        }
        assert_eq!(usual(1_161_000), (500, "Server system error"));
        assert_eq!(usual(1_161_204).0, 503);
        assert_eq!([usual(1_161_604).0, usual(99_991_400).0, usual(99_991_403).0], [429; 3]);
        assert_eq!(usual(7), UNKNOWN);
    }

    #[test]
    fn no_code_is_listed_twice() {
        let mut codes: Vec<u32> = TABLE.iter().map(|entry| entry.0).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), TABLE.len());
    }
}
