//! The meaning of every reply to a call that withdraws or restores, as one function over plain data. It decides by the
//! body's `code` on every status, and by the status only without one.
//!
//! | what came back | verdict | what follows ([`RetryPolicy`](super::retry::RetryPolicy)) |
//! |---|---|---|
//! | 2xx, code 0, `success: true` | [`Accepted`](Verdict::Accepted) | the row is a success |
//! | code 0, `success: false` | [`Refused`](Verdict::Refused) | looked up once, where the app may look |
//! | code 0, `success` missing; a body that is not JSON, too long, or cut off | [`InDoubt`](Verdict::InDoubt) | a backoff, a look, then perhaps another attempt |
//! | a code of the [table](codes::TABLE) | as it says there | |
//! | an unknown code | 3xx [`Fatal`](Verdict::Fatal), 4xx [`Refused`](Verdict::Refused), else [`InDoubt`](Verdict::InDoubt) | |
//! | any 429, but for the quota of the month | [`Throttled`](Verdict::Throttled) | a hold for everybody; no attempt |
//! | a redirect, a 404 without JSON, a refused certificate | [`Fatal`](Verdict::Fatal) | the run stops |
//! | no connection | [`NotSent`](Verdict::NotSent) | a backoff, then another attempt |
//! | a timeout, a lost connection | [`InDoubt`](Verdict::InDoubt) | as above |

use std::time::Duration;

use crate::feishu::codes::{self, Meaning};
use crate::feishu::{Body, Envelope, Exchange, Failure, Reply};
use crate::model::{ErrorCode, Operation, Refusal, Verdict};
use crate::pace::Feedback;

/// A verdict, with the code that goes into the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// What it means.
    pub(crate) verdict: Verdict,
    /// The code; `None` on success.
    pub(crate) error_code: Option<ErrorCode>,
}

impl Judgement {
    const fn new(verdict: Verdict, error_code: ErrorCode) -> Self {
        Judgement { verdict, error_code: Some(error_code) }
    }
}

/// What came of one call of the operation: the verdict on it. An example is [in the guide](crate#the-meaning-of-a-reply).
#[must_use]
pub(crate) fn classify(exchange: &Exchange, operation: Operation) -> Judgement {
    judge(exchange, operation.denied())
}

/// What came of a call that only asks for something. Its reply has no field `success`, so code 0 is for the caller to see.
#[must_use]
pub(crate) fn classify_question(exchange: &Exchange) -> Judgement {
    judge(exchange, ErrorCode::BadReply)
}

/// `denied` is the word for a reply that takes the call, and says that it was not done.
fn judge(exchange: &Exchange, denied: ErrorCode) -> Judgement {
    match exchange {
        Exchange::Reply(reply) => judge_reply(reply, denied),
        Exchange::Failed(failure) => match failure {
            Failure::NotSent(_) => Judgement::new(Verdict::NotSent, ErrorCode::ConnectFailed),
            Failure::CertificateRefused(_) => Judgement::new(Verdict::Fatal, ErrorCode::ConnectFailed),
            Failure::TimedOut => Judgement::new(Verdict::InDoubt, ErrorCode::TimedOut),
            Failure::ConnectionLost(_) => Judgement::new(Verdict::InDoubt, ErrorCode::ConnectionLost),
        },
    }
}

fn judge_reply(reply: &Reply, denied: ErrorCode) -> Judgement {
    let envelope = match &reply.body {
        Body::Json(envelope) => Some(envelope),
        Body::NotJson | Body::TooLong | Body::CutOff => None,
    };
    let code = envelope.and_then(|envelope| envelope.code);
    if reply.status == 429 && code != Some(codes::QUOTA_USED_UP) {
        let error_code = code.filter(|code| *code != 0).map_or(ErrorCode::Http(429), ErrorCode::Api);
        return Judgement::new(Verdict::Throttled, error_code);
    }
    match (envelope, code) {
        (Some(envelope), Some(0)) => judge_success(reply.status, envelope, denied),
        (_, Some(code)) => Judgement::new(verdict_of_code(reply.status, code), ErrorCode::Api(code)),
        _ => judge_without_code(reply),
    }
}

/// Code 0 alone is no success: the body must say so, and the status must not contradict it.
fn judge_success(status: u16, envelope: &Envelope, denied: ErrorCode) -> Judgement {
    match envelope.success {
        Some(false) => Judgement::new(Verdict::Refused, denied),
        Some(true) if is_2xx(status) => Judgement { verdict: Verdict::Accepted, error_code: None },
        _ => Judgement::new(Verdict::InDoubt, unreadable(status)),
    }
}

