//! Owns the faults on request: what a pre-hire id asks for by its first digits, and what chance brings.
//!
//! Real ids are below 9223372036854775807, so none begins with `99`; the scripted ones have at least 8 digits.

use crate::codes;
use crate::kinds::Kind;
use crate::operation::Operation;
use crate::pre_hire::Stage;

const FEWEST_DIGITS: usize = 8;
/// The dice are read as parts of a million.
const PARTS: u64 = 1_000_000;

/// What an id asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// A fault on every call of this operation, or on the first one.
    Fault(Operation, Fault, When),
    /// A stage other than preboarding from the start.
    StartsAs(Stage),
    /// A restoration must confirm the work force.
    FullWorkForce,
    /// The first call of this operation finds its token stale, and the token is stale from then on.
    RevokedToken(Operation),
    /// Every call of this operation finds its token stale, said on HTTP 200.
    StaleToken(Operation),
}

/// What is answered in place of the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An API code on its usual status.
    Code(u32),
    /// A fault below that.
    Kind(Kind),
}

/// On which calls a fault comes, and whether the deed is done nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// On every call, never done.
    Always,
    /// On the first call only, not done by it.
    FirstBefore,
    /// On the first call only, done by it.
    FirstAfter,
}

impl Wish {
    /// Reads the first digits of an id; ids that ask for nothing known are ordinary.
    pub(crate) fn of(id: &str) -> Option<Wish> {
        let digits = id.len() >= FEWEST_DIGITS && id.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !id.starts_with("99") {
            return None;
        }
        let (prefix, rest) = id.split_at(4);
        match prefix {
            "9921" => Some(Wish::StartsAs(Stage::Withdrawn)),
            "9922" => Some(Wish::StartsAs(Stage::Completed)),
            "9923" => Some(Wish::StartsAs(Stage::Deleted)),
            "9924" => Some(Wish::StartsAs(Stage::DayOne)),
            "9961" => Some(Wish::FullWorkForce),
            _ => trouble(prefix, rest),
        }
    }

    /// Whether the calls of this operation are played in another way.
    pub(crate) fn concerns(self, operation: Operation) -> bool {
        match self {
            Wish::Fault(wished, ..) | Wish::RevokedToken(wished) | Wish::StaleToken(wished) => {
                wished == operation
            }
            Wish::StartsAs(_) | Wish::FullWorkForce => false,
        }
    }
}

/// What befalls a call: the third digit says the operation and the kind of trouble, the fourth on which calls.
fn trouble(prefix: &str, rest: &str) -> Option<Wish> {
    let (third, fourth) = prefix.strip_prefix("99")?.split_at(1);
    let operation = match third {
        "0" | "1" | "3" => Operation::Withdraw,
        "4" | "5" | "7" => Operation::Restore,
        _ => return None,
    };
    match (third, fourth) {
        ("3" | "7", "1") => Some(Wish::RevokedToken(operation)),
        ("3" | "7", "2") => Some(Wish::StaleToken(operation)),
        ("0" | "4", _) => Some(Wish::Fault(operation, code_fault(rest)?, when(fourth)?)),
        ("1" | "5", _) => Some(Wish::Fault(operation, kind_fault(rest)?, when(fourth)?)),
        _ => None,
    }
}

fn when(digit: &str) -> Option<When> {
    match digit {
        "1" => Some(When::Always),
        "2" => Some(When::FirstBefore),
        "3" => Some(When::FirstAfter),
        _ => None,
    }
}

fn code_fault(rest: &str) -> Option<Fault> {
    rest.get(..8)?.parse().ok().filter(|code| *code != 0).map(Fault::Code)
}

fn kind_fault(rest: &str) -> Option<Fault> {
    Kind::numbered(rest.get(..2)?.parse().ok()?).map(Fault::Kind)
}

/// A fault, and whether the deed is done before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spoiler {
    pub(crate) fault: Fault,
    pub(crate) applies: bool,
}

impl Spoiler {
    /// A fault that comes instead of the deed.
    pub(crate) fn before(fault: Fault) -> Spoiler {
        Spoiler { fault, applies: false }
    }

    /// A fault that comes after the deed.
    pub(crate) fn after(fault: Fault) -> Spoiler {
        Spoiler { fault, applies: true }
    }
}

