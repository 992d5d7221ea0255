//! The guards: what must be true before the first call, and what ends a run early.

use std::fs;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::Value;

use crate::context::{SOMEBODY, TestContext};
use crate::run::Run;

/// Exit 2, nothing called, nothing created.
fn refuses_to_start(context: &TestContext, said: &str) {
    context.run().assert_unusable(said);
    assert_eq!(context.record().calls, [], "{said}");
}

#[test]
fn more_rows_than_allowed_are_none_at_all() {
    // Only rows that would be sent count.
    let context = TestContext::new().rows(3).row("x", "bad").flag("--max-rows", 2);
    refuses_to_start(&context, "--max-rows 2");
    TestContext::new().rows(3).row("x", "bad").flag("--max-rows", 3).run().assert_exit(1);
}

#[test]
fn the_digest_of_a_check_lets_those_rows_pass_and_no_others() {
    let context = TestContext::new().row(SOMEBODY, "a").row("x", "bad");
    let checked = context.check(&["--format", "json"]);
    let digest = checked.assert_exit(1).json()["digest"].as_str().unwrap().to_owned();
    assert!(digest.starts_with("sha256:") && digest.len() == 71, "{digest}");
    context.check(&[]).assert_stdout(&digest);
    let other = TestContext::new().row(SOMEBODY, "A").flag("--expect", &digest);
    refuses_to_start(&other, "--expect");
    // The row that can't be sent is no part of the digest.
    TestContext::new().row(SOMEBODY, "a").flag("--expect", &digest).run().assert_exit(0);
}

#[test]
fn a_check_and_a_dry_run_call_nothing_and_create_nothing() {
    let context = TestContext::new().row(SOMEBODY, "a").switch("--dry-run").without("--yes");
    let dry = context.run();
    dry.assert_exit(0).assert_stdout("digest");
    let checked = context.check(&[]);
    checked.assert_exit(0);
    assert_eq!(dry.stdout.lines().last(), checked.stdout.lines().last(), "a dry run is a check");
    assert_eq!(context.record().calls, []);
    assert!(!dry.has_results(), "{dry}");
    let without_credentials = context.without_env("FEISHU_APP_ID").without_env("FEISHU_APP_SECRET");
    without_credentials.run().assert_exit(0);
}

#[test]
fn a_check_with_an_output_writes_what_would_be_sent_as_not_attempted() {
    let context = TestContext::new().row(SOMEBODY, "a").row("7.345E+18", "b").row(SOMEBODY, "c");
    let run = context.check(&["-o", "leavers.results.csv"]);
    run.assert_exit(1)
        .assert_column("status", ["not_attempted", "invalid", "duplicate"])
        .assert_column("error_code", ["", "damaged_id", "duplicate_id"])
        .assert_column("attempts", ["0", "0", "0"])
        .assert_column("retry_outcome", ["", "", ""]);
}

#[test]
fn nobody_to_ask_and_no_yes_is_exit_2() {
    let context = TestContext::new().row(SOMEBODY, "a").without("--yes");
    refuses_to_start(&context, "--yes");
}

#[test]
fn a_foreign_file_is_not_overwritten_and_the_input_never() {
    let context = TestContext::new().row(SOMEBODY, "a");
    fs::write(context.results_path(), "somebody's work").unwrap();
    context.run().assert_exit(2).assert_stderr("leavers.results.csv");
    assert_eq!(fs::read_to_string(context.results_path()).unwrap(), "somebody's work");
    assert_eq!(context.record().calls, []);

    for output in ["leavers.csv", "sub/../leavers.csv"] {
        let context = TestContext::new().row(SOMEBODY, "a").flag("--output", output);
        fs::create_dir(context.path("sub")).unwrap();
        context.run().assert_exit(2).assert_stderr("input");
        assert!(fs::read_to_string(context.input_path()).unwrap().contains(SOMEBODY));
        assert_eq!(context.record().calls, []);
    }
}

#[test]
fn a_directory_that_can_not_be_written_is_no_reason_to_call() {
    let context = TestContext::new().row(SOMEBODY, "a").flag("--output", "nowhere/out.csv");
    let run = context.run();
    assert!(matches!(run.exit_code, 2 | 4), "{run}");
    assert_eq!(context.record().calls, []);
}

