//! The allowance on disk: what an earlier run has used counts in the next one, however it ended.

use std::fs;
use std::time::Duration;

use crate::context::{SOMEBODY, TestContext};
use crate::watch::until;

const WINDOW: Duration = Duration::from_secs(2);
const MOST: usize = 10;

/// The server's limit is the same as ours: one call too many, and it says 429.
fn context(rows: u64) -> TestContext {
    TestContext::new()
        .rows(rows)
        .rate("10/2s")
        .flag("--burst", 10)
        .flag("--timeout", "500ms")
        .simulator(|settings| settings.rate = Some("10/2s".parse().unwrap()))
}

fn never_exceeds_the_cap(context: &TestContext) {
    let record = context.record();
    let throttled = record.calls.iter().filter(|call| call.status == Some(429)).count();
    let most = context.api().most_in_window(WINDOW);
    assert!(most <= MOST && throttled == 0, "{most} calls in one window, {throttled} throttled: {record:?}");
    assert!(most > MOST / 2, "the allowance is used: {most}");
}

#[test]
fn the_next_run_does_not_get_a_fresh_allowance() {
    let context = context(9);
    context.run().assert_exit(0);
    // Other results, another journal: the allowance is that of the app.
    let context = context.flag("--output", "second.csv").input("pre_hire_id,withdraw_reason\n");
    let context = (1..=9).fold(context, |context, id| context.row(&format!("{id}"), "a"));
    context.run().assert_exit(0);
    assert_eq!(context.withdraw_calls(), 18);
    never_exceeds_the_cap(&context);
}

#[test]
fn neither_does_a_run_after_a_kill() {
    let context = context(22).simulator(|settings| {
        settings.latency = Duration::from_millis(5)..=Duration::from_millis(60);
    });
    let run = context.start();
    until("the first window is full", || context.withdraw_calls() >= 9);
    run.kill_dead();
    let run = context.run();
    run.assert_exit(0).assert_column("status", ["withdrawn"; 22]);
    never_exceeds_the_cap(&context);
}

#[test]
fn a_rehearsal_leaves_nothing_behind_in_the_state_directory() {
    let context = TestContext::new().row(SOMEBODY, "a").switch("--simulate");
    context.run().assert_exit(0);
    let expected = ["leavers.csv", "leavers.simulated.results.csv", "leavers.simulated.results.csv.journal"];
    assert_eq!(context.files(), expected);
}

#[test]
fn what_it_leaves_behind_is_for_its_owners_eyes_and_names_nobody() {
    use std::os::unix::fs::PermissionsExt;
    let context = TestContext::new()
        .row(SOMEBODY, "a")
        .env("FEISHU_TENANT_ACCESS_TOKEN", "t-secret-token")
        .env("STATE_DIRECTORY", "service-state");
    // Any token is as good as another to the server but not to the simulated one: the file is there all the same.
    let _ = context.run();
    let logs: Vec<String> =
        context.files().into_iter().filter(|name| name.starts_with("service-state/")).collect();
    assert_eq!(logs.len(), 1, "one for the API that was called, and no lock: {logs:?}");
    for name in logs {
        let text = fs::read_to_string(context.path(&name)).unwrap();
        assert!(!text.contains("secret") && !name.contains("secret") && !text.contains(SOMEBODY), "{name}");
        assert_eq!(fs::metadata(context.path(&name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_state_directory_that_can_not_be_written_is_exit_2() {
    let context = TestContext::new().row(SOMEBODY, "a");
    fs::write(context.path("a-file"), "").unwrap();
    let blocked = context.path("a-file").join("state");
    let context = context.env("XDG_STATE_HOME", blocked);
    assert_said!(context.run().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: can't write to [DIR]/a-file/state/prehire/allowance/[HASH]: Not a directory (os error 20)
    hint: set STATE_DIRECTORY or XDG_STATE_HOME to a writable directory
    ");
    assert_eq!(context.record().calls, []);
    assert_eq!(context.files(), ["a-file", "leavers.csv"]);
    let homeless = context.without_env("XDG_STATE_HOME");
    assert_said!(homeless.run().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: there is no directory for the record of the allowance
    hint: set STATE_DIRECTORY or XDG_STATE_HOME to a writable directory
    ");
}
