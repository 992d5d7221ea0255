//! The names that scripts depend on are in README.md and README.zh-CN.md: whoever adds one learns here that the pages
//! lack it.

use crate::feishu::codes;
use crate::input::{LOOK_UP_COLUMNS, RESULT_COLUMNS};
use crate::model::{ErrorCode, RetryOutcome, Status};
use crate::results::LIST_COLUMNS;
use crate::settings::{Variables, profile_keys};

const PAGES: [(&str, &str); 2] = [
    ("README.md", include_str!("../../README.md")),
    ("README.zh-CN.md", include_str!("../../README.zh-CN.md")),
];

/// Is this word written as code? A variable may be written as a shell does.
fn names(text: &str, word: &str) -> bool {
    [format!("`{word}`"), format!("`${word}`"), format!("`${word}/")].iter().any(|code| text.contains(code))
}

#[track_caller]
fn assert_named(kind: &str, words: impl IntoIterator<Item = impl ToString>) {
    for word in words {
        let word = word.to_string();
        for (page, text) in PAGES {
            assert!(names(text, &word), "{page} does not name the {kind} {word}");
        }
    }
}

#[test]
fn every_column_word_and_code() {
    assert_named("column", RESULT_COLUMNS);
    assert_named("column of a look", LOOK_UP_COLUMNS);
    assert_named("column of a list", LIST_COLUMNS);
    assert_named("status", Status::ALL.map(Status::word));
    assert_named("code", codes::TABLE.iter().map(|row| row.code));
    assert_named("retry outcome", RetryOutcome::ALL.map(RetryOutcome::word));
    assert_named("error word", ErrorCode::WORDS.map(|(_, word)| word));
    assert_named("error word", ["http_NNN"]);
}

#[test]
fn every_variable() {
    assert_named("variable", Variables::NAMES);
    assert_named("variable", ["HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "STATE_DIRECTORY", "TMPDIR"]);
}

#[test]
fn every_key_of_a_profile_has_its_row() {
    for (page, text) in PAGES {
        let first_cells = || text.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
        for key in profile_keys() {
            let has_row = first_cells().any(|cell| names(cell, key));
            assert!(has_row, "{page} has no row for the key {key}");
        }
    }
}
