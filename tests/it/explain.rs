//! `prehire explain`: one pre-hire's story, attempt by attempt, for an auditor.

use std::fs;

use crate::context::{SOMEBODY, TestContext};
use crate::run::Run;

fn explain(context: &TestContext, id: &str) -> Run {
    context.finish(context.program(["explain", "leavers.results.csv.journal", id]))
}

/// These words, in this order.
fn tells(run: &Run, words: &[&str]) {
    let mut rest = run.stdout.as_str();
    for word in words {
        let place = rest.find(word).unwrap_or_else(|| panic!("{word:?} is not told in its place{run}"));
        rest = &rest[place + word.len()..];
    }
}

#[test]
fn it_tells_of_a_withdrawal_and_of_nobody_else() {
    let context = TestContext::new().rows(2).row(SOMEBODY, "a");
    let log_id = context.run().results()[2]["log_id"].to_owned();
    let run = explain(&context, SOMEBODY);
    run.assert_exit(0);
    let story =
        ["attempt 1 sent (row 4", "HTTP 200", "withdrawn", &log_id, "settled: withdrawn (success: true)"];
    tells(&run, &story);
    tells(&run, &["run of ", crate::context::APP_ID, "leavers.csv"]);
    assert_eq!((run.stdout.matches("attempt ").count(), run.stderr.as_str()), (1, ""), "{run}");
}

#[test]
fn it_tells_of_doubt_and_looks_and_every_run() {
    const APPLIED: &str = "9903011610000000001";
    let context = TestContext::new().row(APPLIED, "a").flag("--max-attempts", 1).switch("--no-read-back");
    context.run().assert_exit(1);
    let context = context.without("--no-read-back");
    context.run().assert_exit(0);
    let run = explain(&context, APPLIED);
    run.assert_exit(0);
    let first =
        ["run of ", "attempt 1 sent", "HTTP 500", "in doubt, 1161000", "settled: unknown (success: false)"];
    let second = ["run of ", "looked up: the stage is withdrawn", "settled: withdrawn (success: true)"];
    tells(&run, &[&first[..], &second[..], &["recovered", "read_back"][..]].concat());
}

#[test]
fn a_call_that_a_kill_cut_off_is_in_doubt() {
    let context = TestContext::new().row("9911010000000000001", "no answer");
    context.start_and_await_calls(1).kill_dead();
    let run = explain(&context, "9911010000000000001");
    run.assert_exit(0);
    tells(&run, &["attempt 1 sent", "in doubt"]);
}

#[test]
fn an_id_that_the_journal_does_not_know_is_exit_1() {
    let context = TestContext::new().row(SOMEBODY, "a");
    context.run().assert_exit(0);
    assert_said!(explain(&context, "7345005664477779999").assert_exit(1), @r"
    exit code: 1
    ----- stdout
    pre-hire 7345005664477779999
    the journal has no record of it: no call was ever made for it
    ");
    explain(&context, "no-id").assert_exit(2);
}

#[test]
fn a_journal_that_is_damaged_or_missing_is_exit_2_and_a_torn_one_is_read_as_far_as_it_goes() {
    let context = TestContext::new().row(SOMEBODY, "a");
    assert_said!(explain(&context, SOMEBODY).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: can't read leavers.results.csv.journal: No such file or directory (os error 2)
    ");
    context.run().assert_exit(0);
    let whole = context.journal_bytes();
    fs::write(context.journal_path(), [&whole[..], b"{\"hash\""].concat()).unwrap();
    assert_said!(explain(&context, SOMEBODY).assert_exit(0), @r"
    exit code: 0
    ----- stdout
    pre-hire 7345005664477775407

    run of [TIME]: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT], input [DIR]/leavers.csv, rate 100000/1s, prehire [VERSION]
      [TIME]  attempt 1 sent (row 2 of the input)
      [TIME]  HTTP 200 after [DURATION]: withdrawn, log id [LOG ID]
      settled: withdrawn (success: true)
        retry_outcome   not_needed
        attempts        1
        http_status     200
        confirmed_by    reply
        log_id          [LOG ID]
        first_sent_at   [TIME]
        settled_at      [TIME]
    ");
    let text = String::from_utf8(whole).unwrap();
    fs::write(context.journal_path(), text.replacen("\"http_status\":200", "\"http_status\":201", 1))
        .unwrap();
    let run = explain(&context, SOMEBODY);
    assert_said!(run.assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: line 4 of leavers.results.csv.journal is damaged: it was changed after it was written, or the line before it was
    hint: restore the file from a backup
    ");
    assert_eq!(run.stdout, "", "a story from a damaged journal is none{run}");
}
