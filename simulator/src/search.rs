//! The look-ups, search and query: which pre-hires they find, by which filters, and page by page.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::codes;
use crate::fields::{self, FieldName};
use crate::http::to_json;
use crate::people::{People, Population};
use crate::pre_hire::{PreHire, Profile, Stage, hash_of_text};
use crate::response::Response;

/// What the query call is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct QueryRequest {
    pre_hire_ids: Option<Vec<String>>,
    fields: Option<Vec<String>>,
}

/// What the search call is asked. The real one has more filters: here they are refused, not ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchRequest {
    pre_hire_ids: Option<Vec<String>>,
    onboarding_status: Option<String>,
    onboarding_date_start: Option<String>,
    onboarding_date_end: Option<String>,
    updated_date_start: Option<String>,
    updated_date_end: Option<String>,
    department_ids: Option<Vec<String>>,
    key_word: Option<String>,
    fields: Option<Vec<String>>,
}

/// The body of a reply that has data.
pub(crate) fn success(data: &Value) -> Vec<u8> {
    to_json(&json!({ "code": 0, "msg": "success", "data": data }))
}

/// What a look-up sees.
#[derive(Debug)]
pub(crate) struct View<'script> {
    pub(crate) people: &'script People,
    /// Stages that have changed too recently.
    pub(crate) still_seen: HashMap<&'script str, Stage>,
    pub(crate) today: Date,
    pub(crate) hidden: &'script [FieldName],
}

impl View<'_> {
    /// A pre-hire as this look-up sees it.
    pub(crate) fn pre_hire(&self, id: &str) -> PreHire {
        let state = self.people.look_up(id);
        let changed = state.withdrawn_times > 0 || state.restored_times > 0;
        PreHire {
            pre_hire_id: id.to_owned(),
            stage: self.still_seen.get(id).copied().unwrap_or(state.stage),
            withdrawn_times: state.withdrawn_times,
            restored_times: state.restored_times,
            withdraw_reason: state.withdraw_reason.map(str::to_owned),
            profile: Profile::of(id, self.today, changed),
        }
    }
}

/// How search and query differ.
#[derive(Clone, Copy, Debug)]
struct Limits {
    most_on_a_page: usize,
    most_ids: usize,
    /// What wrong parameters are answered.
    wrong: u32,
}

const SEARCH: Limits = Limits { most_on_a_page: 100, most_ids: 100, wrong: codes::SEARCH_PARAM_INVALID };
const QUERY: Limits = Limits { most_on_a_page: 10, most_ids: 10, wrong: codes::PARAM_INVALID };

/// The body of a look-up, and within which limits it is read.
#[derive(Debug)]
pub(crate) struct LookUp {
    request: Option<SearchRequest>,
    limits: Limits,
}

impl LookUp {
    /// Reads a search; without a body it has no filter.
    pub(crate) fn search(body: &[u8]) -> LookUp {
        let request =
            if body.is_empty() { Some(SearchRequest::default()) } else { serde_json::from_slice(body).ok() };
        LookUp { request, limits: SEARCH }
    }

    /// Reads a query: ids and fields alone.
    pub(crate) fn query(body: &[u8]) -> LookUp {
        let request: Option<QueryRequest> = serde_json::from_slice(body).ok();
        let request = request.map(|QueryRequest { pre_hire_ids, fields }| SearchRequest {
            pre_hire_ids,
            fields,
            ..SearchRequest::default()
        });
        LookUp { request, limits: QUERY }
    }

    pub(crate) fn into_ids(self) -> Vec<String> {
        self.request.and_then(|request| request.pre_hire_ids).unwrap_or_default()
    }
}

/// Which page is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Page<'call> {
    size: Option<&'call str>,
    token: Option<&'call str>,
}