#[test]
fn duplicates_can_be_refused() {
    let context = TestContext::new().row(SOMEBODY, "a").row(SOMEBODY, "a").flag("--duplicates", "refuse");
    refuses_to_start(&context, "repeat");
}

#[test]
fn missing_credentials_and_odd_addresses_are_exit_2() {
    let context = || TestContext::new().row(SOMEBODY, "a");
    refuses_to_start(&context().without_env("FEISHU_APP_ID"), "FEISHU_APP_ID");
    refuses_to_start(&context().without_env("FEISHU_APP_SECRET"), "FEISHU_APP_SECRET");
    refuses_to_start(&context().flag("--base-url", "http://open.feishu.cn"), "https");
    refuses_to_start(&context().rate("0/60s"), "0/60s");
}

/// Ids that are all refused.
fn refused(context: TestContext, numbers: RangeInclusive<u32>) -> TestContext {
    numbers.fold(context, |context, index| context.row(&format!("99230000000{index:08}"), "not visible"))
}

#[test]
fn refusals_in_a_row_stop_the_run_and_a_success_starts_the_count_anew() {
    let context = refused(TestContext::new(), 1..=2).row(SOMEBODY, "a");
    let context = refused(context, 3..=8).flag("--stop-after", 3).flag("--workers", 1);
    let run = context.run();
    run.assert_exit(3).assert_stdout("--stop-after");
    let statuses: Vec<String> = run.results().iter().map(|row| row["status"].to_owned()).collect();
    let count = |status: &str| statuses.iter().filter(|known| *known == status).count();
    assert_eq!((count("refused"), count("withdrawn"), count("not_attempted")), (2 + 3, 1, 3), "{run}");
    let unsent = run.results().pop().unwrap();
    assert_eq!(unsent.words(&["success", "error_code", "retry_outcome", "attempts"]), "false - - 0");
}

#[test]
fn no_number_of_refusals_stops_a_run_that_shall_never_stop() {
    refused(TestContext::new(), 1..=40).flag("--stop-after", 0).run().assert_exit(1);
    refused(TestContext::new(), 1..=40).run().assert_exit(3);
}

#[test]
fn the_first_call_goes_alone_unless_told_otherwise() {
    let hopeless = || {
        (1..=8)
            .fold(TestContext::new(), |context, index| context.row(&format!("9901999916720{index:06}"), "a"))
    };
    let context = hopeless();
    context.run().assert_exit(3);
    assert_eq!(context.withdraw_calls(), 1, "the canary has seen that it is hopeless");
    let context = hopeless().switch("--no-canary").simulator(|settings| {
        let latency = Duration::from_millis(100);
        settings.latency = latency..=latency;
    });
    context.run().assert_exit(3);
    assert_eq!(context.withdraw_calls(), 8, "all went at once");
}

#[test]
fn a_deadline_leaves_the_rest_for_the_next_run() {
    let context = TestContext::new().rows(40).rate("10/1s").flag("--burst", 5).flag("--deadline", "600ms");
    let run = context.flag("--format", "json").run_json();
    assert_eq!(run["exit_code"], 3, "{run}");
    let by_status = &run["counts"]["by_status"];
    let (withdrawn, rest) =
        (by_status["withdrawn"].as_u64().unwrap(), by_status["not_attempted"].as_u64().unwrap());
    assert_eq!(withdrawn + rest, 40, "{run}");
    assert!((5..=12).contains(&withdrawn), "{run}");
}

#[test]
fn a_row_that_waits_for_its_retry_when_the_run_ends_is_interrupted() {
    let context = TestContext::new()
        .row("9901011611160000001", "conflict: certainly not applied")
        .row("9911050000000000001", "in doubt")
        .row("9901999916720000001", "hopeless")
        .flag("--retry-base", "1h")
        .flag("--retry-cap", "1h")
        .flag("--workers", 1);
    let run: Run = context.run();
    run.assert_exit(3)
        .assert_column("status", ["not_attempted", "unknown", "not_attempted"])
        .assert_column("retry_outcome", ["interrupted", "interrupted", "interrupted"])
        .assert_column("error_code", ["1161116", "http_500", "99991672"])
        .assert_column("attempts", ["1", "1", "1"]);
}

impl TestContext {
    fn run_json(&self) -> Value {
        self.run().json()
    }
}
