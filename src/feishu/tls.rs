//! Owns whose cryptography TLS uses: that of `ring`, for the whole process.

/// Chooses it. To be called before the first [`Client`](super::client::Client) is made; a second call changes nothing.
pub fn install_tls_provider() {
    // An error only says that there is a provider already: of an earlier call, or of the program around this library.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
