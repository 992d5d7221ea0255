//! Owns the calls themselves: one request out, one plain [`Exchange`] back.
//!
//! It neither retries nor follows redirects, and it knows nothing of pacing: whoever uses it has asked the gate.

use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Response, Url};
use serde::Serialize;
use serde_json::Value;

use super::exchange::{Body, Exchange, Failure, QueryReply, Reply, SearchReply};
use super::failure::failure_of;
use super::http::http_client;
use super::scrub::Secrets;
use super::search::{self, PageToken, SearchQuery, SearchRequest};
use super::secret::{Credentials, Token};
use super::wire::{self, ParsedBody, QueryRequest, RestoreRequest, WithdrawRequest};
use crate::language::text;
use crate::model::{BaseUrl, Error, PreHireId, Request, Result};

/// More than any honest reply; the rest is not read.
const MOST_BODY_BYTES: usize = 1024 * 1024;
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// What the client needs to know.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// The host.
    pub base_url: BaseUrl,
    /// The app, or a token.
    pub credentials: Credentials,
    /// The longest time for one call, from connect to last byte.
    pub timeout: Duration,
}

/// Carries one request to the host and its reply back: HTTP, or in tests a simulated API in the same process.
pub trait Transport: Clone + Send + Sync + 'static {
    /// Sends a request; the body of the response may still be on its way.
    fn send(
        &self,
        request: reqwest::Request,
    ) -> impl Future<Output = std::result::Result<Response, Failure>> + Send;
}

impl Transport for reqwest::Client {
    async fn send(&self, request: reqwest::Request) -> std::result::Result<Response, Failure> {
        self.execute(request).await.map_err(|error| failure_of(&error))
    }
}

/// Makes calls. Clones share their connections.
#[derive(Clone)]
pub struct Client<T = reqwest::Client> {
    transport: T,
    pub(super) base_url: BaseUrl,
    withdraw_url: Url,
    restore_url: Url,
    query_url: Url,
    search_url: Url,
    pub(super) credentials: Credentials,
    /// A server that echoes one of these must not bring it into the results.
    pub(super) secrets: Secrets,
}

impl Client {
    /// A client for one host and one app.
    ///
    /// # Errors
    /// When the settings allow no client: a certificate file or a proxy address that can't be used; exit 2.
    pub fn new(settings: ClientSettings) -> Result<Client> {
        let ClientSettings { base_url, credentials, timeout } = settings;
        let http = http_client(&base_url.join("/"), timeout).map_err(|error| {
            Error::unusable(text!("can't set up the connection")).because(error).hint(text!(
                "check HTTPS_PROXY and SSL_CERT_FILE, and that the system's CA certificates are installed"
            ))
        })?;
        Ok(Client::over(http, base_url, credentials))
    }
}

impl<T: Transport> Client<T> {
    pub(crate) fn over(transport: T, base_url: BaseUrl, credentials: Credentials) -> Client<T> {
        let [withdraw_url, restore_url] =
            [wire::WITHDRAW_PATH, wire::RESTORE_PATH].map(|path| base_url.join(path));
        let mut query_url = base_url.join(wire::QUERY_PATH);
        query_url.query_pairs_mut().append_pair("page_size", &wire::MOST_QUERIED.to_string());
        let mut search_url = base_url.join(search::SEARCH_PATH);
        search_url.query_pairs_mut().append_pair("page_size", &search::MOST_SEARCHED.to_string());
        let secrets = Secrets::new(credentials.app_secret());
        if let Credentials::Given(token) = &credentials {
            secrets.learn(&token.0);
        }
        Client { transport, base_url, withdraw_url, restore_url, query_url, search_url, credentials, secrets }
    }

    /// Asks for one pre-hire to be withdrawn, or restored.
    pub async fn call(&self, token: &Token, id: PreHireId, request: &Request) -> Exchange {
        let pre_hire_id = &id.to_string();
        let (exchange, _) = match request {
            Request::Withdraw(reason) => {
                let request = WithdrawRequest { pre_hire_id, withdraw_reason: reason.as_str() };
                self.post(self.withdraw_url.clone(), Some(token), &request).await
            }
            Request::Restore { confirm_workforce } => {
                let request = RestoreRequest { pre_hire_id, confirm_workforce: *confirm_workforce };
                self.post(self.restore_url.clone(), Some(token), &request).await
            }
        };
        exchange
    }