fn verdict_of_code(status: u16, code: i64) -> Verdict {
    match codes::meaning(code) {
        Some(Meaning::Refused) => Verdict::Refused,
        Some(Meaning::Conflict) => Verdict::Conflict,
        Some(Meaning::Throttled) => Verdict::Throttled,
        Some(Meaning::TokenStale) => Verdict::TokenStale,
        Some(Meaning::Fatal) => Verdict::Fatal,
        Some(Meaning::InDoubt) => Verdict::InDoubt,
        None => match status {
            300..=399 => Verdict::Fatal,
            400..=499 => Verdict::Refused,
            _ => Verdict::InDoubt,
        },
    }
}

fn judge_without_code(reply: &Reply) -> Judgement {
    match (reply.status, &reply.body) {
        (300..=399, _) | (404, Body::NotJson) => {
            Judgement::new(Verdict::Fatal, ErrorCode::Http(reply.status))
        }
        (_, Body::CutOff) => Judgement::new(Verdict::InDoubt, ErrorCode::ConnectionLost),
        (status, _) => Judgement::new(Verdict::InDoubt, unreadable(status)),
    }
}

pub(super) const fn is_2xx(status: u16) -> bool {
    matches!(status, 200..=299)
}

/// The word for a reply that can't be understood.
const fn unreadable(status: u16) -> ErrorCode {
    if is_2xx(status) { ErrorCode::BadReply } else { ErrorCode::Http(status) }
}

/// What a call that only asks for something told about the allowance.
pub(super) fn feedback_of_question(exchange: &Exchange) -> Feedback {
    feedback(exchange, classify_question(exchange).verdict)
}

/// What a call told about the allowance.
#[must_use]
pub(crate) fn feedback(exchange: &Exchange, verdict: Verdict) -> Feedback {
    match exchange {
        Exchange::Reply(reply) if verdict == Verdict::Throttled => Feedback::Throttled(reply.wait),
        // Cut off or not: the server has counted it before it wrote the status line.
        Exchange::Reply(_) => Feedback::Passed,
        Exchange::Failed(Failure::NotSent(_) | Failure::CertificateRefused(_)) => Feedback::NeverSent,
        Exchange::Failed(Failure::TimedOut | Failure::ConnectionLost(_)) => Feedback::NoReply,
    }
}

/// What a token endpoint's refusal means; it may come on HTTP 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenVerdict {
    /// Wait, and ask again.
    Throttled(Option<Duration>),
    /// Nothing is wrong with the credentials as far as one knows; ask again.
    TryAgain,
    /// The credentials are refused, or this is not the API.
    Fatal,
}

/// Judges a reply of the token endpoint that holds no token. Asking twice does no harm, so nothing is in doubt.
#[must_use]
pub(crate) fn classify_token(exchange: &Exchange) -> TokenVerdict {
    let Judgement { verdict, error_code } = classify_question(exchange);
    match (verdict, error_code) {
        (Verdict::Throttled, _) => match exchange {
            Exchange::Reply(reply) => TokenVerdict::Throttled(reply.wait),
            Exchange::Failed(_) => TokenVerdict::TryAgain,
        },
        (Verdict::NotSent | Verdict::Conflict, _) => TokenVerdict::TryAgain,
        (Verdict::InDoubt, Some(ErrorCode::Api(code))) if codes::meaning(code).is_none() => match exchange {
            Exchange::Reply(reply) if reply.status >= 500 => TokenVerdict::TryAgain,
            _ => TokenVerdict::Fatal,
        },
        (Verdict::InDoubt, _) => TokenVerdict::TryAgain,
        (Verdict::Fatal | Verdict::Refused | Verdict::TokenStale | Verdict::Accepted, _) => {
            TokenVerdict::Fatal
        }
    }
}

/// What the API said when it refused the whole run, for the person who has to fix it.
#[must_use]
pub(crate) fn refusal(exchange: &Exchange) -> Refusal {
    Refusal {
        error_code: classify_question(exchange).error_code,
        message: exchange.message(),
        log_id: exchange.log_id(),
        help_url: exchange.help_url(),
    }
}

