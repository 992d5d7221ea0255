//! Owns what `check --online` says of the rows that were looked up.

use serde_json::Value;

use super::outlook::Outlook;
use super::search_progress::SearchProgress;
use super::table::Table;
use crate::language::{Language, text};

/// The lines for people; none where nothing was looked up.
pub(super) fn add_looked_up(
    table: &mut Table,
    online: Option<(&Outlook, &SearchProgress)>,
    language: Language,
) {
    let Some((outlook, progress)) = online else { return };
    table.gap();
    table.count(text!("looked up"), outlook.rows());
    table.add(&outlook.counts(language));
    table.line(text!("searches"), progress.words());
    if outlook.rows() > 0 {
        table.gap();
        table.say(text!("the first rows"));
        table.add(&outlook.first_rows(language));
    }
    let rows = outlook.problems();
    if rows > 0 {
        table.gap();
        table.say(text!("{rows} {rows|row|rows} would be refused, or {rows|is|are} not visible", rows));
        table.add(&outlook.problem_rows(language));
    }
}

/// The same for scripts.
pub(super) fn looked_up_json(online: Option<(&Outlook, &SearchProgress)>) -> Value {
    let Some((outlook, progress)) = online else { return Value::Null };
    let mut object = outlook.json();
    for (name, value) in progress.json() {
        object[name] = value;
    }
    object
}
