//! A search: what is asked for, and what a page of the answer holds.
//!
//! Replies are read with patience: unknown fields are ignored, a field of the wrong type counts as missing.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use crate::model::{PreHire, PreHireId, Stage, one_line};

/// The path of the search call.
pub(super) const SEARCH_PATH: &str = "/open-apis/corehr/v2/pre_hires/search";
/// The most pre-hires that one page holds, and the most ids that one search takes.
pub(crate) const MOST_SEARCHED: usize = 100;
/// Without a list of fields nothing but ids comes back.
const FIELDS: [&str; 5] = [
    "onboarding_info.onboarding_status",
    "onboarding_info.onboarding_date",
    "employment_info.work_email",
    "person_info.preferred_name",
    "person_info.legal_name",
];

/// How much of a text is believed.
const NAME_CHARACTERS: usize = 200;
const DATE_CHARACTERS: usize = 40;
const EMAIL_CHARACTERS: usize = 320;
const LONGEST_PAGE_TOKEN: usize = 8 * 1024;

/// What is searched for. Ids and filters are apart: a search for no ids would find everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SearchQuery {
    /// These pre-hires.
    Ids(SearchedIds),
    /// Those whom a filter lets pass.
    Filter(SearchFilter),
}

/// One id at least, and no more than one search takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SearchedIds(Vec<PreHireId>);

impl SearchedIds {
    /// Takes the ids; `None` if there are none.
    ///
    /// # Panics
    /// When there are more than [`MOST_SEARCHED`].
    #[must_use]
    pub(crate) fn new(ids: Vec<PreHireId>) -> Option<SearchedIds> {
        assert!(ids.len() <= MOST_SEARCHED, "a search takes {MOST_SEARCHED} ids");
        (!ids.is_empty()).then_some(SearchedIds(ids))
    }

    /// The ids.
    #[must_use]
    pub(crate) fn as_slice(&self) -> &[PreHireId] {
        &self.0
    }
}

/// Who is to be found. What is not said lets everybody pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SearchFilter {
    /// In this stage; the API takes one.
    pub(crate) stage: Option<Stage>,
    /// With an onboarding date from the first day to the last; the API takes both or none.
    pub(crate) onboarding: Option<(Date, Date)>,
    /// Changed last from the first day to the last; both or none, too.
    pub(crate) updated: Option<(Date, Date)>,
    /// In one of these departments.
    pub(crate) departments: Vec<String>,
    /// With this in the preferred name, or as the worker number.
    pub(crate) key_word: Option<String>,
}

/// The body of a search.
#[derive(Debug, Default, Serialize)]
pub(super) struct SearchRequest<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pre_hire_ids: &'a [PreHireId],
    #[serde(skip_serializing_if = "Option::is_none")]
    onboarding_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    onboarding_date_start: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    onboarding_date_end: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_date_start: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_date_end: Option<Date>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    department_ids: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    key_word: Option<&'a str>,
    fields: [&'static str; 5],
}

impl<'a> From<&'a SearchQuery> for SearchRequest<'a> {
    fn from(query: &'a SearchQuery) -> Self {
        match query {
            SearchQuery::Ids(ids) => {
                SearchRequest { pre_hire_ids: ids.as_slice(), fields: FIELDS, ..SearchRequest::default() }
            }
            SearchQuery::Filter(filter) => SearchRequest {
                onboarding_status: filter.stage.as_ref().map(ToString::to_string),
                onboarding_date_start: filter.onboarding.map(|range| range.0),
                onboarding_date_end: filter.onboarding.map(|range| range.1),
                updated_date_start: filter.updated.map(|range| range.0),
                updated_date_end: filter.updated.map(|range| range.1),
                department_ids: &filter.departments,
                key_word: filter.key_word.as_deref(),
                fields: FIELDS,
                ..SearchRequest::default()
            },
        }
    }
}

/// One page of the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SearchPage {
    /// Who was found.
    pub(crate) pre_hires: Vec<PreHire>,
    /// Entries without an id that could be one.
    pub(crate) without_id: usize,
    /// Whether there is more.
    pub(crate) more: More,
}

