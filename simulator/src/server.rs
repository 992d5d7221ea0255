//! The simulated API on the wire: sockets, the clock and the delays. It decides nothing.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use fastrand::Rng;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::api::Api;
use crate::http::{Reaction, Reply, Request};
use crate::pre_hire::{PreHire, Stage};
use crate::record::Record;
use crate::script::Script;
use crate::settings::SimulatorSettings;
use crate::ticket_file::TicketFile;

/// The largest body that is read.
const LARGEST_BODY: usize = 1024 * 1024;
/// How long a call that gets no answer is held before its connection is closed.
const LONGEST_SILENCE: Duration = Duration::from_secs(120);
/// A pause after a failed accept, which otherwise fails again at once while descriptors are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);
/// How many bytes a body that breaks off announces and does not send.
const MISSING: u64 = 1000;

/// A simulated API that is bound to its port; [`Simulator::serve`] runs it.
#[derive(Debug)]
pub struct Simulator {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// A simulated API that serves on its own thread until it is dropped.
#[derive(Debug)]
pub struct Running {
    base_url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    started: Instant,
    ticket_file: TicketFile,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    script: Script,
    rng: Rng,
}

impl Simulator {
    /// Takes the port.
    ///
    /// # Errors
    /// When the address is not loopback (`InvalidInput`) or cannot be had, or the first app ticket cannot be written.
    pub fn bind(settings: SimulatorSettings) -> io::Result<Simulator> {
        if !settings.listen.ip().is_loopback() {
            let message = format!("{} is not a loopback address", settings.listen.ip());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let listener = TcpListener::bind(settings.listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Shared::new(settings);
        if let Some(ticket) = shared.state().script.take_undelivered_ticket() {
            shared.ticket_file.write_initial(&ticket)?;
        }
        Ok(Simulator { listener, address, shared: Arc::new(shared) })
    }

    /// Takes the port and serves on a thread of its own.
    ///
    /// # Errors
    /// As [`Simulator::bind`], or when the thread or its runtime cannot be had.
    pub fn spawn(settings: SimulatorSettings) -> io::Result<Running> {
        let simulator = Simulator::bind(settings)?;
        let (base_url, shared) = (simulator.base_url(), Arc::clone(&simulator.shared));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("simulator".to_owned()).spawn(move || {
            runtime.block_on(async {
                // A socket that the runtime refuses shows as connections that nobody accepts.
                tokio::select! {
                    _ = simulator.serve() => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Running { base_url, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it is to be reached: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until the future is dropped, which closes every connection.
    ///
    /// # Errors
    /// When the runtime cannot take the socket.
    pub async fn serve(self) -> io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let mut connections = JoinSet::new();
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, Arc::clone(&self.shared)));
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            }
            while connections.try_join_next().is_some() {}
        }
    }
}

impl Running {
    /// Where it is to be reached: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A copy of every call so far; empty unless the settings say `record`.
    #[must_use]
    pub fn record(&self) -> Record {
        self.shared.state().script.record()
    }

    /// The current app ticket of store apps.
    #[must_use]
    pub fn app_ticket(&self) -> String {
        self.shared.state().script.app_ticket().to_owned()
    }

    /// What is known of a pre-hire.
    #[must_use]
    pub fn look_up(&self, id: &str) -> PreHire {
        self.shared.state().script.look_up(id)
    }

    /// Everyone whom a search without a filter can find, and the deleted.
    #[must_use]
    pub fn everyone(&self) -> Vec<PreHire> {
        self.shared.state().script.everyone()
    }

    /// The stage of a pre-hire.
    #[must_use]
    pub fn stage_of(&self, id: &str) -> Stage {
        self.look_up(id).stage
    }

    /// The most arrivals at the withdraw endpoint in any window `[s, s + period)`; needs `record`.
    #[must_use]
    pub fn most_in_window(&self, period: Duration) -> usize {
        self.record().most_in_window(Api::WithdrawOnboarding, period)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The thread only ever waits on its runtime, so it ends at once; nothing there blocks.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    #[expect(clippy::disallowed_methods, reason = "time and chance come in here, and are parameters below")]
    fn new(settings: SimulatorSettings) -> Shared {
        let mut rng = settings.seed.map_or_else(Rng::new, Rng::with_seed);
        let script = Script::new(&settings, Timestamp::now(), &mut rng);
        let ticket_file = TicketFile { file: settings.app_ticket_file, delay: settings.resend_delay };
        Shared { started: Instant::now(), ticket_file, state: Mutex::new(State { script, rng }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, head: &Parts, body: &[u8], now: Duration) -> Reaction {
        let authorization = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (method, path) = (head.method.as_str(), head.uri.path());
        let query = head.uri.query().unwrap_or_default();
        let State { script, rng } = &mut *self.state();
        let reaction = script.handle(now, Request { method, path, query, authorization, body }, rng);
        if let Some(ticket) = script.take_undelivered_ticket() {
            self.ticket_file.deliver(ticket);
        }
        reaction
    }

    fn travel_times(&self) -> Option<(Duration, Duration)> {
        let State { script, rng } = &mut *self.state();
        script.travel_times(rng)
    }
}

/// Serves one connection to its end; how it ends is the client's matter, or was asked for.
async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    // Without it small replies may wait for the client's acknowledgement; a socket that refuses is only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
    // Headers are written as the real API writes them: the official SDK looks for "X-Tt-Logid" in just this form.
    let _ =
        http1::Builder::new().title_case_headers(true).serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    request: hyper::Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<ReplyBody>, BrokenOff> {
    let arrived_at = shared.started.elapsed();
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else { return Err(BrokenOff) };
    let body = body.to_bytes();
    match shared.travel_times() {
        None => deliver(shared.handle(&head, &body, arrived_at)).await,
        Some((there, back)) => {
            // On a task of its own: what is on its way arrives, even when the client has given up meanwhile.
            let handle = async move {
                sleep(there).await;
                shared.handle(&head, &body, shared.started.elapsed())
            };
            let reaction = tokio::spawn(handle).await.map_err(|_| BrokenOff)?;
            sleep(back).await;
            deliver(reaction).await
        }
    }
}

async fn deliver(reaction: Reaction) -> Result<Response<ReplyBody>, BrokenOff> {
    match reaction {
        Reaction::Close => Err(BrokenOff),
        Reaction::Silence => {
            sleep(LONGEST_SILENCE).await;
            Err(BrokenOff)
        }
        Reaction::Reply(reply) => {
            if !reply.delay.is_zero() {
                sleep(reply.delay).await;
            }
            Ok(response(reply))
        }
    }
}

fn response(reply: Reply) -> Response<ReplyBody> {
    let body = match reply.body {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let mut response = Response::new(ReplyBody::new(body, reply.cut_off));
    *response.status_mut() = StatusCode::from_u16(reply.status).expect("the script uses known statuses");
    let headers = response.headers_mut();
    if let Some(content_type) = reply.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in reply.log_id.into_iter().chain(reply.headers) {
        let value = HeaderValue::try_from(value).expect("the script's header values are plain ASCII");
        headers.insert(name, value);
    }
    response
}

/// A body on its way out: all bytes at once; then the end, or a break.
#[derive(Debug)]
struct ReplyBody {
    bytes: Bytes,
    announced: u64,
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Proper,
    BreakAfterFlush,
    BreakNow,
}

/// The connection is to be closed here; it is no failure of the server.
#[derive(Debug)]
struct BrokenOff;

impl ReplyBody {
    fn new(bytes: Bytes, cut_off: bool) -> ReplyBody {
        let length = bytes.len() as u64;
        let (announced, end) =
            if cut_off { (length + MISSING, End::BreakAfterFlush) } else { (length, End::Proper) };
        ReplyBody { bytes, announced, end }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if !self.bytes.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.bytes)))));
        }
        match self.end {
            End::Proper => Poll::Ready(None),
            End::BreakAfterFlush => {
                // What was sent so far is only flushed when the body makes the server wait.
                self.end = End::BreakNow;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::BreakNow => Poll::Ready(Some(Err(BrokenOff))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.end == End::Proper
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken off on purpose")
    }
}

impl std::error::Error for BrokenOff {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    fn start() -> Running {
        let settings = SimulatorSettings { record: true, seed: Some(1), ..SimulatorSettings::default() };
        Simulator::spawn(settings).unwrap()
    }

    /// Sends one request on a connection of its own and reads to its end.
    async fn raw(running: &Running, path: &str, headers: &str, body: &str) -> String {
        let address = running.base_url().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = Vec::new();
        // A connection that is reset counts as one that is closed.
        let _ = stream.read_to_end(&mut reply).await;
        String::from_utf8(reply).unwrap()
    }

    async fn withdraw(running: &Running, token: &str, id: &str) -> String {
        let body = json!({"pre_hire_id": id, "withdraw_reason": "r"}).to_string();
        let headers = format!("authorization: Bearer {token}\r\n");
        raw(running, "/open-apis/corehr/v2/pre_hires/withdraw_onboarding", &headers, &body).await
    }

    async fn token(running: &Running) -> String {
        let body = r#"{"app_id":"cli_a","app_secret":"s"}"#;
        let reply = raw(running, "/open-apis/auth/v3/tenant_access_token/internal", "", body).await;
        let (_, body) = reply.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        body["tenant_access_token"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_withdrawal_goes_over_the_wire_and_is_recorded() {
        let running = start();
        let token = token(&running).await;
        let reply = withdraw(&running, &token, "7345005664477775407").await;
        assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
        assert!(reply.contains("\r\nContent-Type: application/json; charset=utf-8\r\n"), "{reply}");
        assert!(reply.contains("\r\nX-Tt-Logid: 19700101080000"), "{reply}");
        assert!(reply.ends_with(r#"{"code":0,"msg":"success","data":{"success":true}}"#), "{reply}");
        assert_eq!(running.stage_of("7345005664477775407"), Stage::Withdrawn);
        assert_eq!(running.look_up("7345005664477775407").withdrawn_times, 1);
        assert_eq!(running.most_in_window(Duration::from_secs(60)), 1);
        let record = running.record();
        let call = record.calls_for("7345005664477775407").next().unwrap();
        assert_eq!((call.status, call.code, call.applied), (Some(200), Some(0), true));
        assert_eq!(call.token.as_deref(), Some(token.as_str()));
    }

    #[tokio::test]
    async fn connections_are_closed_and_bodies_cut_off_as_asked() {
        let running = start();
        let token = token(&running).await;
        assert_eq!(withdraw(&running, &token, "9913020000000000001").await, "");
        assert_eq!(running.stage_of("9913020000000000001"), Stage::Withdrawn);
        let reply = withdraw(&running, &token, "9911030000000000001").await;
        assert!(reply.contains("Content-Length: 1050\r\n"), "{reply}");
        assert!(reply.ends_with("{\"success\":true}}"), "{reply}");
        let reply = withdraw(&running, &token, "9911140000000000001").await;
        assert!(reply.starts_with("HTTP/1.1 429 ") && !reply.contains("\r\nX-"), "{reply}");
    }

    #[tokio::test]
    async fn it_ends_with_its_owner_even_while_a_call_hangs() {
        let running = start();
        let token = token(&running).await;
        let address = running.base_url().strip_prefix("http://").unwrap().to_owned();
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let body = r#"{"pre_hire_id":"9911010000000000001","withdraw_reason":"r"}"#;
        let request = format!(
            "POST /open-apis/corehr/v2/pre_hires/withdraw_onboarding HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        while running.record().calls.len() < 2 {
            tokio::task::yield_now().await;
        }
        drop(running);
        let ended = stream.read(&mut [0; 1]).await;
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
        assert!(TcpStream::connect(&address).await.is_err());
    }

    #[tokio::test]
    async fn a_resent_ticket_is_in_the_file_before_the_reply() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ticket");
        let app_ticket_file = Some(file.clone());
        let running =
            Simulator::spawn(SimulatorSettings { app_ticket_file, ..SimulatorSettings::default() }).unwrap();
        let delivered = || std::fs::read_to_string(&file).unwrap().trim_end().to_owned();
        let first = delivered();
        assert_eq!(first, running.app_ticket());
        let body = r#"{"app_id":"cli_store","app_secret":"s"}"#;
        let reply = raw(&running, "/open-apis/auth/v3/app_ticket/resend", "", body).await;
        assert!(reply.ends_with(r#"{"code":0,"msg":"success"}"#), "{reply}");
        assert_eq!(delivered(), running.app_ticket());
        assert_ne!(delivered(), first);
    }

    #[test]
    fn it_listens_on_loopback_only() {
        let listen = "0.0.0.0:0".parse().unwrap();
        let refused = Simulator::bind(SimulatorSettings { listen, ..SimulatorSettings::default() });
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
