//! Owns the play of the withdraw call: which of its rules decides, in the gateway's order.

use super::codes;
use super::kinds::Kind;
use super::people::{People, Stage};
use super::render::Say;
use super::wire::WithdrawRequest;
use super::wish::{self, Fault, Spoiler, When, Wish};

/// The longest reason, in Unicode scalar values.
const LONGEST_REASON: usize = 500;
/// The longest id, in digits.
const LONGEST_ID: usize = 32;

/// What is answered, and what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    /// The answer.
    pub(super) say: Say,
    /// Whether the pre-hire was withdrawn by this call.
    pub(super) applied: bool,
    /// Whether the token of this call is revoked now.
    pub(super) revokes_token: bool,
}

impl Decision {
    /// An answer without a deed.
    pub(super) fn only(say: Say) -> Decision {
        Decision { say, applied: false, revokes_token: false }
    }
}

/// How often chance brings a fault, and what it rolled this time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance {
    pub(super) fault_percent: f64,
    pub(super) dice: u64,
}

/// Plays a call that has passed the gateway; `None` is a body that is not of the right form.
pub(super) fn play(people: &mut People, request: Option<&WithdrawRequest>, chance: Chance) -> Decision {
    let Some(request) = request else { return Decision::only(Say::Code(codes::PARAM_INVALID)) };
    let Some(id) = &request.pre_hire_id else { return Decision::only(Say::MissingField("pre_hire_id")) };
    let Some(reason) = &request.withdraw_reason else {
        return Decision::only(Say::MissingField("withdraw_reason"));
    };
    if !is_id(id) || !is_reason(reason) {
        return Decision::only(Say::Code(codes::PARAM_INVALID));
    }
    let deed = Deed { id, reason };
    let wish = Wish::of(id);
    // Only scripted ids need to remember their first call.
    let first = wish.is_some() && people.note_call(id);
    match wish {
        Some(Wish::RevokedToken) if first => {
            Decision { revokes_token: true, ..Decision::only(Say::Code(codes::TOKEN_INVALID)) }
        }
        Some(Wish::StaleToken) => Decision::only(Say::CodeOn(codes::TOKEN_INVALID, 200)),
        Some(Wish::Fault(fault, When::Always)) => spoil(people, deed, Spoiler::before(fault)),
        Some(Wish::Fault(fault, When::FirstBefore)) if first => spoil(people, deed, Spoiler::before(fault)),
        Some(Wish::Fault(fault, When::FirstAfter)) if first => spoil(people, deed, Spoiler::after(fault)),
        _ => match wish::by_chance(chance.fault_percent, chance.dice) {
            Some(spoiler) => spoil(people, deed, spoiler),
            None => withdraw(people, deed),
        },
    }
}

/// What is asked for.
#[derive(Clone, Copy)]
struct Deed<'call> {
    id: &'call str,
    reason: &'call str,
}

/// Answers with a fault, after the deed or without it.
fn spoil(people: &mut People, deed: Deed<'_>, spoiler: Spoiler) -> Decision {
    if spoiler.fault == Fault::Kind(Kind::Slow) {
        let decision = withdraw(people, deed);
        let say = if decision.applied { Say::Fault(Kind::Slow) } else { decision.say };
        return Decision { say, ..decision };
    }
    let applied = spoiler.applies && people.withdraw(deed.id, deed.reason).is_ok();
    let say = match spoiler.fault {
        Fault::Code(code) => Say::Code(code),
        Fault::Kind(kind) => Say::Fault(kind),
    };
    Decision { say, applied, revokes_token: false }
}

