//! "Running again": the same command goes on where it stopped, and knows pre-hires by their id.

use std::fs;

use serde_json::json;

use crate::context::{SOMEBODY, TestContext};
use crate::watch::until;

const APPLIED: &str = "9903011610000000001";
const CONFLICT: &str = "9901011611160000001";
const DOUBTFUL: &str = "9911050000000000001";
const HOPELESS: &str = "9901999916720000001";
const NOT_VISIBLE: &str = "9923000000000000001";
const HEADER: &str = "pre_hire_id,withdraw_reason\n";

/// Every kind of row that is settled for good, and some that never were sent.
fn settled() -> TestContext {
    TestContext::new()
        .row(SOMEBODY, "a")
        .row(SOMEBODY, "b")
        .row(NOT_VISIBLE, "c")
        .row("x", "d")
        .row("9921000000000000001", "e")
        .row("9902011611160000001", "f")
        .row(APPLIED, "g")
}

#[test]
fn when_everything_is_settled_no_call_is_made_and_the_results_are_the_same() {
    let context = settled();
    let first = context.run();
    first.assert_exit(1).assert_column(
        "status",
        ["withdrawn", "duplicate", "refused", "invalid", "already_withdrawn", "withdrawn", "withdrawn"],
    );
    let calls = context.record().calls.len();
    let second = context.run();
    second.assert_exit(1);
    assert_eq!(second.results_text(), first.results_text());
    assert_eq!(context.record().calls.len(), calls, "not even a token is fetched{second}");
}

#[test]
fn results_that_are_gone_are_rebuilt_from_the_journal() {
    let context = settled();
    let first = context.run().results_text();
    fs::remove_file(context.results_path()).unwrap();
    let calls = context.record().calls.len();
    let summary = context.flag("--format", "json");
    let again = summary.run();
    assert_eq!(again.results_text(), first);
    assert_eq!(summary.record().calls.len(), calls, "{again}");
    assert_eq!(again.json()["calls"], json!({"attempts": 0, "read_backs": 0, "token": 0}), "{again}");
    assert_eq!(again.json()["counts"]["by_status"]["withdrawn"], 3, "{again}");
}

#[test]
fn rows_are_known_by_their_id_in_a_file_that_was_sorted_edited_and_extended() {
    let context = TestContext::new().row("101", "a").row("102", "b").row(NOT_VISIBLE, "c").row("103", "");
    let first = context.run();
    first.assert_exit(1).assert_column("status", ["withdrawn", "withdrawn", "refused", "invalid"]);
    let before = first.results();
    let edited = format!(
        "note,pre_hire_id,withdraw_reason\nnew,104,d\nfixed,103,e\nwas third,{NOT_VISIBLE},c\n\nlate,102,another\n\"one\ntwo\",101,a\n"
    );
    let context = context.input(edited);
    let second = context.run();
    second
        .assert_exit(1)
        .assert_column("status", ["withdrawn", "withdrawn", "refused", "withdrawn", "withdrawn"])
        .assert_column("row", ["2", "3", "4", "6", "7"])
        .assert_column("note", ["new", "fixed", "was third", "late", "one\ntwo"]);
    for id in ["101", "102", "103", "104", NOT_VISIBLE] {
        assert_eq!(context.calls_for(id), 1, "{id}{second}");
    }
    let after = second.results();
    for (before, after) in [(0, 4), (1, 3), (2, 2)].map(|(old, new)| (&before[old], &after[new])) {
        let same = ["status", "error_code", "attempts", "log_id", "first_sent_at", "settled_at"];
        assert_eq!(before.words(&same), after.words(&same), "{second}");
    }
}

#[test]
fn a_refused_row_is_sent_again_only_with_another_reason() {
    let context = TestContext::new().row(NOT_VISIBLE, "a");
    context.run().assert_exit(1);
    context.run().assert_exit(1);
    assert_eq!(context.calls_for(NOT_VISIBLE), 1);
    let context = context.input(HEADER).row(NOT_VISIBLE, "another");
    context.run().assert_exit(1).assert_column("status", ["refused"]);
    assert_eq!(context.calls_for(NOT_VISIBLE), 2);
    context.run().assert_exit(1);
    assert_eq!(context.calls_for(NOT_VISIBLE), 2, "the other reason was refused, too");
}

