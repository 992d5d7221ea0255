//! `--metrics-file`: what the node exporter of Prometheus reads of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use nix::sys::signal::Signal;

use crate::context::{SOMEBODY, TestContext};
use crate::contract::{RESTORE_STATUSES, WITHDRAW_STATUSES};

const SUCCESS: &str = "prehire_last_success_timestamp_seconds";
const EXIT_CODE: &str = "prehire_last_run_exit_code";

/// The samples of a file, by name and labels; the format is checked as strictly as a parser of Prometheus does it.
pub fn metrics_of(path: &Path) -> BTreeMap<String, f64> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(text.ends_with('\n') && !text.contains('\r'), "the last line has an end: {text:?}");
    let mut samples = BTreeMap::new();
    let (mut told, mut typed, mut current) = (BTreeSet::new(), BTreeSet::new(), String::new());
    for line in text.lines() {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        match words.as_slice() {
            ["#", "HELP", name, help] => {
                assert!(!help.is_empty() && told.insert((*name).to_owned()), "{line}");
                current = (*name).to_owned();
            }
            ["#", "TYPE", name, "gauge"] => {
                assert!(*name == current && typed.insert((*name).to_owned()), "{line}");
            }
            [series, value] => {
                let (name, labels) =
                    series.split_once('{').map_or((*series, None), |(name, labels)| (name, Some(labels)));
                assert!(name == current && typed.contains(name), "no type is told of {line}");
                assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{line}");
                let is_status = |labels: &str| {
                    let word = labels.strip_prefix("status=\"").and_then(|rest| rest.strip_suffix("\"}"));
                    word.is_some_and(|word| {
                        WITHDRAW_STATUSES.contains(&word) || RESTORE_STATUSES.contains(&word)
                    })
                };
                assert!(labels.is_none_or(is_status), "{line}");
                let value: f64 = value.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
                assert!(value.is_finite() && value >= 0.0, "{line}");
                assert!(samples.insert((*series).to_owned(), value).is_none(), "twice: {line}");
            }
            _ => panic!("no line of this format: {line:?}"),
        }
    }
    samples
}

fn rows(status: &str) -> String {
    format!("prehire_last_run_rows{{status=\"{status}\"}}")
}

fn context() -> TestContext {
    TestContext::new().row(SOMEBODY, "a").flag("--metrics-file", "prehire.prom")
}

fn metrics(context: &TestContext) -> BTreeMap<String, f64> {
    metrics_of(&context.path("prehire.prom"))
}

/// Every name that there is, with each of these statuses.
fn all_names(statuses: [&str; 8]) -> BTreeSet<String> {
    let others = [
        "prehire_last_run_attempts",
        "prehire_last_run_throttled_seconds",
        "prehire_last_run_duration_seconds",
        "prehire_last_run_finished_timestamp_seconds",
        EXIT_CODE,
        SUCCESS,
    ];
    statuses.map(rows).into_iter().chain(others.map(str::to_owned)).collect()
}

#[test]
fn a_run_leaves_the_names_of_the_contract_with_its_counts() {
    let context = context()
        .row("x", "an id that can't be sent")
        .row("9912150000000000001", "throttled once")
        .row("9923000000000000001", "refused")
        .flag("--format", "json");
    let run = context.run();
    run.assert_exit(1);
    let metrics = metrics(&context);
    let mut names = all_names(WITHDRAW_STATUSES);
    names.remove(SUCCESS);
    assert_eq!(metrics.keys().cloned().collect::<BTreeSet<_>>(), names, "there was no success yet");
    let summary = run.json();
    for (status, count) in summary["counts"]["by_status"].as_object().unwrap() {
        assert_eq!(metrics[&rows(status)], count.as_f64().unwrap(), "{status}{run}");
    }
    let total: f64 = metrics.iter().filter(|(name, _)| name.contains('{')).map(|(_, rows)| rows).sum();
    assert_eq!(total, 4.0);
    assert_eq!(metrics["prehire_last_run_attempts"], summary["calls"]["attempts"].as_f64().unwrap());
    let throttled =
        metrics["prehire_last_run_throttled_seconds"] - summary["waits"]["seconds"].as_f64().unwrap();
    assert!(throttled.abs() < 0.001, "{run}");
    assert!(metrics["prehire_last_run_duration_seconds"] >= summary["duration_seconds"].as_f64().unwrap());
    assert_eq!(metrics[EXIT_CODE], 1.0);
}

