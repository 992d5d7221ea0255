//! The journal: its lines, its chain, whose it is, and what is done about a torn or damaged one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use prehire_simulator::{Simulator, SimulatorSettings};

use serde_json::json;

use crate::audit::{hashes_of, lines_after};
use crate::context::{APP_ID, APP_SECRET, SOMEBODY, TestContext};
use crate::run::Run;
use crate::watch::entries_of;

/// Exit 2; the journal and the results are what they were, and nothing was called.
fn is_refused(context: &TestContext) -> Run {
    let (journal, results) = (context.journal_bytes(), fs::read(context.results_path()).ok());
    let (calls, files) = (context.record().calls.len(), context.files());
    let run = context.run();
    run.assert_exit(2);
    assert_eq!(context.journal_bytes(), journal, "the journal was changed{run}");
    assert_eq!(fs::read(context.results_path()).ok(), results, "the results were changed{run}");
    assert_eq!(context.files(), files, "files came or went{run}");
    assert_eq!(context.record().calls.len(), calls, "something was called{run}");
    run
}

#[test]
fn the_story_of_one_row_stands_in_it_line_by_line() {
    let context = TestContext::new().row(SOMEBODY, "a");
    context.run().assert_exit(0);
    let expected =
        ["run_started", "token_refreshed", "call_started", "call_finished", "row_settled", "run_finished"];
    assert_eq!(context.journal_types(), expected);
    let said = |index: usize| context.journal()[index].1.clone();
    assert_eq!((&said(0)["app"], &said(0)["operation"]), (&APP_ID.into(), &"withdraw".into()));
    assert!(context.api().base_url().ends_with(said(0)["host"].as_str().unwrap()), "{}", said(0));
    for index in [2, 3, 4] {
        assert_eq!(said(index)["id"], SOMEBODY);
    }
    assert_eq!((&said(3)["verdict"], &said(3)["http_status"]), (&"accepted".into(), &200.into()));
    assert_eq!(said(5)["exit_code"], 0);

    let doubtful = TestContext::new().row("9903011610000000001", "a");
    doubtful.run().assert_exit(0);
    assert!(doubtful.journal_types().contains(&"read_back".to_owned()));
    let throttled = TestContext::new().row("9912150000000000001", "a");
    throttled.run().assert_exit(0);
    assert!(throttled.journal_types().contains(&"throttled".to_owned()));
}

#[test]
fn it_is_for_its_owners_eyes_and_holds_no_secret() {
    let context = TestContext::new().rows(3).row("9931000000000000001", "the token is revoked");
    context.run().assert_exit(0);
    assert_eq!(fs::metadata(context.journal_path()).unwrap().permissions().mode() & 0o777, 0o600);
    let text = String::from_utf8(context.journal_bytes()).unwrap();
    assert!(!text.contains(APP_SECRET));
    let record = context.record();
    let tokens: Vec<&str> = record.calls.iter().filter_map(|call| call.token.as_deref()).collect();
    assert!(!tokens.is_empty() && tokens.iter().all(|token| !text.contains(token)), "{tokens:?}");
}

#[test]
fn it_says_who_ran_what() {
    let context = TestContext::new().rows(1).switch("--restart");
    context.run().assert_exit(0);
    let (_, begun) = &context.journal()[0];
    let command = begun["command"].as_str().unwrap();
    assert!(command.contains(" withdraw ") && command.contains(" --restart"), "{command}");
    for field in ["user", "machine", "tool"] {
        assert!(!begun[field].as_str().unwrap().is_empty(), "{field}: {begun}");
    }
}

#[test]
fn it_says_the_exit_code_with_which_the_process_ends() {
    let slow = |settings: &mut SimulatorSettings| {
        settings.latency = Duration::from_millis(400)..=Duration::from_millis(400);
    };
    let context = TestContext::new().row(SOMEBODY, "a").simulator(slow);
    let run = context.start_and_await_calls(1);
    // Somebody else's folder stands where the results are to be.
    fs::create_dir(context.results_path()).unwrap();
    let run = context.outcome(run.into_child());
    run.assert_exit(4).assert_stderr("leavers.results.csv");
    let (kind, finished) = context.journal().pop().unwrap();
    assert_eq!((kind.as_str(), &finished["exit_code"]), ("run_finished", &4.into()));
}

