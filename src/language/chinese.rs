//! The Chinese catalogue, `i18n/zh.toml`: each English template, and its translation. It is parsed when it is first asked
//! for, so an English run never reads it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use toml::de::{DeTable, DeValue};

const CATALOGUE: &str = include_str!("../../i18n/zh.toml");

type Catalogue = HashMap<Cow<'static, str>, Cow<'static, str>>;

static MESSAGES: LazyLock<Catalogue> = LazyLock::new(|| table("messages"));
static HELP: LazyLock<Catalogue> = LazyLock::new(|| table("help"));

/// The translation of a template.
pub(super) fn chinese(template: &str) -> Option<&'static str> {
    MESSAGES.get(template).map(AsRef::as_ref)
}

/// The translation of a text of the help.
pub(super) fn chinese_help(text: &str) -> Option<&'static str> {
    HELP.get(text).map(AsRef::as_ref)
}

/// Every text of the help that has a translation.
#[cfg(test)]
pub(super) fn known_help() -> impl Iterator<Item = &'static str> {
    HELP.keys().map(AsRef::as_ref)
}

/// One table of the catalogue. A name that stands there twice is a fault of TOML.
fn table(name: &str) -> Catalogue {
    let root = DeTable::parse(CATALOGUE).expect("a test parses the catalogue").into_inner();
    let table = root.into_iter().find(|(key, _)| key.get_ref() == name);
    let Some(DeValue::Table(table)) = table.map(|(_, value)| value.into_inner()) else {
        return Catalogue::new();
    };
    let entries = table.into_iter().filter_map(|(english, chinese)| match chinese.into_inner() {
        DeValue::String(chinese) => Some((english.into_inner(), chinese)),
        _ => None,
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    /// Every English template of the source: the first argument of each `text!`.
    fn templates() -> BTreeSet<String> {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut templates = BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else {
                    templates.extend(templates_of(&path));
                }
            }
        }
        assert!(templates.len() > 100, "the source was not found");
        templates
    }

    fn templates_of(path: &PathBuf) -> Vec<String> {
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let without_comments: Vec<&str> =
            code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = without_comments.join("\n");
        let calls = code.split("text!(").skip(1);
        calls.filter_map(|call| literal(call.trim_start().strip_prefix('"')?)).collect()
    }

    /// A string literal from behind its first quotation mark.
    fn literal(text: &str) -> Option<String> {
        let mut literal = String::new();
        let mut characters = text.chars();
        loop {
            match characters.next()? {
                '"' => return Some(literal),
                '\\' => literal.push(match characters.next()? {
                    'n' => '\n',
                    other => other,
                }),
                other => literal.push(other),
            }
        }
    }

    fn names(template: &str) -> BTreeSet<&str> {
        template.split('{').skip(1).filter_map(|rest| rest.split(['}', '|']).next()).collect()
    }

    #[test]
    fn every_template_has_its_translation_and_no_other_is_there() {
        let templates = templates();
        let known: BTreeSet<String> = MESSAGES.keys().map(|english| english.to_string()).collect();
        let missing: Vec<&String> = templates.difference(&known).collect();
        assert!(missing.is_empty(), "without a translation: {missing:#?}");
        let unused: Vec<&String> = known.difference(&templates).collect();
        assert!(unused.is_empty(), "translated, and never said: {unused:#?}");
        let lines = CATALOGUE.lines().filter(|line| line.starts_with('"')).count();
        assert_eq!(MESSAGES.len() + HELP.len(), lines, "each line is an entry");
    }

    /// "1 rows" must be impossible: a counted noun is written `{rows} {rows|row|rows}`.
    #[test]
    fn what_is_counted_has_its_singular() {
        let nouns = [
            "bytes",
            "calls",
            "cells",
            "characters",
            "codes",
            "columns",
            "days",
            "departments",
            "entries",
            "files",
            "ids",
            "kinds",
            "lines",
            "pages",
            "people",
            "pre-hires",
            "replies",
            "retries",
            "rows",
            "runs",
            "searches",
            "sheets",
            "successes",
            "tokens",
        ];
        for template in templates() {
            for behind in template.split('}').skip(1).filter_map(|behind| behind.strip_prefix(' ')) {
                let words = behind.split(|c: char| c.is_whitespace() || ",;:.()".contains(c)).take(2);
                let counted: Vec<&str> = words.filter(|word| nouns.contains(word)).collect();
                assert!(counted.is_empty(), "{template:?} counts {counted:?} without a singular");
            }
        }
    }

    #[test]
    fn a_translation_has_the_same_names_and_is_chinese() {
        let is_chinese =
            |text: &str| text.chars().any(|character| ('\u{4E00}'..='\u{9FFF}').contains(&character));
        // Names of things, which are the same everywhere.
        let same = [
            "Bash",
            "Fish",
            "PowerShell",
            "Zsh",
            "log id",
            "profile",
            "ticket",
            "{duration} at {rate}",
            "{told}, log id {log_id}",
        ];
        let holds_words = |text: &str| {
            let outside = text.split('}').filter_map(|part| part.split('{').next());
            outside.flat_map(str::chars).any(char::is_alphabetic)
        };
        for (english, chinese) in MESSAGES.iter().chain(HELP.iter()) {
            assert_eq!(names(english), names(chinese), "{english}");
            assert!(
                is_chinese(chinese) || !holds_words(english) || same.contains(&english.as_ref()),
                "{english}: {chinese}"
            );
        }
    }
}
