//! What a reason is: 1 to 500 Unicode scalar values, not blank, sent byte for byte.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::{Error, Result};
use super::id::is_blank;
use crate::language::text;

/// The most characters (Unicode scalar values) that the API takes.
const MOST_CHARACTERS: usize = 500;

/// A reason that can be sent, still in its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValidReason<'a>(&'a str);

/// A reason that can be sent, as it stands in the file: not a byte of it is changed.
#[derive(Clone, PartialEq, Eq)]
pub struct WithdrawReason(Box<str>);

/// A short hash of a reason: tells, across runs, whether a row still has the same one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub(crate) struct ReasonHash(pub(crate) u64);

impl ReasonHash {
    /// The hash of a reason's text.
    #[must_use]
    pub(crate) fn of(text: &str) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        let first: [u8; 8] = digest.as_ref()[..8].try_into().expect("a SHA-256 has 32 bytes");
        ReasonHash(u64::from_be_bytes(first))
    }
}

/// Why a cell is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReasonProblem {
    /// Nothing, or white space alone.
    Missing,
    /// A NUL byte in it.
    HoldsNul,
    /// More than 500 characters; this many.
    TooLong(usize),
}

impl Serialize for ReasonHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for ReasonHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map(ReasonHash).map_err(serde::de::Error::custom)
    }
}

impl<'a> ValidReason<'a> {
    /// Checks the text of a cell.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(cell: &'a str) -> Result<Self, ReasonProblem> {
        if cell.chars().all(is_blank) {
            return Err(ReasonProblem::Missing);
        }
        if cell.contains('\0') {
            return Err(ReasonProblem::HoldsNul);
        }
        // A character has at least one byte, so most reasons need no counting.
        if cell.len() > MOST_CHARACTERS {
            let characters = cell.chars().count();
            if characters > MOST_CHARACTERS {
                return Err(ReasonProblem::TooLong(characters));
            }
        }
        Ok(ValidReason(cell))
    }

    /// The text of the reason.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'a str {
        self.0
    }
}

impl WithdrawReason {
    /// Checks a reason: 1 to 500 Unicode scalar values, not white space alone, without NUL. Not a byte of it is changed.
    ///
    /// # Errors
    /// When the API would not take it.
    pub fn new(text: &str) -> Result<WithdrawReason> {
        let valid = ValidReason::parse(text).map_err(|problem| {
            Error::invalid_input(match problem {
                ReasonProblem::Missing => text!("the reason is empty"),
                ReasonProblem::HoldsNul => text!("the reason contains a NUL byte"),
                ReasonProblem::TooLong(characters) => {
                    text!("the reason has {characters} {characters|character|characters}; at most 500 are allowed", characters)
                }
            })
        })?;
        Ok(valid.into())
    }

    /// The text that is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ValidReason<'_>> for WithdrawReason {
    fn from(reason: ValidReason<'_>) -> Self {
        WithdrawReason(reason.0.into())
    }
}

/// Reasons are personal data: debug output shows their length only.
impl fmt::Debug for WithdrawReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WithdrawReason({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_1_to_500_characters_whatever_their_bytes() {
        for reason in [
            "x".to_owned(),
            "候选人放弃".to_owned(),
            "字".repeat(500),
            "😀".repeat(500),
            " a\r\n\"b\",c ".to_owned(),
        ] {
            assert_eq!(ValidReason::parse(&reason).map(ValidReason::as_str), Ok(reason.as_str()));
        }
    }

    #[test]
    fn refuses_the_blank_the_long_and_the_broken() {
        for blank in ["", " ", "\t\r\n", "\u{3000}", "\u{A0}"] {
            assert_eq!(ValidReason::parse(blank), Err(ReasonProblem::Missing), "{blank:?}");
        }
        assert_eq!(ValidReason::parse(&"字".repeat(501)), Err(ReasonProblem::TooLong(501)));
        assert_eq!(ValidReason::parse("a\0b"), Err(ReasonProblem::HoldsNul));
    }

    #[test]
    fn debug_output_does_not_show_it() {
        let reason = WithdrawReason::from(ValidReason::parse("private matter").expect("a reason"));
        assert_eq!(format!("{reason:?}"), "WithdrawReason(14 bytes)");
    }
}
