//! What each reply means (`src/send/classify.rs`), driven end to end: one scripted id, one line of the results.
//!
//! What a look must find active takes seconds: those rows are in `read_back.rs`.

use crate::context::{SOMEBODY, TestContext};
use crate::table::{run_each_alone, run_table};

fn context() -> TestContext {
    TestContext::new().flag("--timeout", "30s").flag("--max-attempts", 3).flag("--stop-after", 0)
}

/// All in one run.
fn ends(exit: i32, table: &str) {
    run_table(context(), table).1.assert_exit(exit);
}

#[test]
fn a_success_is_one_whatever_came_before_it() {
    ends(
        0,
        "
        7345005664477775408  withdrawn true - not_needed 1 200 reply
        9924000000000000001  withdrawn true - not_needed 1 200 reply
        9911190000000000001  withdrawn true - not_needed 1 200 reply
        9902011611160000001  withdrawn true - recovered 2 200 reply",
    );
}

#[test]
fn a_throttled_call_and_a_stale_token_are_no_attempts() {
    ends(
        0,
        "
        9902011616040000001  withdrawn true - not_needed 1 200 reply
        9902999914000000001  withdrawn true - not_needed 1 200 reply
        9912140000000000001  withdrawn true - not_needed 1 200 reply
        9912150000000000001  withdrawn true - not_needed 1 200 reply
        9912160000000000001  withdrawn true - not_needed 1 200 reply",
    );
    // A token that is refused right after it was renewed stops a run: so each has its own.
    let stale = "
        9902999916630000001  withdrawn true - not_needed 1 200 reply
        9902999916640000001  withdrawn true - not_needed 1 200 reply
        9902999916650000001  withdrawn true - not_needed 1 200 reply
        9902999916710000001  withdrawn true - not_needed 1 200 reply
        9931000000000000001  withdrawn true - not_needed 1 200 reply";
    run_each_alone(context, stale, 0);
}

#[test]
fn a_refusal_is_final() {
    ends(
        1,
        "
        9901011610970000001  refused false 1161097 not_needed 1 400 reply
        9901011611050000001  refused false 1161105 not_needed 1 400 reply
        9901011610010000001  refused false 1161001 not_needed 1 400 reply
        9901999924020000001  refused false 99992402 not_needed 1 400 reply
        9901000123450000001  refused false 12345 not_needed 1 400 reply
        9911210000000000001  refused false 1234567 not_needed 1 409 reply
        9911230000000000001  refused false 1161001 not_needed 1 400 reply
        9911240000000000001  refused false 1161097 not_needed 1 400 reply
        9911250000000000001  refused false 1161094 not_needed 1 400 reply
        9911260000000000001  refused false 1161097 not_needed 1 400 reply
        9911270000000000001  refused false 1161097 not_needed 1 400 reply
        9923000000000000001  refused false 1161105 not_needed 1 400 reply",
    );
}

#[test]
fn a_conflict_that_never_ends_is_certainly_not_applied() {
    ends(1, "9901011611160000001  exhausted false 1161116 exhausted 3 400 -");
}

#[test]
fn a_call_in_doubt_to_the_end_is_unknown_where_nobody_may_look() {
    let blind = || context().switch("--no-read-back");
    let (_, run) = run_table(
        blind(),
        "
        9901011610000000001  unknown false 1161000 exhausted 3 500 -
        9901011612040000001  unknown false 1161204 exhausted 3 503 -
        9901000015000000001  unknown false 1500 exhausted 3 500 -
        9901000016630000001  unknown false 1663 exhausted 3 500 -
        9901000016680000001  unknown false 1668 exhausted 3 500 -
        9901000022000000001  unknown false 2200 exhausted 3 500 -
        9901000050000000001  unknown false 5000 exhausted 3 500 -
        9901000101010000001  unknown false 10101 exhausted 3 500 -
        9901000550010000001  unknown false 55001 exhausted 3 500 -
        9901000650010000001  unknown false 65001 exhausted 3 500 -
        9911020000000000001  unknown false connection_lost exhausted 3 - -
        9911030000000000001  unknown false connection_lost exhausted 3 200 -
        9911040000000000001  unknown false bad_reply exhausted 3 200 -
        9911050000000000001  unknown false http_500 exhausted 3 500 -
        9911060000000000001  unknown false http_502 exhausted 3 502 -
        9911090000000000001  unknown false bad_reply exhausted 3 200 -
        9911100000000000001  unknown false bad_reply exhausted 3 200 -
        9911110000000000001  unknown false bad_reply exhausted 3 200 -
        9911130000000000001  unknown false bad_reply exhausted 3 200 -
        9911170000000000001  unknown false bad_reply exhausted 3 200 -
        9911180000000000001  unknown false http_503 exhausted 3 503 -
        9911200000000000001  unknown false 1234567 exhausted 3 200 -
        9911220000000000001  unknown false http_500 exhausted 3 500 -",
    );
    run.assert_exit(1);
    let impatient = blind().flag("--timeout", "500ms");
    let (_, run) = run_table(impatient, "9911010000000000001  unknown false timed_out exhausted 3 - -");
    run.assert_exit(1);
}

