//! The one table of the API's codes: what each means for a row and for the run, what it leaves open, and what a person
//! should do about it.
//!
//! Source: the API's own tables of the withdraw and the restore call, and its general error codes. What a reply means as a
//! whole is decided by [`classify`](crate::send::classify).

use Advice::*;
use Leaves::*;
use Meaning::*;

use crate::language::{Text, text};
use crate::model::Operation;

/// One code of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ApiCode {
    /// The number.
    pub(crate) code: i64,
    /// What it means for the row and for the run.
    pub(crate) meaning: Meaning,
    /// What it says about earlier calls.
    pub(crate) leaves: Leaves,
    /// Would another permission of the app help?
    pub(crate) is_permission: bool,
    /// What to do about a row that ends with it as refused.
    pub(crate) advice: Advice,
}

/// What a code means, whatever the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Meaning {
    /// It can't be done for this row; for the others it can.
    Refused,
    /// Not applied, somebody else was at work; again later.
    Conflict,
    /// Too many calls; wait.
    Throttled,
    /// A new token is needed.
    TokenStale,
    /// Nothing in this run can succeed.
    Fatal,
    /// The server failed; it may have applied the call before.
    InDoubt,
}

/// What a refusal leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaves {
    /// Nothing: the change was not made.
    Nothing,
    /// After an earlier call in doubt: that one may have been applied, and be the cause. A restored pre-hire takes up head
    /// count and has its work e-mail, which a repeat can't tell from somebody else's.
    Doubt,
    /// The same; and even a first call may be refused because the change was made before, by anybody.
    DoneBefore,
}

/// What a person should do about a row that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advice {
    /// All that can be said where no page says more.
    LookItUp,
    /// The app has no permission for this pre-hire.
    AskForPermission,
    /// The pre-hire does not exist, or the app may not see it.
    AskForVisibility,
    /// The pre-hire is in a stage that does not allow it.
    WrongStage,
    /// The workflow does not allow this step.
    WrongStep,
    /// A parameter is wrong.
    CheckRequest,
    /// A restoration would exceed the head count.
    RaiseHeadcount,
    /// The app may not edit work e-mail addresses.
    AllowWorkEmail,
    /// Somebody or something else has the pre-hire's work e-mail, or seems to.
    FreeWorkEmail,
    /// The pre-hire's work e-mail is not accepted.
    CorrectWorkEmail,
}

/// The app may not read pre-hires: the answer of `query` and `search` without the scope or the data permission. It says
/// nothing about the calls of an operation, so it has no row in the table.
pub(crate) const MAY_NOT_READ: i64 = 1_160_103;
/// The quota of the month is used up: the one 429 for which waiting is of no use.
pub(crate) const QUOTA_USED_UP: i64 = 99_991_403;
/// The app ticket of a store app is not the current one; a new one can be asked for.
pub(crate) const TICKET_REFUSED: i64 = 10_012;

/// Every code with a meaning of its own.
pub(crate) static TABLE: &[ApiCode] = &[
    row(1_161_097, Refused, AskForPermission),
    row(1_161_105, Refused, AskForVisibility).leaving(Doubt),
    row(1_161_094, Refused, WrongStep).leaving(DoneBefore),
    row(1_161_129, Refused, WrongStage).leaving(DoneBefore),
    row(1_161_001, Refused, CheckRequest),
    row(1_161_063, Refused, RaiseHeadcount).leaving(Doubt),
    row(1_161_034, Refused, CorrectWorkEmail),
    row(1_161_035, Refused, CorrectWorkEmail),
    row(1_161_036, Refused, FreeWorkEmail).leaving(Doubt),
    row(1_161_118, Refused, FreeWorkEmail).leaving(Doubt),
    row(1_161_119, Refused, FreeWorkEmail).leaving(Doubt),
    row(1_161_120, Refused, AllowWorkEmail),
    row(1_161_121, Refused, CorrectWorkEmail),
    row(1_161_122, Refused, CorrectWorkEmail),
    row(1_161_123, Refused, CorrectWorkEmail),
    row(1_161_124, Refused, CorrectWorkEmail),
    row(1_161_125, Refused, FreeWorkEmail).leaving(Doubt),
    row(1_161_126, Refused, CorrectWorkEmail),
    row(1_161_127, Refused, FreeWorkEmail).leaving(Doubt),
    row(99_992_402, Refused, CheckRequest),
    row(1_161_116, Conflict, LookItUp),
    row(1_161_604, Throttled, LookItUp),
    row(99_991_400, Throttled, LookItUp),
    row(99_991_663, TokenStale, LookItUp),
    row(99_991_664, TokenStale, LookItUp),
    row(99_991_665, TokenStale, LookItUp),
    row(99_991_671, TokenStale, LookItUp),
    row(99_991_661, Fatal, LookItUp),
    row(99_991_662, Fatal, LookItUp),
    row(99_991_668, Fatal, LookItUp),
    row(99_991_672, Fatal, LookItUp).of_permission(),
    row(99_991_673, Fatal, LookItUp),
    row(99_991_676, Fatal, LookItUp).of_permission(),
    row(99_991_677, Fatal, LookItUp),
    row(99_991_679, Fatal, LookItUp).of_permission(),
    row(99_991_401, Fatal, LookItUp),
    row(QUOTA_USED_UP, Fatal, LookItUp),
    row(99_991_543, Fatal, LookItUp),
    row(99_991_201, Fatal, LookItUp),
    row(99_991_301, Fatal, LookItUp),
    row(90_003_087, Fatal, LookItUp),
    row(90_003_088, Fatal, LookItUp),
    row(10_003, Fatal, LookItUp),
    row(10_005, Fatal, LookItUp),
    row(TICKET_REFUSED, Fatal, LookItUp),
    row(10_013, Fatal, LookItUp),
    row(10_014, Fatal, LookItUp),
    row(10_015, Fatal, LookItUp),
    row(10_016, Fatal, LookItUp),
    row(20_009, Fatal, LookItUp),
    row(1_161_000, InDoubt, WrongStage),
    row(1_161_204, InDoubt, WrongStage),
    row(1_500, InDoubt, LookItUp),
    row(1_663, InDoubt, LookItUp),
    row(1_668, InDoubt, LookItUp),
    row(2_200, InDoubt, LookItUp),
    row(5_000, InDoubt, LookItUp),
    row(10_101, InDoubt, LookItUp),
    row(55_001, InDoubt, LookItUp),
    row(65_001, InDoubt, LookItUp),
];

