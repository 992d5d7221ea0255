//! The stages of a pre-hire, as the API names them (`onboarding_status`).

use std::fmt;

/// Where a pre-hire stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// 待入职: can be withdrawn.
    Preboarding,
    /// 准备就绪: can be withdrawn.
    DayOne,
    /// 已撤销.
    Withdrawn,
    /// Any other: completed, deleted, or one that this program does not know.
    Other(String),
}

impl Stage {
    /// The stage that the API's word means.
    #[must_use]
    pub(crate) fn from_word(word: &str) -> Stage {
        match word {
            "preboarding" => Stage::Preboarding,
            "day_one" => Stage::DayOne,
            "withdrawn" => Stage::Withdrawn,
            other => Stage::Other(super::problem::one_line(other, 60)),
        }
    }

    /// Can it be withdrawn now, so that nothing was applied?
    #[must_use]
    pub(crate) const fn is_active(&self) -> bool {
        matches!(self, Stage::Preboarding | Stage::DayOne)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Preboarding => "preboarding",
            Stage::DayOne => "day_one",
            Stage::Withdrawn => "withdrawn",
            Stage::Other(word) => word,
        })
    }
}
