//! The sentence that is not yet in any language: a template, and the values that stand in it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::language::Language;
use crate::language::chinese::chinese;

/// A sentence, or something that is the same in every language.
///
/// It is recorded as what it is, not in a language: what is the same everywhere as a string, a sentence as
/// `{"text": TEMPLATE, "with": {NAME: VALUE}}`. It is rendered in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// The same in every language: a name, a number, what the server said.
    Plain(String),
    /// An English template with `{names}`, and what stands in their place.
    Template(Cow<'static, str>, Vec<(Cow<'static, str>, Text)>),
}

impl Text {
    /// Something that is the same in every language. A sentence is made by `text!`, so that it has a translation.
    #[must_use]
    pub fn plain(value: impl fmt::Display) -> Text {
        Text::Plain(value.to_string())
    }

    /// The sentence in a language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> String {
        let (template, values) = match self {
            Text::Plain(text) => return text.clone(),
            Text::Template(template, values) => (template.as_ref(), values),
        };
        let template = match language {
            Language::English => template,
            Language::Chinese => chinese(template).unwrap_or(template),
        };
        filled(template, |name| {
            let (_, value) = values.iter().find(|(known, _)| known == name)?;
            Some(value.in_language(language))
        })
    }

    /// Is there nothing to read?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Text::Plain(text) => text.is_empty(),
            Text::Template(template, _) => template.is_empty(),
        }
    }
}

/// Puts values in the place of `{names}`; a name that nobody knows stays. `{name|one|many}` becomes the word that fits the
/// number of that name: "{rows} {rows|row|rows} {rows|is|are} left".
fn filled(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('}') else { break };
        let inner = &rest[start + 1..start + length];
        let (name, words) = inner.split_once('|').map_or((inner, None), |(name, words)| (name, Some(words)));
        match (value(name), words.and_then(|words| words.split_once('|'))) {
            (Some(number), Some((one, many))) => filled.push_str(if number == "1" { one } else { many }),
            (Some(value), None) => filled.push_str(&value),
            (None, _) => filled.push_str(&rest[start..=start + length]),
        }
        rest = &rest[start + length + 1..];
    }
    filled.push_str(rest);
    filled
}

/// In English, for logs and tests.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl Default for Text {
    fn default() -> Self {
        Text::Plain(String::new())
    }
}

/// What clap shows when a value can't be read; it speaks English.
impl std::error::Error for Text {}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Text::Plain(text) => serializer.serialize_str(text),
            Text::Template(template, values) => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("text", template)?;
                if !values.is_empty() {
                    map.serialize_entry("with", &Values(values))?;
                }
                map.end()
            }
        }
    }
}

struct Values<'a>(&'a [(Cow<'static, str>, Text)]);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or a sentence with its values")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text::Plain(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        let (mut template, mut values) = (None, BTreeMap::<String, Text>::new());
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                "text" => template = Some(map.next_value::<String>()?),
                "with" => values = map.next_value()?,
                _ => {
                    map.next_value::<de::IgnoredAny>()?;
                }
            }
        }
        let template = template.ok_or_else(|| de::Error::missing_field("text"))?;
        let values = values.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect();
        Ok(Text::Template(Cow::Owned(template), values))
    }
}

/// A sentence: its English template, then the values of its names: `name`, or `name = value`, or `name => part` for a
/// part that is a [`Text`] itself.
macro_rules! text {
    ($template:literal $(, $name:ident $(= $value:expr)? $(=> $text:expr)?)* $(,)?) => {
        $crate::language::Text::Template(
            ::std::borrow::Cow::Borrowed($template),
            vec![$((
                ::std::borrow::Cow::Borrowed(stringify!($name)),
                $crate::language::text!(@value $name $(= $value)? $(=> $text)?),
            )),*],
        )
    };
    (@value $name:ident) => { $crate::language::Text::Plain(($name).to_string()) };
    (@value $name:ident = $value:expr) => { $crate::language::Text::Plain(($value).to_string()) };
    (@value $name:ident => $text:expr) => { $crate::language::Text::from($text) };
}

pub(crate) use text;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_way_to_values() {
        let column = "id";
        let text = text!("\"{value}\" in {column}, {column}", column, value = 7);
        assert_eq!(text.to_string(), "\"7\" in id, id");
        let nested = text!("so: {text}{", text => text);
        assert_eq!(nested.to_string(), "so: \"7\" in id, id{");
        assert_eq!(filled("{a}{b}", |name| (name == "a").then(|| "{b}".to_owned())), "{b}{b}");
    }

    #[test]
    fn a_number_chooses_its_words() {
        let left = |rows: u32| text!("{rows} {rows|row|rows} {rows|is|are} left", rows).to_string();
        assert_eq!(left(0), "0 rows are left");
        assert_eq!(left(1), "1 row is left");
        assert_eq!(left(21), "21 rows are left");
    }

    #[test]
    fn what_a_value_holds_is_no_template() {
        let name = "{name}".to_owned();
        assert_eq!(
            text!("the cell in column \"{column}\" is empty", column = name).to_string(),
            "the cell in column \"{name}\" is empty"
        );
    }

    #[test]
    fn what_was_recorded_in_one_language_is_read_in_the_other() {
        let sentence = text!("the run was cut off during the call");
        for text in [
            Text::default(),
            Text::Plain("{\"text\": 1}".to_owned()),
            text!("{message} (read back: the stage is {stage})", message => sentence.clone(), stage = "{x}"),
            text!("read back: the stage is {stage}", stage = 7),
            sentence,
        ] {
            let json = serde_json::to_string(&text).expect("it is JSON");
            let read: Text = serde_json::from_str(&json).expect("it was written");
            assert_eq!(read, text, "{json}");
            for language in [Language::English, Language::Chinese] {
                assert_eq!(read.in_language(language), text.in_language(language), "{json}");
            }
        }
        let later = r#"{"text":"a {b} of a later version","with":{"b":"sentence"},"more":[1]}"#;
        let later: Text = serde_json::from_str(later).expect("a field more is no fault");
        assert_eq!(later.in_language(Language::Chinese), "a sentence of a later version");
        assert!(serde_json::from_str::<Text>(r#"{"with":{}}"#).is_err());
    }
}
