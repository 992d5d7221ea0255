//! What is said on standard output and standard error, and to whom.

use std::collections::BTreeSet;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::context::{SOMEBODY, TestContext};

/// A row of each kind that one run can have.
fn mixed() -> TestContext {
    TestContext::new()
        .row(SOMEBODY, "a")
        .row(SOMEBODY, "b")
        .row("x", "c")
        .row("9923000000000000001", "d")
        .row("9901011611160000001", "e")
        .row("9911050000000000001", "f")
        .row("9912150000000000001", "g")
        .flag("--max-attempts", 2)
        .switch("--no-read-back")
}

fn fields(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_json_summary_has_exactly_the_fields_of_the_readme() {
    let context = mixed().flag("--format", "json").rate("1000/60s");
    let run = context.run();
    run.assert_exit(1);
    let summary = run.json();
    let expected = [
        "command",
        "counts",
        "calls",
        "waits",
        "duration_seconds",
        "calls_per_minute",
        "max_calls_in_window",
        "window_seconds",
        "rate",
        "left_in_doubt",
        "results",
        "journal",
        "exit_code",
    ];
    assert_eq!(fields(&summary), BTreeSet::from(expected));
    assert_eq!(fields(&summary["counts"]), BTreeSet::from(["rows", "by_status", "by_error_code"]));
    assert_eq!(fields(&summary["calls"]), BTreeSet::from(["attempts", "read_backs", "token"]));
    assert_eq!(fields(&summary["waits"]), BTreeSet::from(["throttled", "seconds"]));
    assert_eq!(
        summary["counts"],
        json!({
            "rows": 7,
            "by_status": {"withdrawn": 2, "duplicate": 1, "invalid": 1, "refused": 1, "exhausted": 1, "unknown": 1},
            "by_error_code": {"duplicate_id": 1, "bad_id": 1, "1161105": 1, "1161116": 1, "http_500": 1},
        })
    );
    let attempts: u64 = run.results().iter().map(|row| row["attempts"].parse::<u64>().unwrap()).sum();
    assert_eq!(summary["calls"]["attempts"], attempts, "{summary}");
    assert_eq!(
        (&summary["calls"]["token"], &summary["waits"]["throttled"]),
        (&json!(1), &json!(1)),
        "{summary}"
    );
    assert_eq!(
        (&summary["command"], &summary["rate"]),
        (&json!("withdraw"), &json!("1000/60s")),
        "{summary}"
    );
    assert_eq!((&summary["window_seconds"], &summary["exit_code"]), (&json!(60.0), &json!(1)), "{summary}");
    assert_eq!(summary["results"], context.results_path().display().to_string());
    assert_eq!(summary["left_in_doubt"], json!([]));
    assert_eq!(summary["max_calls_in_window"], context.withdraw_calls(), "all calls are in one window");
}

#[test]
fn the_text_summary_names_every_count_and_fits_a_terminal() {
    let run = mixed().row("9901999916720000001", "hopeless").flag("--workers", 1).run();
    assert_said!(run.assert_exit(3), @r"
    exit code: 3
    ----- stdout
      withdrawn          2
      refused            1
      exhausted          1
      unknown            1
      invalid            1
      duplicate          1
      not_attempted      1
      rows               8 (3 successes)
      calls              9 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      waits              1 throttled reply, [DURATION] held back
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    error codes
      1161105            1
      1161116            1
      99991672           1
      http_500           1
      bad_id             1
      others             1 code
    What to do is in the advice column of the results.

    stopped early: the API refused a call for a reason that affects every row
      said    99991672 Access denied. One of the following scopes is required: [corehr:pre_hire:withdraw_onboarding].应用尚未开通所需的应用身份权限：[corehr:pre_hire:withdraw_onboarding]，点击链接申请并开通任一权限即可：https://open.feishu.cn/app/cli_a1b2c3d4e5f6/auth?q=corehr:pre_hire:withdraw_onboarding&op_from=openapi&token_type=tenant
      help    https://open.feishu.cn/app/cli_a1b2c3d4e5f6/auth?q=corehr:pre_hire:withdraw_onboarding&op_from=openapi&token_type=tenant
      log id  [LOG ID]
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --max-attempts 2 --no-read-back --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --workers 1 --yes --base-url http://127.0.0.1:[PORT]
    ");
    for line in run.stdout.lines() {
        // What the API said, paths, and the command to go on are shown whole, however long.
        let quoted = ["said", "help", "results ", "journal ", env!("CARGO_BIN_EXE_prehire")];
        let is_quoted = quoted.iter().any(|name| line.trim_start().starts_with(name));
        assert!(is_quoted || line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
    }
}

#[test]
fn quiet_is_silent_but_for_json() {
    let run = mixed().switch("--quiet").run();
    run.assert_exit(1);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    let run = mixed().switch("--quiet").flag("--format", "json").run();
    assert_eq!(run.json()["exit_code"], 1);
    assert_eq!((run.stdout.lines().count(), run.stderr.as_str()), (1, ""), "{run}");
}

#[test]
fn standard_output_holds_the_summary_alone_and_verbose_tells_on_standard_error() {
    let quiet = mixed().flag("--format", "json").run();
    let verbose = mixed().flag("--format", "json").switch("--verbose").run();
    // Which row comes first is a matter of chance.
    let mut lines: Vec<&str> = verbose.stderr.lines().collect();
    lines.sort_unstable();
    assert_text!(lines.join("\n"), @r"
    fetching a token
    row 5: refused 1161105
    row 6: conflict 1161116
    row 6: conflict 1161116
    row 6: retrying in [DURATION]
    row 7: in doubt http_500
    row 7: in doubt http_500
    row 7: retrying in [DURATION]
    row 8: throttled http_429
    the server asked us to wait: no calls for [DURATION]
    ");
    assert_eq!(fields(&quiet.json()), fields(&verbose.json()));
    assert!(!verbose.stderr.contains(SOMEBODY), "rows are named by line, never by id{verbose}");
}

#[test]
fn a_reader_that_has_gone_away_is_no_failure() {
    for format in ["text", "json"] {
        let context = TestContext::new().row(SOMEBODY, "a").flag("--format", format).switch("--verbose");
        let mut command = context.withdraw_command();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        command.stdout(Stdio::from(writer.try_clone().unwrap())).stderr(Stdio::from(writer));
        context.finish(command).assert_exit(0).assert_column("status", ["withdrawn"]);
    }
    let context = TestContext::new();
    let mut command = context.program(["--help"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(Stdio::from(writer));
    context.finish(command).assert_exit(0);
}

#[test]
fn progress_goes_to_standard_error_in_the_form_that_was_asked_for() {
    for form in ["auto", "plain", "json", "never"] {
        let run = mixed().flag("--progress", form).run();
        run.assert_exit(1);
        // A short run says nothing before its first 10 seconds are over, and never draws a bar on a pipe.
        assert!(!run.stderr.contains('\u{1b}') && !run.stderr.contains('\r'), "{run}");
    }
}

#[test]
fn usage_errors_are_exit_2_and_help_is_not() {
    let context = TestContext::new();
    for arguments in [&["withdraw"][..], &["frobnicate"], &["withdraw", "a.csv", "--rate", "fast"], &[]] {
        let run = context.finish(context.program(arguments.iter().copied()));
        run.assert_exit(2);
        assert!(!run.stderr.is_empty() && run.stdout.is_empty(), "{arguments:?}{run}");
    }
    for arguments in
        [&["--help"][..], &["withdraw", "--help"], &["check", "-h"], &["simulate", "--help"], &["--version"]]
    {
        let run = context.finish(context.program(arguments.iter().copied()));
        run.assert_exit(0);
        assert!(run.stderr.is_empty() && !run.stdout.is_empty(), "{arguments:?}{run}");
    }
}
