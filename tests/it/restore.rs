//! The undo: what a run has withdrawn is restored, and nothing else, whatever its file says.

use std::fs;
use std::path::PathBuf;

use prehire_simulator::{Api, Stage};

use crate::context::{APP_ID, SOMEBODY, TestContext};
use crate::run::{Row, Run, rows_of};
use crate::watch::{entries_of, journal_of, until};

const HEADER: &str = "pre_hire_id,withdraw_reason\n";
const NOBODY_ELSES: &str = "7345005664477775409";
const ALREADY_WITHDRAWN: &str = "9921000000000000001";
const COMPLETED: &str = "9922000000000000001";
const DAY_ONE: &str = "9924000000000000001";
const HEAD_COUNT: &str = "9961000000000000001";
const CLASH: &str = "9941011611180000001";
/// Applied, and answered 1161000: the first restore call.
const APPLIED: &str = "9943011610000000001";
/// Not applied, and answered 1161000: the first restore call.
const NOT_APPLIED: &str = "9942011610000000001";
/// Never applied, and always answered 1161000.
const DOUBTFUL: &str = "9941011610000000001";
/// Never applied, and always answered 1161116.
const CONFLICT: &str = "9941011611160000001";
/// Refused for all rows.
const HOPELESS: &str = "9941999916720000001";

const WORDS: [&str; 5] = ["status", "success", "error_code", "retry_outcome", "attempts"];

/// A world in which a run has withdrawn these pre-hires.
fn withdrawn<'a>(ids: impl IntoIterator<Item = &'a str>) -> TestContext {
    let context = ids.into_iter().fold(TestContext::new(), |context, id| context.row(id, "by mistake"));
    let run = context.run();
    assert!(run.results().iter().all(|row| &row["status"] == "withdrawn"), "{run}");
    context
}

fn restored_journal(context: &TestContext) -> PathBuf {
    journal_of(&context.input_path().with_extension("restored.csv"))
}

/// The words of each row, in order.
fn words(run: &Run) -> Vec<String> {
    run.results().iter().map(|row| row.words(&WORDS)).collect()
}

/// Changes the results as a person would who edits them.
fn edit(context: &TestContext, change: impl FnOnce(&str) -> String) {
    let text = fs::read_to_string(context.results_path()).unwrap();
    fs::write(context.results_path(), change(&text)).unwrap();
}

#[test]
fn a_round_trip_restores_what_was_withdrawn_and_nothing_else() {
    let input = format!(
        "姓名,pre_hire_id,withdraw_reason\r\n张伟,{SOMEBODY},误操作\r\n李娜,{COMPLETED},x\r\n王芳,{DAY_ONE},\"a\r\nb\"\r\n\
         张伟,{SOMEBODY},again\r\n刘洋,{ALREADY_WITHDRAWN},y\r\n陈静,not an id,z\r\n"
    );
    let context = TestContext::new().input(format!("\u{FEFF}{input}"));
    context.run().assert_exit(1).assert_column(
        "status",
        ["withdrawn", "refused", "withdrawn", "duplicate", "already_withdrawn", "invalid"],
    );
    let before = (context.journal_bytes(), fs::read(context.results_path()).unwrap());

    let run = context.restore();
    run.assert_exit(1);
    let expected = [
        "restored true - not_needed 1",
        "invalid false not_withdrawn - 0",
        "restored true - not_needed 1",
        "duplicate true duplicate_id - 0",
        "invalid false not_withdrawn - 0",
        "invalid false not_withdrawn - 0",
    ];
    assert_eq!(words(&run), expected, "{run}");
    run.assert_column("row", ["2", "3", "4", "6", "7", "8"]);
    let text = run.results_text();
    assert!(text.starts_with("\u{FEFF}姓名,pre_hire_id,withdraw_reason,row,status,success,"), "{run}");
    assert!(text.contains("\r\n王芳,9924000000000000001,\"a\r\nb\",4,restored,true,"), "{run}");
    assert!(run.results()[1]["error_message"].contains("\"refused\""), "{run}");

    assert_eq!(context.restore_calls(), 2);
    let stages = [SOMEBODY, DAY_ONE, ALREADY_WITHDRAWN].map(|id| context.api().stage_of(id));
    assert_eq!(stages, [Stage::Preboarding, Stage::DayOne, Stage::Withdrawn]);
    let after = (context.journal_bytes(), fs::read(context.results_path()).unwrap());
    assert!(before == after, "the withdrawals' journal and results stay as they are");
}

