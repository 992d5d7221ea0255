//! The faults on request: what a pre-hire id asks for by its first digits, and what chance brings.
//!
//! Real ids are below 9223372036854775807, so none begins with `99`; the scripted ones have at least 8 digits.

use crate::api::Operation;
use crate::codes;
use crate::pre_hire::Stage;

const FEWEST_DIGITS: usize = 8;
/// Random numbers are read as parts of a million.
const PARTS: u64 = 1_000_000;

/// What an id asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultSpec {
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

/// On which calls a fault comes, and whether the change is made nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// On every call, never made.
    Always,
    /// On the first call only, not made by it.
    FirstBefore,
    /// On the first call only, made by it.
    FirstAfter,
}

impl FaultSpec {
    /// Reads the first digits of an id; ids that ask for nothing known are ordinary.
    pub(crate) fn of(id: &str) -> Option<FaultSpec> {
        let digits = id.len() >= FEWEST_DIGITS && id.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !id.starts_with("99") {
            return None;
        }
        let (prefix, rest) = id.split_at(4);
        match prefix {
            "9921" => Some(FaultSpec::StartsAs(Stage::Withdrawn)),
            "9922" => Some(FaultSpec::StartsAs(Stage::Completed)),
            "9923" => Some(FaultSpec::StartsAs(Stage::Deleted)),
            "9924" => Some(FaultSpec::StartsAs(Stage::DayOne)),
            "9961" => Some(FaultSpec::FullWorkForce),
            _ => fault_on_calls(prefix, rest),
        }
    }

    /// Whether the calls of this operation are handled in another way.
    pub(crate) fn concerns(self, operation: Operation) -> bool {
        match self {
            FaultSpec::Fault(target, ..)
            | FaultSpec::RevokedToken(target)
            | FaultSpec::StaleToken(target) => target == operation,
            FaultSpec::StartsAs(_) | FaultSpec::FullWorkForce => false,
        }
    }
}

/// What happens to a call: the third digit gives the operation and the kind of fault, the fourth on which calls.
fn fault_on_calls(prefix: &str, rest: &str) -> Option<FaultSpec> {
    let (third, fourth) = prefix.strip_prefix("99")?.split_at(1);
    let operation = match third {
        "0" | "1" | "3" => Operation::Withdraw,
        "4" | "5" | "7" => Operation::Restore,
        _ => return None,
    };
    match (third, fourth) {
        ("3" | "7", "1") => Some(FaultSpec::RevokedToken(operation)),
        ("3" | "7", "2") => Some(FaultSpec::StaleToken(operation)),
        ("0" | "4", _) => Some(FaultSpec::Fault(operation, code_fault(rest)?, when(fourth)?)),
        ("1" | "5", _) => Some(FaultSpec::Fault(operation, kind_fault(rest)?, when(fourth)?)),
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

/// A fault, and whether the change is made before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InjectedFault {
    pub(crate) fault: Fault,
    pub(crate) applies: bool,
}

impl InjectedFault {
    /// A fault that comes instead of the change.
    pub(crate) fn before(fault: Fault) -> InjectedFault {
        InjectedFault { fault, applies: false }
    }

    /// A fault that comes after the change.
    pub(crate) fn after(fault: Fault) -> InjectedFault {
        InjectedFault { fault, applies: true }
    }
}

/// The fault that chance brings to this share of calls.
pub(crate) fn by_chance(fault_percent: f64, random: u64) -> Option<InjectedFault> {
    let threshold = fault_percent / 100.0 * PARTS as f64;
    if (random % PARTS) as f64 >= threshold {
        return None;
    }
    Some(match random / PARTS % 6 {
        0 => InjectedFault::before(Fault::Code(codes::SYSTEM_ERROR)),
        1 => InjectedFault::after(Fault::Code(codes::SYSTEM_ERROR)),
        2 => InjectedFault::before(Fault::Kind(Kind::Close)),
        3 => InjectedFault::after(Fault::Kind(Kind::Close)),
        4 => InjectedFault::before(Fault::Code(codes::CONFLICT)),
        _ => InjectedFault::after(Fault::Code(codes::SYSTEM_TIMEOUT)),
    })
}

/// A fault of the transport or of the body. [`Kind::ALL`] has its number and says what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Silence,
    Close,
    CutOff,
    Html,
    EmptyError,
    BadGateway,
    NotFound,
    SuccessFalse,
    SuccessAbsent,
    SuccessText,
    Huge,
    Redirect,
    Empty,
    BareThrottle,
    FractionalReset,
    RetryAfter,
    NoCode,
    UnavailableNoCode,
    Slow,
    UnknownCode,
    UnknownCodeConflict,
    SuccessOnError,
    Formula,
    ControlCharacters,
    LongMessage,
    RequestIdHeader,
    LogIdInBody,
}

