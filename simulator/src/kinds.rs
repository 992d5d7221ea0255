//! Owns the list of faults that are no API code: broken connections, strange statuses, strange bodies.

/// A fault of the transport or of the body. [`Kind::ALL`] has its number and says what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Silence,
    Close,
    CutOff,
    Html,
    EmptyError,
    BadGateway,
    NotFound,
    SuccessFalse,
    SuccessAbsent,
    SuccessText,
    Huge,
    Redirect,
    Empty,
    BareThrottle,
    FractionalReset,
    RetryAfter,
    NoCode,
    UnavailableNoCode,
    Slow,
    UnknownCode,
    UnknownCodeConflict,
    SuccessOnError,
    Formula,
    ControlCharacters,
    LongMessage,
    RequestIdHeader,
    LogIdInBody,
}

impl Kind {
    /// Each kind with its two digits and its line in the manual.
    pub(crate) const ALL: [(u8, Kind, &'static str); 27] = [
        (1, Kind::Silence, "no answer; closed after 120 s"),
        (2, Kind::Close, "connection closed without an answer"),
        (3, Kind::CutOff, "200, body cut off, then closed"),
        (4, Kind::Html, "200 with an HTML page"),
        (5, Kind::EmptyError, "500 with an empty body"),
        (6, Kind::BadGateway, "502 with an HTML page"),
        (7, Kind::NotFound, "404 text/plain"),
        (8, Kind::SuccessFalse, "code 0, success false"),
        (9, Kind::SuccessAbsent, "code 0, no success"),
        (10, Kind::SuccessText, "code 0, success \"true\" as a string"),
        (11, Kind::Huge, "200 with 2 MiB that look like JSON"),
        (12, Kind::Redirect, "302 to /elsewhere"),
        (13, Kind::Empty, "200 with an empty body"),
        (14, Kind::BareThrottle, "429, empty, without any helpful header"),
        (15, Kind::FractionalReset, "429 with x-ogw-ratelimit-reset: 0.5"),
        (16, Kind::RetryAfter, "429 with Retry-After: 1"),
        (17, Kind::NoCode, "200 with JSON without a code"),
        (18, Kind::UnavailableNoCode, "503 with JSON without a code"),
        (19, Kind::Slow, "the right answer (and deed), 2 s late"),
        (20, Kind::UnknownCode, "200 with the unknown code 1234567"),
        (21, Kind::UnknownCodeConflict, "409 with the unknown code 1234567"),
        (22, Kind::SuccessOnError, "code 0, success true, on a 500"),
        (23, Kind::Formula, "1161001, msg is a spreadsheet formula"),
        (24, Kind::ControlCharacters, "1161097, msg has line breaks, tab, NUL"),
        (25, Kind::LongMessage, "1161094, msg of 100 kB"),
        (26, Kind::RequestIdHeader, "1161097, log id only in X-Request-Id"),
        (27, Kind::LogIdInBody, "1161097, log id only in error.log_id"),
    ];

    /// The kind with this number.
    pub(crate) fn numbered(number: u32) -> Option<Kind> {
        Kind::ALL.iter().find(|entry| u32::from(entry.0) == number).map(|entry| entry.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_are_numbered_without_a_gap() {
        for (index, (number, kind, _)) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(number), index + 1);
            assert_eq!(Kind::numbered(u32::from(number)), Some(kind));
        }
        assert_eq!(Kind::numbered(0), None);
        assert_eq!(Kind::numbered(28), None);
    }
}