#[test]
fn one_of_another_version_is_never_damaged_and_no_advice_is_to_forget_it() {
    let context = TestContext::new().row(SOMEBODY, "a");
    context.run().assert_exit(0);
    let whole = context.journal_bytes();
    let version = context.journal()[0].1["version"].as_u64().unwrap();
    let last = hashes_of(&whole).pop().unwrap();
    let run = |version: u64| json!({ "run_started": { "version": version, "tool": "9.0.0", "whence": [7] } });
    for (entry, said) in [
        (run(1), "made by prehire 9.0.0"),
        (run(version + 1), "made by a newer prehire (prehire 9.0.0)"),
        (json!({ "moon_landed": {} }), "made by a newer prehire"),
    ] {
        let line = lines_after(&last, &[entry]);
        // What stands behind it is not ours to judge.
        fs::write(context.journal_path(), [&whole[..], line.as_bytes(), b"no line\n"].concat()).unwrap();
        is_refused(&context).assert_stderr(said);
        let (journal, results) = ("leavers.results.csv.journal", "leavers.results.csv");
        for command in [
            &["verify", journal, "--results", results][..],
            &["explain", journal, SOMEBODY],
            &["report", results],
            &["restore", results, "--dry-run", "--base-url", context.api().base_url()],
            &["withdraw", "leavers.csv", "--yes", "--base-url", context.api().base_url()],
        ] {
            let refused = context.finish(context.program(command.iter().copied()));
            refused.assert_exit(2).assert_stderr(said).assert_stderr("hint: use ");
            for forbidden in ["damaged", "--restart", "-o FILE"] {
                assert!(!refused.stderr.contains(forbidden), "{forbidden}{refused}");
            }
        }
    }
}

#[test]
fn a_flipped_digit_in_any_line_is_exit_2_and_nothing_is_touched() {
    let context = TestContext::new().rows(2);
    context.run().assert_exit(0);
    let text = String::from_utf8(context.journal_bytes()).unwrap();
    for (number, line) in (1..).zip(text.lines()) {
        // The last digit of the entry, so that the JSON stays valid.
        let place = line.rfind(|character: char| character.is_ascii_digit()).unwrap();
        let flipped = if line.as_bytes()[place] == b'7' { "3" } else { "7" };
        let mut damaged = line.to_owned();
        damaged.replace_range(place..=place, flipped);
        assert!(serde_json::from_str::<serde_json::Value>(&damaged).is_ok(), "{damaged}");
        fs::write(context.journal_path(), text.replacen(line, &damaged, 1)).unwrap();
        let said = is_refused(&context).stderr;
        assert!(said.contains(&format!("line {number} of ")), "{said}");
    }
    fs::write(context.journal_path(), text).unwrap();
    context.run().assert_exit(0);
}

#[test]
fn a_line_that_is_missing_or_stands_elsewhere_is_exit_2() {
    let context = TestContext::new().rows(2);
    context.run().assert_exit(0);
    let text = String::from_utf8(context.journal_bytes()).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (without_first, without_third) = (lines[1..].concat(), [&lines[..2], &lines[3..]].concat().concat());
    let mut swapped = lines.clone();
    swapped.swap(3, 4);
    for (damaged, line) in [(without_first, 1), (without_third, 3), (swapped.concat(), 4)] {
        fs::write(context.journal_path(), damaged).unwrap();
        let said = is_refused(&context).stderr;
        assert!(said.contains(&format!("line {line} of ")), "{said}");
    }
}

