//! Owns a reply as a plain value: what goes onto the wire, before any HTTP type.

use std::borrow::Cow;
use std::time::Duration;

/// The content type of every JSON reply.
pub(super) const JSON: &str = "application/json; charset=utf-8";
/// The content type of the gateway's own words.
pub(super) const PLAIN_TEXT: &str = "text/plain";
/// The content type of a proxy's error page.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// What happens to a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    /// It is answered.
    Reply(Reply),
    /// It is never answered.
    Silence,
    /// The connection is closed without an answer.
    Close,
}

impl Reaction {
    /// The status that was answered.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Reaction::Reply(reply) => Some(reply.status),
            Reaction::Silence | Reaction::Close => None,
        }
    }

    /// The API code that was answered.
    pub(super) fn code(&self) -> Option<u32> {
        match self {
            Reaction::Reply(reply) => reply.code,
            Reaction::Silence | Reaction::Close => None,
        }
    }
}

/// One HTTP reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: Option<&'static str>,
    /// The header that carries the log id, if any does, and the log id.
    pub(super) log_id: Option<(&'static str, String)>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Cow<'static, [u8]>,
    /// The code that the body says, if it says one.
    pub(super) code: Option<u32>,
    /// How long the answer is held back.
    pub(super) delay: Duration,
    /// Whether more is announced than is sent.
    pub(super) cut_off: bool,
}

impl Reply {
    /// A reply with this body; the log id is in its usual header.
    pub(super) fn new(status: u16, content_type: &'static str, body: impl Into<Body>, log_id: &str) -> Reply {
        Reply {
            status,
            content_type: Some(content_type),
            log_id: Some(("x-tt-logid", log_id.to_owned())),
            headers: Vec::new(),
            body: body.into().0,
            code: None,
            delay: Duration::ZERO,
            cut_off: false,
        }
    }

    /// A JSON reply that says this code.
    pub(super) fn json(status: u16, code: u32, body: impl Into<Body>, log_id: &str) -> Reply {
        Reply { code: Some(code), ..Reply::new(status, JSON, body, log_id) }
    }

    /// The gateway's reply to a path that it does not know.
    pub(super) fn not_found(log_id: &str) -> Reply {
        Reply::new(404, PLAIN_TEXT, "404 page not found", log_id)
    }

    /// The same reply with one more header.
    pub(super) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }
}

/// The bytes of a body, borrowed where they are constant.
pub(super) struct Body(Cow<'static, [u8]>);

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Body {
        Body(Cow::Borrowed(text.as_bytes()))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Body {
        Body(Cow::Owned(bytes))
    }
}
