//! What people read, in their language: advice, messages and summaries. Column names and words in cells never change.
//!
//! A [`Text`] is a sentence that is not yet in any language. Its English form stands where it is made, in `text!`;
//! `i18n/zh.toml` has the other one, and a test sees to it that none is missing.

mod chinese;
mod text;

pub use text::Text;
pub(crate) use text::text;

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A language that people read (`--lang`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    #[value(name = "en")]
    English,
    /// Chinese, in simplified characters.
    #[value(name = "zh")]
    Chinese,
}

impl Language {
    /// The language of a locale such as `zh_CN.UTF-8`.
    #[must_use]
    pub fn of_locale(locale: &str) -> Language {
        let language = locale.split(['_', '.', '@', '-']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("zh") { Language::Chinese } else { Language::English }
    }
}

impl Language {
    /// A text of the help in this language; the same where there is no other.
    #[must_use]
    pub fn help(self, text: &str) -> Option<&'static str> {
        match self {
            Language::English => None,
            Language::Chinese => chinese::chinese_help(text),
        }
    }

    /// Every text of the help that has a translation.
    #[cfg(test)]
    pub fn translated_help() -> impl Iterator<Item = &'static str> {
        chinese::known_help()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::English => "en",
            Language::Chinese => "zh",
        })
    }
}

impl FromStr for Language {
    type Err = Text;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "en" => Ok(Language::English),
            "zh" => Ok(Language::Chinese),
            other => Err(text!("\"{other}\" is neither en nor zh", other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_tells_the_language() {
        for locale in ["zh", "zh_CN.UTF-8", "zh-Hans", "ZH_TW"] {
            assert_eq!(Language::of_locale(locale), Language::Chinese, "{locale}");
        }
        for locale in ["", "C", "C.UTF-8", "POSIX", "en_US.UTF-8", "de_DE", "zha"] {
            assert_eq!(Language::of_locale(locale), Language::English, "{locale}");
        }
    }
}