#[test]
fn the_attempts_of_a_refused_row_are_those_of_all_runs() {
    let context = TestContext::new().row(NOT_VISIBLE, "a");
    let first = context.run().only_row();
    let second = context.input(HEADER).row(NOT_VISIBLE, "another").run().only_row();
    assert_eq!(second.words(&["status", "attempts"]), "refused 2");
    assert_eq!(second["first_sent_at"], first["first_sent_at"]);
}

#[test]
fn what_is_not_settled_for_good_goes_on_and_attempts_add_up() {
    let context = TestContext::new()
        .row(CONFLICT, "a")
        .row(DOUBTFUL, "b")
        .switch("--no-read-back")
        .flag("--max-attempts", 2);
    let first = context.run();
    first
        .assert_exit(1)
        .assert_column("status", ["exhausted", "unknown"])
        .assert_column("attempts", ["2", "2"]);
    let before = first.results();
    let second = context.run();
    second
        .assert_exit(1)
        .assert_column("status", ["exhausted", "unknown"])
        .assert_column("attempts", ["4", "4"]);
    for (before, after) in before.iter().zip(second.results()) {
        assert_eq!(before["first_sent_at"], after["first_sent_at"]);
        assert!(before["settled_at"] < after["settled_at"]);
    }

    let stopped = TestContext::new().row(HOPELESS, "c").row(SOMEBODY, "d");
    stopped.run().assert_exit(3).assert_column("attempts", ["1", "0"]);
    stopped.run().assert_exit(3).assert_column("attempts", ["2", "0"]);
    assert_eq!((stopped.calls_for(HOPELESS), stopped.calls_for(SOMEBODY)), (2, 0));
}

#[test]
fn what_is_left_open_by_a_run_that_was_stopped_at_once_stays_as_it_was() {
    let context = TestContext::new()
        .row(CONFLICT, "a")
        .row(DOUBTFUL, "b")
        .switch("--no-read-back")
        .flag("--workers", 1)
        .flag("--max-attempts", 2);
    context.run().assert_exit(1).assert_column("status", ["exhausted", "unknown"]);
    let context = context.input(format!("{HEADER}{HOPELESS},x\n{CONFLICT},a\n{DOUBTFUL},b\n"));
    let stopped = context.run();
    stopped
        .assert_exit(3)
        .assert_column("status", ["not_attempted", "not_attempted", "unknown"])
        .assert_column("attempts", ["1", "2", "2"]);
    let last = context.input(format!("{HEADER}{CONFLICT},a\n{DOUBTFUL},b\n"));
    last.run().assert_column("attempts", ["4", "4"]).assert_column("status", ["exhausted", "unknown"]);
}

#[test]
fn a_recorded_success_survives_a_run_that_stops_before_its_row() {
    // Killed between the reply and the settling: the reply is on record, and says all.
    let context = TestContext::new().row(SOMEBODY, "a");
    context.run().assert_exit(0);
    context.cut_off_behind("call_finished");
    assert_eq!(context.journal_types().last().map(String::as_str), Some("call_finished"));
    let context = context.input(format!("{HEADER}{HOPELESS},x\n{SOMEBODY},a\n"));
    context.run().assert_exit(3).assert_column("status", ["not_attempted", "withdrawn"]);
    let context = context.input(HEADER).row(SOMEBODY, "a");
    context.run().assert_exit(0).assert_column("status", ["withdrawn"]).assert_column("attempts", ["1"]);
    assert_eq!(context.calls_for(SOMEBODY), 1, "no call after a recorded success");
}

