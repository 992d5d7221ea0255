//! Owns what a call for a pre-hire would meet, by what a look-up shows of it before.

use crate::model::{Operation, PreHire, PreHireId};

/// What a call would meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// It can be done, as far as can be seen.
    Possible,
    /// It is done already, and not by a call of ours that is in doubt.
    AlreadyDone,
    /// The stage does not allow it.
    WrongStage,
    /// The app may not see the stage.
    StageHidden,
    /// There is no such pre-hire, or the app may not see it.
    NotVisible,
}

impl Prospect {
    /// Judges what was found; `was_in_doubt` if a call of ours may have done it.
    #[must_use]
    pub fn of(operation: Operation, found: Option<&PreHire>, was_in_doubt: bool) -> Prospect {
        let Some(pre_hire) = found else { return Prospect::NotVisible };
        match &pre_hire.stage {
            None => Prospect::StageHidden,
            Some(stage) if operation.is_possible_in(stage) => Prospect::Possible,
            // The run looks it up, and takes it for its own.
            Some(stage) if operation.is_done_in(stage) && was_in_doubt => Prospect::Possible,
            Some(stage) if operation.is_done_in(stage) => Prospect::AlreadyDone,
            Some(_) => Prospect::WrongStage,
        }
    }

    /// Is it anything but what one hopes for?
    #[must_use]
    pub const fn is_problem(self) -> bool {
        !matches!(self, Prospect::Possible)
    }

    /// Could it be another one once the index behind the searches knows the changes of the last seconds?
    #[must_use]
    pub const fn may_lag(self) -> bool {
        matches!(self, Prospect::AlreadyDone | Prospect::NotVisible)
    }

    /// The word for scripts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Prospect::Possible => "possible",
            Prospect::AlreadyDone => "already_done",
            Prospect::WrongStage => "wrong_stage",
            Prospect::StageHidden => "stage_hidden",
            Prospect::NotVisible => "not_visible",
        }
    }
}

/// A row that was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRow {
    /// The line on which it begins.
    pub line: u64,
    /// The pre-hire.
    pub id: PreHireId,
    /// What a call would meet.
    pub prospect: Prospect,
    /// What the API shows, if anything.
    pub pre_hire: Option<PreHire>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Stage;

    fn prospect(operation: Operation, stage: Option<&str>, was_in_doubt: bool) -> Prospect {
        let id = PreHireId::parse("1", true).expect("an id");
        let stage = stage.map(Stage::from_word);
        let pre_hire = PreHire { id, name: None, stage, onboarding_date: None, work_email: None };
        Prospect::of(operation, Some(&pre_hire), was_in_doubt)
    }

    #[test]
    fn every_stage_under_every_operation_with_and_without_doubt() {
        use Prospect::*;
        let table = [
            (Some("preboarding"), Possible, AlreadyDone),
            (Some("day_one"), Possible, AlreadyDone),
            (Some("withdrawn"), AlreadyDone, Possible),
            (Some("completed"), WrongStage, WrongStage),
            (Some("deleted"), WrongStage, WrongStage),
            (Some("a stage of tomorrow"), WrongStage, WrongStage),
            (None, StageHidden, StageHidden),
        ];
        for (stage, withdraw, restore) in table {
            for (operation, expected) in [(Operation::Withdraw, withdraw), (Operation::Restore, restore)] {
                assert_eq!(prospect(operation, stage, false), expected, "{operation:?} {stage:?}");
                let in_doubt = if expected == AlreadyDone { Possible } else { expected };
                assert_eq!(prospect(operation, stage, true), in_doubt, "{operation:?} {stage:?} in doubt");
            }
        }
        assert_eq!(Prospect::of(Operation::Withdraw, None, true), NotVisible);
    }

    #[test]
    fn only_what_was_just_created_or_changed_may_lag() {
        let lagging = [Prospect::AlreadyDone, Prospect::NotVisible];
        for prospect in [Prospect::Possible, Prospect::WrongStage, Prospect::StageHidden] {
            assert!(!prospect.may_lag(), "{prospect:?}");
        }
        assert!(lagging.iter().all(|prospect| prospect.may_lag() && prospect.is_problem()));
    }
}