#[test]
fn a_torn_end_is_cut_off_with_a_word_and_the_run_goes_on() {
    let torn: [&[u8]; 4] =
        [b"{\"hash\":\"00", b"\0", b"{\"hash\":\"0\0\0\"}\n{\"hash\":\"1\"}\n", &[0; 100_000]];
    let mut told = String::new();
    for end in torn {
        let context = TestContext::new().rows(2);
        context.run().assert_exit(0);
        let whole = context.journal_bytes();
        fs::write(context.journal_path(), [&whole, end].concat()).unwrap();
        let calls = context.record().calls.len();
        let run = context.run();
        told += &run.assert_exit(0).said();
        assert!(context.journal_bytes().starts_with(&whole), "what is whole stays{run}");
        assert_eq!(context.record().calls.len(), calls, "{run}");
        assert_eq!(context.run().assert_exit(0).stderr, "", "the next run finds it whole");
    }
    assert_text!(told, @r"
    exit code: 0
    ----- stdout
      withdrawn          2
      rows               2 (2 successes)
      calls              0 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    the journal's last 11 bytes were cut off: the last run died while writing them
    exit code: 0
    ----- stdout
      withdrawn          2
      rows               2 (2 successes)
      calls              0 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    the journal's last 1 byte was cut off: the last run died while writing it
    exit code: 0
    ----- stdout
      withdrawn          2
      rows               2 (2 successes)
      calls              0 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    the journal's last 28 bytes were cut off: the last run died while writing them
    exit code: 0
    ----- stdout
      withdrawn          2
      rows               2 (2 successes)
      calls              0 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    the journal's last 100000 bytes were cut off: the last run died while writing them
    ");
}

#[test]
fn a_row_whose_settling_was_torn_off_is_settled_from_its_reply_and_not_called_again() {
    let context = TestContext::new().row(SOMEBODY, "a");
    let first = context.run();
    let whole = context.journal_bytes();
    let end_of = |line: usize| whole.split_inclusive(|byte| *byte == b'\n').take(line).map(<[u8]>::len).sum();
    let settled: usize = end_of(4);
    fs::write(context.journal_path(), &whole[..settled + 30]).unwrap();
    let second = context.run();
    assert_said!(second.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              0 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    the journal's last 30 bytes were cut off: the last run died while writing them
    ");
    let names = ["status", "retry_outcome", "attempts", "http_status", "confirmed_by", "log_id"];
    assert_eq!(second.only_row().words(&names), first.only_row().words(&names));
    assert_eq!(context.withdraw_calls(), 1);
}

#[test]
fn an_end_that_is_torn_too_early_to_be_one_is_exit_2() {
    for end in [vec![0; 1024 * 1024 + 1], vec![b'x'; 1024 * 1024 + 1]] {
        let context = TestContext::new().row(SOMEBODY, "a");
        context.run().assert_exit(0);
        let lines = context.journal().len();
        fs::write(context.journal_path(), [context.journal_bytes(), end].concat()).unwrap();
        let said = is_refused(&context).stderr;
        assert!(said.contains(&format!("line {} of ", lines + 1)), "{said}");
    }
}

#[test]
fn it_belongs_to_one_app_and_one_host() {
    let context = TestContext::new().row(SOMEBODY, "a");
    context.run().assert_exit(0);
    let context = context.env("FEISHU_APP_ID", "cli_another");
    assert_said!(is_refused(&context), @r"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.results.csv.journal belongs to another job: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT]; this run is: withdraw of app cli_another at 127.0.0.1:[PORT]
    hint: choose another results file with -o FILE, or set the journal aside with --restart
    ");
    let given = context.env("FEISHU_TENANT_ACCESS_TOKEN", "t-any");
    assert_said!(is_refused(&given), @r"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.results.csv.journal belongs to another job: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT]; this run is: withdraw of app given at 127.0.0.1:[PORT]
    hint: choose another results file with -o FILE, or set the journal aside with --restart
    ");

    let other = Simulator::spawn(SimulatorSettings::default()).unwrap();
    let (here, there) = (given.api().base_url().to_owned(), other.base_url().to_owned());
    let context = given.without_env("FEISHU_TENANT_ACCESS_TOKEN").env("FEISHU_APP_ID", APP_ID).server(&there);
    let run = is_refused(&context);
    for host in [here, there] {
        assert!(run.stderr.contains(host.trim_start_matches("http://")), "{run}");
    }
    assert_said!(run, @r"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.results.csv.journal belongs to another job: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT]; this run is: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT]
    hint: choose another results file with -o FILE, or set the journal aside with --restart
    ");
}

#[test]
fn a_restart_sets_the_old_one_aside_and_begins_anew() {
    let context = TestContext::new().row(SOMEBODY, "a");
    context.run().assert_exit(0);
    let mut old = context.journal_bytes();
    // Even a damaged one can be set aside.
    let last_line = old.len() - 10;
    old[last_line] ^= 1;
    fs::write(context.journal_path(), &old).unwrap();
    let context = context.switch("--restart");
    for aside in ["leavers.results.csv.journal.1", "leavers.results.csv.journal.2"] {
        let before = context.journal_bytes();
        context.run().assert_exit(0).assert_column("status", ["already_withdrawn"]);
        assert_eq!(fs::read(context.path(aside)).unwrap(), before);
        assert_eq!(context.journal_types()[0], "run_started");
    }
    assert_eq!(fs::read(context.path("leavers.results.csv.journal.1")).unwrap(), old);
    assert_eq!(context.withdraw_calls(), 3, "it began anew each time");
}

#[test]
fn it_can_have_another_name_but_not_that_of_the_input_or_the_results() {
    let context = TestContext::new().row(SOMEBODY, "a").flag("--journal", "elsewhere.jsonl");
    context.run().assert_exit(0);
    assert!(!context.journal_path().exists());
    assert_eq!(entries_of(&context.path("elsewhere.jsonl")).last().unwrap().0, "run_finished");
    context.run().assert_exit(0).assert_column("status", ["withdrawn"]);
    assert_eq!(context.withdraw_calls(), 1);

    let mut told = String::new();
    for name in ["leavers.csv", "./leavers.csv", "leavers.results.csv", "leavers.results.csv.partial"] {
        let context = TestContext::new().row(SOMEBODY, "a").flag("--journal", name);
        told += &context.run().assert_unusable().said();
        assert!(fs::read_to_string(context.input_path()).unwrap().contains(SOMEBODY), "{name}");
        assert_eq!(context.record().calls, [], "{name}");
    }
    assert_text!(told, @r"
    exit code: 2
    ----- stderr
    error: the journal must be a separate file
    hint: choose another name with --journal FILE
    exit code: 2
    ----- stderr
    error: the journal must be a separate file
    hint: choose another name with --journal FILE
    exit code: 2
    ----- stderr
    error: the journal must be a separate file
    hint: choose another name with --journal FILE
    exit code: 2
    ----- stderr
    error: the journal must be a separate file
    hint: choose another name with --journal FILE
    ");
}
