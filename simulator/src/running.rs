//! Owns a simulated API on a thread of its own, for rehearsals and tests: it ends with its [`Running`].

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::api::Api;
use crate::pre_hire::{PreHire, Stage};
use crate::record::Record;
use crate::server::{Backstage, Simulator};
use crate::settings::SimulatorSettings;

/// A simulated API that serves on its own thread until it is dropped.
#[derive(Debug)]
pub struct Running {
    base_url: String,
    stage: Arc<Backstage>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Takes the port and serves on a thread of its own.
    ///
    /// # Errors
    /// As [`Simulator::bind`], or when the thread or its runtime cannot be had.
    pub fn spawn(settings: SimulatorSettings) -> io::Result<Running> {
        let simulator = Simulator::bind(settings)?;
        let (base_url, stage) = (simulator.base_url(), simulator.backstage());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("simulator".to_owned()).spawn(move || {
            runtime.block_on(async {
                // A socket that the runtime refuses shows as connections that nobody accepts.
                tokio::select! {
                    _ = simulator.serve() => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Running { base_url, stage, stop: Some(stop), thread: Some(thread) })
    }
}

impl Running {
    /// Where it is to be reached: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A copy of every call so far; empty unless the settings say `record`.
    #[must_use]
    pub fn record(&self) -> Record {
        self.stage.ask(|script| script.record())
    }

    /// The current app ticket of store apps.
    #[must_use]
    pub fn app_ticket(&self) -> String {
        self.stage.ask(|script| script.app_ticket().to_owned())
    }

    /// What is known of a pre-hire.
    #[must_use]
    pub fn look_up(&self, id: &str) -> PreHire {
        self.stage.ask(|script| script.look_up(id))
    }

    /// Everyone whom a search without a filter can find, and the deleted.
    #[must_use]
    pub fn everyone(&self) -> Vec<PreHire> {
        self.stage.ask(|script| script.everyone())
    }

    /// The stage of a pre-hire.
    #[must_use]
    pub fn stage_of(&self, id: &str) -> Stage {
        self.look_up(id).stage
    }

    /// The most arrivals at the withdraw endpoint in any window `[s, s + period)`; needs `record`.
    #[must_use]
    pub fn most_in_window(&self, period: Duration) -> usize {
        self.record().most_in_window(Api::WithdrawOnboarding, period)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The thread only ever waits on its runtime, so it ends at once; nothing there blocks.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    fn start() -> Running {
        let settings = SimulatorSettings { record: true, seed: Some(1), ..SimulatorSettings::default() };
        Simulator::spawn(settings).unwrap()
    }

    /// Sends one request on a connection of its own and reads to its end.
    async fn raw(running: &Running, path: &str, headers: &str, body: &str) -> String {
        let address = running.base_url().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = Vec::new();
        // A connection that is reset counts as one that is closed.
        let _ = stream.read_to_end(&mut reply).await;
        String::from_utf8(reply).unwrap()
    }

    async fn withdraw(running: &Running, token: &str, id: &str) -> String {
        let body = json!({"pre_hire_id": id, "withdraw_reason": "r"}).to_string();
        let headers = format!("authorization: Bearer {token}\r\n");
        raw(running, "/open-apis/corehr/v2/pre_hires/withdraw_onboarding", &headers, &body).await
    }

    async fn token(running: &Running) -> String {
        let body = r#"{"app_id":"cli_a","app_secret":"s"}"#;
        let reply = raw(running, "/open-apis/auth/v3/tenant_access_token/internal", "", body).await;
        let (_, body) = reply.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        body["tenant_access_token"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_withdrawal_goes_over_the_wire_and_is_recorded() {
        let running = start();
        let token = token(&running).await;
        let reply = withdraw(&running, &token, "7345005664477775407").await;
        assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
        assert!(reply.contains("\r\nContent-Type: application/json; charset=utf-8\r\n"), "{reply}");
        assert!(reply.contains("\r\nX-Tt-Logid: 19700101080000"), "{reply}");
        assert!(reply.ends_with(r#"{"code":0,"msg":"success","data":{"success":true}}"#), "{reply}");
        assert_eq!(running.stage_of("7345005664477775407"), Stage::Withdrawn);
        assert_eq!(running.look_up("7345005664477775407").withdrawn_times, 1);
        assert_eq!(running.most_in_window(Duration::from_secs(60)), 1);
        let record = running.record();
        let call = record.calls_for("7345005664477775407").next().unwrap();
        assert_eq!((call.status, call.code, call.applied), (Some(200), Some(0), true));
        assert_eq!(call.token.as_deref(), Some(token.as_str()));
    }

    #[tokio::test]
    async fn connections_are_closed_and_bodies_cut_off_as_asked() {
        let running = start();
        let token = token(&running).await;
        assert_eq!(withdraw(&running, &token, "9913020000000000001").await, "");
        assert_eq!(running.stage_of("9913020000000000001"), Stage::Withdrawn);
        let reply = withdraw(&running, &token, "9911030000000000001").await;
        assert!(reply.contains("Content-Length: 1050\r\n"), "{reply}");
        assert!(reply.ends_with("{\"success\":true}}"), "{reply}");
        let reply = withdraw(&running, &token, "9911140000000000001").await;
        assert!(reply.starts_with("HTTP/1.1 429 ") && !reply.contains("\r\nX-"), "{reply}");
    }

    #[tokio::test]
    async fn it_ends_with_its_owner_even_while_a_call_hangs() {
        let running = start();
        let token = token(&running).await;
        let address = running.base_url().strip_prefix("http://").unwrap().to_owned();
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let body = r#"{"pre_hire_id":"9911010000000000001","withdraw_reason":"r"}"#;
        let request = format!(
            "POST /open-apis/corehr/v2/pre_hires/withdraw_onboarding HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        while running.record().calls.len() < 2 {
            tokio::task::yield_now().await;
        }
        drop(running);
        let ended = stream.read(&mut [0; 1]).await;
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
        assert!(TcpStream::connect(&address).await.is_err());
    }

    #[tokio::test]
    async fn a_resent_ticket_is_in_the_file_before_the_reply() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ticket");
        let app_ticket_file = Some(file.clone());
        let running =
            Simulator::spawn(SimulatorSettings { app_ticket_file, ..SimulatorSettings::default() }).unwrap();
        let delivered = || std::fs::read_to_string(&file).unwrap().trim_end().to_owned();
        let first = delivered();
        assert_eq!(first, running.app_ticket());
        let body = r#"{"app_id":"cli_store","app_secret":"s"}"#;
        let reply = raw(&running, "/open-apis/auth/v3/app_ticket/resend", "", body).await;
        assert!(reply.ends_with(r#"{"code":0,"msg":"success"}"#), "{reply}");
        assert_eq!(delivered(), running.app_ticket());
        assert_ne!(delivered(), first);
    }

    #[test]
    fn it_listens_on_loopback_only() {
        let listen = "0.0.0.0:0".parse().unwrap();
        let refused = Simulator::bind(SimulatorSettings { listen, ..SimulatorSettings::default() });
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
