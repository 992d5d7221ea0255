//! The look before: `prehire check --online`, what the question shows, and `--require-online-check`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prehire_simulator::{Api, PreHire, Stage};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::confirmation::{answered, interrupted, typed};
use crate::context::{SOMEBODY, TestContext};
use crate::run::{Row, Run, partial, rows_of};
use crate::search_server::{SearchServer, page, somebody};
use crate::watch::until;
use crate::workbook::Workbook;

const COMPLETED: &str = "9922000000000000001";
const NOT_VISIBLE: &str = "9923000000000000001";
const ALREADY_WITHDRAWN: &str = "9921000000000000001";
const DAY_ONE: &str = "9924000000000000001";
/// Applied, and never answered: the first withdraw call.
const APPLIED_UNANSWERED: &str = "9913010000000000001";

impl TestContext {
    /// Runs `prehire check INPUT --online` with these arguments.
    fn check_online(&self, arguments: &[&str]) -> Run {
        let input = self.write_input();
        self.calls_api(&[&["check", input.to_str().unwrap(), "--online"], arguments].concat())
    }

    /// The ids of each search, in order.
    fn searched(&self) -> Vec<Vec<String>> {
        self.record().calls_to(Api::Search).map(|call| call.looked_up.clone()).collect()
    }

    /// What was called: each API once, in the order of its first call.
    fn called(&self) -> Vec<Api> {
        let mut called = Vec::new();
        for call in self.record().calls {
            if !called.contains(&call.api) {
                called.push(call.api);
            }
        }
        called
    }
}

/// A file with everybody of a tenant, in all stages.
fn everybody() -> (TestContext, Vec<PreHire>) {
    let context = TestContext::new().simulator(|settings| settings.people = 5000);
    let everyone = context.api().everyone();
    let mut input = "姓名,pre_hire_id,withdraw_reason\n".to_owned();
    for one in &everyone {
        input.push_str(&format!("x,{},r\n", one.pre_hire_id));
    }
    (context.input(input), everyone)
}

