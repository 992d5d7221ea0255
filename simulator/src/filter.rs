//! Owns the filters of a search: which pre-hires pass.

use jiff::civil::Date;

use crate::pre_hire::{PreHire, Stage};
use crate::wire::SearchRequest;

/// The most fields that may be asked for.
const MOST_FIELDS: usize = 100;
/// The most departments that may be asked for.
const MOST_DEPARTMENTS: usize = 100;

/// Which pre-hires pass; a filter that was not asked for lets everybody pass.
#[derive(Debug)]
pub(crate) struct Filter<'call> {
    stage: Option<Stage>,
    onboarding: Option<(Date, Date)>,
    updated: Option<(Date, Date)>,
    departments: Option<&'call [String]>,
    key_word: Option<String>,
}

impl<'call> Filter<'call> {
    /// `None` is a filter that the API refuses.
    pub(crate) fn of(request: &'call SearchRequest, most_ids: usize) -> Option<Filter<'call>> {
        let count = |list: &Option<Vec<String>>| list.as_ref().map_or(0, Vec::len);
        let fits = count(&request.pre_hire_ids) <= most_ids
            && count(&request.fields) <= MOST_FIELDS
            && count(&request.department_ids) <= MOST_DEPARTMENTS;
        let stage = request.onboarding_status.as_deref().map(str::parse).transpose();
        let filter = Filter {
            stage: stage.ok()?,
            onboarding: pair(&request.onboarding_date_start, &request.onboarding_date_end)?,
            updated: pair(&request.updated_date_start, &request.updated_date_end)?,
            departments: request.department_ids.as_deref().filter(|list| !list.is_empty()),
            key_word: request
                .key_word
                .as_ref()
                .map(|word| word.to_lowercase())
                .filter(|word| !word.is_empty()),
        };
        fits.then_some(filter)
    }

    /// Whether a pre-hire is one of those who were asked for.
    pub(crate) fn lets_pass(&self, pre_hire: &PreHire) -> bool {
        let profile = &pre_hire.profile;
        let within =
            |range: Option<(Date, Date)>, date| range.is_none_or(|(start, end)| start <= date && date <= end);
        let has_stage = match self.stage {
            // The deleted are shown to those only who ask for them.
            None => pre_hire.stage != Stage::Deleted,
            Some(stage) => pre_hire.stage == stage,
        };
        let has_word =
            |word: &String| profile.name.to_lowercase().contains(word) || profile.worker_id == *word;
        has_stage
            && within(self.onboarding, profile.onboarding_date)
            && within(self.updated, profile.updated_date)
            && self.departments.is_none_or(|list| list.contains(&profile.department_id))
            && self.key_word.as_ref().is_none_or(has_word)
    }
}

/// Two dates that go together; `None` when one is missing or no date, or when they are the wrong way round.
fn pair(start: &Option<String>, end: &Option<String>) -> Option<Option<(Date, Date)>> {
    let day = |text: &String| if text.len() == "2026-03-01".len() { text.parse().ok() } else { None };
    match (start, end) {
        (None, None) => Some(None),
        (Some(start), Some(end)) => {
            let (start, end) = (day(start)?, day(end)?);
            (start <= end).then_some(Some((start, end)))
        }
        _ => None,
    }
}
