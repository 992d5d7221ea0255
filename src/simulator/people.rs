//! Owns the state of each pre-hire, in a few bytes: most runs withdraw many and ask about none.

use std::collections::HashMap;

use serde::Serialize;

use super::reasons::{ReasonNumber, Reasons};
use super::wish::Wish;

/// Where a pre-hire stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 待入职.
    Preboarding,
    /// 准备就绪.
    DayOne,
    /// 已撤销.
    Withdrawn,
    /// 已完成.
    Completed,
    /// 已删除; also what the app may not see.
    Deleted,
}

impl Stage {
    /// The name that the API shows to people.
    pub(super) fn label(self) -> &'static str {
        match self {
            Stage::Preboarding => "待入职",
            Stage::DayOne => "准备就绪",
            Stage::Withdrawn => "已撤销",
            Stage::Completed => "已完成",
            Stage::Deleted => "已删除",
        }
    }
}

/// What the simulated API knows of one pre-hire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreHire {
    /// The id, as asked for.
    pub pre_hire_id: String,
    /// Where the pre-hire stands now.
    pub stage: Stage,
    /// How often a withdrawal took effect: more than once is impossible without a restoration.
    pub withdrawn_times: u16,
    /// The reason of the last withdrawal.
    pub withdraw_reason: Option<String>,
}

/// One pre-hire: eight bytes.
#[derive(Clone, Copy, Debug)]
struct Person {
    reason: Option<ReasonNumber>,
    withdrawn_times: u16,
    stage: Stage,
    called: bool,
}

/// All pre-hires that were ever called; any other is in the stage where its id starts.
#[derive(Debug, Default)]
pub(super) struct People {
    by_number: HashMap<u64, Person>,
    // Only ids with leading zeros or above 64 bits: two different texts are two pre-hires.
    by_text: HashMap<Box<str>, Person>,
    reasons: Reasons,
}

impl People {
    /// What is known of this pre-hire.
    pub(super) fn look_up(&self, id: &str) -> PreHire {
        let known = match number_of(id) {
            Some(number) => self.by_number.get(&number).copied(),
            None => self.by_text.get(id).copied(),
        };
        let person = known.unwrap_or_else(|| Person::new(id));
        PreHire {
            pre_hire_id: id.to_owned(),
            stage: person.stage,
            withdrawn_times: person.withdrawn_times,
            withdraw_reason: person.reason.map(|number| self.reasons.get(number).to_owned()),
        }
    }

    /// Notes a call for this pre-hire; true for its first one.
    pub(super) fn note_call(&mut self, id: &str) -> bool {
        !std::mem::replace(&mut self.person(id).called, true)
    }

    /// Withdraws, or says which stage forbids it.
    pub(super) fn withdraw(&mut self, id: &str, reason: &str) -> Result<(), Stage> {
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

    fn person(&mut self, id: &str) -> &mut Person {
        match number_of(id) {
            Some(number) => self.by_number.entry(number).or_insert_with(|| Person::new(id)),
            None => self.by_text.entry(id.into()).or_insert_with(|| Person::new(id)),
        }
    }
}

impl Person {
    fn new(id: &str) -> Person {
        let stage = match Wish::of(id) {
            Some(Wish::StartsAs(stage)) => stage,
            _ => Stage::Preboarding,
        };
        Person { reason: None, withdrawn_times: 0, stage, called: false }
    }
}

fn number_of(id: &str) -> Option<u64> {
    let plain = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0');
    if plain { id.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withdrawal_takes_effect_once() {
        let mut people = People::default();
        assert_eq!(people.look_up("7345005664477775407").stage, Stage::Preboarding);
        assert_eq!(people.withdraw("7345005664477775407", "原因"), Ok(()));
        assert_eq!(people.withdraw("7345005664477775407", "another"), Err(Stage::Withdrawn));
        let known = people.look_up("7345005664477775407");
        assert_eq!((known.stage, known.withdrawn_times), (Stage::Withdrawn, 1));
        assert_eq!(known.withdraw_reason.as_deref(), Some("原因"));
    }

    #[test]
    fn ids_that_differ_in_text_are_different_people() {
        let mut people = People::default();
        let long = "99999999999999999999999999999999";
        for id in ["7", "07", "007", "18446744073709551615", "18446744073709551616", long] {
            assert_eq!(people.withdraw(id, "reason"), Ok(()), "{id}");
            assert_eq!(people.look_up(id).withdrawn_times, 1);
        }
    }

    #[test]
    fn the_stage_at_the_start_is_the_ids_wish() {
        let mut people = People::default();
        assert_eq!(people.withdraw("9921000000000000001", "r"), Err(Stage::Withdrawn));
        assert_eq!(people.withdraw("9922000000000000001", "r"), Err(Stage::Completed));
        assert_eq!(people.withdraw("9923000000000000001", "r"), Err(Stage::Deleted));
        assert_eq!(people.withdraw("9924000000000000001", "r"), Ok(()));
    }

    #[test]
    fn only_the_first_call_is_the_first() {
        let mut people = People::default();
        assert!(people.note_call("1"));
        assert!(!people.note_call("1"));
        assert!(people.note_call("2"));
    }

    #[test]
    fn a_person_takes_eight_bytes() {
        assert_eq!(size_of::<Person>(), 8);
    }
}
