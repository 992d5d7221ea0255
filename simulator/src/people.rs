//! Owns the state of each pre-hire, in a few bytes: most runs withdraw many and ask about none.

use std::collections::HashMap;

use crate::operation::Operation;
use crate::population::Origin;
use crate::pre_hire::Stage;
use crate::reasons::{ReasonNumber, Reasons};

/// Where a pre-hire stands, and what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State<'people> {
    pub(crate) stage: Stage,
    pub(crate) withdrawn_times: u8,
    pub(crate) restored_times: u8,
    pub(crate) withdraw_reason: Option<&'people str>,
}

/// One pre-hire: eight bytes.
#[derive(Clone, Copy, Debug)]
struct Person {
    reason: Option<ReasonNumber>,
    withdrawn_times: u8,
    restored_times: u8,
    stage: Stage,
    called: Called,
}

/// Which operations a pre-hire was called for: a bit for each.
#[derive(Clone, Copy, Debug, Default)]
struct Called(u8);

impl Called {
    /// Notes a call; true for the first one of its operation.
    fn note(&mut self, operation: Operation) -> bool {
        let bit = 1 << operation as u8;
        let first = self.0 & bit == 0;
        self.0 |= bit;
        first
    }
}

/// All pre-hires that were ever called; any other is in the stage where its id starts.
#[derive(Debug)]
pub(crate) struct People {
    origin: Origin,
    by_number: HashMap<u64, Person>,
    // Only ids with leading zeros or above 64 bits: two different texts are two pre-hires.
    by_text: HashMap<Box<str>, Person>,
    reasons: Reasons,
}

impl People {
    pub(crate) fn new(origin: Origin) -> People {
        let (by_number, by_text) = (HashMap::new(), HashMap::new());
        People { origin, by_number, by_text, reasons: Reasons::default() }
    }

    /// Where each starts.
    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    /// What is known of this pre-hire.
    pub(crate) fn look_up(&self, id: &str) -> State<'_> {
        let known = match number_of(id) {
            Some(number) => self.by_number.get(&number).copied(),
            None => self.by_text.get(id).copied(),
        };
        let person = known.unwrap_or_else(|| Person::new(id, self.origin));
        State {
            stage: person.stage,
            withdrawn_times: person.withdrawn_times,
            restored_times: person.restored_times,
            withdraw_reason: person.reason.map(|number| self.reasons.get(number)),
        }
    }

    /// Notes a call for this pre-hire; true for the first one of its operation.
    pub(crate) fn note_call(&mut self, id: &str, operation: Operation) -> bool {
        self.person(id).called.note(operation)
    }

    /// Withdraws, or says which stage forbids it.
    pub(crate) fn withdraw(&mut self, id: &str, reason: &str) -> Result<(), Stage> {
        let stage = self.person(id).stage;
        if !matches!(stage, Stage::Preboarding | Stage::DayOne) {
            return Err(stage);
        }
        let reason = self.reasons.keep(reason);
        let person = self.person(id);
        person.stage = Stage::Withdrawn;
        person.withdrawn_times = person.withdrawn_times.saturating_add(1);
        person.reason = reason;
        Ok(())
    }

    /// Restores to the stage before the withdrawal, or says which stage forbids it.
    pub(crate) fn restore(&mut self, id: &str) -> Result<(), Stage> {
        let home = self.origin.home(id);
        let person = self.person(id);
        if person.stage != Stage::Withdrawn {
            return Err(person.stage);
        }
        person.stage = home;
        person.restored_times = person.restored_times.saturating_add(1);
        Ok(())
    }

    fn person(&mut self, id: &str) -> &mut Person {
        match number_of(id) {
            Some(number) => self.by_number.entry(number).or_insert_with(|| Person::new(id, self.origin)),
            None => self.by_text.entry(id.into()).or_insert_with(|| Person::new(id, self.origin)),
        }
    }
}

impl Person {
    fn new(id: &str, origin: Origin) -> Person {
        let stage = origin.stage(id);
        Person { reason: None, withdrawn_times: 0, restored_times: 0, stage, called: Called::default() }
    }
}

