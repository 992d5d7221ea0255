//! What can be done to pre-hires: withdraw them, or restore those again; and how the two mirror each other.

use super::error_code::ErrorCode;
use super::outcome::Status;
use super::stage::Stage;
use crate::language::{Text, text};

/// What a run does to the pre-hires of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// 撤销入职.
    Withdraw,
    /// 恢复入职: the undo of a withdrawal.
    Restore,
}

impl Operation {
    /// Both.
    pub const ALL: [Operation; 2] = [Operation::Withdraw, Operation::Restore];

    /// The command's word, which is also the journal's.
    pub const fn word(self) -> &'static str {
        match self {
            Operation::Withdraw => "withdraw",
            Operation::Restore => "restore",
        }
    }

    /// Its verb in a sentence, after "to" and after "was". Chinese has one word for both.
    fn words(self) -> [Text; 2] {
        match self {
            Operation::Withdraw => [text!("withdraw"), text!("withdrawn")],
            Operation::Restore => [text!("restore"), text!("restored")],
        }
    }

    pub(crate) fn verb(self) -> Text {
        let [verb, _] = self.words();
        verb
    }

    pub(crate) fn past(self) -> Text {
        let [_, past] = self.words();
        past
    }

    /// The operation that a word means, if it is one of ours.
    pub fn from_word(word: &str) -> Option<Operation> {
        Operation::ALL.into_iter().find(|operation| operation.word() == word)
    }

    /// The API that carries it out: the last part of its path, and the name of its allowance.
    pub const fn api(self) -> &'static str {
        match self {
            Operation::Withdraw => "withdraw_onboarding",
            Operation::Restore => "restore_flow_instance",
        }
    }

    /// What a pre-hire is when this tool has done it.
    pub const fn done(self) -> Status {
        match self {
            Operation::Withdraw => Status::Withdrawn,
            Operation::Restore => Status::Restored,
        }
    }

    /// What a pre-hire is when somebody else has done it before.
    pub const fn done_before(self) -> Status {
        match self {
            Operation::Withdraw => Status::AlreadyWithdrawn,
            Operation::Restore => Status::AlreadyActive,
        }
    }

    /// Can a row of its results have this status?
    pub fn can_end_in(self, status: Status) -> bool {
        !status.is_success() || status == self.done() || status == self.done_before()
    }

    /// The code of a reply that takes the call and says that it was not done.
    pub const fn denied(self) -> ErrorCode {
        match self {
            Operation::Withdraw => ErrorCode::NotWithdrawn,
            Operation::Restore => ErrorCode::NotRestored,
        }
    }

    /// Is a pre-hire in this stage when it is done?
    pub(crate) fn is_done_in(self, stage: &Stage) -> bool {
        match self {
            Operation::Withdraw => *stage == Stage::Withdrawn,
            Operation::Restore => stage.is_active(),
        }
    }

    /// Can it be done in this stage, so that nothing was applied yet?
    pub(crate) fn is_possible_in(self, stage: &Stage) -> bool {
        match self {
            Operation::Withdraw => stage.is_active(),
            Operation::Restore => *stage == Stage::Withdrawn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_undoes_the_other() {
        let stages = ["preboarding", "day_one", "withdrawn", "completed", "deleted"].map(Stage::from_word);
        for stage in &stages {
            assert_eq!(
                Operation::Withdraw.is_done_in(stage),
                Operation::Restore.is_possible_in(stage),
                "{stage}"
            );
            assert_eq!(
                Operation::Restore.is_done_in(stage),
                Operation::Withdraw.is_possible_in(stage),
                "{stage}"
            );
            for operation in Operation::ALL {
                assert!(!(operation.is_done_in(stage) && operation.is_possible_in(stage)), "{stage}");
            }
        }
        assert!(stages.iter().any(|stage| Operation::Restore.is_done_in(stage)));
    }

    #[test]
    fn what_is_done_is_a_success_under_its_own_word() {
        for operation in Operation::ALL {
            assert_eq!(Operation::from_word(operation.word()), Some(operation));
            assert!(operation.done().is_success() && operation.done_before().is_success());
            let statuses = Status::ALL.into_iter().filter(|status| operation.can_end_in(*status));
            assert_eq!(statuses.filter(|status| status.is_success()).count(), 2);
            assert!(operation.can_end_in(Status::Refused));
        }
        assert_eq!(Operation::from_word("delete"), None);
    }
}