/// Whether a page says that there is another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum More {
    /// There is none.
    #[default]
    No,
    /// There is one, under this token.
    At(PageToken),
    /// There is said to be one, but not where.
    MissingCursor,
}

/// Where the next page begins. It belongs to its search.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PageToken(pub(crate) String);

/// The page that a body holds; `None` if what stands there can't be one.
pub(super) fn page(body: &Value, scrub: &dyn Fn(&str) -> String) -> Option<SearchPage> {
    let data = body["data"].as_object()?;
    let items = match data.get("items") {
        // An empty list is often left out.
        None | Some(Value::Null) => &[][..],
        Some(items) => items.as_array()?,
    };
    let pre_hires: Vec<PreHire> = items.iter().filter_map(|item| pre_hire(item, scrub)).collect();
    let token = data.get("page_token").and_then(Value::as_str).unwrap_or_default();
    let has_more = data.get("has_more").and_then(Value::as_bool);
    let more = match (has_more.unwrap_or(!token.is_empty()), token) {
        (false, _) => More::No,
        (true, token) if token.is_empty() || token.len() > LONGEST_PAGE_TOKEN => More::MissingCursor,
        (true, token) => More::At(PageToken(token.to_owned())),
    };
    Some(SearchPage { without_id: items.len() - pre_hires.len(), pre_hires, more })
}