#[test]
fn when_everything_is_restored_the_exit_is_0_and_the_same_command_calls_nothing() {
    let context = withdrawn([SOMEBODY, DAY_ONE]).flag("--format", "json");
    let first = context.restore();
    first.assert_exit(0).assert_column("confirmed_by", ["reply", "reply"]);
    assert_eq!(first.json()["command"], "restore");
    assert_eq!(first.json()["counts"]["by_status"]["restored"], 2);
    let calls = context.record().calls.len();
    let second = context.restore();
    second.assert_exit(0);
    assert_eq!(second.results(), first.results(), "{second}");
    assert_eq!(context.record().calls.len(), calls, "not even a token is fetched");
}

#[test]
fn the_summary_says_how_to_withdraw_again() {
    let context = withdrawn([SOMEBODY]);
    assert_said!(context.restore(), @r"
    exit code: 0
    ----- stdout
      restored           1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.restored.csv
      journal            [DIR]/leavers.restored.csv.journal

    The withdrawal journal stays as it is. To withdraw any of these pre-hires again, add --restart to the withdraw command.
    ");
    context.run().assert_exit(0);
    assert_eq!((context.withdraw_calls(), context.api().stage_of(SOMEBODY)), (1, Stage::Preboarding));
    context.switch("--restart").run().assert_exit(0).assert_column("status", ["withdrawn"]);
}

#[test]
fn an_undo_of_a_second_withdrawal_is_another_job() {
    let context = withdrawn([SOMEBODY]);
    context.restore().assert_exit(0);
    let again = context.switch("--restart");
    again.run().assert_exit(0).assert_column("status", ["withdrawn"]);
    let again = again.without("--restart");
    // Its record says "restored", but of the first withdrawal.
    assert_said!(again.restore().assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.restored.csv.journal belongs to another job: restore of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT], of the withdrawals whose journal begins with [HASH]; this run is: restore of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT], of the withdrawals whose journal begins with [HASH]
    hint: choose another results file with -o FILE, or set the journal aside with --restart
    ");
    let again = again.switch("--restart");
    again.restore().assert_exit(0).assert_column("status", ["restored"]);
    assert_eq!((again.restore_calls(), again.api().stage_of(SOMEBODY)), (2, Stage::Preboarding));
}

#[test]
fn a_row_that_the_journal_does_not_prove_is_never_sent() {
    let context = TestContext::new()
        .row(SOMEBODY, "a")
        .row(COMPLETED, "b")
        .row(ALREADY_WITHDRAWN, "c")
        .row(DAY_ONE, "d");
    context.run().assert_exit(1);
    let looked_up = || context.record().calls.iter().filter(|call| call.api == Api::Query).count();
    let by_the_withdrawal = looked_up();
    edit(&context, |text| {
        let all_withdrawn =
            text.replace("already_withdrawn,", "withdrawn,").replace("refused,false", "withdrawn,true");
        all_withdrawn.replace(DAY_ONE, NOBODY_ELSES)
    });
    let run = context.restore();
    run.assert_exit(1).assert_column("status", ["restored", "invalid", "invalid", "invalid"]);
    for row in &run.results()[1..] {
        assert_eq!(row.words(&WORDS), "invalid false not_withdrawn - 0", "{run}");
        assert!(row["error_message"].contains("leavers.results.csv.journal"), "{run}");
        assert!(row["error_message"].contains("--source-journal"), "{run}");
        assert!(!row["advice"].is_empty() && row["first_sent_at"].is_empty(), "{run}");
    }
    assert_eq!(context.restore_calls(), 1);
    assert_eq!(looked_up(), by_the_withdrawal, "nothing is looked up by the restoration");
}

#[test]
fn an_id_that_a_spreadsheet_has_changed_is_never_sent_but_one_that_is_really_round_is() {
    let round = "7345005664477770000";
    let context = TestContext::new().row(SOMEBODY, "a").row(DAY_ONE, "b").row(round, "c");
    let context = context.switch("--trust-ids");
    context.run().assert_exit(0);
    edit(&context, |text| text.replace(SOMEBODY, "7.345E+18").replace(DAY_ONE, "9924000000000000000"));
    let run = context.without("--trust-ids").restore();
    run.assert_exit(1).assert_column("error_code", ["damaged_id", "damaged_id", ""]);
    run.assert_column("status", ["invalid", "invalid", "restored"]);
}

