//! Owns a sentence that is not yet in any language: a template, and the values that stand in it.

use std::fmt;

use crate::language::Language;
use crate::language::chinese::chinese;

/// A sentence, or something that is the same in every language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// The same in every language: a name, a number, what the server said.
    Plain(String),
    /// An English template with `{names}`, and what stands in their place.
    Template(&'static str, Vec<(&'static str, Value)>),
}

/// What stands in the place of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The same in every language.
    Plain(String),
    /// A part of the sentence.
    Text(Box<Text>),
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
            Text::Template(template, values) => (*template, values),
        };
        let template = match language {
            Language::English => template,
            Language::Chinese => chinese(template).unwrap_or(template),
        };
        filled(template, |name| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some(match value {
                Value::Plain(text) => text.clone(),
                Value::Text(text) => text.in_language(language),
            })
        })
    }

    /// Is there nothing to read?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Text::Plain(text) if text.is_empty()) || matches!(self, Text::Template("", _))
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

impl Value {
    /// Something that is the same in every language.
    pub fn plain(value: &(impl fmt::Display + ?Sized)) -> Value {
        Value::Plain(value.to_string())
    }

    /// A part of the sentence.
    pub fn text(text: Text) -> Value {
        Value::Text(Box::new(text))
    }
}

/// A sentence: its English template, then the values of its names: `name`, or `name = value`, or `name => part` for a
/// part that is a [`Text`] itself.
macro_rules! text {
    ($template:literal $(, $name:ident $(= $value:expr)? $(=> $text:expr)?)* $(,)?) => {
        $crate::language::Text::Template(
            $template,
            vec![$((stringify!($name), $crate::language::text!(@value $name $(= $value)? $(=> $text)?))),*],
        )
    };
    (@value $name:ident) => { $crate::language::Value::plain(&$name) };
    (@value $name:ident = $value:expr) => { $crate::language::Value::plain(&$value) };
    (@value $name:ident => $text:expr) => { $crate::language::Value::text($text) };
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
}
