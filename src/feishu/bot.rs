//! The call to a custom bot, and what its answer means. No text of it holds the bot's address or secret.

use std::time::Duration;

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use super::auth::{Secret, Secrets};
use super::client::{JSON, failure_of, http_client, read_body};
use super::exchange::Failure;
use super::webhook::Webhook;
use super::wire;
use crate::language::{Text, text};
use crate::store::clock;

/// It was sent too many messages.
const RATE_LIMITED: i64 = 11_232;

/// Why a bot did not take what it was told.
struct Refused {
    code: Option<i64>,
    why: Text,
}

/// How long a bot is waited for.
#[derive(Clone, Copy)]
struct Patience {
    /// All of it takes no longer.
    longest: Duration,
    /// How long a rate-limited bot is left alone before the one repetition.
    pause: Duration,
}

const USUAL: Patience = Patience { longest: Duration::from_secs(10), pause: Duration::from_secs(2) };

/// Shows a card through the bot, within 10 seconds.
///
/// # Errors
/// Why it was not shown.
pub(crate) async fn show_card(webhook: &Webhook, card: &Value) -> Result<(), Text> {
    show_card_within(USUAL, webhook, card).await
}

async fn show_card_within(patience: Patience, webhook: &Webhook, card: &Value) -> Result<(), Text> {
    let Patience { longest, pause } = patience;
    let http = http_client(&webhook.url, longest).map_err(|error| webhook.scrubbed_failure(&error))?;
    let telling = async {
        match post(&http, webhook, card).await {
            Err(Refused { code: Some(RATE_LIMITED), .. }) => {
                tokio::time::sleep(pause).await;
                post(&http, webhook, card).await
            }
            told => told,
        }
    };
    match tokio::time::timeout(longest, telling).await {
        Ok(told) => told.map_err(|refused| refused.why),
        Err(_) => Err(text!("no answer in time")),
    }
}

async fn post(http: &Client, webhook: &Webhook, card: &Value) -> Result<(), Refused> {
    let message = webhook.message(card, clock::now().as_second()).to_string();
    let request = http.post(webhook.url.clone()).header(CONTENT_TYPE, JSON).body(message);
    let response = request
        .send()
        .await
        .map_err(|error| Refused { code: None, why: webhook.scrubbed_failure(&error) })?;
    let status = response.status().as_u16();
    let body = read_body(response).await.unwrap_or_default();
    let answer = wire::parse(&body, &|text| webhook.scrubbed(text)).map(|parsed| parsed.envelope);
    match answer.as_ref().and_then(|answer| answer.code) {
        // On every status: it is the code that tells.
        Some(0) => Ok(()),
        Some(code) => {
            let said = answer.map_or_else(String::new, |answer| answer.message);
            Err(Refused { code: Some(code), why: meaning(code, said) })
        }
        None => {
            let why = text!("HTTP {status} with an answer that no custom bot gives", status);
            Err(Refused { code: None, why })
        }
    }
}

/// The codes of the documents; of others, what the bot says itself.
fn meaning(code: i64, said: String) -> Text {
    let meaning = match code {
        9_499 => text!("it does not understand the message"),
        19_001 => text!("there is no bot at this address: check the first line of the file"),
        19_021 => text!("it does not accept the signature: check the second line of the file, and the clock"),
        19_022 => text!("it does not allow the IP address of this machine"),
        19_024 => text!("it requires a keyword that the card does not contain: use the word prehire"),
        RATE_LIMITED => {
            text!("it was rate-limited: start the run a few minutes away from the hour and the half hour")
        }
        _ => Text::Plain(said),
    };
    text!("{code}, {meaning}", code, meaning => meaning)
}

impl Webhook {
    /// What a failure of the HTTP client says, without the address and the secret.
    fn scrubbed_failure(&self, error: &reqwest::Error) -> Text {
        match failure_of(error) {
            Failure::NotSent(cause) => Failure::NotSent(self.scrubbed(&cause)),
            Failure::CertificateRefused(cause) => Failure::CertificateRefused(self.scrubbed(&cause)),
            Failure::ConnectionLost(cause) => Failure::ConnectionLost(self.scrubbed(&cause)),
            Failure::TimedOut => Failure::TimedOut,
        }
        .message()
    }

    /// A text without them.
    fn scrubbed(&self, text: &str) -> String {
        let secrets = Secrets::new(self.secret.as_ref());
        let parts = self.url.path_segments().into_iter().flatten().chain(self.url.query());
        parts.for_each(|part| secrets.learn(&Secret::new(part)));
        secrets.learn(&Secret::new(self.url.path()));
        secrets.scrub(text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use httpmock::MockServer;
    use serde_json::json;

    use super::*;
    use crate::feishu::install_tls_provider;

    const BRIEF: Patience = Patience { longest: Duration::from_millis(400), pause: Duration::from_millis(1) };
    const PATH: &str = "/open-apis/bot/v2/hook/address-of-the-bot";

    /// How often the bot was called, and what came of it.
    async fn told(status: u16, answer: &str) -> (usize, Result<(), Text>) {
        install_tls_provider();
        let server = MockServer::start_async().await;
        let mock = server
            .mock_async(|when, then| {
                when.method("POST").path(PATH).header("content-type", "application/json; charset=utf-8");
                then.status(status).header("location", "/elsewhere").body(answer);
            })
            .await;
        let webhook = Webhook::parse(&format!("{}\nhunter2-hunter2", server.url(PATH))).unwrap();
        let told = show_card_within(BRIEF, &webhook, &json!({})).await;
        (mock.calls_async().await, told)
    }

    #[tokio::test]
    async fn the_code_tells_whether_it_was_shown_and_not_the_status() {
        assert_eq!(told(200, r#"{"code":0,"msg":"success"}"#).await, (1, Ok(())));
        assert_eq!(told(500, r#"{"code":0}"#).await, (1, Ok(())));
        for (status, answer, expected) in [
            (200, r#"{"code":19021,"msg":"sign match fail"}"#, "19021, it does not accept the signature"),
            (200, r#"{"code":7,"msg":"no hunter2-hunter2, no address-of-the-bot"}"#, "7, no ***, no ***"),
            (200, r#"{"StatusCode":0}"#, "HTTP 200 with an answer that no custom bot gives"),
            (302, "moved", "HTTP 302 with an answer that no custom bot gives"),
        ] {
            let (calls, told) = told(status, answer).await;
            let why = told.unwrap_err().to_string();
            assert!(calls == 1 && why.starts_with(expected), "{status} {answer}: {why}, {calls} calls");
        }
    }

    #[tokio::test]
    async fn a_bot_that_was_told_too_much_is_told_once_more() {
        let (calls, told) = told(200, r#"{"code":11232,"msg":"frequency limited"}"#).await;
        assert_eq!(calls, 2);
        assert!(told.unwrap_err().to_string().starts_with("11232, it was rate-limited"));
    }

    #[tokio::test]
    async fn nobody_waits_for_a_bot_that_is_silent_or_gone() {
        install_tls_provider();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let webhook = Webhook::parse(&format!("http://{address}{PATH}")).unwrap();
        let silent = show_card_within(BRIEF, &webhook, &json!({})).await.unwrap_err().to_string();
        assert!(["no answer in time", "no reply within the timeout"].contains(&silent.as_str()), "{silent}");
        drop(listener);
        let gone = show_card_within(BRIEF, &webhook, &json!({})).await.unwrap_err().to_string();
        assert!(gone.starts_with("no connection: ") && !gone.contains("bot"), "{gone}");
    }
}
