//! What `find` needs: whom to look for, and where the list goes.

use std::path::PathBuf;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::call::CallSettings;
use super::config_file::Config;
use super::environment::Surroundings;
use super::layers::{Effective, Layer};
use super::show::ShowSettings;
use crate::cli::FindArgs;
use crate::feishu::SearchFilter;
use crate::input::WithdrawRules;
use crate::language::text;
use crate::model::{Day, Error, Result, Stage, WithdrawReason};

/// The API takes both ends of a range or none. These are the others where one was typed.
const FIRST_DAY: Date = date(1970, 1, 1);
const LAST_DAY: Date = date(2099, 12, 31);
/// The most departments that one search takes.
const MOST_DEPARTMENTS: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct FindSettings {
    /// Whom to look for: one search for each stage.
    pub(crate) searches: Vec<SearchFilter>,
    pub(crate) stages: Vec<Stage>,
    /// The days on which the job begins.
    pub(crate) onboarding: Option<(Date, Date)>,
    pub(crate) limit: Option<u32>,
    pub(crate) reason: Option<WithdrawReason>,
    /// Where the list goes; `None` is standard output.
    pub(crate) output: Option<PathBuf>,
    pub(crate) calls: CallSettings,
    pub(crate) show: ShowSettings,
}

impl FindSettings {
    pub(crate) fn new(typed: FindArgs, surroundings: &Surroundings) -> Result<Self> {
        let today = surroundings.today;
        let onboarding = onboarding(typed.onboarding_from, typed.onboarding_to, today)?;
        let filter = SearchFilter {
            stage: None,
            onboarding,
            updated: typed.updated_before.map(|day| updated_before(day, today)).transpose()?,
            departments: departments(typed.department)?,
            key_word: typed.key_word.map(|text| filled("--key-word", text)).transpose()?,
        };
        let mut stages: Vec<Stage> = Vec::new();
        for stage in typed.stage {
            if !stages.contains(&stage) {
                stages.push(stage);
            }
        }
        let searches = stages
            .iter()
            .map(|stage| SearchFilter { stage: Some(stage.clone()), ..filter.clone() })
            .collect();
        let config = Config::load(&typed.call.profile, surroundings)?;
        let in_force =
            Effective::of(Layer::of_calls(&typed.call, surroundings.typed_language), config.layer());
        Ok(FindSettings {
            searches,
            stages,
            onboarding,
            limit: typed.limit.map(std::num::NonZeroU32::get),
            reason: WithdrawRules::new(typed.reason.as_deref(), false)?.default_reason,
            output: typed.output,
            calls: CallSettings::new(&typed.call, &in_force, &config, surroundings)?,
            show: ShowSettings::new(&typed.show, in_force.lang.value, surroundings),
        })
    }
}

fn onboarding(from: Option<Day>, to: Option<Day>, today: Date) -> Result<Option<(Date, Date)>> {
    if from.is_none() && to.is_none() {
        return Ok(None);
    }
    let first = from.map_or(FIRST_DAY, |day| day.resolve(today));
    let last = to.map_or(LAST_DAY, |day| day.resolve(today));
    if first > last {
        return Err(Error::invalid_input(text!(
            "no day is both on or after {first} and on or before {last}",
            first,
            last
        ))
        .hint(text!("check --onboarding-from and --onboarding-to")));
    }
    Ok(Some((first, last)))
}

fn updated_before(day: Day, today: Date) -> Result<(Date, Date)> {
    let last = day.resolve(today).saturating_sub(1.day());
    if last < FIRST_DAY {
        return Err(Error::invalid_input(text!("nobody was changed before {first}", first = FIRST_DAY))
            .hint(text!("check --updated-before")));
    }
    Ok((FIRST_DAY, last))
}

fn departments(typed: Vec<String>) -> Result<Vec<String>> {
    if typed.len() > MOST_DEPARTMENTS {
        return Err(Error::invalid_input(text!(
            "a search takes at most {most} {most|department|departments}",
            most = MOST_DEPARTMENTS
        ))
        .hint(text!("make several lists")));
    }
    typed.into_iter().map(|id| filled("--department", id)).collect()
}

/// An empty text would be no filter at all, and find everybody.
fn filled(flag: &str, text: String) -> Result<String> {
    if text.trim().is_empty() {
        return Err(Error::invalid_input(text!("the value of {flag} is empty", flag))
            .hint(text!("omit {flag} to search for everybody", flag)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = date(2026, 3, 1);

    fn range(from: Option<&str>, to: Option<&str>) -> Option<String> {
        let day = |text: &str| text.parse().expect("a day");
        let range = onboarding(from.map(day), to.map(day), TODAY).ok()??;
        Some(format!("{} {}", range.0, range.1))
    }

    #[test]
    fn the_end_that_is_missing_lies_far_away() {
        assert_eq!(range(None, None), None);
        assert_eq!(range(None, Some("-30d")).as_deref(), Some("1970-01-01 2026-01-30"));
        assert_eq!(range(Some("today"), None).as_deref(), Some("2026-03-01 2099-12-31"));
        assert_eq!(range(Some("-7d"), Some("+7d")).as_deref(), Some("2026-02-22 2026-03-08"));
        assert_eq!(range(Some("today"), Some("2026-03-01")).as_deref(), Some("2026-03-01 2026-03-01"));
    }

    #[test]
    fn ranges_without_a_day_are_refused() {
        let day = |text: &str| text.parse().ok();
        assert!(onboarding(day("today"), day("-1d"), TODAY).is_err());
        assert!(onboarding(None, day("1969-12-31"), TODAY).is_err());
        assert!(onboarding(day("2100-01-01"), None, TODAY).is_err());
        assert!(updated_before(Day::Fixed(FIRST_DAY), TODAY).is_err());
    }

    #[test]
    fn before_a_day_ends_on_the_day_before() {
        let before = |text: &str| updated_before(text.parse().expect("a day"), TODAY).ok();
        assert_eq!(before("today"), Some((FIRST_DAY, date(2026, 2, 28))));
        assert_eq!(before("1970-01-02"), Some((FIRST_DAY, FIRST_DAY)));
    }

    #[test]
    fn a_filter_that_filters_nothing_is_refused() {
        assert!(departments(vec!["od-1".to_owned(), " ".to_owned()]).is_err());
        assert!(departments(vec!["od-1".to_owned(); 101]).is_err());
        assert!(filled("--key-word", String::new()).is_err());
    }
}
