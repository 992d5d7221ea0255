//! Owns the list of `prehire find` as cells: its columns, and a row of it. It is an input of `prehire withdraw`.

use super::cells::formula_safe;
use crate::model::{PreHire, Stage, WithdrawReason};

/// The columns, always in this order (contract, "Commands").
pub const LIST_COLUMNS: [&str; 5] = ["pre_hire_id", "name", "stage", "onboarding_date", "withdraw_reason"];

/// The cells of one pre-hire. What the app may not see is empty, but for the stage that was searched for.
#[must_use]
pub fn list_row(
    pre_hire: &PreHire,
    searched: Option<&Stage>,
    reason: Option<&WithdrawReason>,
) -> [String; LIST_COLUMNS.len()] {
    let safe = |text: &Option<String>| text.as_deref().map_or_else(String::new, formula_safe);
    let stage = pre_hire.stage.as_ref().or(searched);
    [
        // Digits alone, which no spreadsheet takes for a formula.
        pre_hire.id.to_string(),
        safe(&pre_hire.name),
        stage.map_or_else(String::new, |stage| formula_safe(&stage.to_string())),
        safe(&pre_hire.onboarding_date),
        // Ours, and sent byte for byte as it is.
        reason.map_or_else(String::new, |reason| reason.as_str().to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PreHireId, ValidReason};

    fn row(name: &str) -> String {
        let id = PreHireId::parse("7345005664477775407", true).expect("an id");
        let date = Some("2026-03-01".to_owned());
        let pre_hire =
            PreHire { id, name: Some(name.to_owned()), stage: None, onboarding_date: date, work_email: None };
        let reason = WithdrawReason::from(ValidReason::parse("=1+1 no, a reason").expect("a reason"));
        list_row(&pre_hire, Some(&Stage::DayOne), Some(&reason)).join("|")
    }

    #[test]
    fn texts_of_the_server_are_no_formulas_and_a_reason_is_sent_as_it_is() {
        let rest = "|day_one|2026-03-01|=1+1 no, a reason";
        assert_eq!(row("张伟"), format!("7345005664477775407|张伟{rest}"));
        for formula in ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(row(formula), format!("7345005664477775407|'{formula}{rest}"));
        }
    }

    #[test]
    fn what_the_app_may_not_see_is_empty() {
        let id = PreHireId::parse("1", true).expect("an id");
        let bare = PreHire { id, name: None, stage: None, onboarding_date: None, work_email: None };
        assert_eq!(list_row(&bare, None, None), ["1", "", "", "", ""]);
        let known = PreHire { stage: Some(Stage::DayOne), ..bare };
        assert_eq!(list_row(&known, Some(&Stage::Preboarding), None)[2], "day_one", "what is said counts");
    }
}
