//! The calls themselves: one request out, one plain [`Exchange`] back; how connections are set up, and what a failed one was.
//!
//! It neither retries nor follows redirects, and it knows nothing of pacing: its callers have been admitted by the limiter.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Response, Url};
use serde::Serialize;
use serde_json::Value;

use super::auth::{Credentials, Secret, Secrets, Ticket, Token, TokenCall, TokenReply, TokenSource};
use super::exchange::{Body, Exchange, Failure, QueryReply, Reply, SearchReply};
use super::search::{self, PageToken, SearchQuery, SearchRequest};
use super::wire::{
    self, AppRequest, ParsedBody, QueryRequest, RestoreRequest, StoreAppRequest, TenantRequest,
    WithdrawRequest,
};
use crate::language::text;
use crate::model::{BaseUrl, Error, PreHireId, Request, Result, is_this_machine, one_line};

/// More than any honest reply; the rest is not read.
const MOST_BODY_BYTES: usize = 1024 * 1024;
/// A connection that died unseen during a hold would make a doubtful call.
const LONGEST_IDLE: Duration = Duration::from_secs(15);
/// A connection that takes longer than this is given up: nothing was sent, so that is no doubt.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// What the client needs to know.
#[derive(Clone, Debug)]
pub(crate) struct ClientSettings {
    /// The host.
    pub(crate) base_url: BaseUrl,
    /// The app, or a token.
    pub(crate) credentials: Credentials,
    /// The longest time for one call, from connect to last byte.
    pub(crate) timeout: Duration,
}

/// Carries one request to the host and its reply back: HTTP, or in tests a simulated API in the same process.
pub(crate) trait Transport: Clone + Send + Sync + 'static {
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
pub(crate) struct Client<T = reqwest::Client> {
    transport: T,
    base_url: BaseUrl,
    withdraw_url: Url,
    restore_url: Url,
    query_url: Url,
    search_url: Url,
    credentials: Credentials,
    /// A server that echoes one of these must not bring it into the results.
    secrets: Secrets,
}