#[test]
fn rows_that_were_left_out_or_sorted_are_no_trouble() {
    let context = withdrawn([SOMEBODY, DAY_ONE, NOBODY_ELSES]);
    edit(&context, |text| {
        let lines: Vec<&str> = text.lines().collect();
        format!("{}\n{}\n{}\n", lines[0], lines[3], lines[1])
    });
    let run = context.restore();
    run.assert_exit(0)
        .assert_column("pre_hire_id", [NOBODY_ELSES, SOMEBODY])
        .assert_column("row", ["2", "3"]);
    assert_eq!(context.api().stage_of(DAY_ONE), Stage::Withdrawn);
}

#[test]
fn without_the_journal_of_the_withdrawals_it_does_not_start() {
    let context = withdrawn([SOMEBODY]);
    fs::rename(context.journal_path(), context.path("moved")).unwrap();
    assert_said!(context.restore().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: there is no withdrawal journal at [DIR]/leavers.results.csv.journal
    hint: without the withdrawal journal, nothing proves that this tool made the withdrawals; give it with --source-journal FILE
    ");
    let given = context.flag("--source-journal", "moved");
    given.restore().assert_exit(0).assert_column("status", ["restored"]);
    assert_eq!(given.restore_calls(), 1);
}

#[test]
fn the_journal_of_another_app_host_or_operation_proves_nothing() {
    let context = withdrawn([SOMEBODY]).env("FEISHU_APP_ID", "cli_another");
    assert_said!(context.restore().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.results.csv.journal belongs to another job: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT]; expected: withdraw of app cli_another at 127.0.0.1:[PORT]
    hint: give the withdrawal journal with --source-journal FILE
    ");
    let context = context.env("FEISHU_APP_ID", APP_ID);
    let elsewhere = TestContext::new();
    let mut command = context.program(["restore", "leavers.results.csv", "--yes", "--base-url"]);
    command.arg(elsewhere.api().base_url());
    assert_said!(context.restored(command.spawn().unwrap()).assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: leavers.results.csv.journal belongs to another job: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT]; expected: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT]
    hint: give the withdrawal journal with --source-journal FILE
    ");
    let mut command = context.program(["restore", "leavers.results.csv", "--yes", "--simulate"]);
    assert_said!(context.restored(command.spawn().unwrap()).assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: leavers.results.csv.journal belongs to another job: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT]; expected: withdraw of app simulated at simulated
    hint: give the withdrawal journal with --source-journal FILE
    ");

    context.restore().assert_exit(0);
    let restoration = restored_journal(&context);
    let context = context.flag("--source-journal", restoration.display()).flag("--output", "other.csv");
    assert_said!(context.restore().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.restored.csv.journal belongs to another job: restore of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT], of the withdrawals whose journal begins with [HASH]; expected: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT]
    hint: give the withdrawal journal with --source-journal FILE
    ");
    assert_eq!((context.restore_calls(), elsewhere.record().calls.len()), (1, 0));
}

