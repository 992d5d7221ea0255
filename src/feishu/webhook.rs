//! The webhook of a custom bot: its address, which is a secret, and how a message to it is signed.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use ring::hmac;
use serde_json::{Value, json};

use super::auth::Secret;
use crate::language::{Text, text};
use crate::model::is_this_machine;

/// A custom bot: its address is all that is needed to send messages through it.
#[derive(Clone)]
pub(crate) struct Webhook {
    pub(super) url: Url,
    pub(super) secret: Option<Secret>,
}

impl Webhook {
    /// Reads the two lines of its file: the address, and the secret if the bot has one.
    ///
    /// # Errors
    /// What is wrong, without a word of what the lines say.
    pub(crate) fn parse(text: &str) -> Result<Webhook, Text> {
        let mut lines = text.trim_start_matches('\u{FEFF}').lines().map(str::trim);
        let address = lines.next().unwrap_or_default();
        let secret = Some(Secret::new(lines.next().unwrap_or_default())).filter(|secret| !secret.is_empty());
        if lines.any(|line| !line.is_empty()) {
            return Err(text!("it has more than two lines"));
        }
        if address.is_empty() {
            return Err(text!("its first line is empty"));
        }
        let url = Url::parse(address)
            .map_err(|error| text!("its first line is not an address ({error})", error))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(text!("its address must not contain a user name or a password"));
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(&url)) {
            return Err(text!("its address must begin with https:// (http:// only to this machine)"));
        }
        Ok(Webhook { url, secret })
    }

    /// The message that shows a card, signed at this time (in seconds) if the bot has a secret.
    #[must_use]
    pub(crate) fn message(&self, card: &Value, unix_seconds: i64) -> Value {
        let mut message = json!({ "msg_type": "interactive", "card": card });
        if let Some(secret) = &self.secret {
            message["timestamp"] = unix_seconds.to_string().into();
            message["sign"] = signature(secret, unix_seconds).into();
        }
        message
    }
}

/// The time and the secret make the key, and nothing is signed with it: so the bot wants it.
fn signature(secret: &Secret, unix_seconds: i64) -> String {
    let key = format!("{unix_seconds}\n{}", secret.reveal());
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    STANDARD.encode(hmac::sign(&key, b""))
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook(***)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ADDRESS: &str = "https://open.feishu.cn/open-apis/bot/v2/hook/8a9b-secret";

    #[test]
    fn the_signature_is_that_of_the_documents() {
        for (seconds, secret, expected) in [
            (1_599_360_473, "demo", "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="),
            (1_756_800_000, "orbit-test-secret", "sN+9ZKa5w6BQmKyxCaxNA1DWEgtEnZaOcfEOCqZ26fg="),
        ] {
            assert_eq!(signature(&Secret::new(secret), seconds), expected);
        }
    }

    #[test]
    fn the_first_line_is_the_address_and_the_second_may_be_a_secret() {
        let secret = |text: &str| {
            let webhook = Webhook::parse(text).unwrap();
            assert_eq!(webhook.url.as_str(), ADDRESS, "{text:?}");
            webhook.secret.map(|secret| secret.reveal().to_owned())
        };
        assert_eq!(secret(ADDRESS), None);
        assert_eq!(secret(&format!("{ADDRESS}\n\n")), None);
        assert_eq!(secret(&format!("\u{FEFF} {ADDRESS} \r\nhunter2\r\n\r\n")), Some("hunter2".to_owned()));
        assert!(Webhook::parse("http://127.0.0.1:9/hook").is_ok());
    }

    #[test]
    fn what_is_wrong_is_told_without_a_word_of_the_lines() {
        for text in [
            "",
            "\nhttps://a.example/hunter2",
            "hunter2",
            "https://[hunter2",
            "http://open.feishu.cn/hunter2",
            "ftp://127.0.0.1/hunter2",
            "https://u:hunter2@a.example/",
            "https://a.example/\nhunter2\nhunter3",
        ] {
            let told = Webhook::parse(text).unwrap_err().to_string();
            assert!(!told.contains("hunter"), "{text:?}: {told}");
        }
        let webhook = Webhook::parse(&format!("{ADDRESS}\nhunter2")).unwrap();
        assert_eq!(format!("{webhook:?}"), "Webhook(***)");
    }

    #[test]
    fn a_bot_without_a_secret_wants_no_signature() {
        let fields = |text: &str| {
            let message = Webhook::parse(text).unwrap().message(&json!({"schema": "2.0"}), 7);
            message.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(fields(ADDRESS), ["card", "msg_type"]);
        assert_eq!(fields(&format!("{ADDRESS}\ns")), ["card", "msg_type", "sign", "timestamp"]);
    }
}
