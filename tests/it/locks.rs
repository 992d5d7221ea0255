//! The locks: one run at a time on a journal, and on an allowance.

use std::fs;
use std::process::Command;

use crate::context::{SOMEBODY, TestContext};
use crate::run::exit_code;
use crate::watch::until;

/// Answered 2 s late: a run with this row surely holds its locks once its call has arrived.
const SLOW: &str = "9911190000000000001";

fn slow() -> TestContext {
    TestContext::new().row(SLOW, "a")
}

/// The same command with other results, and so with another journal.
fn elsewhere(context: &TestContext) -> Command {
    let mut command = context.withdraw_command();
    command.args(["--output", "elsewhere.csv"]);
    command
}

fn locks(context: &TestContext) -> Vec<String> {
    context.files().into_iter().filter(|name| name.ends_with(".lock")).collect()
}

#[test]
fn a_second_run_on_the_same_journal_or_allowance_is_exit_75_with_the_first_ones_pid() {
    let context = slow();
    let first = context.start_and_await_calls(1);
    let pid = format!("process {}", first.pid());
    assert_eq!(locks(&context).len(), 3, "a journal and two allowances: {:?}", locks(&context));
    let second = context.run();
    assert!(second.stderr.contains(&pid), "{second}");
    assert_said!(second.assert_exit(75), @r"
    exit code: 75
    ----- stderr
    error: another run holds the journal of these results: process [PID]
    hint: wait until it has ended, or add --wait-lock 10m
    ");
    let second = context.finish(elsewhere(&context));
    assert!(second.stderr.contains(&pid), "{second}");
    assert_said!(second.assert_exit(75), @r"
    exit code: 75
    ----- stderr
    error: another run holds the allowance of this app: process [PID]
    hint: wait until it has ended, or add --wait-lock 10m
    ");
    assert!(!context.path("elsewhere.csv").exists() && !context.path("elsewhere.csv.journal").exists());
    context.outcome(first.into_child()).assert_exit(0).assert_column("status", ["withdrawn"]);
    assert_eq!(context.withdraw_calls(), 1);
    assert_eq!(locks(&context), [""; 0], "locks are gone when their holder is");
}

#[test]
fn another_app_has_an_allowance_of_its_own() {
    let context = slow();
    let first = context.start_and_await_calls(1);
    // The pre-hire is withdrawn already, and only the answer is late.
    let mut command = elsewhere(&context);
    command.env("FEISHU_APP_ID", "cli_another").arg("--no-read-back");
    let second = context.finish(command);
    assert!(matches!(second.exit_code, 0 | 1), "{second}");
    context.outcome(first.into_child()).assert_exit(0);
    assert_eq!(context.withdraw_calls(), 2);
}

#[test]
fn a_run_that_may_wait_goes_on_when_the_first_has_ended() {
    let context = slow();
    let first = context.start_and_await_calls(1);
    let context = context.flag("--wait-lock", "10s");
    let second = context.run();
    second.assert_exit(0).assert_column("status", ["withdrawn"]);
    assert!(context.outcome(first.into_child()).stdout.contains("withdrawn"));
    assert_eq!(context.withdraw_calls(), 1, "it found everything settled{second}");
}

#[test]
fn a_wait_that_is_too_short_is_exit_75() {
    let context = slow();
    let first = context.start_and_await_calls(1);
    let context = context.flag("--wait-lock", "300ms");
    context.run().assert_exit(75);
    context.outcome(first.into_child()).assert_exit(0);
}

#[test]
fn a_lock_file_without_its_process_is_no_lock() {
    let context = TestContext::new().row(SOMEBODY, "a").row("9913010000000000001", "no answer");
    let first = context.start_and_await_calls(2);
    let names = locks(&context);
    first.kill_dead();
    assert_eq!((names.len(), locks(&context)), (3, names), "a kill leaves the files behind");
    // Not even with the pid of a process that is alive.
    for name in locks(&context) {
        fs::write(context.path(&name), format!("{}\n", std::process::id())).unwrap();
    }
    context.run().assert_exit(0).assert_column("status", ["withdrawn", "withdrawn"]);
    assert_eq!(locks(&context), [""; 0]);
}

#[test]
fn rehearsals_hold_no_allowance() {
    let context = slow().switch("--simulate").flag("--workers", 1);
    let mut first = context.withdraw_command().spawn().unwrap();
    until("the first has begun", || context.path("leavers.simulated.results.csv.journal").exists());
    let second = context.finish(elsewhere(&context));
    second.assert_exit(0);
    assert!(first.try_wait().unwrap().is_none_or(|status| exit_code(status) == 0), "{second}");
    assert_eq!(exit_code(first.wait().unwrap()), 0);
    assert!(!context.path("state").exists(), "{:?}", context.files());
}