#[test]
fn a_damaged_journal_proves_nothing_and_a_torn_end_is_left_as_it_is() {
    let context = withdrawn([SOMEBODY, DAY_ONE]);
    let whole = context.journal_bytes();
    let text = String::from_utf8(whole.clone()).unwrap();
    fs::write(context.journal_path(), text.replacen("accepted", "refused_", 1)).unwrap();
    let run = context.restore();
    assert_said!(run.assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: line 4 of [DIR]/leavers.results.csv.journal is damaged: it was changed after it was written, or the line before it was
    hint: restore the file from a backup
    ");
    assert!(!run.stderr.contains("--restart"), "it is no journal of this run{run}");

    let torn = [whole.as_slice(), b"{\"hash\":\"12"].concat();
    fs::write(context.journal_path(), &torn).unwrap();
    context.restore().assert_exit(0).assert_column("status", ["restored", "restored"]);
    assert!(context.journal_bytes() == torn, "it is only read");
}

#[test]
fn only_results_of_ours_are_read() {
    let context = withdrawn([SOMEBODY]);
    let results = fs::read_to_string(context.results_path()).unwrap();
    for other in
        [format!("{HEADER}{SOMEBODY},a\n"), results.replace(",settled_at", ",settled"), String::new()]
    {
        fs::write(context.results_path(), other).unwrap();
        context.restore().assert_exit(2);
    }
    assert_eq!(context.restore_calls(), 0);
    let mut command = context.program(["restore", "missing.csv", "--simulate", "--yes"]);
    assert_said!(context.restored(command.spawn().unwrap()).assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: can't read missing.csv: No such file or directory (os error 2)
    ");
}

#[test]
fn journals_of_other_operations_are_not_gone_on_with() {
    let context = withdrawn([SOMEBODY]);
    let before = context.journal_bytes();
    let mut told = String::new();
    for name in ["leavers.results.csv.journal", "./leavers.results.csv.journal"] {
        for restart in [false, true] {
            let mut command = context.restore_command();
            command.args(["--journal", name]).args(restart.then_some("--restart"));
            told += &context.restored(command.spawn().unwrap()).assert_unusable().said();
        }
        let mut command = context.restore_command();
        command.args(["--output", name]);
        told += &context.restored(command.spawn().unwrap()).assert_exit(2).said();
    }
    assert_text!(told, @r"
    exit code: 2
    ----- stderr
    error: a restoration can't write to the withdrawal journal
    hint: choose other names with -o FILE and --journal FILE
    exit code: 2
    ----- stderr
    error: a restoration can't write to the withdrawal journal
    hint: choose other names with -o FILE and --journal FILE
    exit code: 2
    ----- stderr
    error: a restoration can't write to the withdrawal journal
    hint: choose other names with -o FILE and --journal FILE
    exit code: 2
    ----- stderr
    error: a restoration can't write to the withdrawal journal
    hint: choose other names with -o FILE and --journal FILE
    exit code: 2
    ----- stderr
    error: a restoration can't write to the withdrawal journal
    hint: choose other names with -o FILE and --journal FILE
    exit code: 2
    ----- stderr
    error: a restoration can't write to the withdrawal journal
    hint: choose other names with -o FILE and --journal FILE
    ");
    assert!(context.journal_bytes() == before);
    context.restore().assert_exit(0);

    let mut command = context.withdraw_command();
    command.args(["--output", "third.csv", "--journal"]).arg(restored_journal(&context));
    assert_said!(context.finish(command).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.restored.csv.journal belongs to another job: restore of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT], of the withdrawals whose journal begins with [HASH]; this run is: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT]
    hint: choose another results file with -o FILE, or set the journal aside with --restart
    ");
    assert_eq!((context.withdraw_calls(), context.restore_calls()), (1, 1));
}

#[test]
fn what_somebody_else_has_restored_is_looked_up_and_a_success() {
    let context = withdrawn([SOMEBODY, DAY_ONE]);
    let mut by_hand = context.restore_command();
    by_hand.args(["--output", "by-hand.csv"]);
    context.finish(by_hand).assert_exit(0);
    let run = context.restore();
    run.assert_exit(0).assert_column("status", ["already_active", "already_active"]);
    for row in run.results() {
        assert_eq!(row.words(&WORDS), "already_active true - not_needed 1", "{run}");
        assert_eq!(row.words(&["http_status", "confirmed_by", "advice"]), "400 read_back -", "{run}");
    }
    assert!(context.looks() <= 2, "one each, or one for both{run}");
    let blind = context.switch("--no-read-back").flag("--output", "blind.csv");
    let run = blind.restore();
    run.assert_exit(1).assert_column("status", ["refused", "refused"]);
    run.assert_column("error_code", ["1161129", "1161129"]);
}

#[test]
fn a_head_count_that_is_used_up_is_refused_until_it_is_confirmed() {
    let context = withdrawn([HEAD_COUNT, SOMEBODY]);
    let run = context.restore();
    run.assert_exit(1);
    assert_eq!(words(&run), ["refused false 1161063 not_needed 1", "restored true - not_needed 1"], "{run}");
    assert!(run.results()[0]["advice"].contains("--confirm-workforce"), "{run}");
    context.restore().assert_exit(1);
    assert_eq!(context.restore_calls(), 2, "refused for good as long as the same is asked for");

    let confirmed = context.switch("--confirm-workforce");
    let run = confirmed.restore();
    run.assert_exit(0);
    assert_eq!(words(&run), ["restored true - recovered 2", "restored true - not_needed 1"], "{run}");
    assert_eq!((confirmed.restore_calls_for(HEAD_COUNT), confirmed.restore_calls()), (2, 3));
    let record = confirmed.record();
    let said: Vec<Option<bool>> =
        record.calls_to(Api::RestoreFlowInstance).map(|call| call.confirm_workforce).collect();
    assert_eq!(said, [None, None, Some(true)], "it is sent only when it is asked for");
    assert!(record.calls_to(Api::RestoreFlowInstance).all(|call| call.withdraw_reason.is_none()));
}

#[test]
fn a_work_e_mail_that_clashes_is_refused_with_advice() {
    let context = withdrawn([CLASH]);
    let run = context.restore();
    assert_eq!(run.only_row().words(&WORDS), "refused false 1161118 not_needed 1", "{run}");
    assert!(run.only_row()["advice"].contains("work email"), "{run}");
    assert_eq!(context.looks(), 0, "the reply says it all{run}");
}

#[test]
fn calls_in_doubt_are_looked_up_and_repeated_only_where_nothing_was_applied() {
    let context = withdrawn([SOMEBODY, APPLIED, NOT_APPLIED, DOUBTFUL, CONFLICT]);
    let context = context.flag("--max-attempts", 2).flag("--format", "json");
    let run = context.restore();
    let expected = [
        "restored true - not_needed 1",
        "restored true - recovered 1",
        "restored true - recovered 2",
        "exhausted false 1161000 exhausted 2",
        "exhausted false 1161116 exhausted 2",
    ];
    assert_eq!(words(&run), expected, "{run}");
    run.assert_column("confirmed_by", ["reply", "read_back", "reply", "", ""]);
    assert_eq!(context.restore_calls_for(APPLIED), 1, "{run}");
    assert_eq!(context.api().look_up(APPLIED).restored_times, 1);
    assert_eq!(run.json()["calls"]["read_backs"], context.looks(), "{run}");
}

#[test]
fn without_the_right_to_look_a_repeat_that_is_refused_is_unknown_and_settled_by_a_later_look() {
    let context = withdrawn([APPLIED, NOT_APPLIED]).switch("--no-read-back");
    let run = context.restore();
    run.assert_exit(1);
    assert_eq!(
        words(&run),
        ["unknown false 1161129 refused_on_retry 2", "restored true - recovered 2"],
        "{run}"
    );
    assert!(run.results()[0]["advice"].contains("restored"), "{run}");
    let run = context.without("--no-read-back").restore();
    run.assert_exit(0);
    assert_eq!(words(&run)[0], "restored true - recovered 2", "doubt sticks: it was ours{run}");
    assert_eq!(run.results()[0].words(&["confirmed_by"]), "read_back");
}

#[test]
fn after_a_kill_it_goes_on_and_nobody_is_restored_twice() {
    let context = TestContext::new().rows(40).flag("--workers", 8).simulator(|settings| {
        let millisecond = std::time::Duration::from_millis(1);
        settings.latency = 20 * millisecond..=40 * millisecond;
    });
    context.run().assert_exit(0);
    let mut child = context.restore_command().spawn().unwrap();
    until("some rows are settled", || context.restore_calls() >= 15);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!context.input_path().with_extension("restored.csv").exists());
    let run = context.restore();
    run.assert_exit(0).assert_column("status", ["restored"; 40]);
    for row in run.results() {
        let id = &row["pre_hire_id"];
        assert_eq!(context.api().look_up(id).restored_times, 1, "{id}{run}");
        assert!(context.restore_calls_for(id) <= row["attempts"].parse().unwrap(), "{id}{run}");
    }
    let journal = entries_of(&restored_journal(&context));
    let runs = journal.iter().filter(|(name, _)| name == "run_started");
    assert!(runs.clone().all(|(_, said)| said["operation"] == "restore"));
    assert_eq!(runs.count(), 2);
}

#[test]
fn a_hopeless_reply_stops_the_run_and_the_next_one_goes_on() {
    let context = withdrawn([HOPELESS, SOMEBODY]);
    let run = context.restore();
    run.assert_exit(3).assert_column("status", ["not_attempted", "not_attempted"]);
    assert_said!(run, @r"
    exit code: 3
    ----- stdout
      not_attempted      2
      rows               2 (0 successes)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.restored.csv
      journal            [DIR]/leavers.restored.csv.journal

    error codes
      99991672           1
    What to do is in the advice column of the results.

    stopped early: the API refused a call for a reason that affects every row
      said    99991672 Access denied. One of the following scopes is required: [corehr:pre_hire:restore_flow_instance].应用尚未开通所需的应用身份权限：[corehr:pre_hire:restore_flow_instance]，点击链接申请并开通任一权限即可：https://open.feishu.cn/app/cli_a1b2c3d4e5f6/auth?q=corehr:pre_hire:restore_flow_instance&op_from=openapi&token_type=tenant
      help    https://open.feishu.cn/app/cli_a1b2c3d4e5f6/auth?q=corehr:pre_hire:restore_flow_instance&op_from=openapi&token_type=tenant
      log id  [LOG ID]
    to continue, run the same command again:
      prehire restore [DIR]/leavers.results.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --yes --base-url http://127.0.0.1:[PORT]
    ");
    assert_eq!((context.restore_calls(), context.api().stage_of(SOMEBODY)), (1, Stage::Withdrawn));
}

#[test]
fn an_allowance_of_its_own_is_kept_and_locked() {
    let context = withdrawn([SOMEBODY]);
    context.restore().assert_exit(0);
    let logs: Vec<String> = context.files().into_iter().filter(|name| name.ends_with(".log")).collect();
    let named = |api: &str| logs.iter().filter(|name| name.ends_with(&format!("/{api}.log"))).count();
    assert_eq!((named("withdraw_onboarding"), named("restore_flow_instance")), (1, 1), "{logs:?}");

    let slow = withdrawn(["9951190000000000001"]);
    let child = slow.restore_command().spawn().unwrap();
    until("the call has arrived", || slow.restore_calls() == 1);
    assert_said!(slow.restore().assert_exit(75), @r"
    exit code: 75
    ----- stderr
    error: another run holds the journal of these results: process [PID]
    hint: wait until it has ended, or add --wait-lock 10m
    ");
    let mut elsewhere = slow.restore_command();
    elsewhere.args(["--output", "elsewhere.csv"]);
    assert_said!(slow.finish(elsewhere).assert_exit(75), @r"
    exit code: 75
    ----- stderr
    error: another run holds the allowance of this app: process [PID]
    hint: wait until it has ended, or add --wait-lock 10m
    ");
    slow.restored(child).assert_exit(0).assert_column("status", ["restored"]);
}

#[test]
fn the_guards_hold_and_a_dry_run_calls_nothing() {
    let context = TestContext::new().row(SOMEBODY, "a").row(DAY_ONE, "b").row(COMPLETED, "c");
    context.run().assert_exit(1);
    let calls = context.record().calls.len();
    let dry = context.switch("--dry-run").flag("--format", "json");
    let run = dry.restore();
    run.assert_exit(1);
    assert!(!run.has_results(), "{run}");
    assert_eq!(run.json()["can_be_sent"], 2);
    assert_eq!(run.json()["counts"]["by_error_code"]["not_withdrawn"], 1);
    let digest = run.json()["digest"].as_str().unwrap().to_owned();
    let written = dry.flag("--output", "dry.csv").without_env("FEISHU_APP_ID");
    let run = written.restore();
    run.assert_exit(1).assert_column("status", ["not_attempted", "not_attempted", "invalid"]);
    let context = written.env("FEISHU_APP_ID", APP_ID).without("--output").without("--dry-run");

    let context = context.flag("--max-rows", 1);
    assert_said!(context.restore().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: 2 rows are still to be sent, more than --max-rows 1
    hint: review the file with prehire restore RESULTS --dry-run; raise --max-rows if it is correct
    ");
    let context = context.flag("--max-rows", 2).flag("--expect", "sha256:0");
    assert_said!(context.restore().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: the rows do not match --expect: their digest is sha256:738a16431d13cd6fd0eef253787aa0de5ed18e3b44f825a4724694ad252fe344
    hint: check the file again with prehire restore RESULTS --dry-run, and use the digest that it prints
    ");
    assert_eq!(context.record().calls.len(), calls, "no call was made");
    let context = context.flag("--expect", &digest);
    context.restore().assert_exit(1);
    assert_eq!(context.restore_calls(), 2);
}

#[test]
fn the_results_on_standard_input_need_names_for_what_belongs_to_them() {
    use std::process::Stdio;
    let context = withdrawn([SOMEBODY]);
    let run = |arguments: &[&str]| {
        let mut command = context.program(["restore", "-", "--yes", "--base-url", context.api().base_url()]);
        command.args(arguments).stdin(Stdio::from(fs::File::open(context.results_path()).unwrap()));
        context.finish(command)
    };
    assert_said!(run(&["-o", "out.csv"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: results from standard input have no journal next to them
    hint: give the withdrawal journal with --source-journal FILE
    ");
    assert_said!(run(&["--source-journal", "leavers.results.csv.journal"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: the results for standard input need a file name
    hint: give one with -o FILE
    ");
    run(&["-o", "out.csv", "--source-journal", "leavers.results.csv.journal"]).assert_exit(0);
    let rows: Vec<Row> = rows_of(&fs::read_to_string(context.path("out.csv")).unwrap());
    assert_eq!(&rows[0]["status"], "restored");
}

#[test]
fn what_was_restored_can_be_withdrawn_from_the_restored_file() {
    let context = withdrawn([SOMEBODY]);
    let restored = context.restore().results_text();
    let again = context.input(restored).named("again.csv");
    again.run().assert_exit(0).assert_column("status", ["withdrawn"]);
    assert_eq!((again.withdraw_calls(), again.api().stage_of(SOMEBODY)), (2, Stage::Withdrawn));
}

#[test]
fn a_rehearsal_needs_no_account_and_ends_as_the_real_thing_would() {
    let context = TestContext::new().row(SOMEBODY, "a").row(HEAD_COUNT, "b").switch("--simulate");
    let context = context.without_env("FEISHU_APP_ID").without_env("FEISHU_APP_SECRET");
    context.run().assert_exit(0);
    let arguments = ["restore", "leavers.simulated.results.csv", "--simulate", "--yes", "-q"];
    context.finish(context.program(arguments)).assert_exit(1);
    let text = fs::read_to_string(context.path("leavers.simulated.restored.csv")).unwrap();
    let statuses: Vec<String> = rows_of(&text).iter().map(|row| row["status"].to_owned()).collect();
    assert_eq!(statuses, ["restored", "refused"]);
}

#[test]
fn its_story_is_told_in_its_own_words() {
    let context = withdrawn([HEAD_COUNT]).switch("--confirm-workforce");
    context.restore().assert_exit(0);
    let command = context.program(["explain", "leavers.restored.csv.journal", HEAD_COUNT]);
    let told = context.finish(command).stdout;
    for part in [
        "restore of app",
        "headcount may be exceeded",
        ": restored, log id",
        "settled: restored (success: true)",
    ] {
        assert!(told.contains(part), "{part:?} is missing:\n{told}");
    }
    assert!(!told.contains("withdrawn,"), "{told}");
}

#[test]
fn chosen_rows_alone_decide_the_exit_and_no_choice_makes_a_row_one_of_ours() {
    let context = TestContext::new()
        .row(SOMEBODY, "a")
        .row(COMPLETED, "b")
        .row(SOMEBODY, "c")
        .row(ALREADY_WITHDRAWN, "d");
    context.run().assert_exit(1);
    for others in ["duplicate", "failed", "already_withdrawn", "refused,duplicate"] {
        let mut command = context.restore_command();
        command.args(["--only", others, "--output", &format!("{others}.csv")]);
        context.finish(command).assert_exit(1);
        let rows = rows_of(&fs::read_to_string(context.path(&format!("{others}.csv"))).unwrap());
        assert!(rows.iter().all(|row| row.words(&WORDS) == "invalid false not_withdrawn - 0"), "{rows:?}");
        assert!(!rows.is_empty());
    }
    assert_eq!(context.restore_calls(), 0);
    let context = context.flag("--only", "withdrawn");
    context.restore().assert_exit(0).assert_column("status", ["restored"]);
    assert_eq!(context.restore_calls(), 1);
}