impl Kind {
    /// Each kind with its two digits and its line in the manual.
    pub(crate) const ALL: [(u8, Kind, &'static str); 27] = [
        (1, Kind::Silence, "no answer; closed after 120 s"),
        (2, Kind::Close, "connection closed without an answer"),
        (3, Kind::CutOff, "200, body cut off, then closed"),
        (4, Kind::Html, "200 with an HTML page"),
        (5, Kind::EmptyError, "500 with an empty body"),
        (6, Kind::BadGateway, "502 with an HTML page"),
        (7, Kind::NotFound, "404 text/plain"),
        (8, Kind::SuccessFalse, "code 0, success false"),
        (9, Kind::SuccessAbsent, "code 0, no success"),
        (10, Kind::SuccessText, "code 0, success \"true\" as a string"),
        (11, Kind::Huge, "200 with 2 MiB that look like JSON"),
        (12, Kind::Redirect, "302 to /elsewhere"),
        (13, Kind::Empty, "200 with an empty body"),
        (14, Kind::BareThrottle, "429, empty, without any helpful header"),
        (15, Kind::FractionalReset, "429 with x-ogw-ratelimit-reset: 0.5"),
        (16, Kind::RetryAfter, "429 with Retry-After: 1"),
        (17, Kind::NoCode, "200 with JSON without a code"),
        (18, Kind::UnavailableNoCode, "503 with JSON without a code"),
        (19, Kind::Slow, "the right answer (and deed), 2 s late"),
        (20, Kind::UnknownCode, "200 with the unknown code 1234567"),
        (21, Kind::UnknownCodeConflict, "409 with the unknown code 1234567"),
        (22, Kind::SuccessOnError, "code 0, success true, on a 500"),
        (23, Kind::Formula, "1161001, msg is a spreadsheet formula"),
        (24, Kind::ControlCharacters, "1161097, msg has line breaks, tab, NUL"),
        (25, Kind::LongMessage, "1161094, msg of 100 kB"),
        (26, Kind::RequestIdHeader, "1161097, log id only in X-Request-Id"),
        (27, Kind::LogIdInBody, "1161097, log id only in error.log_id"),
    ];

    /// The kind with this number.
    pub(crate) fn numbered(number: u32) -> Option<Kind> {
        Kind::ALL.iter().find(|entry| u32::from(entry.0) == number).map(|entry| entry.1)
    }
}

const PREFIXES: &str = "\
Scripted pre-hires
  Every pre-hire id is in stage preboarding (or in that of --start) and can be
  withdrawn once; a second call is refused with 1161129, and so is a
  restoration of one that is not withdrawn. A restoration returns it to its
  previous stage (or to preboarding). Ids that begin with 99 and have 8 to 32
  digits behave as their first digits say (TAIL: any digits). No real id begins
  like that.

  Withdraw calls (restore calls of these ids: as usual)
  9901 CODE TAIL  every call is answered with this API code, on its usual HTTP
                  status, and not applied; CODE: 8 digits, zero-padded
  9902 CODE TAIL  the same for the first call only; then as usual
  9903 CODE TAIL  the first call is applied, but answered so; then as usual
  9911 KIND TAIL  every call meets this fault and is not applied; KIND: below
  9912 KIND TAIL  the same for the first call only; then as usual
  9913 KIND TAIL  the first call is applied before its fault; then as usual
  9931 TAIL       the first call is answered 99991663 and its token is revoked
  9932 TAIL       every call is answered 99991663, on HTTP 200

  Restore calls (withdraw calls of these ids: as usual)
  9941 CODE TAIL  as 9901: every restore call is answered with this API code;
                  a work email that clashes is 9941 01161118 TAIL (to 1161127)
  9942 CODE TAIL  as 9902    9952 KIND TAIL  as 9912    9971 TAIL  as 9931
  9943 CODE TAIL  as 9903    9953 KIND TAIL  as 9913    9972 TAIL  as 9932
  9951 KIND TAIL  as 9911
  9961 TAIL       1161063, the headcount is exceeded, until a call has
                  confirm_workforce true

  Stages from the start
  9921 TAIL       withdrawn
  9922 TAIL       completed
  9923 TAIL       deleted, or not visible to the app (1161105)
  9924 TAIL       day_one: can be withdrawn

