//! What a look at a pre-hire means: the read-back after a call in doubt, or after a refusal for the stage.

use std::time::Duration;

use jiff::Timestamp;

use crate::feishu::codes::{self, Leaves};
use crate::model::{Ending, ErrorCode, History, Operation, Stage, Verdict};

/// The most looks for one call.
const MOST_LOOKS: u32 = 3;
/// The copies that answer a look lag behind by up to 2 s; a look that is older than this is believed.
const LAG: Duration = Duration::from_secs(2);

/// Why a pre-hire is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Was the call that is in doubt applied?
    WasItApplied,
    /// A repeat was refused: was an earlier call, in doubt, applied?
    WasItAppliedBefore,
    /// The first call was refused for the stage: had somebody done it before?
    WasItDoneBefore,
    /// The API took the call, and said that it did not do it.
    DidItHappenAllTheSame,
}

/// What a look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The stage of the pre-hire.
    In(Stage),
    /// The API did not return it, or not its stage.
    Nothing,
    /// The look itself failed.
    Failed,
}

/// What to do after a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AfterLook {
    /// The story of the row is over.
    Settle(Ending),
    /// The call is to be repeated, if an attempt is left.
    CallAgain,
    /// Look again, this long after the last look.
    LookAgainAfter(Duration),
}

/// A look that was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// What the call was to do.
    pub(crate) operation: Operation,
    /// Why.
    pub(crate) question: Question,
    /// How many were made for this question, with this one.
    pub(crate) looks: u32,
    /// How long after the end of the call.
    pub(crate) age: Duration,
    /// How long after the beginning of the run.
    pub(crate) run_age: Duration,
    /// When.
    pub(crate) at: Timestamp,
}

impl Question {
    /// The question that a reply raises, if the app may look; `None` if the reply says it all.
    #[must_use]
    pub(crate) fn raised_by(history: &History, last: (Verdict, Option<ErrorCode>)) -> Option<Question> {
        match last {
            (Verdict::InDoubt, _) => Some(Question::WasItApplied),
            (Verdict::Refused, _) if history.was_ever_in_doubt() => Some(Question::WasItAppliedBefore),
            (Verdict::Refused, Some(ErrorCode::NotWithdrawn | ErrorCode::NotRestored)) => {
                Some(Question::DidItHappenAllTheSame)
            }
            (Verdict::Refused, Some(ErrorCode::Api(code))) if codes::leaves(code) == Leaves::DoneBefore => {
                Some(Question::WasItDoneBefore)
            }
            _ => None,
        }
    }

    /// How long after the end of the call the first look is worth while; the run is so old then.
    #[must_use]
    pub(crate) fn first_delay(self, operation: Operation, delay: Duration, run_age: Duration) -> Duration {
        let wanted = match self {
            Question::WasItDoneBefore => Duration::ZERO,
            Question::WasItApplied | Question::WasItAppliedBefore | Question::DidItHappenAllTheSame => delay,
        };
        match operation {
            Operation::Withdraw => wanted,
            // Before that it would not be believed if it found the pre-hire active.
            Operation::Restore => wanted.max(LAG.saturating_sub(run_age)),
        }
    }

    /// What is said where no look is possible, or none has told anything.
    #[must_use]
    pub(crate) fn unanswered(self, last: Option<ErrorCode>) -> AfterLook {
        let leaves_doubt =
            matches!(last, Some(ErrorCode::Api(code)) if codes::leaves(code) != Leaves::Nothing);
        match self {
            Question::WasItApplied => AfterLook::CallAgain,
            Question::WasItAppliedBefore if leaves_doubt => AfterLook::Settle(Ending::RefusedInDoubt),
            _ => AfterLook::Settle(Ending::Refused),
        }
    }
}

impl Look {
    /// Decides by what was found; `delay` is that of the first look.
    #[must_use]
    pub(crate) fn decide(self, found: Found, last: Option<ErrorCode>, delay: Duration) -> AfterLook {
        let is_last = self.looks >= MOST_LOOKS;
        match found {
            Found::In(stage) if self.is_believed() || self.is_beyond_the_lag(&stage) => self.believe(stage),
            Found::In(_) if !is_last => AfterLook::LookAgainAfter(LAG.saturating_sub(self.age)),
            Found::Nothing | Found::Failed if !is_last => {
                AfterLook::LookAgainAfter(delay.saturating_mul(1 << self.looks.min(16)))
            }
            Found::In(_) | Found::Nothing | Found::Failed => self.question.unanswered(last),
        }
    }

