//! Owns how every connection is set up: no redirects, no repetitions of its own, a proxy only beyond this machine.

use std::time::Duration;

use reqwest::{Client, Url};

use crate::model::is_this_machine;

/// A connection that died unseen during a hold would make a doubtful call.
const LONGEST_IDLE: Duration = Duration::from_secs(15);
/// A connection that takes longer than this is given up: nothing was sent, so that is no doubt.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// A client for the host of this address; no call takes longer than `timeout`, from connect to last byte.
pub(super) fn http_client(url: &Url, timeout: Duration) -> reqwest::Result<Client> {
    let mut builder = Client::builder()
        .user_agent(concat!("prehire/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .http1_only()
        .referer(false)
        .tcp_nodelay(true)
        .pool_idle_timeout(LONGEST_IDLE)
        .connect_timeout(LONGEST_CONNECT.min(timeout / 2))
        .timeout(timeout);
    if is_this_machine(url) {
        builder = builder.no_proxy();
    }
    if url.scheme() == "http" {
        // Without TLS there is no need for the machine's certificates, which a bare container may lack.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}
