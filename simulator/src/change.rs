//! The calls that change a pre-hire, withdraw and restore: which rule decides, in the gateway's order.

use serde::Deserialize;

use crate::api::Operation;
use crate::codes;
use crate::fault_spec::{self, Fault, FaultSpec, InjectedFault, Kind, When};
use crate::people::People;
use crate::pre_hire::Stage;
use crate::response::Response;

/// The longest reason, in Unicode scalar values.
const LONGEST_REASON: usize = 500;
/// The longest id, in digits.
const LONGEST_ID: usize = 32;

/// The body of a call, of the right form but perhaps without all it needs.
#[derive(Debug)]
pub(crate) enum ChangeRequest {
    Withdraw(WithdrawRequest),
    Restore(RestoreRequest),
}

/// A field may be missing, but not ill-typed, and no other may be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawRequest {
    pre_hire_id: Option<String>,
    withdraw_reason: Option<String>,
}

/// Just as strict.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestoreRequest {
    pre_hire_id: Option<String>,
    confirm_workforce: Option<bool>,
}

/// One change, with all it needs.
#[derive(Clone, Copy, Debug)]
enum Mutation<'call> {
    Withdraw { id: &'call str, reason: &'call str },
    Restore { id: &'call str, confirm_workforce: bool },
}

impl ChangeRequest {
    /// Reads a body; `None` when it is not of the right form.
    pub(crate) fn read(operation: Operation, body: &[u8]) -> Option<ChangeRequest> {
        match operation {
            Operation::Withdraw => serde_json::from_slice(body).ok().map(ChangeRequest::Withdraw),
            Operation::Restore => serde_json::from_slice(body).ok().map(ChangeRequest::Restore),
        }
    }

    /// The change, or what is wrong with the parameters.
    fn mutation(&self) -> Result<Mutation<'_>, Response> {
        let id = self.id().ok_or(Response::MissingField("pre_hire_id"))?;
        let (mutation, fits) = match self {
            ChangeRequest::Withdraw(request) => {
                let reason = request.withdraw_reason.as_deref();
                let reason = reason.ok_or(Response::MissingField("withdraw_reason"))?;
                (Mutation::Withdraw { id, reason }, is_reason(reason))
            }
            ChangeRequest::Restore(request) => {
                let confirm_workforce = request.confirm_workforce.unwrap_or(false);
                (Mutation::Restore { id, confirm_workforce }, true)
            }
        };
        if fits && is_id(id) { Ok(mutation) } else { Err(Response::Code(codes::PARAM_INVALID)) }
    }

    /// The pre-hire, if the body names one.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            ChangeRequest::Withdraw(request) => request.pre_hire_id.as_deref(),
            ChangeRequest::Restore(request) => request.pre_hire_id.as_deref(),
        }
    }

    /// What the record keeps: the pre-hire, the reason, and whether the work force is confirmed.
    pub(crate) fn into_parts(self) -> (Option<String>, Option<String>, Option<bool>) {
        match self {
            ChangeRequest::Withdraw(request) => (request.pre_hire_id, request.withdraw_reason, None),
            ChangeRequest::Restore(request) => (request.pre_hire_id, None, request.confirm_workforce),
        }
    }
}

impl<'call> Mutation<'call> {
    fn target(self) -> (&'call str, Operation) {
        match self {
            Mutation::Withdraw { id, .. } => (id, Operation::Withdraw),
            Mutation::Restore { id, .. } => (id, Operation::Restore),
        }
    }
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_reason(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().take(LONGEST_REASON + 1).count() <= LONGEST_REASON
}

/// What is answered, and what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) response: Response,
    /// Whether the pre-hire was changed by this call.
    pub(crate) applied: bool,
    /// Whether the token of this call is revoked now.
    pub(crate) revokes_token: bool,
}

impl Decision {
    /// An answer without a change.
    pub(crate) fn only(response: Response) -> Decision {
        Decision { response, applied: false, revokes_token: false }
    }
}

/// How often chance brings a fault, and the number drawn this time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance {
    pub(crate) fault_percent: f64,
    pub(crate) random: u64,
}

/// Handles a call that has passed the gateway; `None` is a body that is not of the right form.
pub(crate) fn handle(people: &mut People, request: Option<&ChangeRequest>, chance: Chance) -> Decision {
    let mutation = request.map_or(Err(Response::Code(codes::PARAM_INVALID)), ChangeRequest::mutation);
    let mutation = match mutation {
        Ok(mutation) => mutation,
        Err(response) => return Decision::only(response),
    };
    let (id, operation) = mutation.target();
    let spec = FaultSpec::of(id);
    // Only scripted ids need to remember their first call.
    let first = spec.is_some() && people.note_call(id, operation);
    let injected = match spec.filter(|spec| spec.concerns(operation)) {
        Some(FaultSpec::RevokedToken(_)) if first => {
            return Decision { revokes_token: true, ..Decision::only(Response::Code(codes::TOKEN_INVALID)) };
        }
        Some(FaultSpec::StaleToken(_)) => {
            return Decision::only(Response::CodeOn(codes::TOKEN_INVALID, 200));
        }
        Some(FaultSpec::Fault(_, fault, When::Always)) => Some(InjectedFault::before(fault)),
        Some(FaultSpec::Fault(_, fault, When::FirstBefore)) if first => Some(InjectedFault::before(fault)),
        Some(FaultSpec::Fault(_, fault, When::FirstAfter)) if first => Some(InjectedFault::after(fault)),
        _ => fault_spec::by_chance(chance.fault_percent, chance.random),
    };
    match injected {
        Some(injected) => inject(people, mutation, injected),
        None => apply(people, mutation),
    }
}

