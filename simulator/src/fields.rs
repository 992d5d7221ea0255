//! Which fields of a pre-hire a look-up returns: those asked for that the app may see.

use std::str::FromStr;

use serde_json::{Map, Value, json};

use crate::pre_hire::{PreHire, Stage};

/// Every field that the simulated API knows, but for `pre_hire_id`, which always comes back.
const FIELDS: [&str; 9] = [
    "person_info.preferred_name",
    "person_info.legal_name",
    "employment_info.department_id",
    "employment_info.worker_id",
    "employment_info.work_email",
    "employment_info.custom_fields",
    "onboarding_info.onboarding_date",
    "onboarding_info.onboarding_status",
    "onboarding_info.withdrawn_reason",
];

/// A field, or a parent such as `person_info` for all of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldName(String);

impl FromStr for FieldName {
    type Err = String;

    fn from_str(text: &str) -> Result<FieldName, String> {
        let name = [text.to_owned()];
        if FIELDS.into_iter().any(|field| names(&name, field)) {
            let [name] = name;
            Ok(FieldName(name))
        } else {
            Err(format!("expected a field such as {}, not \"{text}\"", FIELDS[0]))
        }
    }
}

impl AsRef<str> for FieldName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Whether a list of fields names this one, or its parent.
fn names(list: &[impl AsRef<str>], field: &str) -> bool {
    let (parent, _) = field.split_once('.').unwrap_or((field, ""));
    list.iter().map(AsRef::as_ref).any(|name| name == field || name == parent)
}

/// A pre-hire as a look-up returns it. A field that is empty, or that the app may not see, is not there.
pub(crate) fn item(pre_hire: &PreHire, asked: &[String], hidden: &[FieldName]) -> Value {
    let mut item = Map::new();
    item.insert("pre_hire_id".to_owned(), json!(pre_hire.pre_hire_id));
    for field in FIELDS.into_iter().filter(|field| names(asked, field) && !names(hidden, field)) {
        let (parent, name) = field.split_once('.').expect("each field has a parent");
        if let Some(value) = value(pre_hire, field) {
            let parent = item.entry(parent).or_insert_with(|| json!({}));
            parent[name] = value;
        }
    }
    Value::Object(item)
}

fn value(pre_hire: &PreHire, field: &str) -> Option<Value> {
    let profile = &pre_hire.profile;
    Some(match field {
        "person_info.preferred_name" => json!(profile.name),
        "person_info.legal_name" => json!(profile.legal_name),
        "employment_info.department_id" => json!(profile.department_id),
        "employment_info.worker_id" => json!(profile.worker_id),
        "employment_info.work_email" => json!(profile.work_email.as_ref()?),
        "employment_info.custom_fields" => json!([source(profile.source)]),
        "onboarding_info.onboarding_date" => json!(profile.onboarding_date),
        "onboarding_info.onboarding_status" => json!(pre_hire.stage),
        "onboarding_info.withdrawn_reason" if pre_hire.stage == Stage::Withdrawn => {
            json!(pre_hire.withdraw_reason.as_ref()?)
        }
        _ => return None,
    })
}

/// A field of the tenant's own; its value is JSON in a string.
fn source(value: &str) -> Value {
    json!({
        "custom_api_name": "candidate_source__c",
        "name": { "zh_cn": "候选人来源", "en_us": "Candidate source" },
        "type": 1,
        "value": json!(value).to_string(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use jiff::civil::date;

    use super::*;
    use crate::pre_hire::Profile;

    fn withdrawn() -> PreHire {
        PreHire {
            pre_hire_id: "7".to_owned(),
            stage: Stage::Withdrawn,
            withdrawn_times: 1,
            restored_times: 0,
            withdraw_reason: Some("原因".to_owned()),
            profile: Profile {
                name: "王芳".to_owned(),
                legal_name: "王芳芳".to_owned(),
                work_email: None,
                worker_id: "0000007".to_owned(),
                department_id: "71".to_owned(),
                onboarding_date: date(2026, 3, 1),
                updated_date: date(2026, 2, 1),
                source: "猎头",
            },
        }
    }

    fn shown(asked: &[&str], hidden: &[&str]) -> Value {
        let asked: Vec<String> = asked.iter().map(ToString::to_string).collect();
        let hidden: Vec<FieldName> = hidden.iter().map(|name| name.parse().unwrap()).collect();
        item(&withdrawn(), &asked, &hidden)
    }

    #[test]
    fn nothing_but_the_id_comes_unasked() {
        assert_eq!(shown(&[], &[]), json!({ "pre_hire_id": "7" }));
        assert_eq!(shown(&["nothing.known"], &[]), json!({ "pre_hire_id": "7" }));
    }

    #[test]
    fn a_field_or_all_of_a_parent_come_when_asked_for() {
        let one = json!({ "pre_hire_id": "7", "person_info": { "preferred_name": "王芳" } });
        assert_eq!(shown(&["person_info.preferred_name"], &[]), one);
        let all = json!({
            "pre_hire_id": "7",
            "onboarding_info": {
                "onboarding_date": "2026-03-01", "onboarding_status": "withdrawn", "withdrawn_reason": "原因"
            }
        });
        assert_eq!(shown(&["onboarding_info"], &[]), all);
    }

    #[test]
    fn an_empty_field_and_a_hidden_one_look_the_same() {
        assert_eq!(shown(&["employment_info.work_email"], &[]), json!({ "pre_hire_id": "7" }));
        assert_eq!(shown(&["person_info"], &["person_info"]), json!({ "pre_hire_id": "7" }));
        let one_hidden = json!({ "pre_hire_id": "7", "person_info": { "preferred_name": "王芳" } });
        assert_eq!(shown(&["person_info"], &["person_info.legal_name"]), one_hidden);
    }

    #[test]
    fn only_known_fields_and_their_parents_have_names() {
        for name in FIELDS.into_iter().chain(["person_info", "employment_info", "onboarding_info"]) {
            assert_eq!(name.parse(), Ok(FieldName(name.to_owned())));
        }
        for name in ["", "person_info.", "person", "pre_hire_id", "person_info.preferred_name.x"] {
            assert!(name.parse::<FieldName>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_custom_field_is_json_in_a_string() {
        let item = shown(&["employment_info.custom_fields"], &[]);
        assert_eq!(item["employment_info"]["custom_fields"][0]["value"], "\"猎头\"");
    }
}