  99991400 asked for by CODE comes with x-ogw-ratelimit-reset: 1.
  Example: the first call for 9903011610000000001 withdraws it, but is answered
  1161000 on HTTP 500.

Kinds
";

const OTHERS: &str = "
Looking up
  A search without ids finds the population of --people: half of it is
  preboarding, the others are in every stage, each with a name, a date, an
  email address and a department (7100000000000000011 to ...18). Ids that are
  asked for are found, whatever they are, with a name and the rest, except for
  deleted ones: only a search with onboarding_status deleted finds those.
  Of the real filters it knows pre_hire_ids, onboarding_status, the pairs of
  onboarding_date and updated_date, department_ids and key_word; any other is
  refused with 1160102.

Credentials
  Any app id with any secret is accepted, except that the app id
  cli_wrong_secret is refused with 10014, and an empty one or an empty secret
  with 10003. A store app's ticket is in --app-ticket-file, and changes after
  each resend: the old one is then refused with 10012, and with --stale-ticket
  the first one is, too. Every tenant key is known, except tenant_unknown
  (99992500), and has the app, except tenant_not_installed (20009).
  cli_custom_app gets no ticket (10016).

Watching
  GET /_simulator/state/ID   a pre-hire: the stage, how often it was
                             withdrawn and restored, the name and the rest
  GET /_simulator/app_ticket the current ticket of store apps
  GET /_simulator/record     every call so far, with --record";

/// The long help: every scripted id and fault, as tables of less than 80 columns.
#[must_use]
pub fn manual() -> String {
    let mut text = PREFIXES.to_owned();
    for (number, _, line) in Kind::ALL {
        text.push_str(&format!("  {number:02}  {line}\n"));
    }
    text.push_str(OTHERS);
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_first_digits_say_which_fault() {
        use Operation::{Restore, Withdraw};

        let code = |code, when| Some(FaultSpec::Fault(Withdraw, Fault::Code(code), when));
        let kind = |kind, when| Some(FaultSpec::Fault(Withdraw, Fault::Kind(kind), when));
        let code_on_restore = |code, when| Some(FaultSpec::Fault(Restore, Fault::Code(code), when));
        let kind_on_restore = |kind, when| Some(FaultSpec::Fault(Restore, Fault::Kind(kind), when));
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
            ("9921000000000000001", Some(FaultSpec::StartsAs(Stage::Withdrawn))),
            ("9922000000000000001", Some(FaultSpec::StartsAs(Stage::Completed))),
            ("9923000000000000001", Some(FaultSpec::StartsAs(Stage::Deleted))),
            ("9924000000000000001", Some(FaultSpec::StartsAs(Stage::DayOne))),
            ("9931000000000000001", Some(FaultSpec::RevokedToken(Withdraw))),
            ("9932000000000000001", Some(FaultSpec::StaleToken(Withdraw))),
            ("9941011611180000001", code_on_restore(1_161_118, When::Always)),
            ("9942011611160000001", code_on_restore(1_161_116, When::FirstBefore)),
            ("9943011610000000001", code_on_restore(1_161_000, When::FirstAfter)),
            ("9951010000000000001", kind_on_restore(Kind::Silence, When::Always)),
            ("9952140000000000001", kind_on_restore(Kind::BareThrottle, When::FirstBefore)),
            ("9953020000000000001", kind_on_restore(Kind::Close, When::FirstAfter)),
            ("9961000000000000001", Some(FaultSpec::FullWorkForce)),
            ("9971000000000000001", Some(FaultSpec::RevokedToken(Restore))),
            ("9972000000000000001", Some(FaultSpec::StaleToken(Restore))),
        ];
        for (id, spec) in table {
            assert_eq!(FaultSpec::of(id), spec, "{id}");
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
            assert_eq!(FaultSpec::of(id), None, "{id}");
        }
    }

    #[test]
    fn chance_brings_each_fault_in_its_share_of_calls() {
        assert_eq!(by_chance(0.0, 0), None);
        assert!(by_chance(100.0, PARTS - 1).is_some());
        assert!(by_chance(2.5, 24_999).is_some());
        assert_eq!(by_chance(2.5, 25_000), None);
        let applied =
            (0..6).filter(|number| by_chance(1.0, number * PARTS).is_some_and(|injected| injected.applies));
        assert_eq!(applied.count(), 3);
    }

    #[test]
    fn the_kinds_are_numbered_without_a_gap() {
        for (index, (number, kind, _)) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(number), index + 1);
            assert_eq!(Kind::numbered(u32::from(number)), Some(kind));
        }
        assert_eq!(Kind::numbered(0), None);
        assert_eq!(Kind::numbered(28), None);
    }

    #[test]
    fn the_manual_fits_a_terminal_and_names_every_kind() {
        let text = manual();
        assert!(text.lines().all(|line| line.chars().count() < 80));
        for (number, _, line) in Kind::ALL {
            assert!(text.contains(&format!("  {number:02}  {line}\n")));
        }
    }
}
