//! A search endpoint of a test's own making: its pages, its tokens, its troubles; it sees every byte.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use httpmock::prelude::*;
use httpmock::{HttpMockRequest, HttpMockResponse};
use serde_json::{Value, json};

use crate::context::TestContext;

pub const TOKEN_PATH: &str = "/open-apis/auth/v3/tenant_access_token/internal";
pub const SEARCH_PATH: &str = "/open-apis/corehr/v2/pre_hires/search";

/// One call, as the server saw it.
#[derive(Clone, Debug)]
pub struct SearchCall {
    pub token: String,
    pub page_token: Option<String>,
    pub query: Vec<(String, String)>,
    pub body: Value,
}

/// What is answered to a call.
pub type Answer = fn(&SearchCall, usize) -> (u16, Value);

/// Answers every search as it is told to; the number counts the calls from 0. The tokens are `t-1`, `t-2`, ….
pub struct SearchServer {
    server: MockServer,
    calls: Arc<Mutex<Vec<SearchCall>>>,
}

impl SearchServer {
    pub fn start(answer: Answer) -> SearchServer {
        let server = MockServer::start();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let tokens = AtomicUsize::new(0);
        server.mock(|when, then| {
            when.path(TOKEN_PATH);
            then.respond_with(move |_: &HttpMockRequest| {
                let token = format!("t-{}", tokens.fetch_add(1, Ordering::SeqCst) + 1);
                reply(200, &json!({"code": 0, "tenant_access_token": token, "expire": 7200}))
            });
        });
        let seen = Arc::clone(&calls);
        server.mock(|when, then| {
            when.path(SEARCH_PATH);
            then.respond_with(move |request: &HttpMockRequest| {
                let call = call(request);
                let mut seen = seen.lock().unwrap();
                let (status, body) = answer(&call, seen.len());
                seen.push(call);
                reply(status, &body)
            });
        });
        SearchServer { server, calls }
    }

    pub fn calls(&self) -> Vec<SearchCall> {
        self.calls.lock().unwrap().clone()
    }

    /// A test that calls this server.
    pub fn context(&self) -> TestContext {
        TestContext::new().server(self.server.base_url())
    }
}

fn call(request: &HttpMockRequest) -> SearchCall {
    let headers = request.headers();
    let authorization = headers.get("authorization").unwrap().to_str().unwrap();
    assert_eq!(headers.get("content-type").unwrap(), "application/json; charset=utf-8");
    let query = request.query_params();
    let value = |name: &str| query.iter().find(|pair| pair.0 == name).map(|pair| pair.1.clone());
    SearchCall {
        token: authorization.strip_prefix("Bearer ").unwrap().to_owned(),
        page_token: value("page_token"),
        body: serde_json::from_slice(request.body_ref()).unwrap(),
        query,
    }
}

fn reply(status: u16, body: &Value) -> HttpMockResponse {
    HttpMockResponse::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("x-tt-logid", "LOG")
        .body(body.to_string())
        .build()
}

/// A page with these entries; with another one behind it if there is a token.
pub fn page(items: Value, next: Option<&str>) -> (u16, Value) {
    let next_token = next.unwrap_or_default();
    let data = json!({"items": items, "has_more": next.is_some(), "page_token": next_token});
    (200, json!({"code": 0, "msg": "success", "data": data}))
}

/// An entry of a page.
pub fn somebody(id: &str, name: &str, stage: &str, date: &str) -> Value {
    json!({
        "pre_hire_id": id,
        "person_info": {"preferred_name": name},
        "onboarding_info": {"onboarding_status": stage, "onboarding_date": date},
    })
}
