//! `prehire verify`: a record is whole or not, and results agree with it or not; and no run is disturbed.

use std::fs;
use std::path::PathBuf;

use unicode_width::UnicodeWidthStr;

use crate::audit::journal_with;
use crate::context::{SOMEBODY, TestContext};
use crate::run::Run;
use crate::watch::journal_of;
use crate::workbook::Workbook;

const REFUSED: &str = "9922000000000000001";
/// Applied, and answered 1161000: the first withdraw call.
const APPLIED: &str = "9903011610000000001";

fn verify(context: &TestContext, arguments: &[&str]) -> Run {
    context.finish(context.program([&["verify", "leavers.results.csv.journal"], arguments].concat()))
}

fn verify_results(context: &TestContext) -> Run {
    verify(context, &["--results", "leavers.results.csv"])
}

fn change_journal(context: &TestContext, change: impl FnOnce(String) -> String) {
    let text = String::from_utf8(context.journal_bytes()).unwrap();
    fs::write(context.journal_path(), change(text)).unwrap();
}

fn change_results(context: &TestContext, change: impl FnOnce(&str) -> String) {
    let text = fs::read_to_string(context.results_path()).unwrap();
    fs::write(context.results_path(), change(&text)).unwrap();
}

/// No line is wider than a terminal.
fn assert_narrow(run: &Run) {
    for line in run.stdout.lines() {
        assert!(line.width() <= 80, "{line:?} is too wide{run}");
    }
}

/// The paragraph of its standard output that begins with this.
fn paragraph(run: &Run, beginning: &str) -> String {
    let found = run.stdout.split("\n\n").find(|paragraph| paragraph.starts_with(beginning));
    format!("{}\n\n", found.unwrap_or_else(|| panic!("no {beginning:?}{run}")).trim_end())
}

/// A row of each kind: withdrawn, refused, recovered, invalid, repeated.
fn every_kind() -> TestContext {
    let rows = TestContext::new().rows(3).row(REFUSED, "a").row(APPLIED, "b");
    let rows = rows.row("7.345E+18", "c").row(REFUSED, "d").row(APPLIED, "e");
    rows.switch("--no-canary")
}

