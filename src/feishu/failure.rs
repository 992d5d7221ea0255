//! Owns what a failed call of the HTTP client was: never sent, refused by certificate, timed out, or lost.

use std::error::Error as StdError;

use super::exchange::Failure;

/// The kind of a failure before any status line came back.
pub(super) fn failure_of(error: &reqwest::Error) -> Failure {
    if certificate_was_refused(error) {
        return Failure::CertificateRefused(root_cause(error));
    }
    // A connection that was never made, for want of time too, has carried nothing.
    if error.is_connect() || error.is_builder() {
        return Failure::NotSent(root_cause(error));
    }
    if error.is_timeout() {
        return Failure::TimedOut;
    }
    Failure::ConnectionLost(root_cause(error))
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |cause: &&(dyn StdError + 'static)| (*cause).source())
}

fn certificate_was_refused(error: &reqwest::Error) -> bool {
    let is_certificate = |error: &rustls::Error| {
        matches!(error, rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)
    };
    causes(error).any(|cause| {
        // The TLS error hides inside an I/O error, which does not name it as its source.
        let inner = cause.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        let inside = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
        cause.downcast_ref::<rustls::Error>().or(inside).is_some_and(is_certificate)
    })
}

/// The deepest cause: what the operating system or the TLS library said, without the address.
fn root_cause(error: &reqwest::Error) -> String {
    let deepest =
        causes(error).last().map_or_else(|| "the connection failed".to_owned(), ToString::to_string);
    crate::model::one_line(&deepest, 300)
}
