//! A custom bot on loopback: it keeps what it is told, and answers as it was asked to.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::Value;

use crate::context::TestContext;

/// The part of its address that nobody may see.
pub const ADDRESS: &str = "7c1f9e2a-address-of-the-bot";
pub const SECRET: &str = "secret-of-the-bot";
/// No bot takes more.
const MOST_BYTES: usize = 20_000;

/// What the bot does with a message.
#[derive(Clone, Copy)]
pub enum Answer {
    /// Answers with this status and body.
    Says(u16, &'static str),
    /// Says nothing for as long as anybody listens.
    Silence,
}

pub const SHOWN: Answer = Answer::Says(200, r#"{"code":0,"msg":"success","data":{}}"#);

/// A bot; its thread ends with the tests.
pub struct Bot {
    address: String,
    told: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Bot {
    pub fn new() -> Bot {
        Bot::answering(SHOWN)
    }

    pub fn answering(answer: Answer) -> Bot {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/open-apis/bot/v2/hook/{ADDRESS}", listener.local_addr().unwrap());
        let told = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&told);
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), answer, &kept);
            }
        });
        Bot { address, told }
    }

    /// The context with a file for this bot, with its secret.
    pub fn with(&self, context: TestContext) -> TestContext {
        let path = context.path("webhook");
        fs::write(&path, format!("{}\n{SECRET}\n", self.address)).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        context.flag("--notify-webhook-file", "webhook")
    }

    /// How often it was told something.
    pub fn messages(&self) -> usize {
        self.told.lock().unwrap().len()
    }

    /// All that it was told: one card, signed, and short enough.
    #[track_caller]
    pub fn only_card(&self) -> Card {
        let told = self.told.lock().unwrap();
        assert_eq!(told.len(), 1, "messages");
        assert!(told[0].len() <= MOST_BYTES, "{} bytes", told[0].len());
        let message: Value = serde_json::from_slice(&told[0]).unwrap();
        let fields: Vec<&String> = message.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["card", "msg_type", "sign", "timestamp"]);
        assert_eq!(
            (&message["msg_type"], &message["card"]["schema"]),
            (&"interactive".into(), &"2.0".into())
        );
        let timestamp = message["timestamp"].as_str().unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, format!("{timestamp}\n{SECRET}").as_bytes());
        assert_eq!(message["sign"], STANDARD.encode(hmac::sign(&key, b"")), "the signature");
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        assert!(now.abs_diff(timestamp.parse().unwrap()) < 60, "{timestamp} is not now");
        Card { whole: String::from_utf8(told[0].clone()).unwrap(), card: message["card"].clone() }
    }
}

/// What the bot shows.
pub struct Card {
    /// The message, byte for byte.
    pub whole: String,
    card: Value,
}

impl Card {
    pub fn title(&self) -> &str {
        self.card["header"]["title"]["content"].as_str().unwrap()
    }

    /// The value behind a name, as people see it.
    #[track_caller]
    pub fn value(&self, name: &str) -> String {
        self.find(name).unwrap_or_else(|| panic!("the card does not tell of {name}: {}", self.card))
    }

    pub fn find(&self, name: &str) -> Option<String> {
        let elements = self.card["body"]["elements"].as_array().unwrap();
        let text: Vec<&str> = elements.iter().map(|element| element["content"].as_str().unwrap()).collect();
        let value = text
            .join("\n")
            .lines()
            .find_map(|line| line.strip_prefix(&format!("**{name}** ")).map(str::to_owned));
        value.map(|value| unescaped(&value))
    }

    /// Not one of these words is anywhere in the message.
    #[track_caller]
    pub fn assert_silent_about(&self, words: &[&str]) -> &Card {
        for word in words {
            assert!(!self.whole.contains(word), "the bot was told {word:?}: {}", self.whole);
        }
        self
    }
}

/// As a card shows it: `&#42;` is a star.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("&#");
    let mut shown = parts.next().unwrap().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(';').unwrap();
        shown.push(char::from_u32(number.parse().unwrap()).unwrap());
        shown.push_str(rest);
    }
    shown
}

/// One request to a connection.
fn serve(stream: TcpStream, answer: Answer, told: &Mutex<Vec<Vec<u8>>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut length = 0;
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    assert_eq!(first, format!("POST /open-apis/bot/v2/hook/{ADDRESS} HTTP/1.1\r\n"));
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    told.lock().unwrap().push(body);
    match answer {
        Answer::Says(status, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} Told\r\ncontent-length: {length}\r\nconnection: close\r\n");
            let redirect = "location: /elsewhere\r\n\r\n";
            let _ = (&stream).write_all(format!("{head}{redirect}{body}").as_bytes());
        }
        Answer::Silence => {
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let _ = reader.read(&mut [0; 1]);
        }
    }
}
