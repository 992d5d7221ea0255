//! The simulated API as a program: `prehire simulate`, and rehearsals with `--simulate`.

use std::fs;

use prehire_simulator::manual;

use crate::context::{SOMEBODY, TestContext};
use crate::served::Served;

#[test]
fn the_first_line_says_where_it_listens_and_a_run_can_use_it() {
    let context = TestContext::new().row(SOMEBODY, "a").row("9923000000000000001", "b");
    let served = Served::start(&context, &["--seed", "7"]);
    assert!(served.first_line().starts_with("listening on http://127.0.0.1:"), "{}", served.first_line());
    let base_url = served.base_url().to_owned();
    context.server(base_url).run().assert_exit(1).assert_column("status", ["withdrawn", "refused"]);
}

#[test]
fn it_listens_on_loopback_only() {
    let context = TestContext::new();
    let mut told = String::new();
    for address in ["0.0.0.0:0", "192.0.2.1:8080", "[::]:0"] {
        let run = context.finish(context.program(["simulate", "--listen", address]));
        told += &run.assert_exit(2).said();
    }
    assert_text!(told, @r"
    exit code: 2
    ----- stderr
    error: invalid value '0.0.0.0:0' for '--listen <ADDRESS>': the simulated API listens on loopback only, such as 127.0.0.1:0

    For more information, try '--help'.
    exit code: 2
    ----- stderr
    error: invalid value '192.0.2.1:8080' for '--listen <ADDRESS>': the simulated API listens on loopback only, such as 127.0.0.1:0

    For more information, try '--help'.
    exit code: 2
    ----- stderr
    error: invalid value '[::]:0' for '--listen <ADDRESS>': the simulated API listens on loopback only, such as 127.0.0.1:0

    For more information, try '--help'.
    ");
}

#[test]
fn a_port_that_is_taken_is_exit_2() {
    let context = TestContext::new();
    let served = Served::start(&context, &[]);
    let address = served.base_url().strip_prefix("http://").unwrap().to_owned();
    let run = context.finish(context.program(["simulate", "--listen", &address]));
    assert!(run.stderr.contains(&address), "{run}");
    assert_said!(run.assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: can't serve the simulated API on 127.0.0.1:[PORT]: Address already in use (os error 98)
    ");
}

#[test]
fn the_app_ticket_is_in_its_file_before_the_first_call() {
    let context = TestContext::new();
    let file = context.path("ticket");
    let path = file.to_str().unwrap();
    let _served = Served::start(&context, &["--app-ticket-file", path, "--stale-ticket"]);
    assert!(fs::read_to_string(&file).unwrap().starts_with("ticket-"));
    let run = context.finish(context.program(["simulate", "--app-ticket-file", "missing/ticket"]));
    assert_said!(run.assert_exit(2), @r#"
    exit code: 2
    ----- stderr
    error: can't serve the simulated API on 127.0.0.1:0: missing/ticket can't be written: No such file or directory (os error 2) at path "[DIR]"
    "#);
}

#[test]
fn its_help_explains_every_scripted_id() {
    let context = TestContext::new();
    let run = context.finish(context.program(["simulate", "--help"]));
    for line in manual().lines().filter(|line| !line.trim().is_empty()) {
        assert!(run.stdout.contains(line.trim()), "{line}{run}");
    }
}

#[test]
fn a_rehearsal_needs_no_credentials_and_has_results_of_its_own() {
    let context = TestContext::new()
        .row(SOMEBODY, "a")
        .row("9921000000000000001", "b")
        .switch("--simulate")
        .without_env("FEISHU_APP_ID")
        .without_env("FEISHU_APP_SECRET");
    let run = context.run();
    run.assert_exit(0).assert_column("status", ["withdrawn", "already_withdrawn"]);
    assert!(run.results_path.ends_with("leavers.simulated.results.csv"));
    assert!(!context.results_path().exists(), "the real results are left alone");
}

#[test]
fn a_rehearsal_is_limited_by_its_rate_and_no_call_is_throttled() {
    let context = TestContext::new()
        .rows(30)
        .switch("--simulate")
        .rate("20/1s")
        .flag("--burst", 10)
        .flag("--format", "json");
    let summary = context.run().json();
    assert_eq!(summary["waits"]["throttled"], 0, "{summary}");
    assert!(summary["max_calls_in_window"].as_u64().unwrap() <= 20, "{summary}");
}

#[test]
fn a_rehearsal_can_not_be_aimed_at_a_host() {
    let context = TestContext::new().row(SOMEBODY, "a").switch("--simulate").switch("--lark");
    assert_said!(context.run().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: the argument '--lark' cannot be used with '--simulate'

    Usage: prehire withdraw --burst <N> --lark --rate <CALLS/PERIOD> --read-back-delay <DURATION> --retry-base <DURATION> --retry-cap <DURATION> --yes <INPUT>

    For more information, try '--help'.
    ");
}
