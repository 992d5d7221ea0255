//! Owns the Chinese catalogue: each English template, and its translation; by what they are about.

mod files;
mod help;
mod looks;
mod page;
mod records;
mod rows;
mod runs;
mod settings;
mod told;
mod verification;

/// The translation of a template.
pub(super) fn chinese(template: &str) -> Option<&'static str> {
    catalogue().find(|(english, _)| *english == template).map(|(_, chinese)| chinese)
}

/// The translation of a text of the help.
pub(super) fn chinese_help(text: &str) -> Option<&'static str> {
    help::HELP.iter().find(|(english, _)| *english == text).map(|(_, chinese)| *chinese)
}

fn catalogue() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        rows::ROWS,
        files::FILES,
        runs::RUNS,
        looks::LOOKS,
        records::RECORDS,
        settings::SETTINGS,
        page::PAGE,
        told::TOLD,
        verification::VERIFICATION,
    ]
    .into_iter()
    .flatten()
    .copied()
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
        template.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    #[test]
    fn every_template_has_its_translation_and_no_other_is_there() {
        let templates = templates();
        let known: BTreeSet<String> = catalogue().map(|(english, _)| english.to_owned()).collect();
        let missing: Vec<&String> = templates.difference(&known).collect();
        assert!(missing.is_empty(), "without a translation: {missing:#?}");
        let unused: Vec<&String> = known.difference(&templates).collect();
        assert!(unused.is_empty(), "translated, and never said: {unused:#?}");
        assert_eq!(known.len(), catalogue().count(), "nothing is translated twice");
    }

    #[test]
    fn a_translation_has_the_same_names_and_is_chinese() {
        let is_chinese =
            |text: &str| text.chars().any(|character| ('\u{4E00}'..='\u{9FFF}').contains(&character));
        // These hold nothing but words that are the same everywhere.
        let same = [
            "{key}: {wrong}",
            "{duration} at {rate}",
            "{code}, {meaning}",
            "{cause} ({code})",
            "{all}: {counts}",
            "{told}, {code}",
            "{told} \"{message}\"",
            "{told}, log id {log_id}",
            "{ending}: {why}",
            "{calls}; {waits}",
            "log id",
            "ticket",
            "profile",
            "{lines}\n  {line}",
            "{words}; {waits}",
        ];
        for (english, chinese) in catalogue() {
            assert_eq!(names(english), names(chinese), "{english}");
            assert!(is_chinese(chinese) || same.contains(&english), "{english}: {chinese}");
        }
    }
}
