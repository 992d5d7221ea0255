//! `prehire report`: what is on the page, what can never get out of it or into it, and what is never overwritten.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use crate::context::{APP_ID, TestContext};
use crate::contract::RESULT_COLUMNS;
use crate::run::Run;

const REFUSED: &str = "9922000000000000001";
const NO_PERMISSION: &str = "9901011610970000001";

/// Names that would be more than names on a careless page.
pub const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script>",
    "</td><img src=x onerror=alert(1)>",
    "\"' onmouseover='alert(1)",
    "{{ words.rows }}{% raw %}&lt;",
    "أحمد\u{202E}محمد",
    "👩‍💻 Zoë",
    "=HYPERLINK(\"http://x\",\"y\")",
];

pub fn report(context: &TestContext, arguments: &[&str]) -> Run {
    context.finish(context.program([&["report", "leavers.results.csv"], arguments].concat()))
}

pub fn page(context: &TestContext, name: &str) -> String {
    fs::read_to_string(context.path(name)).unwrap()
}

/// A results file with these cells, as `row,status,success,error_code`, below the columns id and name.
pub fn results(rows: impl Iterator<Item = [String; 6]>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["pre_hire_id", "name"].into_iter().chain(RESULT_COLUMNS)).unwrap();
    for [id, name, row, status, success, code] in rows {
        let first = [id.as_str(), &name, &row, &status, &success, &code];
        writer.write_record(first.into_iter().chain(["said", "", "1", "", "", "", "do it", "", ""])).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Rows without success, one for each name.
pub fn refused<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    results(names.into_iter().zip(2..).map(|(name, row)| {
        let cells =
            [&format!("73450056644777{row:05}"), name, &row.to_string(), "refused", "false", "1161129"];
        cells.map(str::to_owned)
    }))
}

/// The text between two marks.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before}"));
    rest.split_once(after).unwrap_or_else(|| panic!("no {after}")).0
}

/// The tags of a page, with their attributes.
fn tags(page: &str) -> Vec<&str> {
    let style = between(page, "<style>", "</style>");
    let script = between(page, "<script>", "</script>");
    let outside = page.split(style).flat_map(|part| part.split(script));
    outside.flat_map(|part| part.split('<').skip(1)).filter_map(|tag| tag.split('>').next()).collect()
}

/// The names of the attributes of a tag that have a value.
fn attributes(tag: &str) -> Vec<&str> {
    let outside_values = tag.split('"').step_by(2);
    outside_values.flat_map(str::split_whitespace).filter_map(|word| word.strip_suffix('=')).collect()
}

#[test]
fn the_figures_are_on_the_page() {
    let context = TestContext::new().rows(5).row(REFUSED, "a").row(NO_PERMISSION, "b").row("7.3E+18", "c");
    context.run().assert_exit(1);
    let run = report(&context, &[]);
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      page               leavers.results.html
      results            leavers.results.csv
      journal            leavers.results.csv.journal
      rows               8 (5 successes)
      need attention     3
    ");
    assert_eq!(run.stderr, "", "{run}");
    let page = page(&context, "leavers.results.html");
    for part in [
        "<b>8</b> rows",
        "<b>5</b> successes",
        "<b>3</b> need attention",
        "<b>7</b> calls for these rows",
        "prehire withdraw ",
        APP_ID,
        "127.0.0.1:",
        "100000/1s",
        "rows by status: withdrawn 5, refused 2, invalid 1",
        "7 calls in ",
        "ended, some rows did not succeed",
        "Ask an administrator to grant the app permission",
        "Look up the pre-hire in Feishu",
        REFUSED,
        "7.3E+18",
    ] {
        assert!(page.contains(part), "{part} is not on the page");
    }
    assert_eq!(page.matches("<figure>").count(), 1);
    assert!(!page.contains("class=\"note\""), "there is nothing that a reader must know before");
    let mode = fs::metadata(context.path("leavers.results.html")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!context.path("leavers.results.html.partial").exists());

    let json = report(&context, &["--format", "json"]).json();
    let expected = serde_json::json!({
        "command": "report", "page": "leavers.results.html", "results": "leavers.results.csv",
        "journal": "leavers.results.csv.journal", "rows": 8, "successes": 5, "need_a_person": 3, "exit_code": 0
    });
    assert_eq!(json, expected);
}

