//! Owns the meaning of every reply to a call that only reads, `query` and `search`: no code of theirs says anything about
//! the calls of the operation.

use super::classify::{classify_question, is_2xx};
use crate::feishu::{Exchange, codes};
use crate::model::{ErrorCode, Verdict};

/// What a reply to such a call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It holds the answer.
    Answered,
    /// Ask again when the gate is open.
    Throttled,
    /// Ask again with another token.
    TokenStale,
    /// Asking again is of no use: the app may not read, or the call will never be understood.
    Refused,
    /// No answer this time; asking again does no harm.
    Failed,
}

impl Reading {
    /// Judges a reply. There is no field `success`: code 0 on 2xx is all that there is.
    #[must_use]
    pub fn of(exchange: &Exchange) -> Reading {
        let judgement = classify_question(exchange);
        match judgement.verdict {
            Verdict::Throttled => Reading::Throttled,
            Verdict::TokenStale => Reading::TokenStale,
            _ if is_answer(exchange) => Reading::Answered,
            Verdict::Hopeless => Reading::Refused,
            _ if exchange.code() == Some(codes::MAY_NOT_READ) => Reading::Refused,
            // A refusal of the request itself will not be another one next time.
            Verdict::Refused if matches!(judgement.error_code, Some(ErrorCode::Api(_))) => Reading::Refused,
            _ => Reading::Failed,
        }
    }
}

fn is_answer(exchange: &Exchange) -> bool {
    exchange.code() == Some(0) && exchange.status().is_some_and(is_2xx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feishu::codes::{Meaning, TABLE};
    use crate::feishu::{Body, Envelope, Failure, Reply};

    fn reading(status: u16, code: Option<i64>) -> Reading {
        let body = Body::Json(Envelope { code, ..Envelope::default() });
        Reading::of(&Exchange::Reply(Reply { status, body, log_id: None, wait: None }))
    }

    #[test]
    fn code_0_on_2xx_is_an_answer_and_nothing_else_is() {
        for status in 100..600 {
            let answered = (200..300).contains(&status);
            assert_eq!(reading(status, Some(0)) == Reading::Answered, answered, "{status}");
            assert_ne!(reading(status, None), Reading::Answered, "{status}");
            assert_ne!(reading(status, Some(1)), Reading::Answered, "{status}");
        }
    }

    #[test]
    fn every_known_code_is_waited_for_or_refused_or_asked_again() {
        for (code, meaning) in TABLE {
            let expected = match meaning {
                Meaning::Throttled => Reading::Throttled,
                Meaning::TokenStale => Reading::TokenStale,
                Meaning::Hopeless | Meaning::Refused => Reading::Refused,
                Meaning::Conflict | Meaning::InDoubt => Reading::Failed,
            };
            for status in [200, 400, 403, 500, 503] {
                assert_eq!(reading(status, Some(code)), expected, "{code} on {status}");
            }
        }
        assert_eq!(reading(403, Some(codes::MAY_NOT_READ)), Reading::Refused);
        assert_eq!(reading(200, Some(codes::MAY_NOT_READ)), Reading::Refused);
        assert_eq!(reading(400, Some(1_160_102)), Reading::Refused, "a parameter that is wrong stays wrong");
        assert_eq!(reading(500, Some(1_160_102)), Reading::Failed, "an unknown code of a server in trouble");
    }

    #[test]
    fn what_is_no_reply_is_asked_again_but_for_a_certificate_and_a_wrong_address() {
        let failed = |failure| Reading::of(&Exchange::Failed(failure));
        assert_eq!(failed(Failure::TimedOut), Reading::Failed);
        assert_eq!(failed(Failure::NotSent("refused".to_owned())), Reading::Failed);
        assert_eq!(failed(Failure::ConnectionLost("reset".to_owned())), Reading::Failed);
        assert_eq!(failed(Failure::CertificateRefused("expired".to_owned())), Reading::Refused);
        let no_json =
            |status, body| Reading::of(&Exchange::Reply(Reply { status, body, log_id: None, wait: None }));
        assert_eq!(no_json(404, Body::NotJson), Reading::Refused);
        assert_eq!(no_json(302, Body::NotJson), Reading::Refused);
        assert_eq!(no_json(502, Body::NotJson), Reading::Failed);
        assert_eq!(no_json(200, Body::CutOff), Reading::Failed);
        assert_eq!(no_json(429, Body::NotJson), Reading::Throttled);
    }
}