#[test]
fn a_record_that_was_left_alone_is_whole_and_its_results_agree() {
    let context = every_kind();
    context.run().assert_exit(1);
    let run = verify_results(&context);
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      journal            leavers.results.csv.journal
      state              whole: [COUNT] lines, each follows from the one before
      operation          withdraw
      app                cli_a1b2c3d4e5f6
      host               127.0.0.1:[PORT]
      runs               1
      first time         [TIME]
      last time          [TIME]
      last run           ended with exit code 1
      calls              5
      pre-hires          5
      withdrawn          4
      refused            1

      results            leavers.results.csv
      rows               8
      agree              7
      nothing done       1 (never called: nothing to compare)

    Compared: status, success, error_code, retry_outcome, attempts, http_status,
    confirmed_by, log_id, first_sent_at, settled_at
    ");
    assert_eq!(run.stderr, "", "{run}");
    assert_narrow(&run);
    let chinese = verify(&context, &["--results", "leavers.results.csv", "--lang", "zh"]);
    assert_said!(chinese.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      日志               leavers.results.csv.journal
      状态               完整：[COUNT]行，每一行都与上一行相接
      操作               withdraw
      应用               cli_a1b2c3d4e5f6
      主机               127.0.0.1:[PORT]
      运行次数           1
      最早时间           [TIME]
      最晚时间           [TIME]
      最近一次运行       结束，退出码1
      调用               5
      待入职人员         5
      withdrawn          4
      refused            1

      结果               leavers.results.csv
      行数               8
      一致               7
      未调用             1（从未调用：无可比较）

    比较的列：status, success, error_code, retry_outcome, attempts, http_status,
    confirmed_by, log_id, first_sent_at, settled_at
    ");
    assert_narrow(&chinese);

    let json = verify(&context, &["--results", "leavers.results.csv", "--format", "json"]).json();
    assert_eq!((&json["whole"], &json["runs"], &json["exit_code"]), (&true.into(), &1.into(), &0.into()));
    assert_eq!(json["lines"], context.journal().len());
    assert_eq!(json["pre_hires"]["by_status"], serde_json::json!({ "withdrawn": 4, "refused": 1 }));
    let results = &json["results"];
    assert_eq!(
        (&results["rows"], &results["agree"], &results["nothing_done"]),
        (&8.into(), &7.into(), &1.into()),
        "{json}"
    );
    assert_eq!(results["agrees"], true);
}

#[test]
fn the_first_line_that_was_changed_left_out_or_moved_is_named() {
    let context = every_kind();
    context.run().assert_exit(1);
    let whole = String::from_utf8(context.journal_bytes()).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let changed = whole.replacen("\"attempt\":1", "\"attempt\":2", 1);
    let first_changed = 1 + lines.iter().position(|line| line.contains("\"attempt\":1")).unwrap();
    let left_out = [&lines[..3], &lines[4..]].concat().join("\n") + "\n";
    let moved = [&lines[..5], &[lines[6], lines[5]], &lines[7..]].concat().join("\n") + "\n";
    let in_the_middle = [&lines[..2], &["", lines[2]], &lines[3..]].concat().join("\n") + "\n";
    let mut told = String::new();
    for (text, line) in [(changed, first_changed), (left_out, 4), (moved, 6), (in_the_middle, 3)] {
        change_journal(&context, |_| text);
        let run = verify_results(&context);
        let named = format!("line {line} of leavers.results.csv.journal is damaged");
        assert!(run.assert_exit(1).stdout.contains(&named), "{run}");
        told += &paragraph(&run, &format!("line {line} ")).replace(&format!("line {line} "), "line [LINE] ");
        assert_narrow(&run);
        assert_narrow(&verify(&context, &["--lang", "zh"]));
        let json = verify(&context, &["--format", "json"]).json();
        assert_eq!((&json["whole"], &json["damage"]["line"]), (&false.into(), &line.into()), "{json}");
    }
    assert_text!(told, @r"
    line [LINE] of leavers.results.csv.journal is damaged:
    it was changed after it was written, or the line before it was
    What follows it proves nothing: it is not counted above,
    and no results are compared with it.

    line [LINE] of leavers.results.csv.journal is damaged:
    it was changed after it was written, or the line before it was
    What follows it proves nothing: it is not counted above,
    and no results are compared with it.

    line [LINE] of leavers.results.csv.journal is damaged:
    it was changed after it was written, or the line before it was
    What follows it proves nothing: it is not counted above,
    and no results are compared with it.

    line [LINE] of leavers.results.csv.journal is damaged:
    it is not a journal line
    What follows it proves nothing: it is not counted above,
    and no results are compared with it.
    ");
}

#[test]
fn a_torn_end_is_whole_and_told_and_a_record_of_nothing_is_none() {
    let context = every_kind();
    context.run().assert_exit(1);
    let whole = context.journal_bytes();
    fs::write(context.journal_path(), [&whole[..], b"{\"hash\":\"0"].concat()).unwrap();
    let run = verify_results(&context);
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      journal            leavers.results.csv.journal
      state              whole: [COUNT] lines, each follows from the one before
      torn end           10 bytes left unfinished by a run that was killed,
                         or being written by one now; the next run cuts this off
      operation          withdraw
      app                cli_a1b2c3d4e5f6
      host               127.0.0.1:[PORT]
      runs               1
      first time         [TIME]
      last time          [TIME]
      last run           ended with exit code 1
      calls              5
      pre-hires          5
      withdrawn          4
      refused            1

      results            leavers.results.csv
      rows               8
      agree              7
      nothing done       1 (never called: nothing to compare)

    Compared: status, success, error_code, retry_outcome, attempts, http_status,
    confirmed_by, log_id, first_sent_at, settled_at
    ");
    assert_narrow(&run);
    let mut told = String::new();
    for nothing in [&whole[..0], &whole[..20]] {
        fs::write(context.journal_path(), nothing).unwrap();
        told += &verify(&context, &[]).assert_exit(1).said();
    }
    assert_text!(told, @r"
    exit code: 1
    ----- stdout
      journal            leavers.results.csv.journal
      state              not whole: there is no whole line in it
    exit code: 1
    ----- stdout
      journal            leavers.results.csv.journal
      state              not whole: there is no whole line in it
      torn end           20 bytes left unfinished by a run that was killed,
                         or being written by one now; the next run cuts this off
    ");
}

#[test]
fn what_can_not_be_judged_is_exit_2() {
    let context = TestContext::new().row(SOMEBODY, "a");
    assert_said!(verify(&context, &[]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: can't read leavers.results.csv.journal: No such file or directory (os error 2)
    ");
    context.run().assert_exit(0);
    context.finish(context.program(["verify", "."])).assert_exit(2);
    assert_said!(verify(&context, &["--results", "nothing.csv"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: can't read nothing.csv: No such file or directory (os error 2)
    ");
    let input = context.input_path();
    assert_said!(verify(&context, &["--results", input.to_str().unwrap()]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: this is not a results file: its header does not end with the result columns
    hint: give a results file that prehire withdraw has written
    ");

    let (_, mut started) = context.journal().remove(0);
    (started["version"], started["tool"]) = (99.into(), "9.0.0".into());
    let newer = journal_with(&[serde_json::json!({ "run_started": started })]);
    fs::write(context.journal_path(), newer).unwrap();
    assert_said!(verify(&context, &[]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: leavers.results.csv.journal was made by a newer prehire (prehire [VERSION])
    hint: use that version, or a later one
    ");
    let unknown = journal_with(&[serde_json::json!({ "moon_landed": {} })]);
    fs::write(context.journal_path(), unknown).unwrap();
    assert_said!(verify(&context, &[]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: leavers.results.csv.journal was made by a newer prehire
    hint: use a later version of prehire
    ");
}

#[test]
fn results_that_were_edited_do_not_agree() {
    let context = every_kind();
    context.run().assert_exit(1);
    let whole = fs::read_to_string(context.results_path()).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    assert!(lines[4].contains("refused,false,") && lines[7].contains(",duplicate,false,"), "{whole}");
    let edits = [
        whole.replacen("refused,false,", "withdrawn,true,", 1),
        whole.replacen("withdrawn,true,", "withdrawn,false,", 1),
        whole.replacen(",duplicate,false,", ",duplicate,true,", 1),
        whole.replacen(",recovered,1,", ",recovered,2,", 1),
        whole.replacen(",500,read_back,", ",500,reply,", 1),
        whole.replacen("7345005664477000001", "7345005664477000099", 1),
        whole.replacen("7345005664477000001", "7.345E+18", 1),
        whole.replacen("\n7345005664477000008", "\n9345005664477000008", 1),
    ];
    let mut told = String::new();
    for text in edits {
        assert_ne!(text, whole, "nothing was edited");
        change_results(&context, |_| text);
        let run = verify_results(&context);
        told += &paragraph(run.assert_exit(1), "line ");
        assert_narrow(&run);
    }
    assert_text!(told, @r#"
    line 5 of leavers.results.csv, pre-hire 9922000000000000001:
    status is "withdrawn",
    and in the journal "refused"

    line 2 of leavers.results.csv, pre-hire 7345005664477000001:
    success is "false",
    and in the journal "true"

    line 8 of leavers.results.csv, pre-hire 9922000000000000001:
    success is "true",
    and in the journal "false"

    line 6 of leavers.results.csv, pre-hire 9903011610000000001:
    attempts is "2",
    and in the journal "1"

    line 6 of leavers.results.csv, pre-hire 9903011610000000001:
    confirmed_by is "reply",
    and in the journal "read_back"

    line 2 of leavers.results.csv, pre-hire 7345005664477000099:
    it is "withdrawn", but the journal has no record of that

    line 2 of leavers.results.csv, pre-hire 7.345E+18:
    its id can't be read: a spreadsheet may have changed it

    line 3 of leavers.results.csv, pre-hire 9345005664477000008:
    it is "withdrawn", but the journal has no record of that
    "#);
    let without_one = [&lines[..4], &lines[5..]].concat().join("\n") + "\n";
    change_results(&context, |_| without_one);
    assert_said!(verify_results(&context).assert_exit(1), @r"
    exit code: 1
    ----- stdout
      journal            leavers.results.csv.journal
      state              whole: [COUNT] lines, each follows from the one before
      operation          withdraw
      app                cli_a1b2c3d4e5f6
      host               127.0.0.1:[PORT]
      runs               1
      first time         [TIME]
      last time          [TIME]
      last run           ended with exit code 1
      calls              5
      pre-hires          5
      withdrawn          4
      refused            1

      results            leavers.results.csv
      rows               7
      agree              6
      nothing done       1 (never called: nothing to compare)
      missing            1 (settled, but not in the results)

    no row of leavers.results.csv is about pre-hire 9922000000000000001

    Compared: status, success, error_code, retry_outcome, attempts, http_status,
    confirmed_by, log_id, first_sent_at, settled_at
    ");
}

#[test]
fn results_that_were_sorted_and_saved_by_a_spreadsheet_agree() {
    let context = every_kind();
    context.run().assert_exit(1);
    change_results(&context, |text| {
        let mut lines: Vec<String> =
            text.lines().map(|line| line.replace(",true,", ",TRUE,").replace(',', ";")).collect();
        lines[1..].reverse();
        lines.join("\r\n") + "\r\n"
    });
    verify_results(&context).assert_exit(0);
    let text = fs::read_to_string(context.results_path()).unwrap();
    fs::write(context.results_path(), encoding_rs::GB18030.encode(&format!("{text}8;离职\r\n")).0).unwrap();
    assert_said!(verify_results(&context).assert_exit(1), @r"
    exit code: 1
    ----- stdout
      journal            leavers.results.csv.journal
      state              whole: [COUNT] lines, each follows from the one before
      operation          withdraw
      app                cli_a1b2c3d4e5f6
      host               127.0.0.1:[PORT]
      runs               1
      first time         [TIME]
      last time          [TIME]
      last run           ended with exit code 1
      calls              5
      pre-hires          5
      withdrawn          4
      refused            1

      results            leavers.results.csv
      rows               9
      agree              7
      nothing done       1 (never called: nothing to compare)
      disagree           1

    line 10 of leavers.results.csv, pre-hire 8:
    its status is not one that prehire knows

    Compared: status, success, error_code, retry_outcome, attempts, http_status,
    confirmed_by, log_id, first_sent_at, settled_at
    ");
}

#[test]
fn results_as_a_workbook_agree() {
    let context = every_kind().flag("--output", "out.xlsx");
    context.run().assert_exit(1);
    assert_eq!(Workbook::open(&context.path("out.xlsx")).rows().len(), 8);
    let verify = ["verify", "out.xlsx.journal", "--results", "out.xlsx"];
    assert_said!(context.finish(context.program(verify)).assert_exit(0), @r"
    exit code: 0
    ----- stdout
      journal            out.xlsx.journal
      state              whole: [COUNT] lines, each follows from the one before
      operation          withdraw
      app                cli_a1b2c3d4e5f6
      host               127.0.0.1:[PORT]
      runs               1
      first time         [TIME]
      last time          [TIME]
      last run           ended with exit code 1
      calls              5
      pre-hires          5
      withdrawn          4
      refused            1

      results            out.xlsx
      rows               8
      agree              7
      nothing done       1 (never called: nothing to compare)

    Compared: status, success, error_code, retry_outcome, attempts, http_status,
    confirmed_by, log_id, first_sent_at, settled_at
    ");
}

#[test]
fn every_run_of_a_long_story_agrees_with_the_record() {
    let context = TestContext::new().rows(30).row(REFUSED, "a").flag("--max-attempts", 1);
    let context = context.simulator(|simulated| simulated.fault_percent = 50.0);
    let context = context.flag("--stop-after", 5).switch("--no-read-back");
    for _ in 0..4 {
        context.run();
        verify_results(&context).assert_exit(0);
    }
    let context = context.without("--max-attempts").without("--stop-after").without("--no-read-back");
    context.run();
    verify_results(&context).assert_exit(0).assert_stdout("runs               5");
}

#[test]
fn what_was_carried_over_is_proved_by_its_own_journal() {
    let context = every_kind();
    context.run().assert_exit(1);
    let second =
        ["withdraw", "leavers.results.csv", "-o", "second.csv", "--yes", "--rate", "1000/1s", "--no-canary"];
    let mut command = context.program(second);
    command.arg("--base-url").arg(context.api().base_url());
    context.finish(command).assert_exit(1);
    let check = ["verify", "second.csv.journal", "--results", "second.csv"];
    let run = context.finish(context.program(check));
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      journal            second.csv.journal
      state              whole: [COUNT] lines, each follows from the one before
      operation          withdraw
      app                cli_a1b2c3d4e5f6
      host               127.0.0.1:[PORT]
      runs               1
      first time         [TIME]
      last time          [TIME]
      last run           ended with exit code 1
      calls              1
      pre-hires          1
      refused            1

      results            second.csv
      rows               8
      agree              2
      nothing done       1 (never called: nothing to compare)
      from before        5 (carried over: their own journal proves them)

    Compared: status, success, error_code, retry_outcome, attempts, http_status,
    confirmed_by, log_id, first_sent_at, settled_at
    ");
    assert_narrow(&run);
    // Of the first journal it is the results of somebody else.
    let foreign = ["verify", "leavers.results.csv.journal", "--results", "second.csv"];
    assert_said!(context.finish(context.program(foreign)).assert_exit(1), @r#"
    exit code: 1
    ----- stdout
      journal            leavers.results.csv.journal
      state              whole: [COUNT] lines, each follows from the one before
      operation          withdraw
      app                cli_a1b2c3d4e5f6
      host               127.0.0.1:[PORT]
      runs               1
      first time         [TIME]
      last time          [TIME]
      last run           ended with exit code 1
      calls              5
      pre-hires          5
      withdrawn          4
      refused            1

      results            second.csv
                         No run in the journal names this file: was it renamed?
      rows               8
      agree              6
      nothing done       1 (never called: nothing to compare)
      disagree           1

    line 5 of second.csv, pre-hire 9922000000000000001:
    log_id is "[LOG ID]",
    and in the journal "[LOG ID]"

    Compared: status, success, error_code, retry_outcome, attempts, http_status,
    confirmed_by, log_id, first_sent_at, settled_at
    "#);
}

#[test]
fn an_undo_has_a_record_like_any_other() {
    let context = every_kind();
    context.run().assert_exit(1);
    context.restore().assert_exit(1);
    let journal = journal_of(&PathBuf::from("leavers.restored.csv"));
    let verify = ["verify", journal.to_str().unwrap(), "--results", "leavers.restored.csv"];
    let run = context.finish(context.program(verify));
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      journal            leavers.restored.csv.journal
      state              whole: [COUNT] lines, each follows from the one before
      operation          restore
      app                cli_a1b2c3d4e5f6
      host               127.0.0.1:[PORT]
      runs               1
      first time         [TIME]
      last time          [TIME]
      last run           ended with exit code 1
      calls              4
      pre-hires          4
      restored           4

      results            leavers.restored.csv
      rows               8
      agree              5
      nothing done       3 (never called: nothing to compare)

    Compared: status, success, error_code, retry_outcome, attempts, http_status,
    confirmed_by, log_id, first_sent_at, settled_at
    ");
}

#[test]
fn a_run_that_goes_on_is_neither_disturbed_nor_damaged() {
    let context = TestContext::new().rows(30).rate("10/1s").flag("--burst", 1);
    let started = context.start_and_await_calls(3);
    let mut seen = 0;
    for _ in 0..10 {
        let run = verify(&context, &["--format", "json"]);
        run.assert_exit(0);
        let json = run.json();
        assert!(json["last_exit_code"].is_null(), "{run}");
        seen = json["calls"].as_u64().unwrap().max(seen);
    }
    assert!(seen >= 3, "{seen} calls");
    context.outcome(started.into_child()).assert_exit(0);
    verify_results(&context).assert_exit(0);
}

#[test]
fn results_are_compared_with_the_run_that_wrote_them() {
    let context = TestContext::new().rows(3);
    context.run().assert_exit(0);
    let context = context.row("9911010000000000001", "no answer");
    context.start_and_await_calls(1).kill_dead();
    let run = verify_results(&context);
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      journal            leavers.results.csv.journal
      state              whole: [COUNT] lines, each follows from the one before
      operation          withdraw
      app                cli_a1b2c3d4e5f6
      host               127.0.0.1:[PORT]
      runs               2
      first time         [TIME]
      last time          [TIME]
      last run           has not ended: it was killed, or is still running
      calls              4
      pre-hires          4
      withdrawn          3
      in flight          1 (called, but not settled)

      results            leavers.results.csv
      rows               3
      agree              3

    A later run has started, but has left no results.
    What it recorded is not compared.

    Compared: status, success, error_code, retry_outcome, attempts, http_status,
    confirmed_by, log_id, first_sent_at, settled_at
    ");
    assert_narrow(&run);
}
