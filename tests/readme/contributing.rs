//! The promises of CONTRIBUTING.md: whatever file or folder it names is there, and its worked example is how the program is.

use std::fs;
use std::path::Path;

use crate::ROOT;

const PAGE: &str = include_str!("../../CONTRIBUTING.md");
const EXAMPLE: &str = "## A worked example: a new code of the API";

/// What stands between two backticks, outside of commands.
fn paths(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|text| !text.contains(char::is_whitespace)).filter(|text| is_path(text)).collect()
}

fn is_path(text: &str) -> bool {
    text.contains('/') || [".md", ".rs", ".toml"].iter().any(|ending| text.ends_with(ending))
}

#[test]
fn every_path_is_there() {
    // The three marks around a block of code are no quotation.
    let page = PAGE.replace("```", "");
    let paths = paths(&page);
    assert!(paths.len() > 40, "only {} paths were found", paths.len());
    for path in paths {
        assert!(Path::new(ROOT).join(path).exists(), "CONTRIBUTING.md names {path}, which is not there");
    }
}

/// A step of the worked example: the files that its first sentence names, and the lines to type.
struct Step<'a> {
    files: Vec<&'a str>,
    lines: Vec<&'a str>,
}

fn steps() -> Vec<Step<'static>> {
    let (_, example) = PAGE.split_once(EXAMPLE).expect("the worked example is there");
    let (example, _) = example.split_once("\n## ").expect("another section follows");
    let mut steps: Vec<Step> = Vec::new();
    let mut is_code = false;
    for line in example.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if is_code {
            steps.last_mut().expect("code stands in a step").lines.push(line.trim());
        } else if line.starts_with(|character: char| character.is_ascii_digit()) {
            // Text that wraps is no part of it: what comes later in a step names commands.
            let files = paths(line.split_once(": ").expect("a step begins with its files").0);
            steps.push(Step { files, lines: Vec::new() });
        }
    }
    steps
}

fn text_of(file: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The codes of the table, as its file has them: one a row, some by a name.
fn codes() -> Vec<String> {
    let text = text_of("src/feishu/codes.rs");
    let rows = text.lines().filter_map(|line| line.strip_prefix("    row(")?.split_once(','));
    let number = |code: &str| match text.split_once(&format!("const {code}: i64 = ")) {
        Some((_, rest)) => rest.split(';').next().unwrap_or_default().replace('_', ""),
        None => code.replace('_', ""),
    };
    rows.map(|(code, _)| number(code)).collect()
}

#[test]
fn every_line_of_the_worked_example_stands_in_its_files() {
    let steps = steps();
    assert!(steps.len() >= 7, "only {} steps were found", steps.len());
    for Step { files, lines } in steps {
        assert!(!files.is_empty(), "a step without a file: {lines:?}");
        for file in files {
            let text = text_of(file);
            for line in &lines {
                assert!(text.contains(line), "{file} has no line {line}");
            }
        }
    }
}

#[test]
fn every_code_of_the_table_is_where_the_example_puts_it() {
    // The sample is of withdrawals that let the run go on, and a sentence is not every code's own.
    let is_complete =
        |file: &&str| !["i18n/zh.toml", "samples/every-reply.csv", "CHANGELOG.md"].contains(file);
    let files: Vec<&str> = steps().into_iter().flat_map(|step| step.files).filter(is_complete).collect();
    assert!(files.len() >= 5, "{files:?}");
    let codes = codes();
    assert!(codes.len() > 50, "only {} codes were found", codes.len());
    for file in files {
        let mut text = text_of(file);
        if file.ends_with(".rs") {
            text = text.replace('_', "");
        }
        let numbers: Vec<&str> = text.split(|character: char| !character.is_ascii_digit()).collect();
        for code in &codes {
            assert!(numbers.contains(&code.as_str()), "{file} does not name the code {code}");
        }
    }
}