    /// Looks up to ten pre-hires up: their stages.
    pub async fn query(&self, token: &Token, ids: &[PreHireId]) -> QueryReply {
        let request = QueryRequest { pre_hire_ids: ids, fields: [wire::STAGE_FIELD] };
        let (exchange, value) = self.post(self.query_url.clone(), Some(token), &request).await;
        QueryReply { exchange, stages: value.as_ref().map(wire::stages).unwrap_or_default() }
    }

    /// Asks for one page of a search; the first one without a page token.
    pub async fn search(&self, token: &Token, query: &SearchQuery, page: Option<&PageToken>) -> SearchReply {
        let mut url = self.search_url.clone();
        if let Some(PageToken(page)) = page {
            url.query_pairs_mut().append_pair("page_token", page);
        }
        let (exchange, value) = self.post(url, Some(token), &SearchRequest::from(query)).await;
        let scrub = |text: &str| self.secrets.scrub(text);
        SearchReply { exchange, page: value.and_then(|value| search::page(&value, &scrub)) }
    }

    /// One call, and the body of its reply, if that is JSON.
    pub(super) async fn post(
        &self,
        url: Url,
        token: Option<&Token>,
        body: &impl Serialize,
    ) -> (Exchange, Option<Value>) {
        let body = serde_json::to_vec(body).expect("texts, ids, dates and booleans are JSON");
        let mut request = reqwest::Request::new(Method::POST, url);
        if let Some(token) = token {
            request.headers_mut().insert(AUTHORIZATION, bearer(token));
        }
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        *request.body_mut() = Some(body.into());
        self.exchange(request).await
    }

    async fn exchange(&self, request: reqwest::Request) -> (Exchange, Option<Value>) {
        let scrub = |text: &str| self.secrets.scrub(text);
        let response = match self.transport.send(request).await {
            Ok(response) => response,
            Err(failure) => return (Exchange::Failed(failure), None),
        };
        let status = response.status().as_u16();
        let header_log_id = header_text(response.headers(), &["x-tt-logid", "x-request-id"]);
        let wait = header_text(response.headers(), &["x-ogw-ratelimit-reset"])
            .and_then(|text| wire::parse_wait(&text))
            .or_else(|| {
                header_text(response.headers(), &["retry-after"]).and_then(|text| wire::parse_wait(&text))
            });
        let (body, body_log_id, value) = match read_body(response).await {
            Ok(bytes) => match wire::parse(&bytes, &scrub) {
                Some(ParsedBody { envelope, log_id, value }) => (Body::Json(envelope), log_id, Some(value)),
                None => (Body::NotJson, None, None),
            },
            Err(BrokenBody::TooLong) => (Body::TooLong, None, None),
            Err(BrokenBody::CutOff) => (Body::CutOff, None, None),
            Err(BrokenBody::TimedOut) => return (Exchange::Failed(Failure::TimedOut), None),
        };
        let log_id = header_log_id.map(|text| wire::clean_log_id(&scrub(&text))).or(body_log_id);
        (Exchange::Reply(Reply { status, body, log_id, wait }), value)
    }
}

impl<T> fmt::Debug for Client<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("withdraw_url", &self.withdraw_url.as_str()).finish_non_exhaustive()
    }
}

pub(super) enum BrokenBody {
    TooLong,
    CutOff,
    TimedOut,
}

pub(super) async fn read_body(mut response: Response) -> std::result::Result<Vec<u8>, BrokenBody> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body),
            Ok(Some(chunk)) if body.len() + chunk.len() > MOST_BODY_BYTES => return Err(BrokenBody::TooLong),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(error) if error.is_timeout() => return Err(BrokenBody::TimedOut),
            Err(_) => return Err(BrokenBody::CutOff),
        }
    }
}

fn header_text(headers: &HeaderMap, names: &[&str]) -> Option<String> {
    let filled = |name: &&str| headers.get(*name)?.to_str().ok().filter(|text| !text.trim().is_empty());
    names.iter().find_map(filled).map(str::to_owned)
}

fn bearer(token: &Token) -> HeaderValue {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.0.reveal()))
        .unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
    value.set_sensitive(true);
    value
}