/// Answers with a fault, after the change or without it.
fn inject(people: &mut People, mutation: Mutation<'_>, injected: InjectedFault) -> Decision {
    if injected.fault == Fault::Kind(Kind::Slow) {
        let decision = apply(people, mutation);
        let response = if decision.applied { Response::Fault(Kind::Slow) } else { decision.response };
        return Decision { response, ..decision };
    }
    let applied = injected.applies && apply(people, mutation).applied;
    let response = match injected.fault {
        Fault::Code(code) => Response::Code(code),
        Fault::Kind(kind) => Response::Fault(kind),
    };
    Decision { response, applied, revokes_token: false }
}

fn apply(people: &mut People, mutation: Mutation<'_>) -> Decision {
    let done = match mutation {
        Mutation::Withdraw { id, reason } => people.withdraw(id, reason),
        Mutation::Restore { id, confirm_workforce } => {
            let withdrawn = people.look_up(id).stage == Stage::Withdrawn;
            if withdrawn && !confirm_workforce && FaultSpec::of(id) == Some(FaultSpec::FullWorkForce) {
                return Decision::only(Response::Code(codes::WORK_FORCE_EXCEEDED));
            }
            people.restore(id)
        }
    };
    match done {
        Ok(()) => Decision { response: Response::Success, applied: true, revokes_token: false },
        Err(Stage::Deleted) => Decision::only(Response::Code(codes::NOT_VISIBLE)),
        Err(stage) => Decision::only(Response::WrongStage(stage)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::people::{Origin, Population};

    const QUIET: Chance = Chance { fault_percent: 0.0, random: 0 };

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

    fn call(people: &mut People, request: &ChangeRequest) -> (Response, bool) {
        let decision = handle(people, Some(request), QUIET);
        (decision.response, decision.applied)
    }

    const DONE: (Response, bool) = (Response::Success, true);
    const GONE: (Response, bool) = (Response::WrongStage(Stage::Withdrawn), false);
    const BACK: (Response, bool) = (Response::WrongStage(Stage::Preboarding), false);

    fn code(code: u32) -> (Response, bool) {
        (Response::Code(code), false)
    }

    fn kind(kind: Kind) -> (Response, bool) {
        (Response::Fault(kind), false)
    }

    #[test]
    fn each_fault_spec_is_met_over_three_withdraw_calls() {
        let table = [
            ("7345005664477775407", [DONE, GONE, GONE]),
            ("9901011611160000001", [code(1_161_116); 3]),
            ("9902011611160000001", [code(1_161_116), DONE, GONE]),
            ("9903011610000000001", [(Response::Code(1_161_000), true), GONE, GONE]),
            ("9911020000000000001", [kind(Kind::Close); 3]),
            ("9912080000000000001", [kind(Kind::SuccessFalse), DONE, GONE]),
            ("9913020000000000001", [(Response::Fault(Kind::Close), true), GONE, GONE]),
            ("9911190000000000001", [(Response::Fault(Kind::Slow), true), GONE, GONE]),
            ("9921000000000000001", [GONE; 3]),
            ("9922000000000000001", [(Response::WrongStage(Stage::Completed), false); 3]),
            ("9923000000000000001", [code(1_161_105); 3]),
            ("9924000000000000001", [DONE, GONE, GONE]),
            ("9931000000000000001", [code(99_991_663), DONE, GONE]),
            ("9932000000000000001", [(Response::CodeOn(99_991_663, 200), false); 3]),
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
    fn each_fault_spec_is_met_over_three_restore_calls_after_the_withdrawal() {
        let day_one = (Response::WrongStage(Stage::DayOne), false);
        let table = [
            ("7345005664477775407", [DONE, BACK, BACK]),
            ("9924000000000000001", [DONE, day_one, day_one]),
            ("9921000000000000001", [DONE, BACK, BACK]),
            ("9922000000000000001", [(Response::WrongStage(Stage::Completed), false); 3]),
            ("9923000000000000001", [code(1_161_105); 3]),
            ("9903011610000000001", [DONE, BACK, BACK]),
            ("9913020000000000001", [DONE, BACK, BACK]),
            ("9941011611180000001", [code(1_161_118); 3]),
            ("9942011611160000001", [code(1_161_116), DONE, BACK]),
            ("9943011610000000001", [(Response::Code(1_161_000), true), BACK, BACK]),
            ("9951080000000000001", [kind(Kind::SuccessFalse); 3]),
            ("9952140000000000001", [kind(Kind::BareThrottle), DONE, BACK]),
            ("9953020000000000001", [(Response::Fault(Kind::Close), true), BACK, BACK]),
            ("9951190000000000001", [(Response::Fault(Kind::Slow), true), BACK, BACK]),
            ("9961000000000000001", [code(1_161_063); 3]),
            ("9971000000000000001", [code(99_991_663), DONE, BACK]),
            ("9972000000000000001", [(Response::CodeOn(99_991_663, 200), false); 3]),
        ];
        let mut people = people();
        for (id, expected) in table {
            handle(&mut people, Some(&withdrawal(id)), QUIET);
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
        assert_eq!(handle(&mut people, None, QUIET).response, Response::Code(1_161_001));
        assert_eq!(call(&mut people, &withdrawal("7.345E+18")), code(1_161_001));
        assert_eq!(call(&mut people, &restoration("", None)), code(1_161_001));
    }

    #[test]
    fn chance_spoils_ordinary_calls_before_or_after_the_change() {
        let mut people = people();
        let mut draw = |request: ChangeRequest, number: u64| {
            let chance = Chance { fault_percent: 1.0, random: number * 1_000_000 };
            let decision = handle(&mut people, Some(&request), chance);
            (decision.response, decision.applied)
        };
        assert_eq!(draw(withdrawal("1"), 0), (Response::Code(1_161_000), false));
        assert_eq!(draw(withdrawal("1"), 1), (Response::Code(1_161_000), true));
        assert_eq!(draw(restoration("1", None), 3), (Response::Fault(Kind::Close), true));
        assert_eq!(draw(restoration("1", None), 5), (Response::Code(1_161_204), false));
        assert_eq!(draw(withdrawal("2"), 3), (Response::Fault(Kind::Close), true));
        assert_eq!(draw(withdrawal("2"), 5), (Response::Code(1_161_204), false));
    }

    /// What is wrong with a body, `None` when nothing is.
    fn fault(operation: Operation, body: &str) -> Option<Response> {
        match ChangeRequest::read(operation, body.as_bytes()) {
            None => Some(Response::Code(codes::PARAM_INVALID)),
            Some(request) => request.mutation().err(),
        }
    }

    #[test]
    fn a_withdrawal_needs_an_id_and_a_reason_that_fits() {
        let with_reason = |reason: &str| format!(r#"{{"pre_hire_id":"1","withdraw_reason":"{reason}"}}"#);
        let table = [
            (r#"{"withdraw_reason":"r"}"#.to_owned(), Some(Response::MissingField("pre_hire_id"))),
            (r#"{"pre_hire_id":"1"}"#.to_owned(), Some(Response::MissingField("withdraw_reason"))),
            (r#"{"pre_hire_id":"","withdraw_reason":"r"}"#.to_owned(), Some(Response::Code(1_161_001))),
            (
                r#"{"pre_hire_id":"7.345E+18","withdraw_reason":"r"}"#.to_owned(),
                Some(Response::Code(1_161_001)),
            ),
            (r#"{"pre_hire_id":1,"withdraw_reason":"r"}"#.to_owned(), Some(Response::Code(1_161_001))),
            (
                r#"{"pre_hire_id":"1","withdraw_reason":"r","more":1}"#.to_owned(),
                Some(Response::Code(1_161_001)),
            ),
            (with_reason(" "), Some(Response::Code(1_161_001))),
            (with_reason(&"字".repeat(501)), Some(Response::Code(1_161_001))),
            (with_reason(&"字".repeat(500)), None),
        ];
        for (body, expected) in table {
            assert_eq!(fault(Operation::Withdraw, &body), expected, "{body}");
        }
    }

    #[test]
    fn a_restoration_needs_an_id_and_may_confirm_the_work_force() {
        let table = [
            (r#"{"pre_hire_id":"1"}"#, None),
            (r#"{"pre_hire_id":"1","confirm_workforce":null}"#, None),
            (r#"{"pre_hire_id":"1","confirm_workforce":"true"}"#, Some(Response::Code(1_161_001))),
            (r#"{"pre_hire_id":"1","withdraw_reason":"r"}"#, Some(Response::Code(1_161_001))),
            (r#"{"pre_hire_id":"a"}"#, Some(Response::Code(1_161_001))),
            ("{}", Some(Response::MissingField("pre_hire_id"))),
            ("", Some(Response::Code(1_161_001))),
        ];
        for (body, expected) in table {
            assert_eq!(fault(Operation::Restore, body), expected, "{body}");
        }
        for (body, confirmed) in [("", false), (r#","confirm_workforce":true"#, true)] {
            let body = format!(r#"{{"pre_hire_id":"1"{body}}}"#);
            let request = ChangeRequest::read(Operation::Restore, body.as_bytes()).unwrap();
            let mutation = request.mutation().unwrap();
            assert!(
                matches!(mutation, Mutation::Restore { confirm_workforce, .. } if confirm_workforce == confirmed)
            );
        }
    }
}
