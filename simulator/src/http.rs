//! A call and its reply as plain values, before any HTTP type, and the log ids that name replies.

use std::borrow::Cow;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// The content type of every JSON reply.
pub(crate) const JSON: &str = "application/json; charset=utf-8";
const PLAIN_TEXT: &str = "text/plain";

/// A call as it comes in, before anybody has judged it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'call> {
    /// Such as `POST`.
    pub method: &'call str,
    /// Without the query string.
    pub path: &'call str,
    /// What stands behind the path and a question mark.
    pub query: &'call str,
    /// The header of that name.
    pub authorization: Option<&'call str>,
    /// The whole body.
    pub body: &'call [u8],
}

impl<'call> Request<'call> {
    pub(crate) fn token(&self) -> Option<&'call str> {
        self.authorization.and_then(|value| value.strip_prefix("Bearer "))
    }
}

/// When a call came, since the start, and a random number drawn for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) arrived_at: Duration,
    pub(crate) random: u64,
}

/// What happens to a call.
#[derive(Debug, PartialEq, Eq)]
pub enum Reaction {
    /// It is answered.
    Reply(Reply),
    /// It is never answered.
    Silence,
    /// The connection is closed without an answer.
    Close,
}

impl Reaction {
    /// The status and the API code that are answered.
    pub(crate) fn status_and_code(&self) -> (Option<u16>, Option<u32>) {
        match self {
            Reaction::Reply(reply) => (Some(reply.status), reply.code),
            Reaction::Silence | Reaction::Close => (None, None),
        }
    }
}

/// One HTTP reply.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The header of that name.
    pub content_type: Option<&'static str>,
    /// The header that carries the log id, if any does, and the log id.
    pub log_id: Option<(&'static str, String)>,
    /// All other headers, their names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body, as far as it is sent.
    pub body: Cow<'static, [u8]>,
    /// The code that the body says, if it says one.
    pub(crate) code: Option<u32>,
    /// How long the answer is held back.
    pub delay: Duration,
    /// Whether more is announced than is sent.
    pub cut_off: bool,
}

impl Reply {
    /// A reply with the log id in its usual header.
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

/// Writes one of this crate's types as JSON.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("these types have string keys and nothing that can fail")
}

/// Names replies as the real API does: fourteen digits of Beijing time, and twenty hexadecimal digits.
#[derive(Debug)]
pub(crate) struct LogIds {
    started: Option<Timestamp>,
    second: u64,
    stamp: String,
    count: u32,
}

impl LogIds {
    /// Without a start the time stands still, so that the same calls get the same ids.
    pub(crate) fn new(started: Option<Timestamp>) -> LogIds {
        LogIds { started, second: 0, stamp: stamp(started, 0), count: 0 }
    }

    /// The count makes it unique whatever the salt is.
    pub(crate) fn next(&mut self, elapsed: Duration, salt: u64) -> String {
        if self.started.is_some() && elapsed.as_secs() != self.second {
            self.second = elapsed.as_secs();
            self.stamp = stamp(self.started, self.second);
        }
        self.count = self.count.wrapping_add(1);
        format!("{}{:012X}{:08X}", self.stamp, salt & 0xFFFF_FFFF_FFFF, self.count)
    }
}

fn stamp(started: Option<Timestamp>, seconds: u64) -> String {
    let seconds = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    let now = started.unwrap_or(Timestamp::UNIX_EPOCH).saturating_add(seconds);
    let now = now.unwrap_or(Timestamp::UNIX_EPOCH);
    in_beijing(now).strftime("%Y%m%d%H%M%S").to_string()
}

/// The date and time that clocks in Beijing show.
pub(crate) fn in_beijing(now: Timestamp) -> DateTime {
    Offset::constant(8).to_datetime(now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_id_is_the_time_in_beijing_and_twenty_hexadecimal_digits() {
        let mut ids = LogIds::new(Some("2024-12-19T15:59:58Z".parse().unwrap()));
        assert_eq!(ids.next(Duration::from_millis(900), 0xABC), "20241219235958000000000ABC00000001");
        assert_eq!(ids.next(Duration::from_millis(2100), 0xABC), "20241220000000000000000ABC00000002");
    }

    #[test]
    fn without_a_start_the_time_stands_still() {
        let ids = |elapsed| LogIds::new(None).next(Duration::from_secs(elapsed), 7);
        assert_eq!(ids(1), ids(1000));
    }
}
