//! Owns the names of the environment variables that this program knows, and their values.

use std::collections::HashMap;

use crate::feishu::Secret;

pub(super) const TENANT_ACCESS_TOKEN: &str = "FEISHU_TENANT_ACCESS_TOKEN";
pub(super) const APP_ID: &str = "FEISHU_APP_ID";
pub(super) const APP_SECRET: &str = "FEISHU_APP_SECRET";
pub(super) const APP_SECRET_FILE: &str = "FEISHU_APP_SECRET_FILE";
pub(super) const APP_TICKET: &str = "FEISHU_APP_TICKET";
pub(super) const APP_TICKET_FILE: &str = "FEISHU_APP_TICKET_FILE";
pub(super) const TENANT_KEY: &str = "FEISHU_TENANT_KEY";

/// The variables that are set and not empty. Any of them may hold a secret.
#[derive(Clone, Debug, Default)]
pub struct Variables(HashMap<&'static str, Secret>);

impl Variables {
    /// Every name.
    pub const NAMES: [&str; 7] =
        [TENANT_ACCESS_TOKEN, APP_ID, APP_SECRET, APP_SECRET_FILE, APP_TICKET, APP_TICKET_FILE, TENANT_KEY];

    /// Asks for each of the names.
    pub(super) fn read(value_of: impl Fn(&str) -> Option<String>) -> Self {
        let filled = |name: &'static str| {
            let value = Secret::new(&value_of(name)?);
            (!value.is_empty()).then_some((name, value))
        };
        Variables(Variables::NAMES.into_iter().filter_map(filled).collect())
    }

    /// The value of a variable, unless it is missing or empty.
    pub(super) fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }
}
