//! The endpoints of the simulated API: their paths, scopes and allowances.

use serde::Serialize;

use crate::settings::Rate;

/// An endpoint. Each has an allowance of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// `POST /open-apis/auth/v3/tenant_access_token/internal`.
    TenantAccessToken,
    /// `POST /open-apis/auth/v3/app_ticket/resend`, for store apps.
    AppTicketResend,
    /// `POST /open-apis/auth/v3/app_access_token`, for store apps.
    AppAccessToken,
    /// `POST /open-apis/auth/v3/tenant_access_token`, for store apps.
    StoreTenantAccessToken,
    /// `POST /open-apis/corehr/v2/pre_hires/withdraw_onboarding`.
    WithdrawOnboarding,
    /// `POST /open-apis/corehr/v2/pre_hires/restore_flow_instance`.
    RestoreFlowInstance,
    /// `POST /open-apis/corehr/v2/pre_hires/query`.
    Query,
    /// `POST /open-apis/corehr/v2/pre_hires/search`.
    Search,
}

/// What can be done to a pre-hire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Withdraw,
    Restore,
}

impl Api {
    /// In the order of the variants.
    pub(crate) const ALL: [Api; 8] = [
        Api::TenantAccessToken,
        Api::AppTicketResend,
        Api::AppAccessToken,
        Api::StoreTenantAccessToken,
        Api::WithdrawOnboarding,
        Api::RestoreFlowInstance,
        Api::Query,
        Api::Search,
    ];

    /// The endpoint behind a method and a path; the real gateway knows no "wrong method" either.
    pub(crate) fn of(method: &str, path: &str) -> Option<Api> {
        Api::ALL.into_iter().find(|api| method == "POST" && path == api.path())
    }

    fn path(self) -> &'static str {
        match self {
            Api::TenantAccessToken => "/open-apis/auth/v3/tenant_access_token/internal",
            Api::AppTicketResend => "/open-apis/auth/v3/app_ticket/resend",
            Api::AppAccessToken => "/open-apis/auth/v3/app_access_token",
            Api::StoreTenantAccessToken => "/open-apis/auth/v3/tenant_access_token",
            Api::WithdrawOnboarding => "/open-apis/corehr/v2/pre_hires/withdraw_onboarding",
            Api::RestoreFlowInstance => "/open-apis/corehr/v2/pre_hires/restore_flow_instance",
            Api::Query => "/open-apis/corehr/v2/pre_hires/query",
            Api::Search => "/open-apis/corehr/v2/pre_hires/search",
        }
    }

    /// The scopes of which the app needs one; a token needs none.
    pub(crate) fn scopes(self) -> &'static [&'static str] {
        match self {
            Api::TenantAccessToken
            | Api::AppTicketResend
            | Api::AppAccessToken
            | Api::StoreTenantAccessToken => &[],
            Api::WithdrawOnboarding => &["corehr:pre_hire:withdraw_onboarding"],
            Api::RestoreFlowInstance => &["corehr:pre_hire:restore_flow_instance"],
            Api::Query => &["corehr:pre_hire:read_only"],
            Api::Search => &["corehr:pre_hire.search:read", "corehr:pre_hire:read", "corehr:pre_hire:write"],
        }
    }

    pub(crate) fn only_reads(self) -> bool {
        matches!(self, Api::Query | Api::Search)
    }

    /// The token endpoints have a fixed allowance, the CoreHR endpoints the given one each.
    pub(crate) fn rate(self, corehr: Option<Rate>) -> Option<Rate> {
        if self.scopes().is_empty() { Some(Rate::TOKEN) } else { corehr }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_the_right_method_on_the_right_path_is_an_endpoint() {
        for api in Api::ALL {
            assert_eq!(Api::of("POST", api.path()), Some(api));
            assert_eq!(Api::of("GET", api.path()), None);
            assert_eq!(Api::of("POST", &format!("{}/", api.path())), None);
        }
    }

    #[test]
    fn each_endpoint_has_a_place_of_its_own() {
        for (place, api) in Api::ALL.into_iter().enumerate() {
            assert_eq!(api as usize, place);
        }
    }
}
