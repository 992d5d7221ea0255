//! Ctrl-C and SIGTERM: once ends a run in order, twice at once, and the next run goes on.

use nix::sys::signal::Signal;

use crate::context::{SOMEBODY, TestContext};
use crate::run::partial;
use crate::watch::{line_of, until};

/// Withdrawn at once, answered 2 s late.
const SLOW: &str = "9911190000000000001";

/// A slow row that goes alone, and others that wait for it.
fn context() -> TestContext {
    TestContext::new().row(SLOW, "in flight").rows(3).flag("--workers", 1)
}

#[test]
fn the_first_signal_awaits_the_call_in_flight_and_leaves_the_rest() {
    let mut told = String::new();
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let context = context().row("x", "never sent anyway");
        let run = context.start_and_await_calls(1);
        run.send(signal);
        let run = context.outcome(run.into_child());
        run.assert_exit(code)
            .assert_column(
                "status",
                ["withdrawn", "not_attempted", "not_attempted", "not_attempted", "invalid"],
            )
            .assert_column("confirmed_by", ["reply", "", "", "", ""])
            .assert_column("attempts", ["1", "0", "0", "0", "0"]);
        told += &run.said();
        let (name, told) = context.journal().pop().unwrap();
        assert_eq!((name.as_str(), &told["exit_code"]), ("run_finished", &code.into()));
        assert!(!partial(&context.results_path()).exists());

        let again = context.run();
        again
            .assert_exit(1)
            .assert_column("status", ["withdrawn", "withdrawn", "withdrawn", "withdrawn", "invalid"]);
        assert_eq!((context.calls_for(SLOW), context.withdraw_calls()), (1, 4), "{again}");
    }
    assert_text!(told, @r"
    exit code: 130
    ----- stdout
      withdrawn          1
      invalid            1
      not_attempted      3
      rows               5 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    error codes
      bad_id             1
    What to do is in the advice column of the results.

    stopped early: interrupted by Ctrl-C (SIGINT)
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --workers 1 --yes --base-url http://127.0.0.1:[PORT]
    ----- stderr
    stopping: waiting for the calls in flight; send the same signal again to quit at once
    exit code: 143
    ----- stdout
      withdrawn          1
      invalid            1
      not_attempted      3
      rows               5 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    error codes
      bad_id             1
    What to do is in the advice column of the results.

    stopped early: interrupted by SIGTERM
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --workers 1 --yes --base-url http://127.0.0.1:[PORT]
    ----- stderr
    stopping: waiting for the calls in flight; send the same signal again to quit at once
    ");
}

#[test]
fn the_json_summary_of_an_interrupted_run_says_so() {
    let context = context().flag("--format", "json");
    let run = context.start_and_await_calls(1);
    run.send(Signal::SIGINT);
    let run = context.outcome(run.into_child());
    assert_eq!(run.json()["exit_code"], 130, "{run}");
    assert_eq!(run.json()["counts"]["by_status"], serde_json::json!({"withdrawn": 1, "not_attempted": 3}));
}

#[test]
fn a_row_that_waits_for_its_retry_or_look_is_interrupted() {
    let context = TestContext::new()
        .row("9901011611160000001", "conflict")
        .row("9911050000000000001", "in doubt")
        .flag("--retry-base", "1h")
        .flag("--retry-cap", "1h")
        .flag("--read-back-delay", "1h");
    let run = context.start();
    until("both have been refused", || context.withdraw_calls() >= 2);
    until("it is on record", || {
        context.journal_types().iter().filter(|name| *name == "call_finished").count() == 2
    });
    run.send(Signal::SIGTERM);
    let run = context.outcome(run.into_child());
    run.assert_exit(143)
        .assert_column("status", ["not_attempted", "unknown"])
        .assert_column("retry_outcome", ["interrupted", "interrupted"]);
}

#[test]
fn the_second_signal_leaves_at_once_and_the_next_run_looks_first() {
    let context = context();
    let mut run = context.start_and_await_calls(1);
    let mut stderr = run.stderr();
    run.send(Signal::SIGINT);
    let said = line_of(&mut stderr);
    assert!(said.contains("again to quit at once"), "{said}");
    run.send(Signal::SIGINT);
    let run = context.outcome(run.into_child());
    run.assert_exit(130);
    let types = context.journal_types();
    assert!(!types.contains(&"call_finished".to_owned()), "it waited for the answer: {types:?}{run}");
    assert!(partial(&context.results_path()).exists() && !run.has_results(), "{run}");
    assert_eq!(run.stdout, "", "there is no summary of what nobody counted");

    let again = context.run();
    again
        .assert_exit(0)
        .assert_column("status", ["withdrawn"; 4])
        .assert_column("confirmed_by", ["read_back", "reply", "reply", "reply"])
        .assert_column("retry_outcome", ["recovered", "not_needed", "not_needed", "not_needed"])
        .assert_column("attempts", ["1"; 4]);
    assert_eq!((context.calls_for(SLOW), context.api().look_up(SLOW).withdrawn_times), (1, 1), "{again}");
    assert!(!partial(&context.results_path()).exists());
}

#[test]
fn a_signal_while_calls_are_held_back_ends_the_run_at_once() {
    let context = TestContext::new().row(SOMEBODY, "a").rows(2).rate("1/1h");
    let run = context.start_and_await_calls(1);
    until("its answer is on record", || context.journal_types().contains(&"row_settled".to_owned()));
    // The next call may go in an hour, far beyond what a run of a test may take.
    run.send(Signal::SIGINT);
    let run = context.outcome(run.into_child());
    run.assert_exit(130).assert_column("status", ["withdrawn", "not_attempted", "not_attempted"]);
}
