//! Which hosts may be called: `https` only, and `http` to this very machine.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;

use crate::language::{Text, text};

/// The host of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl(Url);

impl BaseUrl {
    /// Feishu.
    pub(crate) const FEISHU: &str = "https://open.feishu.cn";
    /// Lark, the international one; its apps and tokens are of another world.
    pub(crate) const LARK: &str = "https://open.larksuite.com";

    /// The address of a path on this host.
    #[must_use]
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }

    /// Is it this very machine?
    #[must_use]
    pub(crate) fn is_loopback(&self) -> bool {
        is_this_machine(&self.0)
    }

    /// Host and port, as messages name them.
    #[must_use]
    pub(crate) fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

/// Does the address lead to this very machine?
#[must_use]
pub(crate) fn is_this_machine(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl FromStr for BaseUrl {
    type Err = Text;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|error| text!("not an address ({error})", error))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(text!("an address must not contain a user name or a password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(text!("expected a host alone, such as https://open.feishu.cn"));
        }
        match url.scheme() {
            "https" => Ok(BaseUrl(url)),
            "http" if is_this_machine(&url) => Ok(BaseUrl(url)),
            _ => Err(text!(
                "must begin with https:// (http:// only to this machine, such as http://127.0.0.1:8080)"
            )),
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_alone() {
        let is_allowed = |text: &str| text.parse::<BaseUrl>().is_ok();
        for url in [
            BaseUrl::FEISHU,
            BaseUrl::LARK,
            "http://127.0.0.1:80",
            "http://localhost:1",
            "http://[::1]:8080/",
            "https://h/p",
        ] {
            assert!(is_allowed(url), "{url}");
        }
        for url in [
            "http://open.feishu.cn",
            "http://127.0.0.1.evil.example",
            "ftp://127.0.0.1",
            "open.feishu.cn",
            "https://u:p@h",
            "https://h/?q=1",
            "",
        ] {
            assert!(!is_allowed(url), "{url}");
        }
    }

    #[test]
    fn a_path_is_put_behind_the_prefix() {
        let url: BaseUrl = "http://127.0.0.1:9/proxy/".parse().expect("an address");
        assert_eq!(url.join("/open-apis/x").as_str(), "http://127.0.0.1:9/proxy/open-apis/x");
        assert_eq!(url.host(), "127.0.0.1:9");
    }
}