#[test]
fn the_guards_count_what_is_left_and_the_digest_what_is_there() {
    let context = TestContext::new().row("101", "a").row("102", "b");
    let digest = context.check(&["--format", "json"]).json()["digest"].as_str().unwrap().to_owned();
    let context = context.flag("--expect", &digest);
    context.run().assert_exit(0);
    context.run().assert_exit(0);
    let context = context.without("--expect").row("103", "c").row("104", "d").flag("--max-rows", 1);
    assert_said!(context.run().assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: 2 rows are still to be sent, more than --max-rows 1
    hint: review the file with prehire check INPUT; raise --max-rows if it is correct
    ");
    assert_eq!(context.withdraw_calls(), 2);
    context.flag("--max-rows", 2).run().assert_exit(0);
}

#[test]
fn results_that_the_journal_does_not_name_or_that_are_not_ours_are_not_overwritten() {
    let context = TestContext::new().row(SOMEBODY, "a");
    context.run().assert_exit(0);
    fs::write(context.results_path(), "name,note\nsomebody's,work\n").unwrap();
    assert_said!(context.run().assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.results.csv already exists, and was not written by an earlier run of this job
    hint: move that file elsewhere, or choose another name with -o FILE
    ");
    assert_eq!(fs::read_to_string(context.results_path()).unwrap(), "name,note\nsomebody's,work\n");

    let context = TestContext::new().row(SOMEBODY, "a");
    context.run().assert_exit(0);
    fs::remove_file(context.journal_path()).unwrap();
    let text = fs::read_to_string(context.results_path()).unwrap();
    context.run().assert_exit(2);
    assert_eq!(fs::read_to_string(context.results_path()).unwrap(), text);
    assert_eq!(context.withdraw_calls(), 1);
}

#[test]
fn results_are_ours_whatever_their_delimiter_and_mark() {
    let context =
        TestContext::new().input(format!("\u{FEFF}pre_hire_id;withdraw_reason\r\n{SOMEBODY};a\r\n"));
    context.run().assert_exit(0);
    context.run().assert_exit(0);
    assert_eq!(context.withdraw_calls(), 1);
    let context = TestContext::new().input(format!("pre_hire_id~withdraw_reason\n{SOMEBODY}~a\n"));
    let context = context.flag("--delimiter", "~");
    context.run().assert_exit(0);
    context.run().assert_exit(0);
    assert_eq!(context.withdraw_calls(), 1);
}

#[test]
fn after_a_kill_what_was_in_flight_is_looked_up_and_everything_has_one_result() {
    let context = TestContext::new().rows(40).flag("--workers", 8).simulator(|settings| {
        let millisecond = std::time::Duration::from_millis(1);
        settings.latency = 20 * millisecond..=40 * millisecond;
    });
    let run = context.start();
    until("some rows are settled", || context.withdraw_calls() >= 15);
    run.kill_dead();
    assert!(!context.results_path().exists(), "no results under their own name before they are complete");
    let run = context.run();
    run.assert_exit(0).assert_column("status", ["withdrawn"; 40]);
    let record = context.record();
    for row in run.results() {
        let id = &row["pre_hire_id"];
        let applied = record.calls_for(id).filter(|call| call.applied).count();
        assert_eq!(applied, 1, "{id}{run}");
        // A call that the kill cut off counts, whether it arrived or not.
        assert!(context.calls_for(id) <= row["attempts"].parse().unwrap(), "{id}{run}");
    }
}

#[test]
fn a_refusal_that_a_kill_left_unsettled_is_no_refusal_of_another_reason() {
    let context = TestContext::new().row(NOT_VISIBLE, "a");
    context.run().assert_exit(1);
    context.cut_off_behind("call_finished");
    let context = context.input(HEADER).row(NOT_VISIBLE, "another");
    context.run().assert_exit(1);
    assert_eq!(context.calls_for(NOT_VISIBLE), 2);
}

#[test]
fn the_last_reply_of_an_earlier_run_stays_in_the_cells() {
    let context = TestContext::new().row(APPLIED, "a").flag("--max-attempts", 1).switch("--no-read-back");
    let first = context.run().only_row();
    let second = context.without("--no-read-back").run().only_row();
    assert_eq!(second.words(&["status", "http_status", "attempts"]), "withdrawn 500 1");
    assert_eq!(second["log_id"], first["log_id"]);
}