fn number_of(id: &str) -> Option<u64> {
    let plain = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0');
    if plain { id.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Population;

    fn everybody(start: Stage) -> People {
        People::new(Origin { population: Population::new(100), start })
    }

    #[test]
    fn a_withdrawal_takes_effect_once() {
        let mut people = everybody(Stage::Preboarding);
        assert_eq!(people.look_up("7345005664477775407").stage, Stage::Preboarding);
        assert_eq!(people.withdraw("7345005664477775407", "原因"), Ok(()));
        assert_eq!(people.withdraw("7345005664477775407", "another"), Err(Stage::Withdrawn));
        let known = people.look_up("7345005664477775407");
        assert_eq!((known.stage, known.withdrawn_times), (Stage::Withdrawn, 1));
        assert_eq!(known.withdraw_reason, Some("原因"));
    }

    #[test]
    fn ids_that_differ_in_text_are_different_people() {
        let mut people = everybody(Stage::Preboarding);
        let long = "99999999999999999999999999999999";
        for id in ["7", "07", "007", "18446744073709551615", "18446744073709551616", long] {
            assert_eq!(people.withdraw(id, "reason"), Ok(()), "{id}");
            assert_eq!(people.look_up(id).withdrawn_times, 1);
        }
    }

    #[test]
    fn the_stage_at_the_start_is_the_ids_wish() {
        let mut people = everybody(Stage::Preboarding);
        assert_eq!(people.withdraw("9921000000000000001", "r"), Err(Stage::Withdrawn));
        assert_eq!(people.withdraw("9922000000000000001", "r"), Err(Stage::Completed));
        assert_eq!(people.withdraw("9923000000000000001", "r"), Err(Stage::Deleted));
        assert_eq!(people.withdraw("9924000000000000001", "r"), Ok(()));
    }

    #[test]
    fn a_restoration_leads_back_to_the_stage_before() {
        let mut people = everybody(Stage::Preboarding);
        let table = [
            ("7345005664477775407", Stage::Preboarding),
            ("9924000000000000001", Stage::DayOne),
            ("99999999999999999999999999999999", Stage::Preboarding),
        ];
        for (id, stage) in table {
            assert_eq!(people.restore(id), Err(stage), "{id}");
            for times in 1..=3 {
                assert_eq!(people.withdraw(id, "r"), Ok(()), "{id}");
                assert_eq!(people.restore(id), Ok(()), "{id}");
                let known = people.look_up(id);
                assert_eq!((known.stage, known.withdrawn_times, known.restored_times), (stage, times, times));
            }
        }
        let (gone, done) = ("9921000000000000001", "9922000000000000001");
        assert_eq!(people.restore(gone), Ok(()));
        assert_eq!(people.look_up(gone).stage, Stage::Preboarding);
        assert_eq!(people.restore(done), Err(Stage::Completed));
    }

    #[test]
    fn everybody_may_start_withdrawn_but_for_those_whose_id_says_otherwise() {
        let mut people = everybody(Stage::Withdrawn);
        for id in ["7345005664477775407", "9903011610000000001", "9921000000000000001"] {
            assert_eq!(people.withdraw(id, "r"), Err(Stage::Withdrawn), "{id}");
            assert_eq!(people.restore(id), Ok(()), "{id}");
            assert_eq!(people.look_up(id).stage, Stage::Preboarding, "{id}");
        }
        assert_eq!(people.restore("9924000000000000001"), Err(Stage::DayOne));
    }

    #[test]
    fn one_of_the_population_goes_and_comes_back() {
        let mut people = everybody(Stage::Withdrawn);
        let population = people.origin().population;
        let ids: Vec<String> = (0..population.size()).map(|place| population.id(place).to_string()).collect();
        for id in ids {
            let stage = people.look_up(&id).stage;
            let active = matches!(stage, Stage::Preboarding | Stage::DayOne);
            assert_eq!(people.withdraw(&id, "r"), if active { Ok(()) } else { Err(stage) });
            let gone = active || stage == Stage::Withdrawn;
            assert_eq!(people.restore(&id), if gone { Ok(()) } else { Err(stage) });
            let before = if stage == Stage::Withdrawn { Stage::Preboarding } else { stage };
            assert_eq!(people.look_up(&id).stage, before);
        }
    }

    #[test]
    fn only_the_first_call_of_an_operation_is_its_first() {
        let mut people = everybody(Stage::Preboarding);
        let calls = [Operation::Withdraw, Operation::Restore, Operation::Withdraw, Operation::Restore];
        assert_eq!(calls.map(|operation| people.note_call("1", operation)), [true, true, false, false]);
        assert!(people.note_call("2", Operation::Withdraw));
    }

    #[test]
    fn a_person_takes_eight_bytes() {
        assert_eq!(size_of::<Person>(), 8);
    }
}
