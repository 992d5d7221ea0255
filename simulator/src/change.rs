//! Owns the play of the calls that change a pre-hire, withdraw and restore: which rule decides, in the gateway's order.

use crate::codes;
use crate::kinds::Kind;
use crate::operation::{ChangeRequest, Deed};
use crate::people::People;
use crate::pre_hire::Stage;
use crate::render::Say;
use crate::wish::{self, Fault, Spoiler, When, Wish};

/// What is answered, and what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// The answer.
    pub(crate) say: Say,
    /// Whether the pre-hire was changed by this call.
    pub(crate) applied: bool,
    /// Whether the token of this call is revoked now.
    pub(crate) revokes_token: bool,
}

impl Decision {
    /// An answer without a deed.
    pub(crate) fn only(say: Say) -> Decision {
        Decision { say, applied: false, revokes_token: false }
    }
}

/// How often chance brings a fault, and what it rolled this time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance {
    pub(crate) fault_percent: f64,
    pub(crate) dice: u64,
}

/// Plays a call that has passed the gateway; `None` is a body that is not of the right form.
pub(crate) fn play(people: &mut People, request: Option<&ChangeRequest>, chance: Chance) -> Decision {
    let deed = request.map_or(Err(Say::Code(codes::PARAM_INVALID)), ChangeRequest::deed);
    let deed = match deed {
        Ok(deed) => deed,
        Err(say) => return Decision::only(say),
    };
    let wish = Wish::of(deed.id());
    // Only scripted ids need to remember their first call.
    let first = wish.is_some() && people.note_call(deed.id(), deed.operation());
    match wish.filter(|wish| wish.concerns(deed.operation())) {
        Some(Wish::RevokedToken(_)) if first => {
            Decision { revokes_token: true, ..Decision::only(Say::Code(codes::TOKEN_INVALID)) }
        }
        Some(Wish::StaleToken(_)) => Decision::only(Say::CodeOn(codes::TOKEN_INVALID, 200)),
        Some(Wish::Fault(_, fault, When::Always)) => spoil(people, deed, Spoiler::before(fault)),
        Some(Wish::Fault(_, fault, When::FirstBefore)) if first => {
            spoil(people, deed, Spoiler::before(fault))
        }
        Some(Wish::Fault(_, fault, When::FirstAfter)) if first => spoil(people, deed, Spoiler::after(fault)),
        _ => match wish::by_chance(chance.fault_percent, chance.dice) {
            Some(spoiler) => spoil(people, deed, spoiler),
            None => perform(people, deed),
        },
    }
}

/// Answers with a fault, after the deed or without it.
fn spoil(people: &mut People, deed: Deed<'_>, spoiler: Spoiler) -> Decision {
    if spoiler.fault == Fault::Kind(Kind::Slow) {
        let decision = perform(people, deed);
        let say = if decision.applied { Say::Fault(Kind::Slow) } else { decision.say };
        return Decision { say, ..decision };
    }
    let applied = spoiler.applies && perform(people, deed).applied;
    let say = match spoiler.fault {
        Fault::Code(code) => Say::Code(code),
        Fault::Kind(kind) => Say::Fault(kind),
    };
    Decision { say, applied, revokes_token: false }
}