#[test]
fn a_hopeless_reply_stops_the_run_and_its_row_stays_open() {
    let codes = [
        99_991_661, 99_991_662, 99_991_668, 99_991_672, 99_991_673, 99_991_676, 99_991_677, 99_991_679,
        99_991_401, 99_991_543, 90_003_087, 90_003_088, 10_003, 10_005, 10_012, 10_013, 10_014, 10_015,
        10_016, 20_009,
    ];
    let line = |code: i32, status: i32, shown: i32| {
        let id = format!("9901{code:08}0000001");
        format!("{id} not_attempted false {shown} interrupted 1 {status} -\n")
    };
    let mut table: String = codes
        .into_iter()
        .map(|code| if code == 10_003 { line(code, 200, code) } else { line(code, 400, code) })
        .collect();
    table += &line(99_991_403, 429, 99_991_403);
    table += &line(99_991_201, 404, 99_991_201);
    table += &line(99_991_301, 404, 99_991_301);
    table += "9911070000000000001 not_attempted false http_404 interrupted 1 404 -\n";
    table += "9911120000000000001 not_attempted false http_302 interrupted 1 302 -\n";
    table += "9932000000000000001 not_attempted false 99991663 interrupted 0 200 -\n";
    run_each_alone(context, &table, 3);
}

#[test]
fn a_hopeless_reply_says_what_is_missing_and_where_help_is() {
    let context = TestContext::new().row("9901999916720000001", "no scope").row(SOMEBODY, "b");
    let run = context.run();
    assert_said!(run.assert_exit(3).assert_column("status", ["not_attempted", "not_attempted"]).assert_column("attempts", ["1", "0"]), @r"
    exit code: 3
    ----- stdout
      not_attempted      2
      rows               2 (0 successes)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    error codes
      99991672           1
    What to do is in the advice column of the results.

    stopped early: the API refused a call for a reason that affects every row
      said    99991672 Access denied. One of the following scopes is required: [corehr:pre_hire:withdraw_onboarding].应用尚未开通所需的应用身份权限：[corehr:pre_hire:withdraw_onboarding]，点击链接申请并开通任一权限即可：https://open.feishu.cn/app/cli_a1b2c3d4e5f6/auth?q=corehr:pre_hire:withdraw_onboarding&op_from=openapi&token_type=tenant
      help    https://open.feishu.cn/app/cli_a1b2c3d4e5f6/auth?q=corehr:pre_hire:withdraw_onboarding&op_from=openapi&token_type=tenant
      log id  [LOG ID]
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --yes --base-url http://127.0.0.1:[PORT]
    ");
    let log_id = run.results()[0]["log_id"].to_owned();
    assert!(!log_id.is_empty() && run.stdout.contains(&log_id), "{run}");
    assert_eq!(context.withdraw_calls(), 1);
}

#[test]
fn a_refusal_for_the_stage_is_looked_up() {
    ends(
        1,
        "
        9901011610940000001  refused false 1161094 not_needed 1 400 reply
        9901011611290000001  refused false 1161129 not_needed 1 400 reply
        9921000000000000001  already_withdrawn true - not_needed 1 400 read_back
        9922000000000000001  refused false 1161129 not_needed 1 400 read_back
        9903011611160000001  already_withdrawn true - refused_on_retry 2 400 read_back
        9911080000000000001  refused false not_withdrawn not_needed 1 200 reply
        9913080000000000001  withdrawn true - recovered 1 200 read_back",
    );
}
