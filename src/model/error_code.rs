//! The column `error_code`: the API's integers, and our words for what has none.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What stands in the column `error_code`: the API's number, or one of our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorCode {
    /// The integer code of the API.
    Api(i64),
    /// A reply without a code, on a status other than 2xx.
    Http(u16),
    /// The call never left: no address, no connection, no handshake.
    ConnectFailed,
    /// No whole reply within the timeout.
    TimedOut,
    /// The connection ended before the whole reply was there.
    ConnectionLost,
    /// A reply that can't be understood.
    BadReply,
    /// The API took a withdrawal, and said that it did not withdraw. Of a row that is to be restored: this tool did not
    /// withdraw it.
    NotWithdrawn,
    /// The API took a restoration, and said that it did not restore.
    NotRestored,
    /// The id cell is empty.
    MissingId,
    /// The id is not made of 1 to 32 digits.
    BadId,
    /// A spreadsheet has changed the id.
    DamagedId,
    /// The reason is empty or white space alone.
    MissingReason,
    /// The reason contains a NUL byte.
    BadReason,
    /// The reason has more than 500 characters.
    ReasonTooLong,
    /// The row has more filled cells than the header has names.
    ExtraCells,
    /// The id stands in an earlier row, too.
    DuplicateId,
}

impl ErrorCode {
    /// Our words, apart from `http_NNN`.
    pub const WORDS: [(ErrorCode, &'static str); 14] = [
        (ErrorCode::ConnectFailed, "connect_failed"),
        (ErrorCode::TimedOut, "timed_out"),
        (ErrorCode::ConnectionLost, "connection_lost"),
        (ErrorCode::BadReply, "bad_reply"),
        (ErrorCode::NotWithdrawn, "not_withdrawn"),
        (ErrorCode::NotRestored, "not_restored"),
        (ErrorCode::MissingId, "missing_id"),
        (ErrorCode::BadId, "bad_id"),
        (ErrorCode::DamagedId, "damaged_id"),
        (ErrorCode::MissingReason, "missing_reason"),
        (ErrorCode::BadReason, "bad_reason"),
        (ErrorCode::ReasonTooLong, "reason_too_long"),
        (ErrorCode::ExtraCells, "extra_cells"),
        (ErrorCode::DuplicateId, "duplicate_id"),
    ];
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorCode::Api(code) => write!(f, "{code}"),
            ErrorCode::Http(status) => write!(f, "http_{status}"),
            other => {
                let word = ErrorCode::WORDS.iter().find(|(code, _)| code == other);
                f.write_str(word.expect("every code without a number has a word").1)
            }
        }
    }
}

impl FromStr for ErrorCode {
    // Only serde says it, within a sentence of its own, which is English.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = ErrorCode::WORDS.iter().find(|(_, word)| *word == text).map(|(code, _)| *code);
        let http = || text.strip_prefix("http_")?.parse().ok().map(ErrorCode::Http);
        let number = || text.parse().ok().map(ErrorCode::Api);
        word.or_else(http).or_else(number).ok_or_else(|| format!("\"{text}\" is no error code of ours"))
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_again() {
        let words = ErrorCode::WORDS.map(|(code, _)| code);
        for code in
            words.into_iter().chain([ErrorCode::Api(1_161_129), ErrorCode::Api(-1), ErrorCode::Http(502)])
        {
            assert_eq!(code.to_string().parse(), Ok(code));
        }
        assert!("".parse::<ErrorCode>().is_err());
        assert!("http_".parse::<ErrorCode>().is_err());
    }
}
