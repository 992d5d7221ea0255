//! The guards: what must be true before the first call, and what ends a run early.

use std::fs;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::Value;

use crate::context::{SOMEBODY, TestContext};
use crate::run::Run;

/// Exit 2, nothing called, nothing created.
fn refuses_to_start(context: &TestContext) -> Run {
    let run = context.run();
    run.assert_unusable();
    assert_eq!(context.record().calls, [], "{run}");
    run
}

#[test]
fn more_rows_than_allowed_are_none_at_all() {
    // Only rows that would be sent count.
    let context = TestContext::new().rows(3).row("x", "bad").flag("--max-rows", 2);
    assert_said!(refuses_to_start(&context), @r"
    exit code: 2
    ----- stderr
    error: 3 rows are still to be sent, more than --max-rows 2
    hint: review the file with prehire check INPUT; raise --max-rows if it is correct
    ");
    TestContext::new().rows(3).row("x", "bad").flag("--max-rows", 3).run().assert_exit(1);
}

#[test]
fn the_digest_of_a_check_lets_those_rows_pass_and_no_others() {
    let context = TestContext::new().row(SOMEBODY, "a").row("x", "bad");
    let checked = context.check(&["--format", "json"]);
    let digest = checked.assert_exit(1).json()["digest"].as_str().unwrap().to_owned();
    assert!(digest.starts_with("sha256:") && digest.len() == 71, "{digest}");
    assert_said!(context.check(&[]), @r#"
    exit code: 1
    ----- stdout
      file               [DIR]/leavers.csv
      encoding           UTF-8
      delimiter          ,
      line endings       LF
      id column          pre_hire_id
      reason column      withdraw_reason
      rows               2
      can be sent        1
      bad_id             1
      a run takes        less than a second at 99/60s
      digest             sha256:cb965ab0099560f3453b30047fcc691d075bb0dbd6fb5b487353983938675cc1

    row 3: "x" in column "pre_hire_id" is not a pre-hire id: an id is 1 to 32 digits
      Correct the pre-hire id: digits only, exactly as Feishu shows it.
    "#);
    let other = TestContext::new().row(SOMEBODY, "A").flag("--expect", &digest);
    assert_said!(refuses_to_start(&other), @r"
    exit code: 2
    ----- stderr
    error: the rows do not match --expect: their digest is sha256:5185015d7a82d5bdb661b5295d066f904b0c54b8f148852809fba34c46dc2367
    hint: check the file again with prehire check INPUT, and use the digest that it prints
    ");
    // The row that can't be sent is no part of the digest.
    TestContext::new().row(SOMEBODY, "a").flag("--expect", &digest).run().assert_exit(0);
}

#[test]
fn a_check_and_a_dry_run_call_nothing_and_create_nothing() {
    let context = TestContext::new().row(SOMEBODY, "a").switch("--dry-run").without("--yes");
    let dry = context.run();
    assert_said!(dry.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      file               [DIR]/leavers.csv
      encoding           UTF-8
      delimiter          ,
      line endings       LF
      id column          pre_hire_id
      reason column      withdraw_reason
      rows               1
      can be sent        1
      a run takes        less than a second at 100000/1s
      digest             sha256:cb965ab0099560f3453b30047fcc691d075bb0dbd6fb5b487353983938675cc1
    ");
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
    assert_said!(refuses_to_start(&context), @r"
    exit code: 2
    ----- stderr
    error: standard input is not a terminal, so nobody can be asked
    hint: add --yes
    ");
}

#[test]
fn a_foreign_file_is_not_overwritten_and_the_input_never() {
    let context = TestContext::new().row(SOMEBODY, "a");
    fs::write(context.results_path(), "somebody's work").unwrap();
    assert_said!(context.run().assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.results.csv already exists, and was not written by an earlier run of this job
    hint: move that file elsewhere, or choose another name with -o FILE
    ");
    assert_eq!(fs::read_to_string(context.results_path()).unwrap(), "somebody's work");
    assert_eq!(context.record().calls, []);

    let mut told = String::new();
    for output in ["leavers.csv", "sub/../leavers.csv"] {
        let context = TestContext::new().row(SOMEBODY, "a").flag("--output", output);
        fs::create_dir(context.path("sub")).unwrap();
        told += &context.run().assert_exit(2).said();
        assert!(fs::read_to_string(context.input_path()).unwrap().contains(SOMEBODY));
        assert_eq!(context.record().calls, []);
    }
    assert_text!(told, @r"
    exit code: 2
    ----- stderr
    error: the results can't overwrite the input file
    hint: choose another name with -o FILE
    exit code: 2
    ----- stderr
    error: the results can't overwrite the input file
    hint: choose another name with -o FILE
    ");
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
    assert_said!(refuses_to_start(&context), @r"
    exit code: 2
    ----- stderr
    error: 1 row repeats the pre-hire id of an earlier row
    hint: find them with prehire check INPUT -o FILE, or skip them with --duplicates skip
    ");
}

#[test]
fn missing_credentials_and_odd_addresses_are_exit_2() {
    let context = || TestContext::new().row(SOMEBODY, "a");
    assert_said!(refuses_to_start(&context().without_env("FEISHU_APP_ID")), @r"
    exit code: 2
    ----- stderr
    error: there is no app to use
    hint: set FEISHU_APP_ID and FEISHU_APP_SECRET (or FEISHU_APP_SECRET_FILE), or rehearse with --simulate
    ");
    assert_said!(refuses_to_start(&context().without_env("FEISHU_APP_SECRET")), @r"
    exit code: 2
    ----- stderr
    error: there is no secret for the app cli_a1b2c3d4e5f6
    hint: set FEISHU_APP_SECRET, or FEISHU_APP_SECRET_FILE to the path of a file that contains it; or put app_secret_file in a profile
    ");
    assert_said!(refuses_to_start(&context().flag("--base-url", "http://open.feishu.cn")), @r"
    exit code: 2
    ----- stderr
    error: invalid value 'http://open.feishu.cn' for '--base-url <URL>': must begin with https:// (http:// only to this machine, such as http://127.0.0.1:[PORT])

    For more information, try '--help'.
    ");
    assert_said!(refuses_to_start(&context().rate("0/60s")), @r#"
    exit code: 2
    ----- stderr
    error: invalid value '0/60s' for '--rate <CALLS/PERIOD>': expected CALLS/PERIOD, such as 99/60s or 1000/1m, not "0/60s"

    For more information, try '--help'.
    "#);
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
    assert_said!(run.assert_exit(3), @r"
    exit code: 3
    ----- stdout
      withdrawn          1
      refused            5
      not_attempted      3
      rows               9 (1 success)
      calls              6 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    error codes
      1161105            5
    What to do is in the advice column of the results.

    stopped early: too many consecutive rows were refused (--stop-after)
      rows    3
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --stop-after 3 --workers 1 --yes --base-url http://127.0.0.1:[PORT]
    ");
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
