//! Owns what is told about one pre-hire: the stage, and all else that tests ask for.

use std::str::FromStr;

use serde::Serialize;

use crate::profile::Profile;

/// Where a pre-hire stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 待入职.
    Preboarding,
    /// 准备就绪.
    DayOne,
    /// 已撤销.
    Withdrawn,
    /// 已完成.
    Completed,
    /// 已删除; also what the app may not see.
    Deleted,
}

impl Stage {
    /// Every stage, in the order of the variants.
    pub(crate) const ALL: [Stage; 5] =
        [Stage::Preboarding, Stage::DayOne, Stage::Withdrawn, Stage::Completed, Stage::Deleted];

    /// The word of the API's filters and replies.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Stage::Preboarding => "preboarding",
            Stage::DayOne => "day_one",
            Stage::Withdrawn => "withdrawn",
            Stage::Completed => "completed",
            Stage::Deleted => "deleted",
        }
    }

    /// The name that the API shows to people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Stage::Preboarding => "待入职",
            Stage::DayOne => "准备就绪",
            Stage::Withdrawn => "已撤销",
            Stage::Completed => "已完成",
            Stage::Deleted => "已删除",
        }
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(text: &str) -> Result<Stage, String> {
        let words = Stage::ALL.map(Stage::word).join(", ");
        let stage = Stage::ALL.into_iter().find(|stage| stage.word() == text);
        stage.ok_or_else(|| format!("expected one of {words}, not \"{text}\""))
    }
}

/// What the simulated API knows of one pre-hire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreHire {
    /// The id, as asked for.
    pub pre_hire_id: String,
    /// Where the pre-hire stands now.
    pub stage: Stage,
    /// How often a withdrawal took effect: more than once is impossible without a restoration.
    pub withdrawn_times: u8,
    /// How often a restoration took effect.
    pub restored_times: u8,
    /// The reason of the last withdrawal.
    pub withdraw_reason: Option<String>,
    /// Who it is.
    #[serde(flatten)]
    pub profile: Profile,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_read_and_serialised_by_its_word() {
        for stage in Stage::ALL {
            assert_eq!(stage.word().parse(), Ok(stage));
            assert_eq!(serde_json::json!(stage), stage.word());
        }
        assert!("Withdrawn".parse::<Stage>().is_err());
    }
}
