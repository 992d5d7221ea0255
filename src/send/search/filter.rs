//! The filter of what a search finds: those who were asked for, once each, and nobody else, whatever the API sends.

use std::collections::HashSet;

use jiff::civil::Date;

use crate::model::{PreHire, PreHireId, Stage};

/// Lets each pre-hire pass once. It remembers the id of each: some 40 bytes.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    stages: Vec<Stage>,
    onboarding: Option<(Date, Date)>,
    limit: Option<u32>,
    passed: HashSet<PreHireId>,
    left_out: u32,
}

impl Filter {
    /// Lets those pass who are in one of these stages, and begin within these days, as far as that can be seen; so many at
    /// most.
    #[must_use]
    pub(crate) fn new(stages: Vec<Stage>, onboarding: Option<(Date, Date)>, limit: Option<u32>) -> Self {
        Filter { stages, onboarding, limit, passed: HashSet::new(), left_out: 0 }
    }

    /// Does this one pass?
    pub(crate) fn accept(&mut self, pre_hire: &PreHire) -> bool {
        if self.is_full() || self.passed.contains(&pre_hire.id) {
            return false;
        }
        // The index behind a search may lag behind the pre-hire that it leads to, and a filter may be misunderstood.
        if !self.is_wanted(pre_hire) {
            self.left_out += 1;
            return false;
        }
        self.passed.insert(pre_hire.id)
    }

    /// Have as many passed as may?
    #[must_use]
    pub(crate) fn is_full(&self) -> bool {
        self.limit.is_some_and(|limit| self.passed.len() >= limit as usize)
    }

    /// How many were found who are not what was asked for.
    #[must_use]
    pub(crate) const fn left_out(&self) -> u32 {
        self.left_out
    }

    fn is_wanted(&self, pre_hire: &PreHire) -> bool {
        let has_stage = pre_hire.stage.as_ref().is_none_or(|stage| self.stages.contains(stage));
        let date = pre_hire.onboarding_date.as_ref().and_then(|date| date.parse::<Date>().ok());
        let is_within = match (self.onboarding, date) {
            (Some((first, last)), Some(date)) => first <= date && date <= last,
            _ => true,
        };
        has_stage && is_within
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn somebody(number: u32, stage: Option<Stage>, onboarding_date: Option<&str>) -> PreHire {
        let id = PreHireId::parse(&number.to_string(), true).expect("an id");
        let onboarding_date = onboarding_date.map(str::to_owned);
        PreHire { id, name: None, stage, onboarding_date, work_email: None }
    }

    fn filter(limit: Option<u32>) -> Filter {
        let within = Some((date(2026, 1, 1), date(2026, 1, 31)));
        Filter::new(vec![Stage::Preboarding, Stage::DayOne], within, limit)
    }

    #[test]
    fn whoever_is_not_what_was_asked_for_is_left_out() {
        let mut filter = filter(None);
        let active = Some(Stage::Preboarding);
        for (number, stage, day, passes) in [
            (1, active.clone(), Some("2026-01-01"), true),
            (2, Some(Stage::DayOne), Some("2026-01-31"), true),
            (3, Some(Stage::Withdrawn), Some("2026-01-15"), false),
            (4, Some(Stage::Other("completed".to_owned())), Some("2026-01-15"), false),
            (5, active.clone(), Some("2025-12-31"), false),
            (6, active.clone(), Some("2026-02-01"), false),
            (7, None, Some("2026-01-15"), true),
            (8, active.clone(), None, true),
            (9, active, Some("soon"), true),
        ] {
            assert_eq!(filter.accept(&somebody(number, stage, day)), passes, "{number}");
        }
        assert_eq!((filter.passed.len(), filter.left_out()), (5, 4));
    }

    proptest! {
        #[test]
        fn each_passes_once_and_no_more_than_the_limit(
            numbers in proptest::collection::vec(0_u32..30, 0..80),
            limit in proptest::option::of(1_u32..20),
        ) {
            let mut filter = filter(limit);
            let mut passed = Vec::new();
            for number in &numbers {
                if filter.accept(&somebody(*number, None, None)) {
                    passed.push(*number);
                }
            }
            let mut different = Vec::new();
            for number in numbers {
                if !different.contains(&number) {
                    different.push(number);
                }
            }
            different.truncate(limit.map_or(usize::MAX, |limit| limit as usize));
            prop_assert_eq!(filter.passed.len(), passed.len());
            prop_assert_eq!(passed, different);
        }
    }
}
