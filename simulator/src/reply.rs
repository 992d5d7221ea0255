//! Owns a reply as a plain value: what goes onto the wire, before any HTTP type.

use std::borrow::Cow;
use std::time::Duration;

/// The content type of every JSON reply.
pub(crate) const JSON: &str = "application/json; charset=utf-8";
/// The content type of the gateway's own words.
pub(crate) const PLAIN_TEXT: &str = "text/plain";
/// The content type of a proxy's error page.
pub(crate) const HTML: &str = "text/html; charset=utf-8";

/// What happens to a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// It is answered.
    Reply(Reply),
    /// It is never answered.
    Silence,
    /// The connection is closed without an answer.
    Close,
}

impl Reaction {
    /// The status that was answered.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Reaction::Reply(reply) => Some(reply.status),
            Reaction::Silence | Reaction::Close => None,
        }
    }

    /// The API code that was answered.
    pub(crate) fn code(&self) -> Option<u32> {
        match self {
            Reaction::Reply(reply) => reply.code,
            Reaction::Silence | Reaction::Close => None,
        }
    }
}

/// One HTTP reply.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: Option<&'static str>,
    /// The header that carries the log id, if any does, and the log id.
    pub(crate) log_id: Option<(&'static str, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Cow<'static, [u8]>,
    /// The code that the body says, if it says one.
    pub(crate) code: Option<u32>,
    /// How long the answer is held back.
    pub(crate) delay: Duration,
    /// Whether more is announced than is sent.
    pub(crate) cut_off: bool,
}

impl Reply {
    /// A reply with this body; the log id is in its usual header.
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<Body>, log_id: &str) -> Reply {
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
    pub(crate) fn json(status: u16, code: u32, body: impl Into<Body>, log_id: &str) -> Reply {
        Reply { code: Some(code), ..Reply::new(status, JSON, body, log_id) }
    }

    /// The gateway's reply to a path that it does not know.
    pub(crate) fn not_found(log_id: &str) -> Reply {
        Reply::new(404, PLAIN_TEXT, "404 page not found", log_id)
    }

    /// The same reply with one more header.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }
}

/// The bytes of a body, borrowed where they are constant.
pub(crate) struct Body(Cow<'static, [u8]>);

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
