//! Owns what a config file says: TOML text → profiles, or a fault with its line. It never repeats a secret's value.

use std::ops::Range;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::layers::{Layer, known};
use crate::feishu::Secret;
use crate::language::{Text, text};
use crate::model::BaseUrl;

/// One `[profile.NAME]`.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// How it wants runs to be.
    pub layer: Layer,
    /// The app's id.
    pub app_id: Option<String>,
    /// The app's secret itself.
    pub app_secret: Option<Secret>,
    /// The file that holds the app's secret, as it is written: relative to the config file.
    pub app_secret_file: Option<PathBuf>,
    /// The file that holds a store app's ticket; as that.
    pub app_ticket_file: Option<PathBuf>,
    /// The tenant that a store app calls for.
    pub tenant_key: Option<String>,
}

/// What is wrong with a config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The line, counted from 1.
    pub(super) line: usize,
    /// What is wrong.
    pub(super) message: Text,
    /// What to do about it.
    pub(super) hint: Option<Text>,
}

/// The keys that are not settings of a run.
const IDENTITY_KEYS: [&str; 6] =
    ["app_id", "app_secret", "app_secret_file", "app_ticket_file", "lark", "tenant_key"];

/// Every key that a profile may have.
pub fn profile_keys() -> impl Iterator<Item = &'static str> {
    IDENTITY_KEYS.iter().chain(Layer::KEYS).copied()
}

/// Reads all profiles of a file, in order of their names; a fault in any of them is one of the file.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn parse(text: &str) -> Result<Vec<Profile>, Fault> {
    let reader = Reader { text };
    let root = DeTable::parse(text).map_err(|error| {
        // The error's own display would repeat the line, which may hold a secret.
        let at = error.span().map_or(0, |span| span.start);
        reader.fault(at, text!("invalid TOML: {cause}", cause = error.message().replace('\n', ", ")))
    })?;
    let mut profiles = Vec::new();
    for (key, value) in root.get_ref() {
        let name = key.get_ref().as_ref();
        if name != "profile" {
            let fault = reader.fault(key.span().start, text!("unknown name \"{name}\"", name));
            let hint = text!("put every setting under a heading such as [profile.default]");
            return Err(Fault { hint: Some(hint), ..fault });
        }
        for (name, value) in reader.table(value, "profile")? {
            profiles.push(reader.profile(name.get_ref(), value)?);
        }
    }
    Ok(profiles)
}

struct Reader<'a> {
    text: &'a str,
}

type Value<'a> = Spanned<DeValue<'a>>;

impl Reader<'_> {
    fn profile(&self, name: &str, value: &Value<'_>) -> Result<Profile, Fault> {
        let heading = format!("profile.{name}");
        let mut profile = Profile { name: name.to_owned(), ..Profile::default() };
        let mut lark = None;
        for (key, value) in self.table(value, &heading)? {
            let place = key.span();
            match key.get_ref().as_ref() {
                "app_id" => profile.app_id = Some(self.text_of("app_id", value)?),
                "app_secret" => profile.app_secret = Some(Secret::new(&self.text_of("app_secret", value)?)),
                "app_secret_file" => {
                    profile.app_secret_file = Some(self.text_of("app_secret_file", value)?.into());
                }
                "app_ticket_file" => {
                    profile.app_ticket_file = Some(self.text_of("app_ticket_file", value)?.into());
                }
                "tenant_key" => profile.tenant_key = Some(self.text_of("tenant_key", value)?),
                "lark" => lark = self.is_true("lark", value)?.then_some(place),
                key => self.setting(&mut profile.layer, key, place, value)?,
            }
        }
        if let Some(place) = lark {
            if profile.layer.base_url.is_some() {
                return Err(self.fault(place.start, text!("lark and base_url can't both be set")));
            }
            profile.layer.base_url = Some(known(BaseUrl::LARK));
        }
        if profile.app_secret.is_some() && profile.app_secret_file.is_some() {
            let at = value.span().start;
            return Err(self.fault(at, text!("app_secret and app_secret_file can't both be set")));
        }
        Ok(profile)
    }

    fn setting(
        &self,
        layer: &mut Layer,
        key: &str,
        place: Range<usize>,
        value: &Value<'_>,
    ) -> Result<(), Fault> {
        if !Layer::KEYS.contains(&key) {
            let fault = self.fault(place.start, text!("unknown key \"{key}\"", key));
            return Err(Fault { hint: Some(text!("did you mean {key}?", key = nearest(key))), ..fault });
        }
        let text = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            _ => &self.text_of(key, value)?,
        };
        let read = layer.read(key, text).expect("the key is one of the table");
        read.map_err(|wrong| self.fault(value.span().start, text!("{key}: {wrong}", key, wrong => wrong)))
    }

    fn table<'v, 'i>(&self, value: &'v Value<'i>, heading: &str) -> Result<&'v DeTable<'i>, Fault> {
        let wrong =
            || self.fault(value.span().start, text!("{heading} is not a table such as [{heading}]", heading));
        value.get_ref().as_table().ok_or_else(wrong)
    }

    fn text_of(&self, key: &str, value: &Value<'_>) -> Result<String, Fault> {
        let wrong = |what: Text| self.fault(value.span().start, what);
        let text = value
            .get_ref()
            .as_str()
            .ok_or_else(|| wrong(text!("{key} is not text: put it in quotation marks", key)))?;
        let text = text.trim();
        if text.is_empty() {
            return Err(wrong(text!("{key} is empty", key)));
        }
        Ok(text.to_owned())
    }

    fn is_true(&self, key: &str, value: &Value<'_>) -> Result<bool, Fault> {
        let wrong = || self.fault(value.span().start, text!("{key} is neither true nor false", key));
        value.get_ref().as_bool().ok_or_else(wrong)
    }

    fn fault(&self, at: usize, message: Text) -> Fault {
        let before = self.text.as_bytes().iter().take(at);
        Fault { line: 1 + before.filter(|byte| **byte == b'\n').count(), message, hint: None }
    }
}

