//! Owns the deeds of the simulated API: sockets, the clock, the dice and the delays. It decides nothing.

use std::borrow::Cow;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fastrand::Rng;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::body::{BrokenOff, ReplyBody};
use crate::courier::Courier;
use crate::reply::{Reaction, Reply};
use crate::request::{Moment, Request};
use crate::script::Script;
use crate::settings::SimulatorSettings;

/// The largest body that is read.
const LARGEST_BODY: usize = 1024 * 1024;
/// How long a call that gets no answer is held before its connection is closed.
const LONGEST_SILENCE: Duration = Duration::from_secs(120);
/// A pause after a failed accept, which otherwise fails again at once while descriptors are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// A simulated API that is bound to its port; [`Simulator::serve`] runs it.
#[derive(Debug)]
pub struct Simulator {
    listener: TcpListener,
    address: SocketAddr,
    stage: Arc<Backstage>,
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Backstage {
    latency: (Duration, Duration),
    started: Instant,
    courier: Courier,
    cast: Mutex<Cast>,
}

#[derive(Debug)]
struct Cast {
    script: Script,
    dice: Rng,
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
        let stage = Backstage::new(&settings);
        if let Some(ticket) = stage.cast().script.take_undelivered_ticket() {
            stage.courier.bring_first(&ticket)?;
        }
        Ok(Simulator { listener, address, stage: Arc::new(stage) })
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
                    connections.spawn(converse(stream, Arc::clone(&self.stage)));
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            }
            while connections.try_join_next().is_some() {}
        }
    }

    /// What tests look into while it serves.
    pub(crate) fn backstage(&self) -> Arc<Backstage> {
        Arc::clone(&self.stage)
    }
}

impl Backstage {
    fn new(settings: &SimulatorSettings) -> Backstage {
        let mut dice = settings.seed.map_or_else(Rng::new, Rng::with_seed);
        let script = Script::new(settings, Timestamp::now(), dice.u64(..));
        Backstage {
            latency: (*settings.latency.start(), *settings.latency.end()),
            started: Instant::now(),
            courier: Courier { file: settings.app_ticket_file.clone(), delay: settings.resend_delay },
            cast: Mutex::new(Cast { script, dice }),
        }
    }

    /// Asks the script about something.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Script) -> T) -> T {
        question(&self.cast().script)
    }

    fn cast(&self) -> MutexGuard<'_, Cast> {
        self.cast.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn play(&self, head: &Parts, body: &[u8], arrived_at: Duration) -> Reaction {
        let authorization = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (method, path) = (head.method.as_str(), head.uri.path());
        let request =
            Request { method, path, query: head.uri.query().unwrap_or_default(), authorization, body };
        let mut cast = self.cast();
        let dice = cast.dice.u64(..);
        let reaction = cast.script.answer(request, Moment { arrived_at, dice });
        if let Some(ticket) = cast.script.take_undelivered_ticket() {
            self.courier.bring(ticket);
        }
        reaction
    }

    /// How long one call travels there and back; nothing without latency.
    fn travel_times(&self) -> Option<(Duration, Duration)> {
        let (shortest, longest) = self.latency;
        if longest.is_zero() {
            return None;
        }
        let mut cast = self.cast();
        let whole = shortest + longest.saturating_sub(shortest).mul_f64(cast.dice.f64());
        let there = whole.mul_f64(cast.dice.f64());
        Some((there, whole.saturating_sub(there)))
    }
}

/// Serves one connection to its end; how it ends is the client's matter, or was asked for.
async fn converse(stream: TcpStream, stage: Arc<Backstage>) {
    // Without it small replies may wait for the client's acknowledgement; a socket that refuses is only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(request, Arc::clone(&stage)));
    // Headers are written as the real API writes them: the official SDK looks for "X-Tt-Logid" in just this form.
    let _ =
        http1::Builder::new().title_case_headers(true).serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    request: hyper::Request<Incoming>,
    stage: Arc<Backstage>,
) -> Result<Response<ReplyBody>, BrokenOff> {
    let arrived_at = stage.started.elapsed();
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else { return Err(BrokenOff) };
    let body = body.to_bytes();
    match stage.travel_times() {
        None => deliver(stage.play(&head, &body, arrived_at)).await,
        Some((there, back)) => {
            // On a task of its own: what is on its way arrives, even when the client has given up meanwhile.
            let play = async move {
                sleep(there).await;
                stage.play(&head, &body, stage.started.elapsed())
            };
            let reaction = tokio::spawn(play).await.map_err(|_| BrokenOff)?;
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