const fn row(code: i64, meaning: Meaning, advice: Advice) -> ApiCode {
    ApiCode { code, meaning, leaves: Nothing, is_permission: false, advice }
}

impl ApiCode {
    const fn leaving(self, leaves: Leaves) -> ApiCode {
        ApiCode { leaves, ..self }
    }

    const fn of_permission(self) -> ApiCode {
        ApiCode { is_permission: true, ..self }
    }
}

/// The row of a code; `None` for one that no page names.
#[must_use]
pub(crate) fn find(code: i64) -> Option<&'static ApiCode> {
    TABLE.iter().find(|row| row.code == code)
}

/// The meaning of a code; `None` for one that no page names.
#[must_use]
pub(crate) fn meaning(code: i64) -> Option<Meaning> {
    find(code).map(|row| row.meaning)
}

/// Would another permission of the app help?
#[must_use]
pub(crate) fn lacks_permission(code: i64) -> bool {
    code == MAY_NOT_READ || find(code).is_some_and(|row| row.is_permission)
}

/// What a refusal with this code leaves open.
#[must_use]
pub(crate) fn leaves(code: i64) -> Leaves {
    find(code).map_or(Nothing, |row| row.leaves)
}

/// What to do about a row that was refused with this code.
#[must_use]
pub(crate) fn advice(code: i64) -> Advice {
    find(code).map_or(LookItUp, |row| row.advice)
}

impl Advice {
    /// The advice as a sentence. A code that only the other operation answers with is looked up.
    #[must_use]
    pub(crate) fn text(self, operation: Operation) -> Text {
        match (self, operation) {
            (AskForPermission, _) => {
                text!(
                    "Ask an administrator to grant the app permission for this pre-hire. Then run the results file again with --only refused -o NEW.csv."
                )
            }
            (AskForVisibility, _) => {
                text!(
                    "Check the id. If it is correct, ask an administrator to let the app see this pre-hire. Then run the results file again with --only refused -o NEW.csv."
                )
            }
            (_, Operation::Withdraw) => self.about_withdrawal(),
            (_, Operation::Restore) => self.about_restoration(),
        }
    }

    fn about_withdrawal(self) -> Text {
        match self {
            WrongStage => {
                text!(
                    "Look up the pre-hire in Feishu: its stage does not allow a withdrawal. It may already be withdrawn or onboarded."
                )
            }
            WrongStep => {
                text!(
                    "Look up the pre-hire in Feishu: its workflow does not allow a withdrawal right now. It may already be withdrawn."
                )
            }
            CheckRequest => text!("Check the id and the reason: the API rejected them."),
            _ => look_it_up(),
        }
    }

    fn about_restoration(self) -> Text {
        match self {
            WrongStage => {
                text!(
                    "Look up the pre-hire in Feishu: its stage does not allow a restoration. It may already be active or onboarded."
                )
            }
            WrongStep => {
                text!(
                    "Look up the pre-hire in Feishu: its workflow does not allow a restoration right now. It may already be active."
                )
            }
            CheckRequest => text!("Check the id: the API rejected it."),
            RaiseHeadcount => {
                text!(
                    "The headcount is used up. Have it raised, or run the same command again with --confirm-workforce to exceed it."
                )
            }
            AllowWorkEmail => {
                text!(
                    "Ask an administrator to let the app edit work email addresses, then run again with --restart."
                )
            }
            FreeWorkEmail => {
                text!(
                    "Somebody else now has this work email: change it in Feishu, then run again with --restart."
                )
            }
            CorrectWorkEmail => {
                text!("Feishu rejected the work email: correct it there, then run again with --restart.")
            }
            LookItUp | AskForPermission | AskForVisibility => look_it_up(),
        }
    }
}

fn look_it_up() -> Text {
    text!("Look up the code in Feishu's list of error codes, or give the log id to Feishu support.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_has_two_rows() {
        let mut codes = TABLE.iter().map(|row| row.code).collect::<Vec<_>>();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), TABLE.len());
    }

    #[test]
    fn every_refusal_of_a_restoration_has_advice_of_its_own() {
        for row in TABLE.iter().filter(|row| row.meaning == Refused) {
            assert_ne!(row.advice.text(Operation::Restore), look_it_up(), "{row:?}");
        }
    }

    #[test]
    fn only_a_refusal_leaves_something_open_and_only_what_ends_the_run_is_a_permission() {
        for row in TABLE {
            assert!(row.leaves == Nothing || row.meaning == Refused, "{row:?}");
            assert!(!row.is_permission || row.meaning == Fatal, "{row:?}");
        }
    }
}