#[test]
fn a_success_is_remembered_over_runs_that_are_none() {
    let context = context();
    context.run().assert_exit(0);
    let first = metrics(&context);
    assert_eq!(first.keys().cloned().collect::<BTreeSet<_>>(), all_names(WITHDRAW_STATUSES));
    assert_eq!(first[SUCCESS], first["prehire_last_run_finished_timestamp_seconds"]);

    let context = context.flag("--expect", "sha256:00");
    context.run().assert_exit(2);
    let second = metrics(&context);
    assert_eq!((second[EXIT_CODE], second[SUCCESS]), (2.0, first[SUCCESS]));
    assert_eq!(second[&rows("withdrawn")], 0.0, "the counts are of the last run");

    let context = context.without("--expect");
    context.run().assert_exit(0);
    assert!(metrics(&context)[SUCCESS] > first[SUCCESS]);
}

#[test]
fn a_restoration_tells_of_its_own_statuses() {
    let context = context();
    context.run().assert_exit(0);
    context.restore().assert_exit(0);
    let metrics = metrics(&context);
    assert_eq!(metrics.keys().cloned().collect::<BTreeSet<_>>(), all_names(RESTORE_STATUSES));
    assert_eq!(metrics[&rows("restored")], 1.0);
}

#[test]
fn they_are_written_also_where_no_setting_could_be_made() {
    for context in [
        context().without_env("FEISHU_APP_SECRET"),
        context().flag("--profile", "nobody"),
        context().flag("--sheet", "none").input(""),
        context().flag("--notify-webhook-file", "not-there"),
    ] {
        context.run().assert_exit(2);
        let metrics = metrics(&context);
        assert_eq!((metrics[EXIT_CODE], metrics["prehire_last_run_attempts"]), (2.0, 0.0));
    }
}

#[test]
fn everybody_may_read_them_and_nothing_else_is_left_behind() {
    let context = context();
    context.run().assert_exit(0);
    let mode = fs::metadata(context.path("prehire.prom")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o644);
    let others = context.files().into_iter().filter(|name| name.contains("metrics"));
    assert_eq!(others.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn what_keeps_them_from_being_written_is_a_warning_and_nothing_else() {
    let lost = context().flag("--metrics-file", "no/such/directory.prom");
    assert_said!(lost.run().assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    warning: can't write the metrics to no/such/directory.prom: No such file or directory (os error 2)
    ");
    let quiet = lost.switch("--quiet");
    let run = quiet.run();
    assert_eq!(run.stderr.lines().count(), 1, "{run}");

    let foreign = context().flag("--metrics-file", "leavers.csv");
    let before = foreign.run();
    assert_said!(before.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    warning: can't write the metrics to leavers.csv: something is there that is no file of these metrics
    ");
    assert!(fs::read_to_string(foreign.input_path()).unwrap().starts_with("pre_hire_id"), "{before}");

    let directory = context().flag("--metrics-file", ".");
    assert_said!(directory.run().assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    warning: can't write the metrics to .: something is there that is no file of these metrics
    ");
}

#[test]
fn an_interrupted_run_leaves_them_too() {
    // Answered 2 s late.
    let slow = TestContext::new().row("9911190000000000001", "a").rows(2).flag("--workers", 1);
    let context = slow.flag("--metrics-file", "prehire.prom");
    let run = context.start_and_await_calls(1);
    run.send(Signal::SIGTERM);
    context.outcome(run.into_child()).assert_exit(143);
    let first = metrics(&context);
    assert_eq!(
        (first[EXIT_CODE], first[&rows("withdrawn")], first[&rows("not_attempted")]),
        (143.0, 1.0, 2.0)
    );
}

#[test]
fn a_dry_run_leaves_none() {
    let context = context().switch("--dry-run");
    context.run().assert_exit(0);
    assert!(!context.path("prehire.prom").exists());
}