#[test]
fn the_page_speaks_chinese() {
    let context = TestContext::new().rows(2).row(REFUSED, "a");
    context.run().assert_exit(1);
    assert_said!(report(&context, &["--lang", "zh"]).assert_exit(0), @r"
    exit code: 0
    ----- stdout
      页面               leavers.results.html
      结果               leavers.results.csv
      日志               leavers.results.csv.journal
      行数               3（成功2）
      需要人工处理       1
    ");
    let page = page(&context, "leavers.results.html");
    for part in
        ["<html lang=\"zh-CN\">", "撤销入职报告", "<b>3</b> 行数", "refused", "请在飞书中查看", "次运行"]
    {
        assert!(page.contains(part), "{part} is not on the page");
    }
}

#[test]
fn what_the_cells_hold_is_text_and_nothing_else() {
    let context = TestContext::new();
    fs::write(context.results_path(), refused(HOSTILE)).unwrap();
    report(&context, &[]).assert_exit(0);
    let page = page(&context, "leavers.results.html");
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{page}");
    assert!(page.contains("{{ words.rows }}{% raw %}&#38;lt;"), "a template is not filled twice");
    assert!(page.contains("أحمد\u{202E}محمد</td>") && page.contains("👩‍💻 Zoë"));
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("<tr>").count(), 3 + 1 + 1 + HOSTILE.len(), "a cell closes no row");
    for tag in tags(&page) {
        let name = tag.split_whitespace().next().unwrap_or_default();
        assert!(!["img", "iframe", "object", "link", "a", "base", "embed"].contains(&name), "<{tag}>");
        assert!(!attributes(tag).iter().any(|name| name.starts_with("on")), "<{tag}>");
    }
}

#[test]
fn the_page_asks_for_nothing_and_its_own_policy_forbids_it() {
    let context = TestContext::new().rows(2).row(REFUSED, "a");
    context.run().assert_exit(1);
    report(&context, &[]).assert_exit(0);
    let page = page(&context, "leavers.results.html");
    let names: BTreeSet<&str> = tags(&page).into_iter().flat_map(attributes).collect();
    assert!(names.contains("class") && names.contains("aria-labelledby"), "{names:?}");
    for fetching in
        ["src", "href", "xlink:href", "srcset", "poster", "data", "action", "style", "background", "ping"]
    {
        assert!(!names.contains(fetching), "{fetching}: {names:?}");
    }
    let style = between(&page, "<style>", "</style>");
    assert!(!style.contains("url(") && !style.contains("@import"), "{style}");
    let script = between(&page, "<script>", "</script>");
    for word in ["fetch", "XMLHttpRequest", "import", "WebSocket", "innerHTML", "eval", "http"] {
        assert!(!script.contains(word), "{word}");
    }
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, text.as_bytes())));
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"").replace("&#39;", "'");
    let expected = format!("default-src 'none'; style-src {}; script-src {};", hash(style), hash(script));
    assert!(policy.starts_with(&expected), "{policy}\n{expected}");
    assert!(!page.contains("http://") && !page.contains("https://"), "not even as text here");
}

