//! Where each pre-hire starts and stands, in a few bytes: most runs withdraw many and ask about none.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::time::Duration;

use hashbrown::HashTable;

use crate::api::Operation;
use crate::fault_spec::FaultSpec;
use crate::pre_hire::{Stage, hash_of_text, mix};

/// Where a pre-hire stands, and what was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PersonState<'people> {
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
    /// Which operations it was called for: a bit for each.
    called: u8,
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

    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    pub(crate) fn look_up(&self, id: &str) -> PersonState<'_> {
        let known = match number_of(id) {
            Some(number) => self.by_number.get(&number).copied(),
            None => self.by_text.get(id).copied(),
        };
        let person = known.unwrap_or_else(|| Person::new(id, self.origin));
        PersonState {
            stage: person.stage,
            withdrawn_times: person.withdrawn_times,
            restored_times: person.restored_times,
            withdraw_reason: person.reason.map(|number| self.reasons.get(number)),
        }
    }

    /// Notes a call for this pre-hire; true for the first one of its operation.
    pub(crate) fn note_call(&mut self, id: &str, operation: Operation) -> bool {
        let (bit, person) = (1 << operation as u8, self.person(id));
        let first = person.called & bit == 0;
        person.called |= bit;
        first
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
        Person { reason: None, withdrawn_times: 0, restored_times: 0, stage, called: 0 }
    }
}

fn number_of(id: &str) -> Option<u64> {
    let plain = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0');
    if plain { id.parse().ok() } else { None }
}

/// The first ids of the population lie behind this one: 19 digits, like real ones.
const BASE: u64 = 7_300_000_000_000_000_000;
/// How far apart the ids are at most.
const STEP: u64 = 1_000_000_000;
/// The last four digits are never all zeros: such an id looks as if a spreadsheet had damaged it.
const TAIL: u64 = 10_000;

/// So many pre-hires, by their place. Nothing is stored: the place gives the id, and the id the place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Population {
    size: u32,
}

impl Population {
    pub(crate) fn new(size: u32) -> Population {
        Population { size }
    }

    pub(crate) fn size(self) -> usize {
        self.size as usize
    }

    /// The id at a place; ids grow with their places.
    pub(crate) fn id(self, place: usize) -> u64 {
        let place = place as u64;
        let mixed = mix(place);
        BASE + place * STEP + mixed % (STEP / TAIL) * TAIL + 1 + mixed / STEP % (TAIL - 1)
    }

    /// Whether this id is one of the population.
    fn holds(self, id: &str) -> bool {
        let number: Option<u64> = id.parse().ok();
        let place = number.and_then(|number| number.checked_sub(BASE)).map(|offset| (offset / STEP) as usize);
        place.is_some_and(|place| place < self.size() && self.id(place).to_string() == id)
    }
}

/// Where each pre-hire starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) population: Population,
    /// The stage of those who are neither of the population nor scripted.
    pub(crate) start: Stage,
}

impl Origin {
    /// The stage of this pre-hire at the start.
    fn stage(self, id: &str) -> Stage {
        match FaultSpec::of(id) {
            Some(FaultSpec::StartsAs(stage)) => stage,
            _ if self.population.holds(id) => drawn(hash_of_text(id)),
            _ => self.start,
        }
    }

    /// The stage of this pre-hire whenever not withdrawn: no call leads to another one.
    pub(crate) fn home(self, id: &str) -> Stage {
        match self.stage(id) {
            Stage::Withdrawn => Stage::Preboarding,
            stage => stage,
        }
    }
}

/// Of twenty, ten are preboarding, three day_one, three withdrawn, three completed, and one is deleted.
fn drawn(mixed: u64) -> Stage {
    match mixed % 20 {
        0..10 => Stage::Preboarding,
        10..13 => Stage::DayOne,
        13..16 => Stage::Withdrawn,
        16..19 => Stage::Completed,
        _ => Stage::Deleted,
    }
}

type ReasonNumber = NonZeroU32;

/// All withdraw reasons, each different one once and without an allocation of its own: one behind the other, where each ends, and an index by content.
#[derive(Debug, Default)]
struct Reasons {
    text: String,
    ends: Vec<usize>,
    numbers: HashTable<ReasonNumber>,
    hasher: RandomState,
}

impl Reasons {
    /// The number of this reason; `None` when four thousand million different ones are there already.
    fn keep(&mut self, reason: &str) -> Option<ReasonNumber> {
        let hash = self.hasher.hash_one(reason);
        let (text, ends, hasher) = (&mut self.text, &mut self.ends, &self.hasher);
        if let Some(number) = self.numbers.find(hash, |number| slice(text, ends, *number) == reason) {
            return Some(*number);
        }
        let number = u32::try_from(ends.len() + 1).ok().and_then(ReasonNumber::new)?;
        text.push_str(reason);
        ends.push(text.len());
        self.numbers.insert_unique(hash, number, |number| hasher.hash_one(slice(text, ends, *number)));
        Some(number)
    }

    fn get(&self, number: ReasonNumber) -> &str {
        slice(&self.text, &self.ends, number)
    }
}