/// The known key that looks most like a word.
fn nearest(word: &str) -> &'static str {
    let likeness = |key: &&str| (strsim::jaro_winkler(word, key) * 1e6) as u32;
    profile_keys().max_by_key(likeness).expect("there are keys")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn profiles_are_read_with_all_their_keys() {
        let profiles = parse(
            "# ours\n[profile.default]\napp_id = \" cli_a \"\napp_secret_file = 'secret'\nrate = '10/60s'\nburst = 1_0\n\
             [profile.lark]\nlark = true\napp_secret = 'hunter2'\n[profile.empty]\n",
        )
        .unwrap();
        let names: Vec<_> = profiles.iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(names, ["default", "empty", "lark"]);
        let [default, _, lark] = profiles.as_slice() else { unreachable!() };
        assert_eq!(default.app_id.as_deref(), Some("cli_a"));
        assert_eq!(default.app_secret_file, Some("secret".into()));
        assert_eq!(default.layer.rate, "10/60s".parse().ok());
        assert_eq!(default.layer.burst, "10".parse().ok());
        assert_eq!(lark.layer.base_url, Some(known(BaseUrl::LARK)));
        assert!(!format!("{lark:?}").contains("hunter2"));
        assert!(parse("").unwrap().is_empty());
    }

    #[test]
    fn every_key_of_the_table_is_one_of_a_profile() {
        for key in Layer::KEYS {
            let fault = parse(&format!("[profile.a]\n{key} = true")).unwrap_err();
            assert_eq!((fault.line, fault.hint), (2, None), "{key}");
            assert!(fault.message.to_string().starts_with(key), "{}", fault.message);
        }
    }

    #[test]
    fn a_fault_has_its_line_and_the_nearest_key() {
        let table = [
            ("[profile.a]\nrat = '1/1s'", 2, "unknown key \"rat\"", Some("did you mean rate?")),
            ("[profile.a]\n\napp-id = 'x'", 3, "unknown key \"app-id\"", Some("did you mean app_id?")),
            ("[profile.a]\nretry = 3", 2, "unknown key \"retry\"", Some("did you mean retry_cap?")),
            ("[profile.a]\nburst = 0x10", 2, "burst is not text", None),
            ("[profile.a]\nburst = 0", 2, "burst: expected a whole number of 1 or more", None),
            ("[profile.a]\ntimeout = 30", 2, "timeout: expected a time with its unit", None),
            ("[profile.a]\napp_id = 7", 2, "app_id is not text", None),
            ("[profile.a]\napp_id = '  '", 2, "app_id is empty", None),
            ("[profile.a]\nlark = 'yes'", 2, "lark is neither true nor false", None),
            ("[profile.a]\nlark = true\nbase_url = 'https://h'", 2, "lark and base_url", None),
            (
                "[profile.a]\napp_secret = 'a'\napp_secret_file = 'b'",
                1,
                "app_secret and app_secret_file",
                None,
            ),
            ("[profile.a]\nrate = '1/1s'\nrate = '2/1s'", 3, "invalid TOML: duplicate key", None),
            ("[profile.a\n", 1, "invalid TOML: unclosed table", None),
            ("profile = 3", 1, "profile is not a table", None),
            ("[profile]\na = 3", 2, "profile.a is not a table", None),
            ("app_id = 'a'", 1, "unknown name \"app_id\"", Some("put every setting under a heading")),
        ];
        for (text, line, message, hint) in table {
            let fault = parse(text).unwrap_err();
            assert!(fault.message.to_string().starts_with(message), "{text}: {}", fault.message);
            assert_eq!(fault.line, line, "{text}");
            match (hint, &fault.hint) {
                (Some(expected), Some(hint)) => {
                    assert!(hint.to_string().starts_with(expected), "{text}: {hint}")
                }
                (expected, hint) => {
                    assert_eq!(expected, hint.as_ref().map(ToString::to_string).as_deref(), "{text}")
                }
            }
        }
    }

    #[test]
    fn a_fault_never_repeats_a_secret() {
        for text in [
            "[profile.a]\napp_secret = \"hunter2",
            "[profile.a]\napp_secret = hunter2",
            "[profile.a]\napp_secret = ['hunter2']",
            "[profile.a]\napp_secert = 'hunter2'",
            "app_secret = 'hunter2'",
            "[profile.a]\napp_secret = 'hunter2'\nburst = 'x'",
        ] {
            let fault = parse(text).unwrap_err();
            assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
        }
    }
}
