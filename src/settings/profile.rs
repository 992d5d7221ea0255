//! What a config file says: TOML text → profiles, or a fault with its place. It never repeats a secret's value.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::layers::{Layer, known};
use super::secret_file::SecretSource;
use crate::feishu::Secret;
use crate::language::{Text, text};
use crate::model::BaseUrl;

/// One `[profile.NAME]`. Paths are as they are written: relative to the config file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) layer: Layer,
    pub(crate) app_id: Option<String>,
    pub(crate) app_secret: Option<SecretSource>,
    pub(crate) app_ticket: Option<SecretSource>,
    pub(crate) tenant_key: Option<String>,
}

/// What is wrong with a config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProfileFault {
    /// The place in bytes.
    at: usize,
    pub(super) message: Text,
    pub(super) hint: Option<Text>,
}

impl ProfileFault {
    const fn new(at: usize, message: Text) -> Self {
        ProfileFault { at, message, hint: None }
    }

    /// Its line, counted from 1.
    pub(super) fn line_in(&self, text: &str) -> usize {
        1 + text.bytes().take(self.at).filter(|byte| *byte == b'\n').count()
    }
}

/// The keys that are not settings of a run.
const IDENTITY_KEYS: [&str; 6] =
    ["app_id", "app_secret", "app_secret_file", "app_ticket_file", "lark", "tenant_key"];

/// Every key that a profile may have.
pub(crate) fn profile_keys() -> impl Iterator<Item = &'static str> {
    IDENTITY_KEYS.iter().chain(Layer::KEYS).copied()
}

type Value<'a> = Spanned<DeValue<'a>>;

/// Reads all profiles of a file, in order of their names; a fault in any of them is one of the file.
///
/// serde's own errors would be in English alone, name no key, and repeat values; so the values are looked at one by one.
pub(super) fn parse(text: &str) -> Result<Vec<Profile>, ProfileFault> {
    let root = DeTable::parse(text).map_err(|error| {
        // The error's own display would repeat the line, which may hold a secret.
        let at = error.span().map_or(0, |span| span.start);
        ProfileFault::new(at, text!("invalid TOML: {cause}", cause = error.message().replace('\n', ", ")))
    })?;
    let mut profiles = Vec::new();
    for (key, value) in root.get_ref() {
        let name = key.get_ref().as_ref();
        if name != "profile" {
            let fault = ProfileFault::new(key.span().start, text!("unknown name \"{name}\"", name));
            let hint = text!("put every setting under a heading such as [profile.default]");
            return Err(ProfileFault { hint: Some(hint), ..fault });
        }
        for (name, value) in table_of("profile", value)? {
            profiles.push(Profile::read(name.get_ref(), value)?);
        }
    }
    Ok(profiles)
}

impl Profile {
    fn read(name: &str, value: &Value<'_>) -> Result<Profile, ProfileFault> {
        let table = table_of(&format!("profile.{name}"), value)?;
        let mut profile = Profile { name: name.to_owned(), ..Profile::default() };
        for (place, value) in table {
            let (key, at) = (place.get_ref().as_ref(), place.span().start);
            match key {
                "app_id" => profile.app_id = Some(text_of(key, value)?),
                "tenant_key" => profile.tenant_key = Some(text_of(key, value)?),
                "app_ticket_file" => {
                    profile.app_ticket = Some(SecretSource::File(text_of(key, value)?.into()));
                }
                "app_secret" | "app_secret_file" => {
                    let text = text_of(key, value)?;
                    let source = if key == "app_secret" {
                        SecretSource::Text(Secret::new(&text))
                    } else {
                        SecretSource::File(text.into())
                    };
                    profile.app_secret = Some(source);
                }
                "lark" => {
                    let is_lark = value.get_ref().as_bool().ok_or_else(|| {
                        ProfileFault::new(value.span().start, text!("{key} is neither true nor false", key))
                    })?;
                    if is_lark && table.contains_key("base_url") {
                        return Err(ProfileFault::new(at, text!("lark and base_url can't both be set")));
                    }
                    profile.layer.base_url = is_lark.then(|| known(BaseUrl::LARK)).or(profile.layer.base_url);
                }
                _ => profile.layer.set(key, at, value)?,
            }
        }
        if table.contains_key("app_secret") && table.contains_key("app_secret_file") {
            let message = text!("app_secret and app_secret_file can't both be set");
            return Err(ProfileFault::new(value.span().start, message));
        }
        Ok(profile)
    }
}

impl Layer {
    fn set(&mut self, key: &str, at: usize, value: &Value<'_>) -> Result<(), ProfileFault> {
        if !Layer::KEYS.contains(&key) {
            let hint = Some(text!("did you mean {key}?", key = nearest(key)));
            return Err(ProfileFault { hint, ..ProfileFault::new(at, text!("unknown key \"{key}\"", key)) });
        }
        let text = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            _ => &text_of(key, value)?,
        };
        let read = self.read(key, text).expect("the key is one of the table");
        read.map_err(|wrong| {
            ProfileFault::new(value.span().start, text!("{key}: {wrong}", key, wrong => wrong))
        })
    }
}

fn table_of<'v, 'i>(heading: &str, value: &'v Value<'i>) -> Result<&'v DeTable<'i>, ProfileFault> {
    value.get_ref().as_table().ok_or_else(|| {
        ProfileFault::new(value.span().start, text!("{heading} is not a table such as [{heading}]", heading))
    })
}

fn text_of(key: &str, value: &Value<'_>) -> Result<String, ProfileFault> {
    let wrong = |what: Text| ProfileFault::new(value.span().start, what);
    let text = value
        .get_ref()
        .as_str()
        .ok_or_else(|| wrong(text!("{key} is not text: put it in quotation marks", key)))?;
    match text.trim() {
        "" => Err(wrong(text!("{key} is empty", key))),
        text => Ok(text.to_owned()),
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
        assert_eq!(default.app_secret, Some(SecretSource::File("secret".into())));
        assert_eq!(default.layer.rate, "10/60s".parse().ok());
        assert_eq!(default.layer.burst, "10".parse().ok());
        assert_eq!(lark.layer.base_url, Some(known(BaseUrl::LARK)));
        assert!(!format!("{lark:?}").contains("hunter2"));
        assert!(parse("").unwrap().is_empty());
    }

    #[test]
    fn every_key_of_the_table_is_one_of_a_profile() {
        for key in Layer::KEYS {
            let text = format!("[profile.a]\n{key} = true");
            let fault = parse(&text).unwrap_err();
            assert_eq!((fault.line_in(&text), &fault.hint), (2, &None), "{key}");
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
            assert_eq!(fault.line_in(text), line, "{text}");
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