    /// Is the stage believed though the look came early?
    fn is_beyond_the_lag(self, stage: &Stage) -> bool {
        if self.operation.is_done_in(stage) {
            // Copies that lag behind show a stage from before the call, never the one after it. But an undo may follow
            // so soon that they still show the stage from before what is undone, which was over when the run began.
            self.operation == Operation::Withdraw || self.run_age >= LAG
        } else {
            // It explains why the first call was refused.
            self.question == Question::WasItDoneBefore && !self.operation.is_possible_in(stage)
        }
    }

    /// Is the look late enough after the call for the copies to know of it?
    #[must_use]
    pub(crate) fn is_believed(self) -> bool {
        self.age >= LAG
    }

    fn believe(self, stage: Stage) -> AfterLook {
        match self.question {
            Question::WasItDoneBefore if self.operation.is_done_in(&stage) => {
                AfterLook::Settle(Ending::FoundDoneBefore(self.at))
            }
            _ if self.operation.is_done_in(&stage) => AfterLook::Settle(Ending::FoundDone(self.at)),
            Question::WasItApplied if self.operation.is_possible_in(&stage) => AfterLook::CallAgain,
            _ if self.operation.is_possible_in(&stage) => AfterLook::Settle(Ending::Refused),
            _ => AfterLook::Settle(Ending::FoundIn(stage, self.at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: Duration = Duration::from_secs(3);

    /// Everything that can be found, under every question, at several ages.
    fn whole_space(operation: Operation) -> String {
        let stages =
            [Stage::Preboarding, Stage::DayOne, Stage::Withdrawn, Stage::Other("completed".to_owned())];
        let mut text = String::new();
        for question in [
            Question::WasItApplied,
            Question::WasItAppliedBefore,
            Question::WasItDoneBefore,
            Question::DidItHappenAllTheSame,
        ] {
            let found = stages.iter().cloned().map(Found::In).chain([Found::Nothing, Found::Failed]);
            for found in found {
                for (looks, age, run_age) in
                    [(1, 0, 0), (1, 0, 2), (1, 3, 3), (2, 9, 9), (3, 1, 1), (3, 1, 2), (3, 21, 21)]
                {
                    for code in [1_161_129, 1_161_097] {
                        let look = Look {
                            operation,
                            question,
                            looks,
                            age: Duration::from_secs(age),
                            run_age: Duration::from_secs(run_age),
                            at: Timestamp::UNIX_EPOCH,
                        };
                        let decision = look.decide(found.clone(), Some(ErrorCode::Api(code)), DELAY);
                        text.push_str(&format!(
                            "{question:?} {found:?} look {looks} after {age} s of {run_age} s, {code}: {decision:?}\n"
                        ));
                    }
                }
            }
        }
        text
    }

    #[test]
    fn every_question_and_every_finding() {
        insta::assert_snapshot!(whole_space(Operation::Withdraw));
    }

    #[test]
    fn every_question_and_every_finding_of_a_restoration() {
        insta::assert_snapshot!(whole_space(Operation::Restore));
    }

    #[test]
    fn the_first_look_of_a_restoration_comes_when_it_can_be_believed() {
        let seconds = Duration::from_secs;
        let first = |question: Question, operation, run_age| question.first_delay(operation, DELAY, run_age);
        for run_age in [0, 1, 2, 100].map(seconds) {
            assert_eq!(first(Question::WasItApplied, Operation::Restore, run_age), DELAY);
            assert_eq!(first(Question::WasItDoneBefore, Operation::Withdraw, run_age), Duration::ZERO);
            let delay = first(Question::WasItDoneBefore, Operation::Restore, run_age);
            assert_eq!(delay, LAG.saturating_sub(run_age));
            assert_eq!(
                Question::WasItApplied.first_delay(Operation::Restore, Duration::ZERO, run_age),
                delay
            );
        }
    }

    #[test]
    fn questions_are_raised_by_doubt_and_by_refusals_for_the_stage() {
        let raised = |history: &History, last| Question::raised_by(history, last);
        let fresh = History::default();
        let mut doubted = History::default();
        doubted.record_cut_off(Timestamp::UNIX_EPOCH);
        let refused = |code| (Verdict::Refused, Some(ErrorCode::Api(code)));
        assert_eq!(raised(&fresh, (Verdict::InDoubt, None)), Some(Question::WasItApplied));
        assert_eq!(raised(&fresh, refused(1_161_129)), Some(Question::WasItDoneBefore));
        assert_eq!(raised(&fresh, refused(1_161_094)), Some(Question::WasItDoneBefore));
        assert_eq!(raised(&fresh, refused(1_161_105)), None);
        assert_eq!(raised(&doubted, refused(1_161_105)), Some(Question::WasItAppliedBefore));
        assert_eq!(raised(&doubted, (Verdict::Accepted, None)), None);
        doubted.found_untouched();
        assert_eq!(raised(&doubted, refused(1_161_129)), Some(Question::WasItAppliedBefore), "doubt sticks");
    }
}
