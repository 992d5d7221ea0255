//! `--log-format json`: each line on standard error is one object, whatever is said.

use nix::pty::openpty;
use serde_json::Value;

use crate::context::{SOMEBODY, TestContext};
use crate::run::Run;

fn lines(run: &Run) -> Vec<Value> {
    run.stderr
        .lines()
        .map(|line| {
            let line: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}{run}"));
            assert!(line["message"].as_str().is_some_and(|message| !message.is_empty()), "{line}");
            let levels = ["error", "warn", "info", "debug"];
            assert!(levels.iter().any(|level| line["level"] == *level), "{line}");
            let time = line["time"].as_str().unwrap();
            let parsed: jiff::Timestamp = time.parse().unwrap();
            let age = jiff::Timestamp::now().duration_since(parsed).as_secs();
            assert!((0..60).contains(&age) && time.contains('T') && !time.ends_with('Z'), "{time}");
            line
        })
        .collect()
}

fn context() -> TestContext {
    TestContext::new().flag("--log-format", "json")
}

#[track_caller]
fn last_error(run: &Run, exit_code: i32) -> Value {
    run.assert_exit(exit_code);
    let line = lines(run).pop().unwrap();
    assert_eq!((&line["level"], &line["exit_code"]), (&"error".into(), &exit_code.into()), "{run}");
    line
}

#[test]
fn every_detail_of_a_run_is_an_object_with_its_row_and_code() {
    let run = context()
        .row(SOMEBODY, "候选人放弃入职")
        .row("9923000000000000001", "refused")
        .row("9901011611160000001", "conflict")
        .row("9912150000000000001", "throttled")
        .flag("--max-attempts", 2)
        .switch("--verbose")
        .run();
    run.assert_exit(1);
    let lines = lines(&run);
    let refused = lines.iter().find(|line| line["row"] == 3).unwrap();
    assert_eq!((&refused["error_code"], &refused["level"]), (&"1161105".into(), &"debug".into()), "{run}");
    assert!(lines.iter().any(|line| line["row"] == 4 && line["seconds"].is_f64()), "a retry{run}");
    assert!(lines.iter().any(|line| line["row"].is_null() && line["seconds"].is_f64()), "a hold{run}");
    for private in [SOMEBODY, "9923000000000000001", "候选人放弃入职"] {
        assert!(!run.stderr.contains(private), "{private}{run}");
    }
}

#[test]
fn what_ends_the_program_is_an_object_with_advice_and_exit_code() {
    let run = context().row(SOMEBODY, "a").flag("--max-rows", 0).run();
    let error = last_error(&run, 2);
    assert_eq!(error["message"], "1 row is still to be sent, more than --max-rows 0");
    assert!(error["hint"].as_str().unwrap().contains("raise --max-rows"), "{error}");

    let run = context().row(SOMEBODY, "a").without_env("FEISHU_APP_ID").run();
    last_error(&run, 2);
    let context = TestContext::new();
    let run = context.check(&["--log-format=json", "--sheet", "none", "--encoding", "utf-16le"]);
    last_error(&run, 2);
}

#[test]
fn a_command_line_that_can_not_be_understood_is_told_so_too() {
    let context = TestContext::new();
    for arguments in [
        &["withdraw", "a.csv", "--log-format", "json", "--frobnicate"][..],
        &["--log-format=json", "frobnicate"],
        &["withdraw", "--log-format", "json"],
    ] {
        let run = context.finish(context.program(arguments.iter().copied()));
        let error = last_error(&run, 2);
        assert!(!error["message"].as_str().unwrap().starts_with("error"), "{error}");
        assert!(error["hint"].as_str().unwrap().contains("--help"), "{error}");
    }
    context.finish(context.program(["withdraw", "--log-format", "json", "--help"])).assert_exit(0);
}

#[test]
fn why_a_run_was_stopped_is_in_the_log_whatever_the_summary_says() {
    for format in ["text", "json"] {
        let run = context().row("9901999916720000001", "hopeless").flag("--format", format).run();
        let error = last_error(&run, 3);
        assert_eq!(error["error_code"], "99991672");
        assert!(error["message"].as_str().unwrap().starts_with("stopped early: "), "{error}");
        for field in ["said", "log_id", "hint"] {
            assert!(error[field].is_string(), "{field} is missing: {error}");
        }
    }
}

#[test]
fn warnings_are_objects() {
    let context =
        context().row(SOMEBODY, "a").flag("--metrics-file", "no/directory").env("FEISHU_TENANT_KEY", "t");
    let run = context.run();
    run.assert_exit(0);
    let lines = lines(&run);
    assert_eq!(lines.len(), 2, "{run}");
    assert!(lines.iter().all(|line| line["level"] == "warn"), "{run}");
    assert!(!run.stderr.contains("warning"), "the level says so{run}");
}

#[test]
fn quiet_leaves_nothing_but_errors() {
    let run = context().row(SOMEBODY, "a").env("FEISHU_TENANT_KEY", "t").switch("--quiet").run();
    run.assert_exit(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_log_of_json_has_no_place_for_a_question() {
    let context = context().row(SOMEBODY, "候选人放弃入职").without("--yes");
    // A terminal to answer on, and a pipe for the log.
    let terminal = openpty(None, None).unwrap();
    let mut command = context.withdraw_command();
    command.stdin(terminal.slave);
    let error = last_error(&context.finish(command), 2);
    assert_eq!(error["message"], "standard error is a JSON log, so nobody can be asked there");
    let error = last_error(&context.run(), 2);
    assert_eq!((&error["hint"], context.withdraw_calls()), (&"add --yes".into(), 0));
}
