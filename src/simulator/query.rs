//! Owns the play of the query call: up to ten pre-hires, and their stages.

use serde_json::{Value, json};

use super::codes;
use super::people::{People, Stage};
use super::wire::QueryRequest;

const MOST_IDS: usize = 10;
const STAGE_FIELDS: [&str; 2] = ["onboarding_info", "onboarding_info.onboarding_status"];

/// The data of the reply, or the code of the refusal.
pub(super) fn play(people: &People, request: Option<&QueryRequest>) -> Result<Value, u32> {
    let request = request.ok_or(codes::PARAM_INVALID)?;
    if request.pre_hire_ids.len() > MOST_IDS {
        return Err(codes::PARAM_INVALID);
    }
    // Without fields nothing but the ids comes back, as with the real API.
    let with_stage = request.fields.iter().any(|field| STAGE_FIELDS.contains(&field.as_str()));
    let visible = |id: &&String| people.look_up(id).stage != Stage::Deleted;
    let items: Vec<Value> = request
        .pre_hire_ids
        .iter()
        .filter(visible)
        .map(|id| {
            let stage = people.look_up(id).stage;
            if with_stage {
                json!({ "pre_hire_id": id, "onboarding_info": { "onboarding_status": stage } })
            } else {
                json!({ "pre_hire_id": id })
            }
        })
        .collect();
    Ok(json!({ "items": items, "page_token": "", "has_more": false }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(ids: &[&str], fields: &[&str]) -> Result<Value, u32> {
        let owned = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        let mut people = People::new(Stage::Preboarding);
        people.withdraw("2", "reason").expect("it can be withdrawn");
        play(&people, Some(&QueryRequest { pre_hire_ids: owned(ids), fields: owned(fields) }))
    }

    #[test]
    fn stages_come_back_for_visible_ids_and_only_when_asked_for() {
        let data = ask(&["1", "2", "9923000000000000001"], &["onboarding_info.onboarding_status"]);
        let items = data.expect("an answer")["items"].clone();
        assert_eq!(items[0]["onboarding_info"]["onboarding_status"], "preboarding");
        assert_eq!(items[1]["onboarding_info"]["onboarding_status"], "withdrawn");
        assert_eq!(items[2], Value::Null);
        assert_eq!(ask(&["1"], &[]).expect("an answer")["items"][0], json!({ "pre_hire_id": "1" }));
    }

    #[test]
    fn more_than_ten_ids_are_refused() {
        assert_eq!(ask(&["1"; 11], &[]), Err(codes::PARAM_INVALID));
        assert_eq!(play(&People::new(Stage::Preboarding), None), Err(codes::PARAM_INVALID));
    }
}
