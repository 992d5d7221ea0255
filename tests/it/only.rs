//! `--only`: chosen rows of a results file, and those that go over unsent.

use crate::context::TestContext;
use crate::run::{Run, rows_of};

const HEADER: &str = "pre_hire_id,reason,row,status,success,error_code,error_message,retry_outcome,attempts,http_status,confirmed_by,log_id,advice,first_sent_at,settled_at\r\n";

fn line(id: u64, status: &str, success: &str) -> String {
    let first_sent_at = if status == "unknown" { "2026-01-01T00:00:00.000+00:00" } else { "" };
    format!("{id},r{id},9,{status},{success},,,,3,,,log-{id},,{first_sent_at},\r\n")
}

/// One row in each state, and the pre-hire of the first one again.
fn results() -> String {
    let rows = [
        line(1, "withdrawn", "TRUE"),
        line(2, "already_withdrawn", "true"),
        line(3, "refused", "false"),
        line(4, "exhausted", "FALSE"),
        line(5, "unknown", "false"),
        line(6, "invalid", "false"),
        line(7, "not_attempted", "false"),
        line(1, "duplicate", "true"),
    ];
    format!("{HEADER}{}", rows.concat())
}

/// The ids that were sent.
fn sent(context: &TestContext) -> Vec<String> {
    (1..=9)
        .map(|id: u64| id.to_string())
        .filter(|id| context.record().calls_for(id).next().is_some())
        .collect()
}

fn run(only: Option<&str>) -> (TestContext, Run) {
    let mut context = TestContext::new().input(results()).flag("--output", "second.csv");
    if let Some(only) = only {
        context = context.flag("--only", only);
    }
    let run = context.run();
    (context, run)
}

#[test]
fn without_it_successes_go_over_unsent_cells_and_all() {
    let (context, run) = run(None);
    run.assert_exit(0).assert_column("row", ["2", "3", "4", "5", "6", "7", "8", "9"]).assert_column(
        "status",
        [
            "withdrawn",
            "already_withdrawn",
            "withdrawn",
            "withdrawn",
            "withdrawn",
            "withdrawn",
            "withdrawn",
            "duplicate",
        ],
    );
    assert!(run.results().iter().all(|row| row["success"] == *"true"), "{run}");
    assert_eq!(run.results()[0]["log_id"], *"log-1");
    assert_eq!(sent(&context), ["3", "4", "5", "6", "7"]);
}

#[test]
fn failed_is_every_row_without_success_and_no_other_row_comes_out() {
    let (context, run) = run(Some("failed"));
    run.assert_exit(0).assert_column("row", ["4", "5", "6", "7", "8"]);
    assert_eq!(sent(&context), ["3", "4", "5", "6", "7"]);
    assert_said!(run, @r"
    exit code: 0
    ----- stdout
      withdrawn          5
      rows               5 (5 successes)
      calls              5 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            second.csv
      journal            second.csv.journal
    ");
}

#[test]
fn states_can_be_listed_and_an_unknown_row_goes_on_from_its_cells() {
    let (context, run) = run(Some("unknown,not_attempted"));
    run.assert_exit(0)
        .assert_column("row", ["6", "8"])
        .assert_column("retry_outcome", ["recovered", "not_needed"]);
    assert_eq!(run.results()[0]["attempts"], *"4", "three before, one now");
    assert_eq!(sent(&context), ["5", "7"]);
}

#[test]
fn a_success_is_sent_again_only_if_it_is_named_and_a_duplicate_of_one_never() {
    let (context, again) = run(Some("withdrawn"));
    again.assert_exit(0).assert_column("row", ["2"]);
    assert_eq!(sent(&context), ["1"]);
    let (context, repeated) = run(Some("duplicate"));
    repeated.assert_exit(0).assert_column("status", ["duplicate"]).assert_column("success", ["true"]);
    assert_eq!(sent(&context), [""; 0]);
}

#[test]
fn a_selected_row_that_repeats_a_success_is_its_duplicate() {
    let input = format!("{HEADER}{}{}", line(1, "withdrawn", "true"), line(1, "refused", "false"));
    let context = TestContext::new().input(input).flag("--only", "failed").flag("--output", "second.csv");
    let run = context.run();
    run.assert_exit(0).assert_column("status", ["duplicate"]).assert_column("success", ["true"]);
    assert!(run.only_row()["error_message"].contains("row 2"), "{run}");
    assert_eq!(sent(&context), [""; 0]);
}

#[test]
fn a_success_whose_reason_or_id_is_gone_still_goes_over() {
    let row = "7.3E+18,,9,withdrawn,TRUE,,,,1,,,,,,\r\n";
    let context = TestContext::new().input(format!("{HEADER}{row}")).flag("--output", "second.csv");
    context.run().assert_exit(0).assert_column("status", ["withdrawn"]).assert_column("success", ["true"]);
    assert_eq!(context.withdraw_calls(), 0);
}

#[test]
fn it_needs_a_results_file_and_a_word_that_it_knows() {
    let context = TestContext::new().row("1", "a").flag("--only", "failed");
    assert_said!(context.run().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: --only selects rows of a results file, and this file is not one
    hint: give a results file that prehire has written, or omit --only
    ");
    let context = TestContext::new().input(results()).flag("--only", "succeeded").flag("--output", "b.csv");
    assert_said!(context.run().assert_unusable(), @r#"
    exit code: 2
    ----- stderr
    error: invalid value 'succeeded' for '--only <STATUS,…>': "succeeded" is not a status: give failed, withdrawn, already_withdrawn, restored, already_active, refused, exhausted, unknown, invalid, duplicate, not_attempted

    For more information, try '--help'.
    "#);
    let checked = TestContext::new().input(results()).check(&["--only", "failed", "-o", "checked.csv"]);
    assert_said!(checked.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      file               [DIR]/leavers.csv
      encoding           UTF-8
      delimiter          ,
      line endings       CRLF
      id column          pre_hire_id
      reason column      reason
      rows               5
      can be sent        5
      left out by --only 3
      a run takes        less than a second at 99/60s
      digest             sha256:ea57f866aff3d79be0bf6151f44a366398e26119b7143460a70985cdbbda8547
    ");
    let text = std::fs::read_to_string(checked._directory.path().join("checked.csv")).unwrap();
    assert_eq!(rows_of(&text).len(), 5);
}
