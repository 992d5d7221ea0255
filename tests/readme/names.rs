//! The exit codes: each has its row. The names that the program keeps in lists are checked beside it, in
//! `src/app/readme_tests.rs`.

use crate::PAGES;
use crate::page::Table;

const EXIT_CODES: [u8; 8] = [0, 1, 2, 3, 4, 75, 130, 143];

/// The first cells of a table.
fn first_cells(table: &Table) -> impl Iterator<Item = &str> {
    table.rows.iter().filter_map(|row| row.first()).map(String::as_str)
}

#[test]
fn every_exit_code_has_its_row_and_no_other_is_there() {
    for page in PAGES {
        let tables = page.tables();
        let numbers = |table: &Table| -> Option<Vec<u8>> {
            first_cells(table).flat_map(|cell| cell.split(", ")).map(|number| number.parse().ok()).collect()
        };
        let told: Vec<Vec<u8>> = tables.iter().filter_map(numbers).collect();
        assert_eq!(told, [EXIT_CODES], "{}", page.name);
    }
}
