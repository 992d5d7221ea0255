//! Owns what `check --online` says of the rows that were looked up.

use serde_json::Value;

use super::table::Table;
use super::{Outlook, SearchProgress};
use crate::language::{Language, text};

/// The tables for people; nothing where nothing was looked up.
pub(super) fn looked_up_text(online: Option<(&Outlook, &SearchProgress)>, language: Language) -> String {
    let Some((outlook, progress)) = online else { return String::new() };
    let mut table = Table::new(language);
    table.gap();
    table.count(text!("looked up"), outlook.rows());
    let mut text = table.into_text() + &outlook.counts(language);
    let mut table = Table::new(language);
    table.line(text!("searches"), progress.words());
    if outlook.rows() > 0 {
        table.gap();
        table.say(text!("the first rows"));
    }
    text += &table.into_text();
    if outlook.rows() > 0 {
        text += &outlook.first_rows(language);
    }
    let rows = outlook.problems();
    if rows > 0 {
        let mut table = Table::new(language);
        table.gap();
        table.say(text!("{rows} rows would be refused, or are not visible", rows));
        text += &table.into_text();
        text += &outlook.problem_rows(language);
    }
    text
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