impl<'call> Page<'call> {
    /// Reads the query string of a path.
    pub(crate) fn of(query: &'call str) -> Page<'call> {
        let value =
            |name| query.split('&').filter_map(|pair| pair.split_once('=')).find(|pair| pair.0 == name);
        Page { size: value("page_size").map(|pair| pair.1), token: value("page_token").map(|pair| pair.1) }
    }

    fn size(self, most: usize) -> Result<usize, Response> {
        let text = self.size.ok_or(Response::MissingField("page_size"))?;
        let size = text.parse().ok().filter(|size| (1..=most).contains(size));
        size.ok_or(Response::WrongField("page_size"))
    }
}

/// The data of the reply, or what is answered in its place.
pub(crate) fn handle(view: &View<'_>, look_up: &LookUp, page: Page<'_>) -> Result<Value, Response> {
    let limits = look_up.limits;
    let size = page.size(limits.most_on_a_page)?;
    let wrong = Response::Code(limits.wrong);
    let request = look_up.request.as_ref().ok_or(wrong)?;
    let filter = Filter::of(request, limits.most_ids).ok_or(wrong)?;
    let candidates = Candidates::of(request, view.people.origin().population);
    let tokens = PageTokens::of(request);
    let first = page.token.filter(|token| !token.is_empty()).map_or(Some(0), |token| tokens.read(token));
    let (mut items, mut next) = (Vec::new(), None);
    for place in first.ok_or(wrong)?..candidates.count() {
        let pre_hire = view.pre_hire(&candidates.id(place));
        if !filter.matches(&pre_hire) {
            continue;
        }
        if items.len() == size {
            next = Some(tokens.at(place));
            break;
        }
        items.push(fields::item(&pre_hire, request.fields.as_deref().unwrap_or_default(), view.hidden));
    }
    let has_more = next.is_some();
    Ok(json!({ "items": items, "page_token": next.unwrap_or_default(), "has_more": has_more }))
}

/// Who may be found: the ids asked for, or everyone of the population.
enum Candidates<'call> {
    Asked(Vec<&'call str>),
    Everyone(Population),
}

impl<'call> Candidates<'call> {
    fn of(request: &'call SearchRequest, population: Population) -> Candidates<'call> {
        match request.pre_hire_ids.as_deref() {
            None | Some([]) => Candidates::Everyone(population),
            Some(ids) => {
                let mut known = HashSet::new();
                let is_number = |id: &&str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
                let ids = ids.iter().map(String::as_str).filter(is_number);
                Candidates::Asked(ids.filter(|id| known.insert(*id)).collect())
            }
        }
    }

    fn count(&self) -> usize {
        match self {
            Candidates::Asked(ids) => ids.len(),
            Candidates::Everyone(population) => population.size(),
        }
    }

    fn id(&self, place: usize) -> String {
        match self {
            Candidates::Asked(ids) => ids[place].to_owned(),
            Candidates::Everyone(population) => population.id(place).to_string(),
        }
    }
}

/// Where the next page begins, as a word that holds only for the same filter.
struct PageTokens(String);

impl PageTokens {
    fn of(request: &SearchRequest) -> PageTokens {
        PageTokens(format!("{:08x}", hash_of_text(&format!("{request:?}")) as u32))
    }

    fn at(&self, place: usize) -> String {
        format!("{}-{place}", self.0)
    }

