//! The promise of CONTRIBUTING.md: whatever file or folder it names is there.

use std::path::Path;

use crate::ROOT;

const PAGE: &str = include_str!("../../CONTRIBUTING.md");

/// What stands between two backticks, outside of commands.
fn paths() -> Vec<&'static str> {
    let quoted = PAGE.split('`').skip(1).step_by(2);
    quoted.filter(|text| !text.contains(char::is_whitespace)).filter(|text| is_path(text)).collect()
}

fn is_path(text: &str) -> bool {
    text.contains('/') || [".md", ".rs", ".toml"].iter().any(|ending| text.ends_with(ending))
}

#[test]
fn every_path_is_there() {
    let paths = paths();
    assert!(paths.len() > 40, "only {} paths were found", paths.len());
    for path in paths {
        assert!(Path::new(ROOT).join(path).exists(), "CONTRIBUTING.md names {path}, which is not there");
    }
}