fn perform(people: &mut People, deed: Deed<'_>) -> Decision {
    let done = match deed {
        Deed::Withdraw { id, reason } => people.withdraw(id, reason),
        Deed::Restore { id, confirm_workforce } => {
            let withdrawn = people.look_up(id).stage == Stage::Withdrawn;
            if withdrawn && !confirm_workforce && Wish::of(id) == Some(Wish::FullWorkForce) {
                return Decision::only(Say::Code(codes::WORK_FORCE_EXCEEDED));
            }
            people.restore(id)
        }
    };
    match done {
        Ok(()) => Decision { say: Say::Success, applied: true, revokes_token: false },
        Err(Stage::Deleted) => Decision::only(Say::Code(codes::NOT_VISIBLE)),
        Err(stage) => Decision::only(Say::WrongStage(stage)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::{Origin, Population};
    use crate::wire::{RestoreRequest, WithdrawRequest};

    const QUIET: Chance = Chance { fault_percent: 0.0, dice: 0 };

    fn people() -> People {
        People::new(Origin { population: Population::new(0), start: Stage::Preboarding })
    }

    fn withdrawal(id: &str) -> ChangeRequest {
        let (pre_hire_id, withdraw_reason) = (Some(id.to_owned()), Some("reason".to_owned()));
        ChangeRequest::Withdraw(WithdrawRequest { pre_hire_id, withdraw_reason })
    }

    fn restoration(id: &str, confirm_workforce: Option<bool>) -> ChangeRequest {
        ChangeRequest::Restore(RestoreRequest { pre_hire_id: Some(id.to_owned()), confirm_workforce })
    }

    fn call(people: &mut People, request: &ChangeRequest) -> (Say, bool) {
        let decision = play(people, Some(request), QUIET);
        (decision.say, decision.applied)
    }

    const DONE: (Say, bool) = (Say::Success, true);
    const GONE: (Say, bool) = (Say::WrongStage(Stage::Withdrawn), false);
    const BACK: (Say, bool) = (Say::WrongStage(Stage::Preboarding), false);

    fn code(code: u32) -> (Say, bool) {
        (Say::Code(code), false)
    }

    fn kind(kind: Kind) -> (Say, bool) {
        (Say::Fault(kind), false)
    }

    #[test]
    fn each_wish_is_played_over_three_withdraw_calls() {
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
            ("9941011611180000001", [DONE, GONE, GONE]),
            ("9951020000000000001", [DONE, GONE, GONE]),
            ("9961000000000000001", [DONE, GONE, GONE]),
            ("9972000000000000001", [DONE, GONE, GONE]),
        ];
        let mut people = people();
        for (id, expected) in table {
            let calls = [(); 3].map(|()| call(&mut people, &withdrawal(id)));
            assert_eq!(calls, expected, "{id}");
            let times = people.look_up(id).withdrawn_times;
            assert_eq!(usize::from(times), expected.iter().filter(|call| call.1).count(), "{id}");
        }
    }

    #[test]
    fn each_wish_is_played_over_three_restore_calls_after_the_withdrawal() {
        let day_one = (Say::WrongStage(Stage::DayOne), false);
        let table = [
            ("7345005664477775407", [DONE, BACK, BACK]),
            ("9924000000000000001", [DONE, day_one, day_one]),
            ("9921000000000000001", [DONE, BACK, BACK]),
            ("9922000000000000001", [(Say::WrongStage(Stage::Completed), false); 3]),
            ("9923000000000000001", [code(1_161_105); 3]),
            ("9903011610000000001", [DONE, BACK, BACK]),
            ("9913020000000000001", [DONE, BACK, BACK]),
            ("9941011611180000001", [code(1_161_118); 3]),
            ("9942011611160000001", [code(1_161_116), DONE, BACK]),
            ("9943011610000000001", [(Say::Code(1_161_000), true), BACK, BACK]),
            ("9951080000000000001", [kind(Kind::SuccessFalse); 3]),
            ("9952140000000000001", [kind(Kind::BareThrottle), DONE, BACK]),
            ("9953020000000000001", [(Say::Fault(Kind::Close), true), BACK, BACK]),
            ("9951190000000000001", [(Say::Fault(Kind::Slow), true), BACK, BACK]),
            ("9961000000000000001", [code(1_161_063); 3]),
            ("9971000000000000001", [code(99_991_663), DONE, BACK]),
            ("9972000000000000001", [(Say::CodeOn(99_991_663, 200), false); 3]),
        ];
        let mut people = people();
        for (id, expected) in table {
            play(&mut people, Some(&withdrawal(id)), QUIET);
            let calls = [(); 3].map(|()| call(&mut people, &restoration(id, None)));
            assert_eq!(calls, expected, "{id}");
            let times = people.look_up(id).restored_times;
            assert_eq!(usize::from(times), expected.iter().filter(|call| call.1).count(), "{id}");
        }
    }

    #[test]
    fn a_full_work_force_gives_way_when_it_is_confirmed() {
        let (mut people, id) = (people(), "9961000000000000001");
        assert_eq!(call(&mut people, &restoration(id, Some(true))), BACK, "it is not withdrawn yet");
        assert_eq!(call(&mut people, &restoration(id, Some(false))), BACK);
        assert_eq!(call(&mut people, &withdrawal(id)), DONE);
        assert_eq!(call(&mut people, &restoration(id, Some(false))), code(1_161_063));
        assert_eq!(call(&mut people, &restoration(id, Some(true))), DONE);
    }

    #[test]
    fn wrong_parameters_are_refused_and_change_nothing() {
        let mut people = people();
        assert_eq!(play(&mut people, None, QUIET).say, Say::Code(1_161_001));
        assert_eq!(call(&mut people, &withdrawal("7.345E+18")), code(1_161_001));
        assert_eq!(call(&mut people, &restoration("", None)), code(1_161_001));
    }

    #[test]
    fn chance_spoils_ordinary_calls_before_or_after_the_deed() {
        let mut people = people();
        let mut roll = |request: ChangeRequest, face: u64| {
            let chance = Chance { fault_percent: 1.0, dice: face * 1_000_000 };
            let decision = play(&mut people, Some(&request), chance);
            (decision.say, decision.applied)
        };
        assert_eq!(roll(withdrawal("1"), 0), (Say::Code(1_161_000), false));
        assert_eq!(roll(withdrawal("1"), 1), (Say::Code(1_161_000), true));
        assert_eq!(roll(restoration("1", None), 3), (Say::Fault(Kind::Close), true));
        assert_eq!(roll(restoration("1", None), 5), (Say::Code(1_161_204), false));
        assert_eq!(roll(withdrawal("2"), 3), (Say::Fault(Kind::Close), true));
        assert_eq!(roll(withdrawal("2"), 5), (Say::Code(1_161_204), false));
    }
}
