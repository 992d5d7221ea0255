//! One call and its reply as plain data: what came back, with the HTTP crate forgotten.

use std::time::Duration;

use super::search::SearchPage;
use crate::language::{Text, text};
use crate::model::{Operation, PreHireId, Stage};

/// What came of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Exchange {
    /// A status line came back.
    Reply(Reply),
    /// None did.
    Failed(Failure),
}

impl Exchange {
    /// The API's message, or ours where it said nothing.
    #[must_use]
    pub(crate) fn message(&self) -> Text {
        match self {
            Exchange::Failed(failure) => failure.message(),
            Exchange::Reply(Reply { status, body, .. }) => match body {
                // Where code 0 is no success, the API's word for it ("success") would mislead.
                Body::Json(Envelope { code: None | Some(0), .. }) => {
                    text!("HTTP {status} without the requested data", status)
                }
                Body::Json(envelope) if !envelope.message.is_empty() => Text::Plain(envelope.message.clone()),
                Body::Json(_) => text!("HTTP {status} without a message", status),
                Body::NotJson => text!("HTTP {status} with a body that is not JSON", status),
                Body::TooLong => text!("HTTP {status} with a body of more than 1 MiB", status),
                Body::CutOff => text!("HTTP {status} with an incomplete body", status),
            },
        }
    }

    /// The same for a call of an operation, where a reply that decides nothing says so in its words.
    #[must_use]
    pub(crate) fn message_about(&self, operation: Operation) -> Text {
        let Exchange::Reply(Reply { status, body: Body::Json(envelope), .. }) = self else {
            return self.message();
        };
        let done = || operation.past();
        match (envelope.code, envelope.success) {
            (Some(0), Some(false)) => {
                text!("HTTP {status}: the API says that it was not {done}", status, done => done())
            }
            (None | Some(0), _) => {
                text!("HTTP {status}, without saying whether it was {done}", status, done => done())
            }
            _ => self.message(),
        }
    }

    /// The code of the body, if there is one.
    #[must_use]
    pub(crate) const fn code(&self) -> Option<i64> {
        match self {
            Exchange::Reply(Reply { body: Body::Json(envelope), .. }) => envelope.code,
            _ => None,
        }
    }

    /// The log id of the reply, if it had one.
    #[must_use]
    pub(crate) fn log_id(&self) -> Option<String> {
        match self {
            Exchange::Reply(reply) => reply.log_id.clone(),
            Exchange::Failed(_) => None,
        }
    }

    /// The HTTP status, if there was a reply.
    #[must_use]
    pub(crate) const fn status(&self) -> Option<u16> {
        match self {
            Exchange::Reply(reply) => Some(reply.status),
            Exchange::Failed(_) => None,
        }
    }

    /// Where the API says that help is to be found.
    #[must_use]
    pub(crate) fn help_url(&self) -> Option<String> {
        match self {
            Exchange::Reply(Reply { body: Body::Json(envelope), .. }) => envelope.help_url.clone(),
            _ => None,
        }
    }
}

/// A reply: its status, and what could be made of its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Body,
    /// `X-Tt-Logid`, else `X-Request-Id`, else `error.log_id`.
    pub(crate) log_id: Option<String>,
    /// `x-ogw-ratelimit-reset`, else `Retry-After`.
    pub(crate) wait: Option<Duration>,
}

/// What could be made of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// A JSON value.
    Json(Envelope),
    /// Anything else.
    NotJson,
    /// More than the longest body that is read.
    TooLong,
    /// The connection ended before the body did.
    CutOff,
}

/// The fields of a JSON body that decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// `code`, if it is there and an integer.
    pub(crate) code: Option<i64>,
    /// `msg`, on one line, cut, without secrets.
    pub(crate) message: String,
    /// `data.success`, if it is there and a boolean.
    pub(crate) success: Option<bool>,
    /// Where the API says that help is to be found.
    pub(crate) help_url: Option<String>,
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No address, no connection, no handshake: the call never left.
    NotSent(String),
    /// The server's certificate was refused: the call never left.
    CertificateRefused(String),
    /// No whole reply within the timeout.
    TimedOut,
    /// The connection ended without a reply.
    ConnectionLost(String),
}

impl Failure {
    pub(super) fn message(&self) -> Text {
        match self {
            Failure::NotSent(cause) => text!("no connection: {cause}", cause),
            Failure::CertificateRefused(cause) => {
                text!("the server's certificate was rejected: {cause}", cause)
            }
            Failure::TimedOut => text!("no reply within the timeout"),
            Failure::ConnectionLost(cause) => text!("the connection was lost: {cause}", cause),
        }
    }
}

/// What came of looking pre-hires up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QueryReply {
    /// The exchange; judge it first.
    pub(crate) exchange: Exchange,
    /// The stages that came back.
    pub(crate) stages: Vec<(PreHireId, Stage)>,
}

impl QueryReply {
    /// The stage of a pre-hire, if it came back.
    #[must_use]
    pub(crate) fn stage_of(&self, id: PreHireId) -> Option<&Stage> {
        self.stages.iter().find(|(known, _)| *known == id).map(|(_, stage)| stage)
    }
}

/// What came of asking for one page of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SearchReply {
    /// The exchange; judge it first.
    pub(crate) exchange: Exchange,
    /// The page, if there was one that could be read.
    pub(crate) page: Option<SearchPage>,
}
