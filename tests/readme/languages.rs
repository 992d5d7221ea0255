//! The two languages of the page: whatever is not prose is the same in both.

use std::collections::BTreeSet;

use crate::page::{Block, Page, code};
use crate::{CHINESE, ENGLISH};

#[test]
fn both_have_the_same_headings() {
    let levels = |page: Page| -> Vec<usize> { page.sections().iter().map(|section| section.level).collect() };
    assert_eq!(levels(ENGLISH), levels(CHINESE));
}

/// Each section in both languages.
fn sections() -> Vec<(String, [String; 2])> {
    let pairs = ENGLISH.sections().into_iter().zip(CHINESE.sections());
    pairs.map(|(english, chinese)| (english.heading.to_owned(), [english.prose, chinese.prose])).collect()
}

#[test]
fn both_write_the_same_words_as_code_in_each_section() {
    for (heading, [english, chinese]) in sections() {
        let words =
            |prose: &str| -> BTreeSet<String> { code(prose).into_iter().map(str::to_owned).collect() };
        let (english, chinese) = (words(&english), words(&chinese));
        let one_sided: Vec<&String> = english.symmetric_difference(&chinese).collect();
        assert!(one_sided.is_empty(), "only one language has these in {heading:?}: {one_sided:#?}");
    }
}

#[test]
fn both_name_the_same_things_in_the_same_rows() {
    let first_cells = |page: Page| -> Vec<Vec<Vec<String>>> {
        let rows_of = |rows: Vec<Vec<String>>| {
            let cells = rows.into_iter().filter_map(|row| row.into_iter().next());
            cells.map(|cell| code(&cell).into_iter().map(str::to_owned).collect()).collect()
        };
        page.tables().into_iter().map(|table| rows_of(table.rows)).collect()
    };
    let (english, chinese) = (first_cells(ENGLISH), first_cells(CHINESE));
    for (english, chinese) in english.iter().zip(&chinese) {
        assert_eq!(english, chinese);
    }
    assert_eq!(english.len(), chinese.len(), "tables");
}

/// Every number of two digits and more, as often as it is told, without the commas in it.
fn numbers(prose: &str) -> Vec<String> {
    let joined = prose.replace(',', "");
    let runs = joined.split(|character: char| !character.is_ascii_digit());
    let mut numbers: Vec<String> = runs.filter(|digits| digits.len() > 1).map(str::to_owned).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn both_tell_the_same_numbers_in_each_section() {
    for (heading, [english, chinese]) in sections() {
        assert_eq!(numbers(&english), numbers(&chinese), "{heading:?}");
    }
}

/// A block without what its comments say; how an example ends is no comment.
fn without_comments(block: &Block) -> String {
    let line = |line: &str| match line.split_once("# ") {
        Some((before, comment)) if !comment.starts_with("exit ") => before.trim_end().to_owned(),
        _ => line.to_owned(),
    };
    block.text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn both_have_the_same_examples() {
    let blocks = |page: Page| -> Vec<(&str, String)> {
        page.blocks().iter().map(|block| (block.language, without_comments(block))).collect()
    };
    let (english, chinese) = (blocks(ENGLISH), blocks(CHINESE));
    for (english, chinese) in english.iter().zip(&chinese) {
        assert_eq!(english, chinese);
    }
    assert_eq!(english.len(), chinese.len(), "examples");
}
