//! Owns the names that scripts depend on: columns, words, codes, variables, keys, exit codes. Each page has all of them.

use prehire::feishu::codes;
use prehire::input::{LOOK_UP_COLUMNS, RESULT_COLUMNS};
use prehire::model::Exit;
use prehire::model::{ErrorCode, RetryOutcome, Status};
use prehire::results::LIST_COLUMNS;

use crate::PAGES;
use crate::page::{Table, code};

#[track_caller]
fn assert_named(kind: &str, words: impl IntoIterator<Item = impl ToString>) {
    for word in words {
        let word = word.to_string();
        for page in PAGES {
            assert!(page.names(&word), "{} does not name the {kind} {word}", page.name);
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
    assert_named("variable", prehire::settings::Variables::NAMES);
    assert_named("variable", ["HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "STATE_DIRECTORY", "TMPDIR"]);
}

/// The first cells of a table.
fn first_cells(table: &Table) -> impl Iterator<Item = &str> {
    table.rows.iter().filter_map(|row| row.first()).map(String::as_str)
}

#[test]
fn every_key_of_a_profile_has_its_row() {
    for page in PAGES {
        let tables = page.tables();
        for key in prehire::settings::profile_keys() {
            let has_row = tables.iter().flat_map(first_cells).any(|cell| code(cell).contains(&key));
            assert!(has_row, "{} has no row for the key {key}", page.name);
        }
    }
}

#[test]
fn every_exit_code_has_its_row_and_no_other_is_there() {
    let all = Exit::ALL.map(Exit::code);
    for page in PAGES {
        let tables = page.tables();
        let numbers = |table: &Table| -> Option<Vec<u8>> {
            first_cells(table).flat_map(|cell| cell.split(", ")).map(|number| number.parse().ok()).collect()
        };
        let told: Vec<Vec<u8>> = tables.iter().filter_map(numbers).collect();
        assert_eq!(told, [all], "{}", page.name);
    }
}
