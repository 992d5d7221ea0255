//! Owns the laws of the layout, as far as words can show a breach.

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 250;

/// The files without clock, network, files, randomness and tasks.
const PURE: &[&str] = &[
    "error_code.rs",
    "event.rs",
    "feishu/codes.rs",
    "feishu/exchange.rs",
    "feishu/pre_hire.rs",
    "feishu/scrub.rs",
    "feishu/search.rs",
    "feishu/token_call.rs",
    "feishu/wire.rs",
    "history.rs",
    "history/ending.rs",
    "input/columns.rs",
    "input/decoding.rs",
    "input/dialect.rs",
    "input/duplicates.rs",
    "input/encoding.rs",
    "input/id.rs",
    "input/layout.rs",
    "input/longest_cell.rs",
    "input/problem.rs",
    "input/quotes.rs",
    "input/reason.rs",
    "input/record.rs",
    "input/request.rs",
    "input/rules.rs",
    "input/utf8.rs",
    "input/validate.rs",
    "input/withdrawn.rs",
    "input/workbook/cell.rs",
    "input/workbook/kind.rs",
    "input/workbook/sheets.rs",
    "moment.rs",
    "operation.rs",
    "outcome.rs",
    "plan/ledger.rs",
    "plan/planner.rs",
    "prospect.rs",
    "record/advice.rs",
    "record/cells.rs",
    "record/chain.rs",
    "record/column_widths.rs",
    "record/entry.rs",
    "record/last_words.rs",
    "record/list_cells.rs",
    "record/logbook.rs",
    "record/order.rs",
    "record/workbook_limits.rs",
    "record/workbook_style.rs",
    "record/workbook_text.rs",
    "report/agreement.rs",
    "report/calls.rs",
    "report/card.rs",
    "report/check.rs",
    "report/config.rs",
    "report/ending.rs",
    "report/found.rs",
    "report/grid.rs",
    "report/made_page.rs",
    "report/metrics.rs",
    "report/outlook.rs",
    "report/page/chart.rs",
    "report/page/facts.rs",
    "report/page/head.rs",
    "report/page/numbers_view.rs",
    "report/page/rows_view.rs",
    "report/page/shown.rs",
    "report/page/timeline.rs",
    "report/page/track_view.rs",
    "report/page/tracks.rs",
    "report/page/view.rs",
    "report/page/words.rs",
    "report/results_check.rs",
    "report/summary.rs",
    "report/tally.rs",
    "report/verification.rs",
    "send/board.rs",
    "send/classify.rs",
    "send/due.rs",
    "send/hold.rs",
    "send/look.rs",
    "send/pacing.rs",
    "send/reading.rs",
    "send/retry.rs",
    "send/search/asking.rs",
    "send/search/pager.rs",
    "send/search/sieve.rs",
    "send/search/watcher.rs",
    "send/spacing.rs",
    "send/stop.rs",
    "send/token_state.rs",
    "send/token_way.rs",
    "send/window.rs",
    "settings/credentials.rs",
    "settings/day.rs",
    "settings/find.rs",
    "settings/layers.rs",
    "settings/profile.rs",
    "settings/rate.rs",
    "settings/span.rs",
    "settings/variables.rs",
];

/// What touches the world.
const WORLDLY: [&str; 9] = [
    "tokio",
    "reqwest",
    "std::fs",
    "std::env",
    "std::net",
    "Instant::now",
    "SystemTime",
    "rand::",
    "Timestamp::now",
];

#[test]
fn a_pure_file_does_not_touch_the_world() {
    for name in PURE {
        let code = code_of(&source().join(name));
        for word in WORLDLY {
            assert!(!code.contains(word), "src/{name} is pure, but mentions {word}");
        }
    }
}

#[test]
fn the_sending_stage_knows_no_later_one() {
    for path in files().into_iter().filter(|path| path.starts_with(source().join("send"))) {
        let code = code_of(&path);
        for word in ["record::", "report::"] {
            assert!(!code.contains(word), "{} mentions {word}", path.display());
        }
    }
}

#[test]
fn only_the_wiring_knows_all_stages_and_no_stage_calls_it() {
    for path in files() {
        let is_wiring = path.starts_with(source().join("app")) || path.ends_with("src/main.rs");
        assert!(
            is_wiring || !code_of(&path).contains("crate::app"),
            "{} mentions the wiring",
            path.display()
        );
    }
}

#[test]
fn standard_error_has_one_owner() {
    let owners = ["report/log.rs", "input/workbook/apart.rs"].map(|name| source().join(name));
    for path in files().into_iter().filter(|path| !owners.contains(path)) {
        let code = code_of(&path).replace("io::stderr().is_terminal", "");
        for word in ["io::stderr()", "eprint"] {
            assert!(!code.contains(word), "{} writes to standard error by itself", path.display());
        }
    }
}

#[test]
fn every_file_says_what_it_owns_and_is_short() {
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} does not open with what it owns", path.display());
        let lines = before_tests(&text).lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines before its tests", path.display());
    }
}

#[test]
fn every_folder_lists_its_cast() {
    // The first says what it is about in prose; the others hold tests.
    let exempt =
        ["language", "send/pool_tests", "send/search/searcher_tests"].map(|name| source().join(name));
    for path in files().into_iter().filter(|path| path.ends_with("mod.rs")) {
        let text = fs::read_to_string(&path).unwrap();
        let folder = path.parent().unwrap();
        let has_cast = text.lines().any(|line| line.starts_with("//! - "));
        assert!(has_cast || exempt.iter().any(|exempt| exempt == folder), "{} has no cast", path.display());
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file of the source.
fn files() -> Vec<PathBuf> {
    let mut folders = vec![source()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    assert!(files.len() > 50, "the source was not found");
    files
}

/// The code of a file, without its tests and comments.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = before_tests(&text).lines().map(|line| line.split("//").next().unwrap_or(""));
    lines.collect::<Vec<_>>().join("\n")
}

fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}