    fn read(&self, token: &str) -> Option<usize> {
        token.strip_prefix(&self.0)?.strip_prefix('-')?.parse().ok()
    }
}

/// The most fields that may be asked for.
const MOST_FIELDS: usize = 100;
/// The most departments that may be asked for.
const MOST_DEPARTMENTS: usize = 100;

/// Which pre-hires pass; a filter that was not asked for lets everybody pass.
#[derive(Debug)]
struct Filter<'call> {
    stage: Option<Stage>,
    onboarding: Option<(Date, Date)>,
    updated: Option<(Date, Date)>,
    departments: Option<&'call [String]>,
    key_word: Option<String>,
}

impl<'call> Filter<'call> {
    /// `None` is a filter that the API refuses.
    fn of(request: &'call SearchRequest, most_ids: usize) -> Option<Filter<'call>> {
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
    fn matches(&self, pre_hire: &PreHire) -> bool {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use jiff::civil::date;

    use super::*;
    use crate::people::Origin;

    const TODAY: Date = date(2026, 3, 1);

    fn people(size: u32) -> People {
        People::new(Origin { population: Population::new(size), start: Stage::Preboarding })
    }

    fn view(people: &People) -> View<'_> {
        View { people, still_seen: HashMap::new(), today: TODAY, hidden: &[] }
    }

    fn search(people: &People, body: &Value, query: &str) -> Result<Value, Response> {
        handle(&view(people), &LookUp::search(body.to_string().as_bytes()), Page::of(query))
    }

    fn ids(data: &Value) -> Vec<&str> {
        let items = data["items"].as_array().unwrap();
        items.iter().map(|item| item["pre_hire_id"].as_str().unwrap()).collect()
    }

    /// All pages of a search, and how many there are.
    fn all(people: &People, body: &Value, size: usize) -> (Vec<Value>, usize) {
        let (mut items, mut pages, mut token) = (Vec::new(), 0, String::new());
        loop {
            let page = search(people, body, &format!("page_size={size}&page_token={token}")).unwrap();
            let on_page = page["items"].as_array().unwrap();
            assert!(on_page.len() <= size && (!on_page.is_empty() || pages == 0));
            items.extend(on_page.iter().cloned());
            pages += 1;
            token = page["page_token"].as_str().unwrap().to_owned();
            assert_eq!(page["has_more"].as_bool().unwrap(), !token.is_empty());
            if token.is_empty() {
                return (items, pages);
            }
        }
    }

    #[test]
    fn the_pages_hold_everybody_once_whatever_their_size() {
        let people = people(250);
        let visible = (0..250).map(|place| people.origin().population.id(place).to_string());
        let visible: Vec<String> = visible.filter(|id| people.look_up(id).stage != Stage::Deleted).collect();
        for size in [1, 7, 100] {
            let (items, pages) = all(&people, &json!({}), size);
            let found: Vec<&str> = items.iter().map(|item| item["pre_hire_id"].as_str().unwrap()).collect();
            assert_eq!(found, visible, "{size} on a page");
            assert_eq!(pages, visible.len().div_ceil(size));
        }
    }

    #[test]
    fn each_filter_lets_those_pass_who_fit() {
        let people = people(1000);
        let fields = json!(["onboarding_info", "employment_info", "person_info"]);
        let found = |filter: &Value| {
            let mut body = filter.clone();
            body["fields"] = fields.clone();
            all(&people, &body, 100).0
        };
        let everyone = found(&json!({}));
        let like = |pointer: &str, fits: &dyn Fn(&str) -> bool| {
            let fitting =
                everyone.iter().filter(|item| fits(item.pointer(pointer).unwrap().as_str().unwrap()));
            fitting.cloned().collect::<Vec<_>>()
        };
        let (stage, onboarding) = ("/onboarding_info/onboarding_status", "/onboarding_info/onboarding_date");
        let table = [
            (json!({"onboarding_status": "day_one"}), like(stage, &|stage| stage == "day_one")),
            (
                json!({"onboarding_date_start": "2026-01-15", "onboarding_date_end": "2026-02-15"}),
                like(onboarding, &|date| ("2026-01-15"..="2026-02-15").contains(&date)),
            ),
            (
                json!({"department_ids": ["7100000000000000011", "7100000000000000013"]}),
                like("/employment_info/department_id", &|id| id.ends_with('1') || id.ends_with('3')),
            ),
            (
                json!({"key_word": "SMITH"}),
                like("/person_info/preferred_name", &|name| name.contains("Smith")),
            ),
        ];
        for (filter, expected) in table {
            assert!(!expected.is_empty() && expected.len() < everyone.len() / 2, "{filter}");
            assert_eq!(found(&filter), expected, "{filter}");
        }
        let worker = &everyone[7]["employment_info"]["worker_id"];
        assert!(found(&json!({"key_word": worker})).contains(&everyone[7]));
    }

    #[test]
    fn a_change_makes_a_pre_hire_one_updated_today() {
        let mut people = people(100);
        let updated = json!({"updated_date_start": "2026-03-01", "updated_date_end": "2026-03-01"});
        let population = people.origin().population;
        let active = (0..100).map(|place| population.id(place).to_string());
        let active: Vec<String> = active.filter(|id| people.look_up(id).stage == Stage::DayOne).collect();
        assert_eq!(all(&people, &updated, 100).0, Vec::<Value>::new());
        people.withdraw(&active[0], "r").unwrap();
        assert_eq!(all(&people, &updated, 100).0, [json!({ "pre_hire_id": active[0] })]);
    }

    #[test]
    fn ids_that_are_asked_for_come_in_their_order_and_the_deleted_do_not() {
        let mut people = people(10);
        people.withdraw("2", "原因").unwrap();
        let asked = json!(["3", "2", "9923000000000000001", "2", "x", "", "1"]);
        let body = json!({"pre_hire_ids": asked, "fields": ["onboarding_info.onboarding_status"]});
        let data = search(&people, &body, "page_size=100").unwrap();
        assert_eq!(ids(&data), ["3", "2", "1"]);
        assert_eq!(data["items"][1]["onboarding_info"], json!({"onboarding_status": "withdrawn"}));
        let body = json!({"pre_hire_ids": asked, "onboarding_status": "deleted"});
        assert_eq!(ids(&search(&people, &body, "page_size=100").unwrap()), ["9923000000000000001"]);
    }

    #[test]
    fn a_change_that_is_not_seen_yet_neither_shows_nor_filters() {
        let mut people = people(0);
        people.withdraw("2", "r").unwrap();
        let view = View { still_seen: HashMap::from([("2", Stage::DayOne)]), ..view(&people) };
        let body =
            json!({"pre_hire_ids": ["2"], "onboarding_status": "day_one", "fields": ["onboarding_info"]});
        let look_up = LookUp::search(body.to_string().as_bytes());
        let data = handle(&view, &look_up, Page::of("page_size=1")).unwrap();
        assert_eq!(data["items"][0]["onboarding_info"]["onboarding_status"], "day_one");
        assert_eq!(data["items"][0]["onboarding_info"]["withdrawn_reason"], Value::Null);
    }

    #[test]
    fn wrong_parameters_are_refused() {
        let people = people(300);
        let token = search(&people, &json!({}), "page_size=100").unwrap()["page_token"].clone();
        let next = format!("page_size=100&page_token={}", token.as_str().unwrap());
        let many = json!((1..=101).map(|id| id.to_string()).collect::<Vec<_>>());
        let wrong = Response::Code(codes::SEARCH_PARAM_INVALID);
        let table = [
            (json!({}), "", Response::MissingField("page_size")),
            (json!({}), "page_size=0", Response::WrongField("page_size")),
            (json!({}), "page_size=101", Response::WrongField("page_size")),
            (json!({}), "page_size=1&page_token=abc", wrong),
            (json!({"key_word": "li"}), next.as_str(), wrong),
            (json!({"pre_hire_ids": many}), "page_size=1", wrong),
            (json!({"fields": many}), "page_size=1", wrong),
            (json!({"onboarding_status": ["day_one"]}), "page_size=1", wrong),
            (json!({"onboarding_status": "gone"}), "page_size=1", wrong),
            (json!({"onboarding_date_start": "2026-03-01"}), "page_size=1", wrong),
            (json!({"updated_date_end": "2026-03-01"}), "page_size=1", wrong),
            (
                json!({"onboarding_date_start": "2026-03-02", "onboarding_date_end": "2026-03-01"}),
                "page_size=1",
                wrong,
            ),
            (
                json!({"updated_date_start": "2026-03-01T00:00", "updated_date_end": "2026-03-02"}),
                "page_size=1",
                wrong,
            ),
            (json!({"worker_ids": ["1"]}), "page_size=1", wrong),
        ];
        for (body, query, expected) in table {
            assert_eq!(search(&people, &body, query), Err(expected), "{body} {query}");
        }
        assert!(search(&people, &json!({}), &next).is_ok());
        let broken = LookUp::search(b"{");
        assert_eq!(handle(&view(&people), &broken, Page::of("page_size=1")), Err(wrong));
    }

    #[test]
    fn a_query_has_ten_ids_and_ten_on_a_page_at_most_and_no_filter() {
        let people = people(25);
        let query = |body: Value, page: &str| {
            handle(&view(&people), &LookUp::query(body.to_string().as_bytes()), Page::of(page))
        };
        let eleven = json!((1..=11).map(|id| id.to_string()).collect::<Vec<_>>());
        let wrong = Err(Response::Code(codes::PARAM_INVALID));
        assert_eq!(query(json!({"pre_hire_ids": eleven}), "page_size=10"), wrong);
        assert_eq!(query(json!({"onboarding_status": "day_one"}), "page_size=10"), wrong);
        assert_eq!(query(json!({}), "page_size=11"), Err(Response::WrongField("page_size")));
        let ten = json!({"pre_hire_ids": eleven.as_array().unwrap()[..10]});
        assert_eq!(ids(&query(ten.clone(), "page_size=10").unwrap()).len(), 10);
        let first = query(ten.clone(), "page_size=4").unwrap();
        let next = format!("page_size=4&page_token={}", first["page_token"].as_str().unwrap());
        assert_eq!(ids(&query(ten, &next).unwrap()), ["5", "6", "7", "8"]);
    }
}