impl Client {
    /// A client for one host and one app.
    ///
    /// # Errors
    /// When the settings allow no client: a certificate file or a proxy address that can't be used; exit 2.
    pub(crate) fn new(settings: ClientSettings) -> Result<Client> {
        let ClientSettings { base_url, credentials, timeout } = settings;
        let http = http_client(&base_url.join("/"), timeout).map_err(|error| {
            Error::invalid_input(text!("can't set up the connection")).caused_by(error).hint(text!(
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
    pub(crate) async fn call(&self, token: &Token, id: PreHireId, request: &Request) -> Exchange {
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
    pub(crate) async fn query(&self, token: &Token, ids: &[PreHireId]) -> QueryReply {
        let request = QueryRequest { pre_hire_ids: ids, fields: [wire::STAGE_FIELD] };
        let (exchange, value) = self.post(self.query_url.clone(), Some(token), &request).await;
        QueryReply { exchange, stages: value.as_ref().map(wire::stages).unwrap_or_default() }
    }

    /// Asks for one page of a search; the first one without a page token.
    pub(crate) async fn search(
        &self,
        token: &Token,
        query: &SearchQuery,
        page: Option<&PageToken>,
    ) -> SearchReply {
        let mut url = self.search_url.clone();
        if let Some(PageToken(page)) = page {
            url.query_pairs_mut().append_pair("page_token", page);
        }
        let (exchange, value) = self.post(url, Some(token), &SearchRequest::from(query)).await;
        let scrub = |text: &str| self.secrets.scrub(text);
        SearchReply { exchange, page: value.and_then(|value| search::page(&value, &scrub)) }
    }

    /// How tokens are obtained.
    #[must_use]
    pub(crate) fn token_source(&self) -> TokenSource {
        match &self.credentials {
            Credentials::Given(token) => TokenSource::Given(token.clone()),
            Credentials::App { .. } => TokenSource::CustomApp,
            Credentials::StoreApp { ticket, .. } => {
                TokenSource::StoreApp { ticket_is_fixed: matches!(ticket, Ticket::Fixed(_)) }
            }
        }
    }

    /// The app ticket of this moment, if there is one.
    #[must_use]
    pub(crate) fn ticket(&self) -> Option<Secret> {
        match &self.credentials {
            Credentials::StoreApp { ticket, .. } => ticket.read(),
            Credentials::Given(_) | Credentials::App { .. } => None,
        }
    }

    /// Makes one call on the way to a token.
    pub(crate) async fn token(&self, call: &TokenCall) -> TokenReply {
        let (app_id, app_secret) = (self.credentials.app(), self.credentials.app_secret());
        let app_secret = app_secret.map_or("", Secret::reveal);
        let app = AppRequest { app_id, app_secret };
        let (exchange, value) = match call {
            TokenCall::OfCustomApp => self.ask(wire::TOKEN_PATH, &app).await,
            TokenCall::OfStoreApp(ticket) => {
                self.secrets.learn(ticket);
                let request = StoreAppRequest { app, app_ticket: ticket.reveal() };
                self.ask(wire::APP_TOKEN_PATH, &request).await
            }
            TokenCall::OfTenant(app_token) => {
                let tenant_key = self.credentials.tenant();
                let request = TenantRequest { app_access_token: app_token.0.reveal(), tenant_key };
                self.ask(wire::TENANT_TOKEN_PATH, &request).await
            }
            TokenCall::ResendTicket => self.ask(wire::RESEND_PATH, &app).await,
        };
        let name = match call {
            TokenCall::OfStoreApp(_) => Some("app_access_token"),
            TokenCall::OfCustomApp | TokenCall::OfTenant(_) => Some("tenant_access_token"),
            TokenCall::ResendTicket => None,
        };
        let granted = name.zip(value).and_then(|(name, value)| wire::granted_token(&value, name));
        match granted {
            Some((token, expire)) => {
                self.secrets.learn(&token.0);
                TokenReply::Granted(token, expire)
            }
            None if *call == TokenCall::ResendTicket && exchange.code() == Some(0) => {
                TokenReply::TicketResent
            }
            None => TokenReply::Denied(exchange),
        }
    }

    async fn ask(&self, path: &str, request: &impl Serialize) -> (Exchange, Option<Value>) {
        self.post(self.base_url.join(path), None, request).await
    }

    /// One call, and the body of its reply, if that is JSON.
    async fn post(
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

/// Chooses whose cryptography TLS uses, for the whole process: that of `ring`. To be called before the first [`Client`] is
/// made; a second call changes nothing.
pub(crate) fn install_tls_provider() {
    // An error only says that there is a provider already: of an earlier call, or of the program around this library.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client for the host of this address; no call takes longer than `timeout`, from connect to last byte.
pub(super) fn http_client(url: &Url, timeout: Duration) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("prehire/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .http1_only()
        .referer(false)
        .tcp_nodelay(true)
        .pool_idle_timeout(LONGEST_IDLE)
        .connect_timeout(LONGEST_CONNECT.min(timeout / 2))
        .timeout(timeout);
    if is_this_machine(url) {
        builder = builder.no_proxy();
    }
    if url.scheme() == "http" {
        // Without TLS there is no need for the machine's certificates, which a bare container may lack.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

/// The kind of a failure before any status line came back.
pub(super) fn failure_of(error: &reqwest::Error) -> Failure {
    if certificate_was_refused(error) {
        return Failure::CertificateRefused(root_cause(error));
    }
    // A connection that was never made, for want of time too, has carried nothing.
    if error.is_connect() || error.is_builder() {
        return Failure::NotSent(root_cause(error));
    }
    if error.is_timeout() {
        return Failure::TimedOut;
    }
    Failure::ConnectionLost(root_cause(error))
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |cause: &&(dyn StdError + 'static)| (*cause).source())
}

fn certificate_was_refused(error: &reqwest::Error) -> bool {
    let is_certificate = |error: &rustls::Error| {
        matches!(error, rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)
    };
    causes(error).any(|cause| {
        // The TLS error hides inside an I/O error, which does not name it as its source.
        let inner = cause.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        let inside = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
        cause.downcast_ref::<rustls::Error>().or(inside).is_some_and(is_certificate)
    })
}

/// The deepest cause: what the operating system or the TLS library said, without the address.
fn root_cause(error: &reqwest::Error) -> String {
    let deepest =
        causes(error).last().map_or_else(|| "the connection failed".to_owned(), ToString::to_string);
    one_line(&deepest, 300)
}
