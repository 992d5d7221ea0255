//! The formats that were released: what a run of their time has left is read by this version, whatever came to be since.
//!
//! `fixtures/make.sh` made the files: two rehearsals of one list, the first in Chinese and with looks, and the undo.

use std::fs;
use std::path::Path;

use crate::context::TestContext;
use crate::run::{Row, Run, rows_of};
use crate::watch::entries_of;

const FORMATS: [&str; 1] = ["v2"];
const SOMEBODY: &str = "7345005664477775407";
/// Not withdrawable, and found out by a look in the Chinese run.
const COMPLETED: &str = "9922000000000000001";
/// In doubt since the second run. In a rehearsal that begins anew it is not withdrawn yet.
const DOUBTFUL: &str = "9903011610000000001";
const JOURNAL: &str = "leavers.results.csv.journal";

/// Does something with the files of each format, in a directory of its own.
fn with_each(work: impl Fn(&TestContext)) {
    for format in FORMATS {
        let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures").join(format);
        let context = TestContext::new();
        for file in fs::read_dir(files).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), context.path(&file.file_name().into_string().unwrap())).unwrap();
        }
        work(&context);
    }
}

fn run(context: &TestContext, arguments: &[&str]) -> Run {
    context.finish(context.program(arguments.iter().copied()))
}

fn rows(context: &TestContext, results: &str) -> Vec<Row> {
    rows_of(&fs::read_to_string(context.path(results)).unwrap())
}

fn row<'a>(rows: &'a [Row], id: &str) -> &'a Row {
    rows.iter().find(|row| &row["pre_hire_id"] == id).unwrap()
}

#[test]
fn they_are_verified_with_their_results() {
    with_each(|context| {
        run(context, &["verify", JOURNAL, "--results", "leavers.results.csv"])
            .assert_exit(0)
            .assert_stdout("whole: ")
            .assert_stdout("runs               2");
        let undo = ["verify", "leavers.restored.csv.journal", "--results", "leavers.restored.csv"];
        run(context, &undo).assert_exit(0).assert_stdout("restored");
    });
}

#[test]
fn they_are_explained_in_the_language_of_whoever_asks() {
    with_each(|context| {
        run(context, &["explain", JOURNAL, DOUBTFUL]).assert_exit(0).assert_stdout("settled: unknown");
        let english = run(context, &["explain", JOURNAL, COMPLETED, "--lang", "en"]);
        english.assert_exit(0).assert_stdout("(read back: the stage is completed)");
        let chinese = run(context, &["explain", JOURNAL, COMPLETED, "--lang", "zh"]);
        chinese.assert_exit(0).assert_stdout("查询结果");
    });
}

#[test]
fn they_become_a_page() {
    with_each(|context| {
        run(context, &["report", "leavers.results.csv", "-o", "page.html"]).assert_exit(0);
        let page = fs::read_to_string(context.path("page.html")).unwrap();
        assert!(page.contains("已完成"), "what the server said stands in it");
    });
}

#[test]
fn they_prove_what_may_be_restored() {
    with_each(|context| {
        let restore = ["restore", "leavers.results.csv", "--simulate", "--dry-run", "--format", "json"];
        let run = run(context, &restore);
        assert_eq!(run.json()["can_be_sent"], 2, "{run}");
    });
}

#[test]
fn a_run_goes_on_from_them() {
    with_each(|context| {
        let flags =
            ["--simulate", "--yes", "--retry-base", "1ms", "--read-back-delay", "1ms", "--lang", "zh"];
        let withdraw = ["withdraw", "leavers.csv", "-o", "leavers.results.csv"];
        let earlier = rows(context, "leavers.results.csv");
        run(context, &[&withdraw[..], &flags[..]].concat()).assert_exit(1);
        let results = rows(context, "leavers.results.csv");
        let facts = ["status", "success", "error_code", "retry_outcome", "attempts", "http_status", "log_id"];
        for id in [SOMEBODY, "7345005664477775408", "9921000000000000001", COMPLETED, "9923000000000000001"] {
            assert_eq!(row(&results, id).words(&facts), row(&earlier, id).words(&facts), "{id}");
        }
        let refused = row(&results, COMPLETED);
        assert!(refused["error_message"].contains("查询结果"), "{refused:?}");
        assert_eq!(row(&results, DOUBTFUL).words(&["status", "retry_outcome"]), "withdrawn recovered");
        let calls = |id: &str| {
            let lines = entries_of(&context.path(JOURNAL));
            lines.iter().filter(|(kind, line)| kind == "call_started" && line["id"] == id).count()
        };
        assert_eq!((calls(SOMEBODY), calls(COMPLETED), calls(DOUBTFUL)), (1, 1, 2), "only what was open");
    });
}