fn word(stage: Stage) -> String {
    serde_json::to_value(stage).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn everybody_of_a_tenant_is_looked_up_and_every_refusal_is_foreseen() {
    let (context, everyone) = everybody();
    let run = context.check_online(&["--format", "json", "-o", "checked.csv"]);
    run.assert_exit(1);
    let online = &run.json()["online"];
    let mut by_stage: BTreeMap<String, u32> = BTreeMap::new();
    for one in everyone.iter().filter(|one| one.stage != Stage::Deleted) {
        *by_stage.entry(word(one.stage)).or_default() += 1;
    }
    let deleted = everyone.iter().filter(|one| one.stage == Stage::Deleted).count();
    let active = by_stage["preboarding"] + by_stage["day_one"];
    assert_eq!(online["looked_up"], 5000);
    assert_eq!(online["by_stage"], json!(by_stage));
    assert_eq!(online["not_visible"], deleted);
    assert_eq!(online["problems"], 5000 - active);
    assert_eq!((online["calls"]["searches"].as_u64(), context.searches()), (Some(50), 50), "100 ids a call");

    let text = fs::read_to_string(context.path("checked.csv")).unwrap();
    assert!(
        text.starts_with("姓名,pre_hire_id,withdraw_reason,name,stage,onboarding_date,row,status,success,")
    );
    let rows = rows_of(&text);
    assert_eq!(rows.len(), 5000);
    for (row, one) in rows.iter().zip(&everyone) {
        assert_eq!(&row["pre_hire_id"], one.pre_hire_id, "in the order of the file");
        assert_eq!(row.words(&["status", "success", "error_code"]), "not_attempted false -");
        let is_active = matches!(one.stage, Stage::Preboarding | Stage::DayOne);
        assert_eq!(row["error_message"].is_empty(), is_active, "{row:?}");
        if one.stage == Stage::Deleted {
            assert_eq!(row.words(&["name", "stage", "onboarding_date"]), "- - -");
        } else {
            assert_eq!(row["name"], one.profile.name);
            assert_eq!(
                (row["stage"].to_owned(), row["onboarding_date"].to_owned()),
                (word(one.stage), one.profile.onboarding_date.to_string())
            );
        }
    }
    let mode = fs::metadata(context.path("checked.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // What it foresees is what happens.
    let run = context.calls_api(&["withdraw", "checked.csv", "--yes", "--stop-after", "0", "-q"]);
    run.assert_exit(1);
    let results = rows_of(&fs::read_to_string(context.path("checked.results.csv")).unwrap());
    for (row, one) in results.iter().zip(&everyone) {
        let expected = match one.stage {
            Stage::Preboarding | Stage::DayOne => "withdrawn",
            Stage::Withdrawn => "already_withdrawn",
            Stage::Completed | Stage::Deleted => "refused",
        };
        assert_eq!(&row["status"], expected, "{row:?}");
        assert_eq!(row["stage"].is_empty(), one.stage == Stage::Deleted, "what was looked up goes along");
    }
}

#[test]
fn only_rows_that_would_be_sent_are_looked_up() {
    let header = "pre_hire_id,withdraw_reason,row,status,success,error_code,error_message,retry_outcome,attempts,http_status,confirmed_by,log_id,advice,first_sent_at,settled_at\n";
    let row = |id: &str, status: &str, success: &str| format!("{id},r,2,{status},{success},,,,1,,,,,,\n");
    let rows = [
        row("1", "withdrawn", "true"),
        row("2", "refused", "false"),
        row("x", "invalid", "false"),
        row("3", "not_attempted", "false"),
        row("3", "not_attempted", "false"),
    ];
    let context = TestContext::new().input(format!("{header}{}", rows.concat()));
    let run = context.check_online(&["-o", "checked.csv", "--format", "json"]);
    run.assert_exit(1);
    assert_eq!(context.searched(), [["2", "3"]]);
    let words = |name: &str| -> Vec<String> {
        rows_of(&fs::read_to_string(context.path(name)).unwrap())
            .iter()
            .map(|row| row.words(&["status", "stage"]))
            .collect()
    };
    let expected =
        ["withdrawn -", "not_attempted preboarding", "invalid -", "not_attempted preboarding", "duplicate -"];
    assert_eq!(words("checked.csv"), expected);

    // Looked up again, its own columns are replaced; what was withdrawn since goes over, with what was seen then.
    context.calls_api(&["withdraw", "checked.csv", "--yes", "-o", "done.csv", "-q"]).assert_exit(1);
    let again = context.calls_api(&["check", "done.csv", "--online", "-o", "again.csv"]);
    again.assert_exit(1);
    assert_eq!(context.searches(), 1, "nobody is left to look up{again}");
    assert_eq!(
        words("again.csv"),
        ["withdrawn -", "withdrawn preboarding", "invalid -", "withdrawn preboarding", "duplicate -"]
    );
    let header =
        |name: &str| fs::read_to_string(context.path(name)).unwrap().lines().next().unwrap().to_owned();
    assert_eq!(header("again.csv"), header("checked.csv"));
}

#[test]
fn a_file_that_is_all_right_is_exit_0_and_the_table_fits_a_terminal() {
    let context = TestContext::new().rows(7).row(DAY_ONE, "r");
    let run = context.check_online(&[]);
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      file               [DIR]/leavers.csv
      encoding           UTF-8
      delimiter          ,
      line endings       LF
      id column          pre_hire_id
      reason column      withdraw_reason
      rows               8
      can be sent        8
      a run takes        less than a second at 100000/1s
      digest             sha256:63cbba25ff70d30f9b85027885c3cceca76ad4b01e0d4561cee9d977f4bbd34f

      looked up          8
      day_one            1
      preboarding        7
      searches           1 in [DURATION]

    the first rows
      row  name    stage        onboarding  work email
      2    周芳    preboarding  [DATE]  zhou.8277489@example.com
      3    孙磊    preboarding  [DATE]  sun.6210044@example.com
      4    赵晓梅  preboarding  [DATE]  zhao.4260306@example.com
      5    孙军    preboarding  [DATE]  sun.0411870@example.com
      6    刘娟    preboarding  [DATE]  liu.1494033@example.com
    ");
    assert!(!run.stdout.contains("would be refused"), "{run}");
    let name = context.api().look_up("7345005664477000001").profile.name;
    assert!(!run.stderr.contains(&name), "names are on standard output alone{run}");
    let verbose = context.check_online(&["-v", "--progress", "plain"]);
    assert!(!verbose.stderr.contains(&name) && !verbose.stderr.contains("7345005664477000001"), "{verbose}");

    let context = TestContext::new().row(SOMEBODY, "a").row(COMPLETED, "b").row(NOT_VISIBLE, "c");
    let run = context.check_online(&[]);
    assert_said!(run.assert_exit(1), @r"
    exit code: 1
    ----- stdout
      file               [DIR]/leavers.csv
      encoding           UTF-8
      delimiter          ,
      line endings       LF
      id column          pre_hire_id
      reason column      withdraw_reason
      rows               3
      can be sent        3
      a run takes        less than a second at 100000/1s
      digest             sha256:3bfdeb2fd912b6cfda721f2382baaad419a3f440f25fdef0d55dded2018cf246

      looked up          3
      completed          1
      preboarding        1
      not visible        1
      searches           1 in [DURATION]

    the first rows
      row  name           stage        onboarding  work email
      2    Müller Łukasz  preboarding  [DATE]  mueller.2920800@example.com
      3    刘杰           completed    [DATE]  liu.1204725@example.com
      4                   not visible

    2 rows would be refused, or are not visible
      row  name  stage        onboarding  work email
      3    刘杰  completed    [DATE]  liu.1204725@example.com
      4          not visible
    ");
    let table = run.stdout.split("searches").nth(1).unwrap();
    assert!(table.lines().all(|line| line.width() <= 80), "{run}");
    let quiet = context.check_online(&["-q"]);
    assert_eq!((quiet.exit_code, quiet.stdout.as_str(), quiet.stderr.as_str()), (1, "", ""));
}

#[test]
fn a_workbook_has_the_same_columns_and_is_an_input() {
    let context = TestContext::new().row(SOMEBODY, "a").row(COMPLETED, "b");
    context.check_online(&["-o", "checked.xlsx"]).assert_exit(1);
    let workbook = Workbook::open(&context.path("checked.xlsx"));
    let header = workbook.header();
    assert_eq!(
        header[..7],
        ["pre_hire_id", "withdraw_reason", "name", "stage", "onboarding_date", "row", "status"]
    );
    let words: Vec<String> =
        workbook.rows().iter().map(|row| row.words(&["pre_hire_id", "stage", "row", "status"])).collect();
    assert_eq!(
        words,
        [format!("{SOMEBODY} preboarding 2 not_attempted"), format!("{COMPLETED} completed 3 not_attempted")]
    );
    let run = context.calls_api(&["withdraw", "checked.xlsx", "--yes", "-o", "done.xlsx"]);
    run.assert_exit(1);
    let done = Workbook::open(&context.path("done.xlsx"));
    assert_eq!(done.rows()[0].words(&["stage", "status"]), "preboarding withdrawn");
}

#[test]
fn an_app_that_may_not_look_gets_exit_3_and_leaves_nothing() {
    let context = TestContext::new().row(SOMEBODY, "a").simulator(|settings| settings.may_read = false);
    let run = context.check_online(&["-o", "checked.csv"]);
    assert_said!(run.assert_exit(3), @r"
    exit code: 3
    ----- stderr
    stopped early: the app is not allowed to look up pre-hires
      said    99991672 Access denied. One of the following scopes is required: [corehr:pre_hire.search:read, corehr:pre_hire:read, corehr:pre_hire:write].应用尚未开通所需的应用身份权限：[corehr:pre_hire.search:read, corehr:pre_hire:read, corehr:pre_hire:write]，点击链接申请并开通任一权限即可：https://open.feishu.cn/app//auth?q=corehr:pre_hire.search:read,corehr:pre_hire:read,corehr:pre_hire:write&op_from=openapi&token_type=tenant
      help    https://open.feishu.cn/app//auth?q=corehr:pre_hire.search:read,corehr:pre_hire:read,corehr:pre_hire:write&op_from=openapi&token_type=tenant
      log id  [LOG ID]
      needs   a scope such as corehr:pre_hire.search:read, and the data permission 待入职人员
    nothing was changed; to try again:
      prehire check [DIR]/leavers.csv --online -o checked.csv --base-url http://127.0.0.1:[PORT] --rate 100000/1s --burst 10000 --retry-base 1ms --retry-cap 5ms
    ");
    assert_eq!(run.stdout, "");
    assert!(!context.path("checked.csv").exists() && !context.path("checked.csv.partial").exists());
    let given = TestContext::new()
        .row(SOMEBODY, "a")
        .without_env("FEISHU_APP_ID")
        .env("FEISHU_TENANT_ACCESS_TOKEN", "t-is-long-gone");
    assert_said!(given.check_online(&[]).assert_exit(3), @r"
    exit code: 3
    ----- stderr
    stopped early: the API rejected the token, and it can't be renewed
      said    99991663 Invalid access token for authorization. Please make a request with token attached.
      help    https://open.feishu.cn/search?from=openapi&log_id=[LOG ID]&code=99991663&method_id=7345005664477790000
      log id  [LOG ID]
    nothing was changed; to try again:
      prehire check [DIR]/leavers.csv --online --base-url http://127.0.0.1:[PORT] --rate 100000/1s --burst 10000 --retry-base 1ms --retry-cap 5ms
    ");
    let nobody = TestContext::new().row(SOMEBODY, "a").without_env("FEISHU_APP_ID");
    assert_said!(nobody.check_online(&[]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: there is no app to use
    hint: set FEISHU_APP_ID and FEISHU_APP_SECRET (or FEISHU_APP_SECRET_FILE), or rehearse with --simulate
    ");
    nobody.check(&[]).assert_exit(0);
}

#[test]
fn what_the_app_may_not_see_is_not_taken_for_missing() {
    let hide = |field: &'static str| {
        TestContext::new()
            .row(SOMEBODY, "a")
            .simulator(move |settings| settings.hidden_fields = vec![field.parse().unwrap()])
    };
    let context = hide("person_info");
    context.check_online(&["-o", "checked.csv"]).assert_exit(0);
    let rows = rows_of(&fs::read_to_string(context.path("checked.csv")).unwrap());
    assert_eq!(rows[0].words(&["name", "stage"]), "- preboarding");
    let context = hide("person_info.preferred_name");
    context.check_online(&["-o", "checked.csv"]).assert_exit(0);
    let rows = rows_of(&fs::read_to_string(context.path("checked.csv")).unwrap());
    assert!(rows[0]["name"].ends_with("（身份证）"), "the legal name is better than none");
    let context = hide("onboarding_info");
    let run = context.check_online(&["-o", "checked.csv"]);
    assert_said!(run.assert_exit(1), @r"
    exit code: 1
    ----- stdout
      file               [DIR]/leavers.csv
      encoding           UTF-8
      delimiter          ,
      line endings       LF
      id column          pre_hire_id
      reason column      withdraw_reason
      rows               1
      can be sent        1
      a run takes        less than a second at 100000/1s
      digest             sha256:cb965ab0099560f3453b30047fcc691d075bb0dbd6fb5b487353983938675cc1

      looked up          1
      stage not shown    1
      searches           1 in [DURATION]

    the first rows
      row  name           stage      onboarding  work email
      2    Müller Łukasz  not shown              mueller.2920800@example.com

    1 row would be refused, or is not visible
      row  name           stage      onboarding  work email
      2    Müller Łukasz  not shown              mueller.2920800@example.com
    ");
    let rows = rows_of(&fs::read_to_string(context.path("checked.csv")).unwrap());
    assert!(rows[0]["error_message"].contains("is not allowed to see the stage"), "{run}");
}

#[test]
fn a_reply_that_is_no_page_is_not_taken_for_nobody() {
    let server = SearchServer::start(|_, number| match number {
        0 => (200, json!({"code": 0, "msg": "success"})),
        1 => (429, json!({"code": 1161604, "msg": "QPS over limit"})),
        2 => (400, json!({"code": 99991663, "msg": "stale"})),
        _ => page(json!([{"pre_hire_id": "4"}, somebody("2", "=cmd", "day_one", "2026-03-01")]), None),
    });
    let context = server.context().row("2", "a");
    let run = context.check_online(&["-o", "checked.csv"]);
    run.assert_exit(0);
    let calls = server.calls();
    assert_eq!(calls.len(), 4);
    assert!(calls.iter().all(|call| call.body["pre_hire_ids"] == json!(["2"])));
    assert_eq!((calls[2].token.as_str(), calls[3].token.as_str()), ("t-1", "t-2"));
    let rows = rows_of(&fs::read_to_string(context.path("checked.csv")).unwrap());
    assert_eq!(
        rows[0].words(&["name", "stage"]),
        "'=cmd day_one",
        "no formula, and nobody who was not asked for"
    );

    let server = SearchServer::start(|_, _| (200, json!({"code": 0, "data": {"items": "?"}})));
    let run = server.context().row("2", "a").check_online(&["--max-attempts", "2"]);
    run.assert_exit(3);
    assert_eq!(server.calls().len(), 2, "{run}");
}

#[test]
fn without_the_flag_nothing_is_called_and_nothing_is_needed() {
    let context = TestContext::new().row(SOMEBODY, "a");
    let base_url = context.base_url();
    context.check(&["--base-url", &base_url, "-o", "checked.csv"]).assert_exit(0);
    assert_eq!(context.record().calls, []);
    assert!(!fs::read_to_string(context.path("checked.csv")).unwrap().contains("onboarding_date"));
    let run = context.check(&["--online", "--simulate", "--format", "json"]);
    assert_eq!(run.assert_exit(0).json()["online"]["looked_up"], 1);
}

#[test]
fn a_signal_ends_a_check_and_leaves_nothing() {
    let (context, _) = everybody();
    let context = context.simulator(|_| ());
    let input = context.write_input();
    let mut command = context.program(["check", input.to_str().unwrap(), "--online", "-o", "checked.csv"]);
    command.args(["--base-url", &context.base_url(), "--rate", "20/1s", "--burst", "5"]);
    let child = command.spawn().unwrap();
    until("some were looked up", || context.searches() >= 3);
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGTERM).unwrap();
    let run = context.outcome(child);
    assert_said!(run.assert_exit(143), @r"
    exit code: 143
    ----- stderr
    stopped early: interrupted by SIGTERM
    nothing was changed; to try again:
      prehire check [DIR]/leavers.csv --online -o checked.csv --base-url http://127.0.0.1:[PORT] --rate 20/1s --burst 5
    ");
    assert!(!context.path("checked.csv").exists() && !context.path("checked.csv.partial").exists());
}

/// Exit 2, and nothing but searches was called.
fn refuses(context: &TestContext) -> Run {
    let run = context.run();
    run.assert_exit(2);
    assert!(!run.has_results() && !partial(&run.results_path).exists(), "{run}");
    assert!(!context.journal_path().exists(), "{run}");
    assert_eq!(context.withdraw_calls(), 0, "{run}");
    run
}

#[test]
fn a_run_that_requires_it_starts_only_when_every_row_can_be_done() {
    let required = || TestContext::new().switch("--require-online-check");
    let context = required().rows(250).row(DAY_ONE, "r").row("x", "invalid rows are no matter");
    context.run().assert_exit(1);
    assert_eq!(context.searched().iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 51]);
    assert_eq!(context.called(), [Api::TenantAccessToken, Api::Search, Api::WithdrawOnboarding]);

    let context = required().rows(3).row(COMPLETED, "r").row(NOT_VISIBLE, "r").row(ALREADY_WITHDRAWN, "r");
    let run = refuses(&context);
    assert_said!(run, @r"
    exit code: 2
    ----- stderr
    error: 3 of 6 rows are not visible, or can't be withdrawn at their stage:
      row 5: completed
      row 6: not visible
      row 7: withdrawn
    hint: list them all with prehire check INPUT --online -o FILE, and remove them
    ");
    let name = context.api().look_up(COMPLETED).profile.name;
    assert!(
        !run.stderr.contains(&name) && !run.stderr.contains(COMPLETED),
        "names are no matter for logs{run}"
    );

    let many =
        (10..60).fold(required(), |context, number| context.row(&format!("99220000000000000{number}"), "r"));
    let run = refuses(&many);
    assert_said!(run, @r"
    exit code: 2
    ----- stderr
    error: 50 of 50 rows are not visible, or can't be withdrawn at their stage:
      row 2: completed
      row 3: completed
      row 4: completed
      row 5: completed
      row 6: completed
      row 7: completed
      row 8: completed
      row 9: completed
      row 10: completed
      row 11: completed
      row 12: completed
      row 13: completed
      row 14: completed
      row 15: completed
      row 16: completed
      row 17: completed
      row 18: completed
      row 19: completed
      row 20: completed
      row 21: completed
      and 30 more
    hint: list them all with prehire check INPUT --online -o FILE, and remove them
    ");
    assert!(!run.stderr.contains("row 22"), "{run}");
}

#[test]
fn a_stage_that_is_hidden_is_no_proof_and_a_missing_permission_no_excuse() {
    let context = TestContext::new().rows(1).switch("--require-online-check");
    let context =
        context.simulator(|settings| settings.hidden_fields = vec!["onboarding_info".parse().unwrap()]);
    assert_said!(refuses(&context), @r"
    exit code: 2
    ----- stderr
    error: 1 of 1 row is not visible, or can't be withdrawn at its stage:
      row 2: not shown
    hint: list them all with prehire check INPUT --online -o FILE, and remove them
    ");
    let context = TestContext::new().rows(1).switch("--require-online-check");
    let context = context.simulator(|settings| settings.may_read = false);
    let run = context.run();
    assert_said!(run.assert_exit(3), @r"
    exit code: 3
    ----- stderr
    stopped early: the app is not allowed to look up pre-hires
      said    99991672 Access denied. One of the following scopes is required: [corehr:pre_hire.search:read, corehr:pre_hire:read, corehr:pre_hire:write].应用尚未开通所需的应用身份权限：[corehr:pre_hire.search:read, corehr:pre_hire:read, corehr:pre_hire:write]，点击链接申请并开通任一权限即可：https://open.feishu.cn/app//auth?q=corehr:pre_hire.search:read,corehr:pre_hire:read,corehr:pre_hire:write&op_from=openapi&token_type=tenant
      help    https://open.feishu.cn/app//auth?q=corehr:pre_hire.search:read,corehr:pre_hire:read,corehr:pre_hire:write&op_from=openapi&token_type=tenant
      log id  [LOG ID]
      needs   a scope such as corehr:pre_hire.search:read, and the data permission 待入职人员
    nothing was changed; to try again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --require-online-check --retry-base 1ms --retry-cap 5ms --yes --base-url http://127.0.0.1:[PORT]
    ");
    assert!(!run.has_results() && !context.journal_path().exists(), "{run}");
    assert_eq!(context.withdraw_calls(), 0);
    let dry = TestContext::new().rows(1).switch("--require-online-check").switch("--dry-run");
    dry.run().assert_exit(2);
    assert_eq!(dry.record().calls, []);
}

#[test]
fn rows_that_are_settled_are_not_looked_up_and_a_call_in_doubt_is_our_own() {
    let context = TestContext::new().rows(2).row(APPLIED_UNANSWERED, "r").flag("--timeout", "300ms");
    let context = context.switch("--no-read-back").flag("--max-attempts", 1);
    context.run().assert_exit(1).assert_column("status", ["withdrawn", "withdrawn", "unknown"]);
    let context = context.switch("--require-online-check").without("--no-read-back");
    let run = context.run();
    run.assert_exit(0).assert_column("status", ["withdrawn"; 3]);
    assert_eq!(context.searched(), [[APPLIED_UNANSWERED]], "{run}");
    assert_eq!(run.results()[2].words(&["retry_outcome", "confirmed_by"]), "recovered read_back");
    let calls = context.record().calls.len();
    context.run().assert_exit(0);
    assert_eq!(context.record().calls.len(), calls, "when everything is settled, no call is made at all");
}

#[test]
fn an_index_that_lags_behind_is_asked_again_before_an_undo_is_refused() {
    let context =
        TestContext::new().rows(3).simulator(|settings| settings.index_lag = Duration::from_secs(5));
    context.run().assert_exit(0);
    let context = context.switch("--require-online-check");
    context.restore().assert_exit(0).assert_column("status", ["restored"; 3]);
    assert_eq!(context.searches(), 2);
}

#[test]
fn a_pre_hire_that_is_not_visible_is_asked_for_again_before_it_is_refused() {
    let gone = TestContext::new().row(NOT_VISIBLE, "r").switch("--require-online-check");
    assert_said!(refuses(&gone), @r"
    exit code: 2
    ----- stderr
    error: 1 of 1 row is not visible, or can't be withdrawn at its stage:
      row 2: not visible
    hint: list them all with prehire check INPUT --online -o FILE, and remove them
    ");
    assert_eq!(gone.searches(), 2, "it could have been created a moment ago");
}

#[test]
fn the_allowance_of_searches_is_held_only_while_they_last() {
    let (context, _) = everybody();
    let input = context.write_input();
    let mut command = context.program(["check", input.to_str().unwrap(), "--online", "-q"]);
    command.args(["--base-url", &context.base_url(), "--rate", "10/1s", "--burst", "1"]);
    let checking = command.spawn().unwrap();
    until("it looks up", || context.searches() >= 2);
    let other = TestContext::new().server(context.base_url()).rows(1);
    let state = context.path("state");
    let other = other.env("XDG_STATE_HOME", state);
    other.run().assert_exit(0);
    let other = other.switch("--restart").switch("--require-online-check");
    let run = other.run();
    assert!(run.stderr.contains(&format!("process {}", checking.id())), "{run}");
    assert_said!(run.assert_exit(75), @r"
    exit code: 75
    ----- stderr
    error: another run holds the allowance of this app: process [PID]
    hint: wait until it has ended, or add --wait-lock 10m
    ");
    let mut checking = checking;
    checking.kill().unwrap();
    checking.wait().unwrap();
    other.run().assert_exit(2);

    // Answered 2 s late: it is under way when the looks are over.
    let slow = TestContext::new().row("9911190000000000001", "r").switch("--require-online-check");
    let run = slow.start_and_await_calls(1);
    slow.calls_api(&["find", "--limit", "1"]).assert_exit(0);
    slow.outcome(run.into_child()).assert_exit(0);
}

#[test]
fn the_question_shows_names_and_counts_and_says_how_many_it_looked_up() {
    let context = TestContext::new().rows(6).row(COMPLETED, "r").without("--yes");
    let run = typed(&context, "no\n");
    let name = context.api().look_up("7345005664477000001").profile.name;
    assert!(run.stderr.contains(&name), "{run}");
    assert_said!(run.assert_exit(2), @r"
    exit code: 2
    ----- stderr
    no
    row 2
      pre_hire_id: 7345005664477000001
      withdraw_reason: 候选人放弃入职
    row 3
      pre_hire_id: 7345005664477000008
      withdraw_reason: 候选人放弃入职
    row 4
      pre_hire_id: 7345005664477000015
      withdraw_reason: 候选人放弃入职
    and 4 more

    Looked up just now, every row (7):
      row  name    stage        onboarding  work email
      2    周芳    preboarding  [DATE]  zhou.8277489@example.com
      3    孙磊    preboarding  [DATE]  sun.6210044@example.com
      4    赵晓梅  preboarding  [DATE]  zhao.4260306@example.com
      5    孙军    preboarding  [DATE]  sun.0411870@example.com
      6    刘娟    preboarding  [DATE]  liu.1494033@example.com
      completed          1
      preboarding        6
      1 of them would be refused, or is not visible

    About to withdraw 7 pre-hires, one call each.
      file      [DIR]/leavers.csv
      host      http://127.0.0.1:[PORT]
      app       cli_a1b2c3d4e5f6
      duration  less than a second at 100000/1s

    Type the number of rows (7) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    ");
    assert_eq!(context.called(), [Api::TenantAccessToken, Api::Search]);
    typed(&context, "7\n").assert_exit(1);
    assert_eq!(context.withdraw_calls(), 7);

    let large = TestContext::new().rows(501).without("--yes");
    assert_said!(typed(&large, "no\n").assert_exit(2), @r"
    exit code: 2
    ----- stderr
    no
    row 2
      pre_hire_id: 7345005664477000001
      withdraw_reason: 候选人放弃入职
    row 3
      pre_hire_id: 7345005664477000008
      withdraw_reason: 候选人放弃入职
    row 4
      pre_hire_id: 7345005664477000015
      withdraw_reason: 候选人放弃入职
    and 498 more

    Looked up just now, the first 100 of 501 rows:
      row  name    stage        onboarding  work email
      2    周芳    preboarding  [DATE]  zhou.8277489@example.com
      3    孙磊    preboarding  [DATE]  sun.6210044@example.com
      4    赵晓梅  preboarding  [DATE]  zhao.4260306@example.com
      5    孙军    preboarding  [DATE]  sun.0411870@example.com
      6    刘娟    preboarding  [DATE]  liu.1494033@example.com
      preboarding        100

    About to withdraw 501 pre-hires, one call each.
      file      [DIR]/leavers.csv
      host      http://127.0.0.1:[PORT]
      app       cli_a1b2c3d4e5f6
      duration  less than a second at 100000/1s

    Type the number of rows (501) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    ");
    assert_eq!(large.searched().iter().map(Vec::len).collect::<Vec<_>>(), [100]);
    let whole = TestContext::new().rows(500).without("--yes");
    assert_said!(typed(&whole, "no\n").assert_exit(2), @r"
    exit code: 2
    ----- stderr
    no
    row 2
      pre_hire_id: 7345005664477000001
      withdraw_reason: 候选人放弃入职
    row 3
      pre_hire_id: 7345005664477000008
      withdraw_reason: 候选人放弃入职
    row 4
      pre_hire_id: 7345005664477000015
      withdraw_reason: 候选人放弃入职
    and 497 more

    Looked up just now, every row (500):
      row  name    stage        onboarding  work email
      2    周芳    preboarding  [DATE]  zhou.8277489@example.com
      3    孙磊    preboarding  [DATE]  sun.6210044@example.com
      4    赵晓梅  preboarding  [DATE]  zhao.4260306@example.com
      5    孙军    preboarding  [DATE]  sun.0411870@example.com
      6    刘娟    preboarding  [DATE]  liu.1494033@example.com
      preboarding        500

    About to withdraw 500 pre-hires, one call each.
      file      [DIR]/leavers.csv
      host      http://127.0.0.1:[PORT]
      app       cli_a1b2c3d4e5f6
      duration  less than a second at 100000/1s

    Type the number of rows (500) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    ");
    let required = large.switch("--require-online-check");
    assert_said!(typed(&required, "no\n").assert_exit(2), @r"
    exit code: 2
    ----- stderr
    no
    row 2
      pre_hire_id: 7345005664477000001
      withdraw_reason: 候选人放弃入职
    row 3
      pre_hire_id: 7345005664477000008
      withdraw_reason: 候选人放弃入职
    row 4
      pre_hire_id: 7345005664477000015
      withdraw_reason: 候选人放弃入职
    and 498 more

    Looked up just now, every row (501):
      row  name    stage        onboarding  work email
      2    周芳    preboarding  [DATE]  zhou.8277489@example.com
      3    孙磊    preboarding  [DATE]  sun.6210044@example.com
      4    赵晓梅  preboarding  [DATE]  zhao.4260306@example.com
      5    孙军    preboarding  [DATE]  sun.0411870@example.com
      6    刘娟    preboarding  [DATE]  liu.1494033@example.com
      preboarding        501

    About to withdraw 501 pre-hires, one call each.
      file      [DIR]/leavers.csv
      host      http://127.0.0.1:[PORT]
      app       cli_a1b2c3d4e5f6
      duration  less than a second at 100000/1s

    Type the number of rows (501) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    ");
}

#[test]
fn where_it_can_not_look_the_question_says_why_and_is_asked_all_the_same() {
    let context = TestContext::new().rows(2).without("--yes").simulator(|settings| settings.may_read = false);
    assert_said!(typed(&context, "2\n").assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          2
      rows               2 (2 successes)
      calls              2 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    2
    row 2
      pre_hire_id: 7345005664477000001
      withdraw_reason: 候选人放弃入职
    row 3
      pre_hire_id: 7345005664477000008
      withdraw_reason: 候选人放弃入职

    Names and stages are not shown: the app is not allowed to look up pre-hires.

    About to withdraw 2 pre-hires, one call each.
      file      [DIR]/leavers.csv
      host      http://127.0.0.1:[PORT]
      app       cli_a1b2c3d4e5f6
      duration  less than a second at 100000/1s

    Type the number of rows (2) to withdraw them, or anything else to quit:
    ");

    let server = SearchServer::start(|_, _| (502, json!("bad gateway")));
    let context = server.context().rows(2).without("--yes").flag("--max-attempts", 2);
    assert_said!(typed(&context, "no\n").assert_exit(2), @r"
    exit code: 2
    ----- stderr
    no
    row 2
      pre_hire_id: 7345005664477000001
      withdraw_reason: 候选人放弃入职
    row 3
      pre_hire_id: 7345005664477000008
      withdraw_reason: 候选人放弃入职

    Names and stages are not shown: the API did not answer the search, not even after several attempts.

    About to withdraw 2 pre-hires, one call each.
      file      [DIR]/leavers.csv
      host      http://127.0.0.1:[PORT]
      app       cli_a1b2c3d4e5f6
      duration  less than a second at 100000/1s

    Type the number of rows (2) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    ");

    let hidden = TestContext::new().rows(2).without("--yes").simulator(|settings| {
        settings.hidden_fields = vec!["person_info".parse().unwrap(), "onboarding_info".parse().unwrap()];
    });
    assert_said!(typed(&hidden, "no\n").assert_exit(2), @r"
    exit code: 2
    ----- stderr
    no
    row 2
      pre_hire_id: 7345005664477000001
      withdraw_reason: 候选人放弃入职
    row 3
      pre_hire_id: 7345005664477000008
      withdraw_reason: 候选人放弃入职

    Looked up just now, every row (2):
      row  name  stage      onboarding  work email
      2          not shown              zhou.8277489@example.com
      3          not shown              sun.6210044@example.com
      stage not shown    2
      2 of them would be refused, or are not visible

    About to withdraw 2 pre-hires, one call each.
      file      [DIR]/leavers.csv
      host      http://127.0.0.1:[PORT]
      app       cli_a1b2c3d4e5f6
      duration  less than a second at 100000/1s

    Type the number of rows (2) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    ");
}

#[test]
fn an_undo_shows_whom_it_would_restore() {
    let context = TestContext::new().rows(2);
    context.run().assert_exit(0);
    let context = context.without("--yes");
    let run = answered(&context, context.restore_command(), "no\n");
    assert_said!(run.assert_exit(2), @r"
    exit code: 2
    ----- stderr
    no
    row 2
      pre_hire_id: 7345005664477000001
      withdraw_reason: 候选人放弃入职
      row: 2
      status: withdrawn
      success: true
      error_code: 
      error_message: 
      retry_outcome: not_needed
      attempts: 1
      http_status: 200
      confirmed_by: reply
      log_id: [LOG ID]
      advice: 
      first_sent_at: [TIME]
      settled_at: [TIME]
    row 3
      pre_hire_id: 7345005664477000008
      withdraw_reason: 候选人放弃入职
      row: 3
      status: withdrawn
      success: true
      error_code: 
      error_message: 
      retry_outcome: not_needed
      attempts: 1
      http_status: 200
      confirmed_by: reply
      log_id: [LOG ID]
      advice: 
      first_sent_at: [TIME]
      settled_at: [TIME]

    Looked up just now, every row (2):
      row  name  stage      onboarding  work email
      2    周芳  withdrawn  [DATE]  zhou.8277489@example.com
      3    孙磊  withdrawn  [DATE]  sun.6210044@example.com
      withdrawn          2

    About to restore 2 pre-hires, one call each.
      file      [DIR]/leavers.results.csv
      host      http://127.0.0.1:[PORT]
      app       cli_a1b2c3d4e5f6
      duration  less than a second at 100000/1s

    Type the number of rows (2) to restore them, or anything else to quit: error: not confirmed; nothing was sent
    ");
    assert!(!run.stderr.contains("would be refused"), "{run}");
}

#[test]
fn ctrl_c_at_the_question_is_exit_130_and_leaves_no_record() {
    let context = TestContext::new().rows(2).without("--yes");
    let run = interrupted(&context, context.withdraw_command(), Signal::SIGINT);
    assert_said!(run.assert_exit(130), @r"
    exit code: 130
    ----- stderr
    row 2
      pre_hire_id: 7345005664477000001
      withdraw_reason: 候选人放弃入职
    row 3
      pre_hire_id: 7345005664477000008
      withdraw_reason: 候选人放弃入职

    Looked up just now, every row (2):
      row  name  stage        onboarding  work email
      2    周芳  preboarding  [DATE]  zhou.8277489@example.com
      3    孙磊  preboarding  [DATE]  sun.6210044@example.com
      preboarding        2

    About to withdraw 2 pre-hires, one call each.
      file      [DIR]/leavers.csv
      host      http://127.0.0.1:[PORT]
      app       cli_a1b2c3d4e5f6
      duration  less than a second at 100000/1s

    Type the number of rows (2) to withdraw them, or anything else to quit: error: interrupted before anything was sent
    ");
    assert_eq!(context.withdraw_calls(), 0);
    // A file of a lock stays, and nobody holds it: the next run begins.
    let is_record = |name: &String| !name.starts_with("state/") && !name.ends_with(".lock");
    let left = context.files().into_iter().filter(is_record);
    assert_eq!(left.collect::<Vec<_>>(), ["leavers.csv"]);
    interrupted(&context, context.withdraw_command(), Signal::SIGTERM).assert_exit(143);
}

#[test]
fn a_deadline_counts_from_the_first_look() {
    let context = TestContext::new().rows(300).switch("--require-online-check").flag("--deadline", "500ms");
    let context = context.simulator(|settings| {
        let latency = Duration::from_millis(200);
        settings.latency = latency..=latency;
    });
    let run = context.run();
    assert_said!(run.assert_exit(3), @r"
    exit code: 3
    ----- stderr
    stopped early: the --deadline has passed
    nothing was changed; to try again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --deadline 500ms --rate 100000/1s --read-back-delay 10ms --require-online-check --retry-base 1ms --retry-cap 5ms --yes --base-url http://127.0.0.1:[PORT]
    ");
    assert_eq!(context.withdraw_calls(), 0, "the looks took all of it{run}");
    let json: Value = {
        let longer = context.flag("--deadline", "900ms").flag("--format", "json").flag("--workers", 1);
        longer.run().assert_exit(3).json()
    };
    let withdrawn = json["counts"]["by_status"]["withdrawn"].as_u64().unwrap();
    assert!((1..=3).contains(&withdrawn), "{json}");
}

#[test]
fn constant_memory_is_enough_for_a_long_file_that_needs_no_look() {
    // Rows that are not looked up wait for those that are, but not for ever.
    let mut input = "pre_hire_id,withdraw_reason\n".to_owned();
    (0..10_000).for_each(|_| input.push_str("x,r\n"));
    input.push_str(&format!("{SOMEBODY},r\n"));
    let context = TestContext::new().input(input);
    let run = context.check_online(&["-o", "checked.csv", "--format", "json"]);
    run.assert_exit(1);
    assert_eq!(
        (context.searched(), run.json()["online"]["looked_up"].as_u64()),
        (vec![vec![SOMEBODY.to_owned()]], Some(1))
    );
    let rows: Vec<Row> = rows_of(&fs::read_to_string(context.path("checked.csv")).unwrap());
    assert_eq!((rows.len(), &rows[10_000]["stage"]), (10_001, "preboarding"));
}
