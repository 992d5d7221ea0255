//! Owns who is there before anybody is called: the ids of the population, and the stage in which each id starts.

use crate::mixed;
use crate::pre_hire::Stage;
use crate::wish::Wish;

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

    /// How many there are.
    pub(crate) fn size(self) -> usize {
        self.size as usize
    }

    /// The id at a place; ids grow with their places.
    pub(crate) fn id(self, place: usize) -> u64 {
        let place = place as u64;
        let mixed = mixed::of_number(place);
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
    pub(crate) fn stage(self, id: &str) -> Stage {
        match Wish::of(id) {
            Some(Wish::StartsAs(stage)) => stage,
            _ if self.population.holds(id) => drawn(mixed::of_text(id)),
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