fn pre_hire(item: &Value, scrub: &dyn Fn(&str) -> String) -> Option<PreHire> {
    let text = |group: &str, field: &str, most: usize| {
        let text = item[group][field].as_str().map(|text| one_line(&scrub(text), most));
        text.filter(|text| !text.trim().is_empty())
    };
    let name = |field| text("person_info", field, NAME_CHARACTERS);
    Some(PreHire {
        // It comes from the API itself, so no spreadsheet has rounded it.
        id: PreHireId::parse(item["pre_hire_id"].as_str()?, true).ok()?,
        name: name("preferred_name").or_else(|| name("legal_name")),
        stage: item["onboarding_info"]["onboarding_status"]
            .as_str()
            .filter(|word| !word.is_empty())
            .map(Stage::from_word),
        onboarding_date: text("onboarding_info", "onboarding_date", DATE_CHARACTERS),
        work_email: text("employment_info", "work_email", EMAIL_CHARACTERS),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(body: &Value) -> Option<SearchPage> {
        page(body, &|text| text.replace("hunter2", "***"))
    }

    fn id(text: &str) -> PreHireId {
        PreHireId::parse(text, true).expect("an id")
    }

    fn request(query: &SearchQuery) -> Value {
        let mut request = serde_json::to_value(SearchRequest::from(query)).expect("JSON");
        let fields = request.as_object_mut().expect("an object").remove("fields");
        assert_eq!(fields, Some(json!(FIELDS)), "without fields nothing but ids comes back");
        request
    }

    #[test]
    fn a_request_says_what_was_asked_for_and_no_more() {
        let ids = SearchedIds::new(vec![id("7345005664477775407"), id("007")]).expect("ids");
        let asked = json!({"pre_hire_ids": ["7345005664477775407", "007"]});
        assert_eq!(request(&SearchQuery::Ids(ids)), asked);
        assert_eq!(SearchedIds::new(Vec::new()), None, "a search for no ids would find everybody");
        assert_eq!(request(&SearchQuery::Filter(SearchFilter::default())), json!({}));
        let filter = SearchFilter {
            stage: Some(Stage::DayOne),
            onboarding: Some((date(2026, 1, 2), date(2026, 3, 4))),
            updated: Some((date(1970, 1, 1), date(2026, 3, 1))),
            departments: vec!["od-1".to_owned()],
            key_word: Some("张".to_owned()),
        };
        let asked = json!({
            "onboarding_status": "day_one",
            "onboarding_date_start": "2026-01-02", "onboarding_date_end": "2026-03-04",
            "updated_date_start": "1970-01-01", "updated_date_end": "2026-03-01",
            "department_ids": ["od-1"], "key_word": "张",
        });
        assert_eq!(request(&SearchQuery::Filter(filter)), asked);
    }

    #[test]
    fn a_page_is_read_with_patience() {
        let body = json!({"code": 0, "new": 1, "data": {"items": [
            {"pre_hire_id": "1", "person_info": {"preferred_name": "张 hunter2", "legal_name": "x"},
             "onboarding_info": {"onboarding_status": "day_one", "onboarding_date": "2026-03-01"},
             "employment_info": {"work_email": "a@b.c"}, "new": {}},
            {"pre_hire_id": "2", "person_info": {"preferred_name": " ", "legal_name": "Li\nNa"}, "onboarding_info": null},
            {"pre_hire_id": "3", "person_info": [], "onboarding_info": {"onboarding_status": {"zh": 1}, "onboarding_date": 7}},
            {"pre_hire_id": 4}, {"pre_hire_id": "7.3E+18"}, {}, null, "5"
        ], "has_more": true, "page_token": "next"}});
        let page = read(&body).expect("a page");
        assert_eq!(page.without_id, 5, "a number is no id");
        assert_eq!(page.more, More::At(PageToken("next".to_owned())));
        let full = PreHire {
            id: id("1"),
            name: Some("张 ***".to_owned()),
            stage: Some(Stage::DayOne),
            onboarding_date: Some("2026-03-01".to_owned()),
            work_email: Some("a@b.c".to_owned()),
        };
        let bare =
            |text| PreHire { id: id(text), name: None, stage: None, onboarding_date: None, work_email: None };
        let second = PreHire { name: Some("Li Na".to_owned()), ..bare("2") };
        assert!(page.pre_hires == [full, second, bare("3")]);
        assert!(!format!("{page:?}").contains('张'), "names are no matter for logs");
    }

    #[test]
    fn whether_there_is_more_is_said_or_told_by_the_token() {
        let more = |data: Value| read(&json!({"data": data})).map(|page| page.more);
        let at = |token: &str| Some(More::At(PageToken(token.to_owned())));
        assert_eq!(more(json!({"items": []})), Some(More::No));
        assert_eq!(more(json!({"items": null, "has_more": false, "page_token": "a"})), Some(More::No));
        assert_eq!(more(json!({"has_more": "yes", "page_token": "a"})), at("a"));
        assert_eq!(more(json!({"page_token": "a"})), at("a"));
        assert_eq!(more(json!({"page_token": ""})), Some(More::No));
        for token in [json!(null), json!(""), json!(7), json!("x".repeat(LONGEST_PAGE_TOKEN + 1))] {
            assert_eq!(more(json!({"has_more": true, "page_token": token})), Some(More::MissingCursor));
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let keys = "items|page_token|has_more|pre_hire_id|person_info|preferred_name|onboarding_info|onboarding_status|[a-z]{0,3}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(|number| json!(number)),
            "\\PC{0,8}|[0-9]{1,40}|[\r\n\t=]{1,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 8, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec((keys, inner), 0..6)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_a_server_sends_is_read_as_ids_and_texts_of_one_line(data in any_value()) {
            let Some(page) = read(&json!({"data": data})) else { return Ok(()) };
            let items = data["items"].as_array().map_or(0, Vec::len);
            prop_assert_eq!(page.pre_hires.len() + page.without_id, items);
            for pre_hire in page.pre_hires {
                prop_assert!(pre_hire.id.to_string().bytes().all(|byte| byte.is_ascii_digit()));
                let texts = [pre_hire.name, pre_hire.onboarding_date, pre_hire.work_email];
                for text in texts.into_iter().flatten() {
                    prop_assert!(!text.contains(char::is_control) && !text.trim().is_empty());
                }
            }
        }
    }

    #[test]
    fn what_can_not_be_a_page_is_none() {
        for body in
            [json!({}), json!({"data": null}), json!({"data": []}), json!({"data": {"items": {}}}), json!(7)]
        {
            assert_eq!(read(&body), None, "{body}");
        }
    }
}