fn withdraw(people: &mut People, deed: Deed<'_>) -> Decision {
    match people.withdraw(deed.id, deed.reason) {
        Ok(()) => Decision { say: Say::Success, applied: true, revokes_token: false },
        Err(Stage::Deleted) => Decision::only(Say::Code(codes::NOT_VISIBLE)),
        Err(stage) => Decision::only(Say::WrongStage(stage)),
    }
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_reason(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().take(LONGEST_REASON + 1).count() <= LONGEST_REASON
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Chance = Chance { fault_percent: 0.0, dice: 0 };

    fn call(people: &mut People, id: &str) -> (Say, bool) {
        let request =
            WithdrawRequest { pre_hire_id: Some(id.to_owned()), withdraw_reason: Some("reason".to_owned()) };
        let decision = play(people, Some(&request), QUIET);
        (decision.say, decision.applied)
    }

    const DONE: (Say, bool) = (Say::Success, true);
    const GONE: (Say, bool) = (Say::WrongStage(Stage::Withdrawn), false);

    #[test]
    fn each_wish_is_played_over_three_calls() {
        let code = |code| (Say::Code(code), false);
        let kind = |kind| (Say::Fault(kind), false);
        let table = [
            ("7345005664477775407", [DONE, GONE, GONE]),
            ("9901011611160000001", [code(1_161_116); 3]),
            ("9902011611160000001", [code(1_161_116), DONE, GONE]),
            ("9903011610000000001", [(Say::Code(1_161_000), true), GONE, GONE]),
            ("9911020000000000001", [kind(Kind::Close); 3]),
            ("9912080000000000001", [kind(Kind::SuccessFalse), DONE, GONE]),
            ("9913020000000000001", [(Say::Fault(Kind::Close), true), GONE, GONE]),
            ("9911190000000000001", [(Say::Fault(Kind::Slow), true), GONE, GONE]),
            ("9921000000000000001", [GONE; 3]),
            ("9922000000000000001", [(Say::WrongStage(Stage::Completed), false); 3]),
            ("9923000000000000001", [code(1_161_105); 3]),
            ("9924000000000000001", [DONE, GONE, GONE]),
            ("9931000000000000001", [code(99_991_663), DONE, GONE]),
            ("9932000000000000001", [(Say::CodeOn(99_991_663, 200), false); 3]),
        ];
        let mut people = People::default();
        for (id, expected) in table {
            let calls = [(); 3].map(|()| call(&mut people, id));
            assert_eq!(calls, expected, "{id}");
            let times = people.look_up(id).withdrawn_times;
            assert_eq!(usize::from(times), expected.iter().filter(|call| call.1).count(), "{id}");
        }
    }

    #[test]
    fn wrong_parameters_are_refused_and_change_nothing() {
        let some = |text: &str| Some(text.to_owned());
        let table = [
            (None, some("r"), Say::MissingField("pre_hire_id")),
            (some("1"), None, Say::MissingField("withdraw_reason")),
            (some(""), some("r"), Say::Code(1_161_001)),
            (some("7.345E+18"), some("r"), Say::Code(1_161_001)),
            (some("1"), some(" "), Say::Code(1_161_001)),
            (some("1"), Some("字".repeat(501)), Say::Code(1_161_001)),
            (some("1"), Some("字".repeat(500)), Say::Success),
        ];
        let mut people = People::default();
        for (pre_hire_id, withdraw_reason, say) in table {
            let request = WithdrawRequest { pre_hire_id, withdraw_reason };
            assert_eq!(play(&mut people, Some(&request), QUIET).say, say);
        }
        assert_eq!(play(&mut people, None, QUIET).say, Say::Code(1_161_001));
    }

    #[test]
    fn chance_spoils_ordinary_calls_before_or_after_the_deed() {
        let mut people = People::default();
        let mut roll = |id: &str, face: u64| {
            let request =
                WithdrawRequest { pre_hire_id: Some(id.to_owned()), withdraw_reason: Some("r".to_owned()) };
            let chance = Chance { fault_percent: 1.0, dice: face * 1_000_000 };
            let decision = play(&mut people, Some(&request), chance);
            (decision.say, decision.applied)
        };
        assert_eq!(roll("1", 0), (Say::Code(1_161_000), false));
        assert_eq!(roll("1", 1), (Say::Code(1_161_000), true));
        assert_eq!(roll("2", 3), (Say::Fault(Kind::Close), true));
        assert_eq!(roll("2", 5), (Say::Code(1_161_204), false));
    }
}