fn slice<'text>(text: &'text str, ends: &[usize], number: ReasonNumber) -> &'text str {
    let index = number.get() as usize - 1;
    let start = index.checked_sub(1).map_or(0, |before| ends[before]);
    &text[start..ends[index]]
}

/// The changes that some look-up may not know yet, oldest first.
#[derive(Debug)]
pub(crate) struct RecentChanges {
    longest_lag: Duration,
    changes: VecDeque<Change>,
}

/// A change, and what was before it.
#[derive(Debug)]
struct Change {
    at: Duration,
    id: Box<str>,
    before: Stage,
}

impl RecentChanges {
    /// Nothing is kept for longer than the longest lag, and nothing at all without one.
    pub(crate) fn new(longest_lag: Duration) -> RecentChanges {
        RecentChanges { longest_lag, changes: VecDeque::new() }
    }

    /// Notes that a pre-hire was in another stage before.
    pub(crate) fn note(&mut self, at: Duration, id: &str, before: Stage) {
        if self.longest_lag.is_zero() {
            return;
        }
        while self.changes.front().is_some_and(|change| change.at + self.longest_lag <= at) {
            self.changes.pop_front();
        }
        self.changes.push_back(Change { at, id: id.into(), before });
    }

    /// The stages that a look-up with this lag still sees, where they are not those of today.
    pub(crate) fn still_seen(&self, now: Duration, lag: Duration) -> HashMap<&str, Stage> {
        let mut seen = HashMap::new();
        for change in self.changes.iter().filter(|change| change.at + lag > now) {
            // The oldest unseen change decides: what was before it is what is seen.
            seen.entry(&*change.id).or_insert(change.before);
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

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
    fn an_id_may_say_the_stage_at_the_start() {
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

    #[test]
    fn the_ids_look_real_and_lead_back_to_their_places() {
        let everyone = Population::new(1_000_000);
        let mut last = BASE;
        for place in (0..1000).chain(999_000..1_000_000) {
            let id = everyone.id(place);
            assert!(id > last && !id.is_multiple_of(TAIL), "{id}");
            assert_eq!(id.to_string().len(), 19);
            assert!(everyone.holds(&id.to_string()));
            last = id;
        }
    }

    #[test]
    fn others_are_not_of_the_population() {
        let few = Population::new(3);
        let last = few.id(2);
        let others = ["", "1", "7345005664477775407", "9921000000000000001", "73000000000000000"];
        for id in others {
            assert!(!few.holds(id), "{id}");
        }
        assert!(few.holds(&last.to_string()) && !few.holds(&format!("0{last}")));
        assert!(!few.holds(&(last + 1).to_string()) && !few.holds(&few.id(3).to_string()));
    }

    #[test]
    fn the_population_stands_in_every_stage_and_others_where_they_are_told_to() {
        let population = Population::new(5000);
        let origin = Origin { population, start: Stage::DayOne };
        let count = |stage| {
            let ids = (0..population.size()).map(|place| population.id(place).to_string());
            ids.filter(|id| origin.stage(id) == stage).count()
        };
        let counts = Stage::ALL.map(count);
        assert!(counts.iter().zip([2300, 600, 600, 600, 150]).all(|(count, least)| *count > least));
        assert_eq!(counts.iter().sum::<usize>(), 5000);
        assert_eq!(origin.stage("7345005664477775407"), Stage::DayOne);
        assert_eq!(origin.stage("9921000000000000001"), Stage::Withdrawn);
    }

    #[test]
    fn equal_reasons_share_a_number_and_different_ones_come_back_whole() {
        let mut reasons = Reasons::default();
        let texts: Vec<String> = (0..1000).map(|count| format!("原因 {count}")).collect();
        let numbers: Vec<_> = texts.iter().map(|text| reasons.keep(text).unwrap()).collect();
        for (text, number) in texts.iter().zip(&numbers) {
            assert_eq!(reasons.get(*number), text);
            assert_eq!(reasons.keep(text), Some(*number));
        }
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_change_is_seen_after_the_lag_and_not_before() {
        let mut recent = RecentChanges::new(seconds(5));
        recent.note(seconds(10), "1", Stage::Preboarding);
        recent.note(seconds(12), "1", Stage::Withdrawn);
        let seen = |now, lag| recent.still_seen(seconds(now), seconds(lag)).get("1").copied();
        assert_eq!(seen(10, 5), Some(Stage::Preboarding));
        assert_eq!(seen(14, 5), Some(Stage::Preboarding));
        assert_eq!(seen(15, 5), Some(Stage::Withdrawn));
        assert_eq!(seen(17, 5), None);
        assert_eq!(seen(13, 2), Some(Stage::Withdrawn));
        assert_eq!(seen(12, 0), None);
    }

    #[test]
    fn nothing_is_kept_that_nobody_could_miss() {
        let mut recent = RecentChanges::new(seconds(5));
        for second in 0..100 {
            recent.note(seconds(second), "1", Stage::Preboarding);
        }
        assert_eq!(recent.changes.len(), 5);
        let mut none = RecentChanges::new(Duration::ZERO);
        none.note(seconds(1), "1", Stage::Preboarding);
        assert!(none.changes.is_empty());
    }
}