/// The fault that chance brings to this share of calls.
pub(crate) fn by_chance(fault_percent: f64, dice: u64) -> Option<Spoiler> {
    let threshold = fault_percent / 100.0 * PARTS as f64;
    if (dice % PARTS) as f64 >= threshold {
        return None;
    }
    Some(match dice / PARTS % 6 {
        0 => Spoiler::before(Fault::Code(codes::SYSTEM_ERROR)),
        1 => Spoiler::after(Fault::Code(codes::SYSTEM_ERROR)),
        2 => Spoiler::before(Fault::Kind(Kind::Close)),
        3 => Spoiler::after(Fault::Kind(Kind::Close)),
        4 => Spoiler::before(Fault::Code(codes::CONFLICT)),
        _ => Spoiler::after(Fault::Code(codes::SYSTEM_TIMEOUT)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_digits_say_what_is_wished() {
        use Operation::{Restore, Withdraw};

        let code = |code, when| Some(Wish::Fault(Withdraw, Fault::Code(code), when));
        let kind = |kind, when| Some(Wish::Fault(Withdraw, Fault::Kind(kind), when));
        let code_on_restore = |code, when| Some(Wish::Fault(Restore, Fault::Code(code), when));
        let kind_on_restore = |kind, when| Some(Wish::Fault(Restore, Fault::Kind(kind), when));
        let table = [
            ("9901011611160000001", code(1_161_116, When::Always)),
            ("9901999914000000001", code(99_991_400, When::Always)),
            ("9902000015000000001", code(1500, When::FirstBefore)),
            ("9903011610000000001", code(1_161_000, When::FirstAfter)),
            ("990301161000", code(1_161_000, When::FirstAfter)),
            ("9911010000000000001", kind(Kind::Silence, When::Always)),
            ("9912270000000000001", kind(Kind::LogIdInBody, When::FirstBefore)),
            ("9913080000000000001", kind(Kind::SuccessFalse, When::FirstAfter)),
            ("99130300", kind(Kind::CutOff, When::FirstAfter)),
            ("9921000000000000001", Some(Wish::StartsAs(Stage::Withdrawn))),
            ("9922000000000000001", Some(Wish::StartsAs(Stage::Completed))),
            ("9923000000000000001", Some(Wish::StartsAs(Stage::Deleted))),
            ("9924000000000000001", Some(Wish::StartsAs(Stage::DayOne))),
            ("9931000000000000001", Some(Wish::RevokedToken(Withdraw))),
            ("9932000000000000001", Some(Wish::StaleToken(Withdraw))),
            ("9941011611180000001", code_on_restore(1_161_118, When::Always)),
            ("9942011611160000001", code_on_restore(1_161_116, When::FirstBefore)),
            ("9943011610000000001", code_on_restore(1_161_000, When::FirstAfter)),
            ("9951010000000000001", kind_on_restore(Kind::Silence, When::Always)),
            ("9952140000000000001", kind_on_restore(Kind::BareThrottle, When::FirstBefore)),
            ("9953020000000000001", kind_on_restore(Kind::Close, When::FirstAfter)),
            ("9961000000000000001", Some(Wish::FullWorkForce)),
            ("9971000000000000001", Some(Wish::RevokedToken(Restore))),
            ("9972000000000000001", Some(Wish::StaleToken(Restore))),
        ];
        for (id, wish) in table {
            assert_eq!(Wish::of(id), wish, "{id}");
        }
    }

    #[test]
    fn other_ids_are_ordinary() {
        let ordinary = [
            "",
            "7345005664477775407",
            "9223372036854775807",
            "9921",
            "9921000",
            "99010116111",
            "9901000000000000001",
            "9911000000000000001",
            "9911280000000000001",
            "9904011611160000001",
            "9914010000000000001",
            "9925000000000000001",
            "9933000000000000001",
            "9941000000000000001",
            "9951280000000000001",
            "9962000000000000001",
            "9973000000000000001",
            "9981010000000000001",
            "9999000000000000001",
            "99110一一",
            "9911+1000000000001",
        ];
        for id in ordinary {
            assert_eq!(Wish::of(id), None, "{id}");
        }
    }

    #[test]
    fn chance_brings_each_fault_in_its_share_of_calls() {
        assert_eq!(by_chance(0.0, 0), None);
        assert!(by_chance(100.0, PARTS - 1).is_some());
        assert!(by_chance(2.5, 24_999).is_some());
        assert_eq!(by_chance(2.5, 25_000), None);
        let applied =
            (0..6).filter(|face| by_chance(1.0, face * PARTS).is_some_and(|spoiler| spoiler.applies));
        assert_eq!(applied.count(), 3);
    }
}