/// What a reply to a call that only reads means (`query`, `search`): no code of theirs says anything about the calls of the
/// operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
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
    pub(crate) fn of(exchange: &Exchange) -> Reading {
        let judgement = classify_question(exchange);
        match judgement.verdict {
            Verdict::Throttled => Reading::Throttled,
            Verdict::TokenStale => Reading::TokenStale,
            _ if is_answer(exchange) => Reading::Answered,
            Verdict::Fatal => Reading::Refused,
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
    use crate::feishu::codes::TABLE;

    const FIRST_STATUS: u16 = 200;
    const LAST_STATUS: u16 = 599;

    fn shown(status: u16, body: &Body, operation: Operation) -> String {
        let reply = Reply { status, body: body.clone(), log_id: None, wait: None };
        let Judgement { verdict, error_code } = classify(&Exchange::Reply(reply), operation);
        let code = match error_code {
            Some(ErrorCode::Http(_)) => "http_NNN".to_owned(),
            Some(code) => code.to_string(),
            None => "-".to_owned(),
        };
        format!("{verdict:?} {code}")
    }

    /// Every status, those next to each other that mean the same on one line.
    fn over_all_statuses(name: &str, body: &Body, operation: Operation) -> String {
        let mut text = format!("{name}\n");
        let mut first = FIRST_STATUS;
        for status in FIRST_STATUS..=LAST_STATUS {
            let judgement = shown(status, body, operation);
            if status == LAST_STATUS || shown(status + 1, body, operation) != judgement {
                text.push_str(&format!("  {first}-{status}: {judgement}\n"));
                first = status + 1;
            }
        }
        text
    }

    fn json(code: Option<i64>, success: Option<bool>) -> Body {
        Body::Json(Envelope { code, success, ..Envelope::default() })
    }

    fn whole_space(operation: Operation) -> String {
        let mut text = String::new();
        for (name, body) in [
            ("no JSON", Body::NotJson),
            ("a body that is too long", Body::TooLong),
            ("a body that is cut off", Body::CutOff),
            ("JSON without a code", json(None, None)),
            ("JSON without a code, success true", json(None, Some(true))),
            ("code 0, success true", json(Some(0), Some(true))),
            ("code 0, success false", json(Some(0), Some(false))),
            ("code 0, success absent", json(Some(0), None)),
            ("an unknown code", json(Some(7_777_777), None)),
            ("an unknown negative code", json(Some(-1), None)),
        ] {
            text.push_str(&over_all_statuses(name, &body, operation));
        }
        for code in codes::TABLE.iter().map(|row| row.code) {
            let (with_success, without) = (json(Some(code), Some(true)), json(Some(code), None));
            text.push_str(&over_all_statuses(&format!("code {code}"), &without, operation));
            assert_eq!(
                over_all_statuses("", &with_success, operation),
                over_all_statuses("", &without, operation),
                "success is for code 0"
            );
        }
        for failure in [
            Failure::NotSent(String::new()),
            Failure::CertificateRefused(String::new()),
            Failure::TimedOut,
            Failure::ConnectionLost(String::new()),
        ] {
            let judgement = classify(&Exchange::Failed(failure.clone()), operation);
            text.push_str(&format!("{failure:?}: {:?} {:?}\n", judgement.verdict, judgement.error_code));
        }
        text
    }

    #[test]
    fn the_whole_input_space() {
        insta::assert_snapshot!(whole_space(Operation::Withdraw));
    }

    #[test]
    fn a_restoration_has_a_word_of_its_own_for_a_denial_and_else_the_same_table() {
        let denied = |operation: Operation| operation.denied().to_string();
        let restore = whole_space(Operation::Restore);
        assert!(restore.contains(&denied(Operation::Restore)));
        let mirrored = restore.replace(&denied(Operation::Restore), &denied(Operation::Withdraw));
        assert_eq!(mirrored, whole_space(Operation::Withdraw));
    }

    #[test]
    fn the_token_endpoint_may_fail_with_status_200() {
        let token = |status, code| {
            let reply = Reply { status, body: json(code, None), log_id: None, wait: None };
            classify_token(&Exchange::Reply(reply))
        };
        for code in [10003, 10014, 10015, 99_991_543, 12345, 0] {
            let expected = if code == 0 { TokenVerdict::TryAgain } else { TokenVerdict::Fatal };
            assert_eq!(token(200, Some(code)), expected, "{code}");
        }
        assert_eq!(token(400, Some(10014)), TokenVerdict::Fatal);
        assert_eq!(token(429, Some(99_991_400)), TokenVerdict::Throttled(None));
        assert_eq!(token(500, None), TokenVerdict::TryAgain);
        assert_eq!(token(503, Some(12345)), TokenVerdict::TryAgain);
        assert_eq!(classify_token(&Exchange::Failed(Failure::TimedOut)), TokenVerdict::TryAgain);
    }

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
        for &codes::ApiCode { code, meaning, .. } in TABLE {
            let expected = match meaning {
                Meaning::Throttled => Reading::Throttled,
                Meaning::TokenStale => Reading::TokenStale,
                Meaning::Fatal | Meaning::Refused => Reading::Refused,
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