#[test]
fn only_a_report_of_ours_is_replaced() {
    let context = TestContext::new().rows(1).row(REFUSED, "a");
    context.run().assert_exit(1);
    let target = context.path("leavers.results.html");
    let foreign = b"<!DOCTYPE html>\n<html><body>the handbook</body></html>";
    fs::write(&target, foreign).unwrap();
    assert_said!(report(&context, &[]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: leavers.results.html already exists, and was not written by prehire
    hint: move that file elsewhere, or choose another name with -o FILE
    ");
    assert_eq!(fs::read(&target).unwrap(), foreign);
    for own in ["leavers.results.csv", "leavers.results.csv.journal", "leavers.csv", "."] {
        report(&context, &["-o", own]).assert_exit(2);
    }
    assert_said!(report(&context, &["-o", "-"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: the page needs a file
    hint: give its name with -o FILE
    ");
    assert_said!(context.finish(context.program(["report", "-"])).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: a page made from standard input needs a file name
    hint: give one with -o FILE
    ");

    report(&context, &["-o", "monday.html"]).assert_exit(0);
    report(&context, &["-o", "monday.html", "--lang", "zh"]).assert_exit(0);
    assert!(page(&context, "monday.html").contains("报告"));
    symlink(context.path("nowhere"), context.path("link.html")).unwrap();
    report(&context, &["-o", "link.html"]).assert_exit(2);
    assert_said!(report(&context, &["-o", "missing/page.html"]).assert_exit(4), @r"
    exit code: 4
    ----- stderr
    error: can't write missing/page.html: No such file or directory (os error 2)
    hint: free up disk space, or choose another place with -o FILE
    ");
}

#[test]
fn without_a_journal_the_page_says_so() {
    let context = TestContext::new().rows(2).row(REFUSED, "a");
    context.run().assert_exit(1);
    fs::rename(context.journal_path(), context.path("elsewhere")).unwrap();
    assert_said!(report(&context, &[]).assert_exit(0), @r"
    exit code: 0
    ----- stdout
      page               leavers.results.html
      results            leavers.results.csv
      journal            not found: the page has no timeline
      rows               3 (2 successes)
      need attention     1
    ");
    let without = page(&context, "leavers.results.html");
    assert!(without.contains("There is no timeline") && !without.contains("<figure>"), "{without}");
    assert!(without.contains("<b>3</b> rows") && without.contains("Withdrawal of pre-hires"), "{without}");
    assert_said!(report(&context, &["--journal", "nothing"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: can't read nothing: No such file or directory (os error 2)
    ");

    report(&context, &["--journal", "elsewhere"]).assert_exit(0);
    let with = page(&context, "leavers.results.html");
    assert!(with.contains("<figure>") && !with.contains("were they renamed"), "{with}");
    fs::rename(context.results_path(), context.path("moved.csv")).unwrap();
    context.finish(context.program(["report", "moved.csv", "--journal", "elsewhere"])).assert_exit(0);
    assert!(page(&context, "moved.html").contains("No run in elsewhere names these results"));
}

#[test]
fn a_damaged_journal_is_no_timeline() {
    let context = TestContext::new().rows(2);
    context.run().assert_exit(0);
    let text = String::from_utf8(context.journal_bytes()).unwrap();
    fs::write(context.journal_path(), text.replacen("\"attempt\":1", "\"attempt\":2", 1)).unwrap();
    let run = report(&context, &[]);
    assert_said!(run.assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: line 3 of leavers.results.csv.journal is damaged: it was changed after it was written, or the line before it was
    hint: restore the file from a backup
    ");
    assert!(!context.path("leavers.results.html").exists());
}

#[test]
fn a_long_file_makes_a_page_that_opens() {
    let context = TestContext::new();
    let names: Vec<String> = (0..30_000).map(|number| format!("name {number}")).collect();
    fs::write(context.results_path(), refused(names.iter().map(String::as_str))).unwrap();
    report(&context, &[]).assert_exit(0);
    let page = page(&context, "leavers.results.html");
    assert!(page.contains("<b>30,000</b> need attention") && page.contains("and 28,000 more"));
    assert!(page.contains("name 1999<") && !page.contains("name 2000<"));
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
}

#[test]
fn a_huge_cell_is_cut() {
    let context = TestContext::new();
    let name = "长".repeat(100_000);
    fs::write(context.results_path(), refused([name.as_str()])).unwrap();
    report(&context, &[]).assert_exit(0);
    assert!(page(&context, "leavers.results.html").len() < 60_000);
}

#[test]
fn the_timeline_tells_of_waits_and_of_every_run() {
    let context = TestContext::new().rows(12).simulator(|simulated| {
        simulated.rate = Some("5/1s".parse().unwrap());
    });
    let context = context.flag("--deadline", "300ms").rate("6/1s").flag("--burst", 6);
    context.run().assert_exit(3);
    let context = context.without("--deadline");
    context.run().assert_exit(0);
    report(&context, &[]).assert_exit(0);
    let page = page(&context, "leavers.results.html");
    assert_eq!(page.matches("<figure>").count(), 2);
    assert!(page.contains("Run 2, ") && page.contains("stopped early: "), "{page}");
    assert!(
        page.contains("throttled reply")
            && page.contains("class=\"held\"")
            && page.contains("class=\"throttled\" d=")
    );
    assert!(page.contains("line class=\"cap\""), "{page}");
}

#[test]
fn workbooks_undos_rehearsals_and_empty_files_have_pages_too() {
    let context = TestContext::new().rows(2).row(REFUSED, "a").flag("--output", "out.xlsx");
    context.run().assert_exit(1);
    context.finish(context.program(["report", "out.xlsx"])).assert_exit(0);
    assert!(page(&context, "out.html").contains("<b>3</b> rows"));

    let context = TestContext::new().rows(2).row(REFUSED, "a");
    context.run().assert_exit(1);
    context.restore().assert_exit(1);
    context.finish(context.program(["report", "leavers.restored.csv"])).assert_exit(0);
    let undo = page(&context, "leavers.restored.html");
    assert!(undo.contains("Restoration of pre-hires") && undo.contains("restored by this tool"), "{undo}");

    let rehearsal = TestContext::new().rows(2).switch("--simulate").without("--base-url");
    rehearsal.run().assert_exit(0);
    let simulated = ["report", "leavers.simulated.results.csv"];
    rehearsal.finish(rehearsal.program(simulated)).assert_exit(0);
    let simulated = page(&rehearsal, "leavers.simulated.results.html");
    assert!(simulated.contains("A rehearsal") && simulated.contains("Nothing: every row succeeded."));

    let empty = TestContext::new();
    empty.run().assert_exit(0);
    report(&empty, &[]).assert_exit(0);
    assert!(page(&empty, "leavers.results.html").contains("<b>0</b> rows"));
    let foreign = ["report", "leavers.csv"];
    assert_said!(empty.finish(empty.program(foreign)).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: this is not a results file: its header does not end with the result columns
    hint: give a results file that prehire withdraw has written
    ");
}
