//! What a call for a pre-hire would meet, by what a look-up shows of it before.

use crate::model::{Operation, PreHire};
use crate::plan::UpcomingRow;

/// What a call would meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Eligibility {
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

impl Eligibility {
    /// Judges what was found; `was_in_doubt` if a call of ours may have done it.
    pub(crate) fn of(operation: Operation, found: Option<&PreHire>, was_in_doubt: bool) -> Eligibility {
        let Some(pre_hire) = found else { return Eligibility::NotVisible };
        match &pre_hire.stage {
            None => Eligibility::StageHidden,
            Some(stage) if operation.is_possible_in(stage) => Eligibility::Possible,
            // The run looks it up, and takes it for its own.
            Some(stage) if operation.is_done_in(stage) && was_in_doubt => Eligibility::Possible,
            Some(stage) if operation.is_done_in(stage) => Eligibility::AlreadyDone,
            Some(_) => Eligibility::WrongStage,
        }
    }

    /// Is it anything but what one hopes for?
    pub(crate) const fn is_problem(self) -> bool {
        !matches!(self, Eligibility::Possible)
    }

    /// Could it be another one once the index behind the searches knows the changes of the last seconds?
    pub(crate) const fn may_lag(self) -> bool {
        matches!(self, Eligibility::AlreadyDone | Eligibility::NotVisible)
    }

    /// The word for scripts.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Eligibility::Possible => "possible",
            Eligibility::AlreadyDone => "already_done",
            Eligibility::WrongStage => "wrong_stage",
            Eligibility::StageHidden => "stage_hidden",
            Eligibility::NotVisible => "not_visible",
        }
    }
}

/// A row that was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PreflightRow {
    /// The row.
    pub(crate) row: UpcomingRow,
    /// What a call would meet.
    pub(crate) eligibility: Eligibility,
    /// What the API shows, if anything.
    pub(crate) pre_hire: Option<PreHire>,
}

impl PreflightRow {
    /// The row, judged by what was found.
    pub(crate) fn new(row: UpcomingRow, operation: Operation, pre_hire: Option<PreHire>) -> Self {
        let eligibility = Eligibility::of(operation, pre_hire.as_ref(), row.was_in_doubt);
        PreflightRow { row, eligibility, pre_hire }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PreHireId, Stage};

    fn eligibility(operation: Operation, stage: Option<&str>, was_in_doubt: bool) -> Eligibility {
        let id = PreHireId::parse("1", true).expect("an id");
        let stage = stage.map(Stage::from_word);
        let pre_hire = PreHire { id, name: None, stage, onboarding_date: None, work_email: None };
        Eligibility::of(operation, Some(&pre_hire), was_in_doubt)
    }

    #[test]
    fn every_stage_under_every_operation_with_and_without_doubt() {
        use Eligibility::*;
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
                assert_eq!(eligibility(operation, stage, false), expected, "{operation:?} {stage:?}");
                let in_doubt = if expected == AlreadyDone { Possible } else { expected };
                assert_eq!(eligibility(operation, stage, true), in_doubt, "{operation:?} {stage:?} in doubt");
            }
        }
        assert_eq!(Eligibility::of(Operation::Withdraw, None, true), NotVisible);
    }

    #[test]
    fn only_what_was_just_created_or_changed_may_lag() {
        let lagging = [Eligibility::AlreadyDone, Eligibility::NotVisible];
        for other in [Eligibility::Possible, Eligibility::WrongStage, Eligibility::StageHidden] {
            assert!(!other.may_lag(), "{other:?}");
        }
        assert!(lagging.iter().all(|eligibility| eligibility.may_lag() && eligibility.is_problem()));
    }
}
