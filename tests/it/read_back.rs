//! The calls in doubt: looked up where the app may, repeated where it may not, and never guessed.
//!
//! A look that says "withdrawn" is believed at once, any other only 2 s after the call; so rows that a look must find
//! active share one run.

use crate::context::TestContext;
use crate::table::run_table;

/// Every reply that leaves a call in doubt: the digits that ask for it, and the status it comes with.
const DOUBTFUL_KINDS: [(&str, &str); 14] = [
    ("01", "-"),
    ("02", "-"),
    ("03", "200"),
    ("04", "200"),
    ("05", "500"),
    ("06", "502"),
    ("09", "200"),
    ("10", "200"),
    ("11", "200"),
    ("13", "200"),
    ("17", "200"),
    ("18", "503"),
    ("20", "200"),
    ("22", "500"),
];
const DOUBTFUL_CODES: [(&str, &str); 10] = [
    ("01161000", "500"),
    ("01161204", "503"),
    ("00001500", "500"),
    ("00001663", "500"),
    ("00001668", "500"),
    ("00002200", "500"),
    ("00005000", "500"),
    ("00010101", "500"),
    ("00055001", "500"),
    ("00065001", "500"),
];

/// Ids whose first call ends in doubt, with its status.
fn doubtful(codes: &str, kinds: &str) -> Vec<(String, &'static str)> {
    let coded = DOUBTFUL_CODES.iter().map(|(code, status)| (format!("{codes}{code}0000001"), *status));
    let others = DOUBTFUL_KINDS.iter().map(|(kind, status)| (format!("{kinds}{kind}0000000000001"), *status));
    coded.chain(others).collect()
}

fn applied() -> Vec<(String, &'static str)> {
    doubtful("9903", "9913")
}

fn not_applied() -> Vec<(String, &'static str)> {
    doubtful("9902", "9912")
}

fn context() -> TestContext {
    TestContext::new()
        .flag("--timeout", "700ms")
        .flag("--workers", 32)
        .flag("--max-attempts", 2)
        .flag("--stop-after", 0)
        .flag("--format", "json")
}

/// A table with a line for each id: what it ends in, given the status of its first call.
fn each(ids: &[(String, &'static str)], end: impl Fn(&str) -> String) -> String {
    ids.iter().map(|(id, status)| format!("{id} {}\n", end(status))).collect()
}

#[test]
fn a_call_in_doubt_that_was_applied_is_found_withdrawn_and_never_repeated() {
    let ids = applied();
    let table = each(&ids, |status| format!("withdrawn true - recovered 1 {status} read_back"));
    let (context, run) = run_table(context(), &table);
    run.assert_exit(0);
    assert_eq!(context.withdraw_calls(), ids.len() + 1, "{run}");
    assert_eq!(run.json()["calls"]["read_backs"], context.looks(), "{run}");
}

#[test]
fn a_call_in_doubt_that_was_not_applied_is_found_active_and_repeated() {
    let ids = not_applied();
    let table = each(&ids, |_| "withdrawn true - recovered 2 200 reply".to_owned());
    let (context, run) = run_table(context(), &table);
    run.assert_exit(0);
    assert_eq!(context.withdraw_calls(), 2 * ids.len() + 1, "{run}");
    assert_eq!(run.json()["calls"]["read_backs"], context.looks(), "{run}");
}

#[test]
fn without_the_right_to_look_a_repeat_that_is_refused_for_the_stage_is_unknown() {
    let ids = applied();
    let table = each(&ids, |_| "unknown false 1161129 refused_on_retry 2 400 -".to_owned());
    let denied = context().simulator(|settings| settings.may_read = false);
    let (denied, run) = run_table(denied, &table);
    run.assert_exit(1);
    assert_eq!(run.stderr.matches("not allowed to look").count(), 1, "said once{run}");
    assert_text!(run.stderr, @r"
    the app is not allowed to look up pre-hires (99991672); calls in doubt are repeated instead
    ");
    assert!(denied.looks() >= 1, "{run}");

    let (blind, run) = run_table(context().switch("--no-read-back"), &table);
    assert_eq!((blind.looks(), run.stderr.as_str()), (0, ""), "{run}");
    assert_eq!(run.json()["calls"]["read_backs"], 0, "{run}");
}

#[test]
fn without_the_right_to_look_a_repeat_that_succeeds_is_a_success() {
    let ids = not_applied();
    let table = each(&ids, |_| "withdrawn true - recovered 2 200 reply".to_owned());
    let denied = context().simulator(|settings| settings.may_read = false);
    run_table(denied, &table).1.assert_exit(0);
}

#[test]
fn a_call_in_doubt_to_the_end_that_is_found_active_is_exhausted_for_nothing_was_applied() {
    let table = "
        9901011610000000001 exhausted false 1161000 exhausted 2 500 -
        9911020000000000001 exhausted false connection_lost exhausted 2 - -
        9911050000000000001 exhausted false http_500 exhausted 2 500 -";
    run_table(context(), table).1.assert_exit(1);
}

#[test]
fn a_refusal_for_the_stage_without_doubt_is_looked_up_once() {
    let table = "
        9921000000000000001 already_withdrawn true - not_needed 1 400 read_back
        9922000000000000001 refused false 1161129 not_needed 1 400 read_back
        9901011610940000001 refused false 1161094 not_needed 1 400 reply";
    let (context, run) = run_table(context(), table);
    assert!(run.results()[2]["error_message"].ends_with("(read back: the stage is completed)"), "{run}");
    assert!(
        context.looks() <= 4,
        "one each, and another where the first came too early to be believed: {run}"
    );
    assert_eq!(context.withdraw_calls(), 4, "{run}");

    let blind = context.switch("--no-read-back").flag("--output", "blind.csv");
    blind.run().assert_column("status", ["refused"; 4]).assert_column("confirmed_by", ["reply"; 4]);
}

#[test]
fn a_success_that_the_reply_denies_is_looked_up_once() {
    let table = "
        9913080000000000001 withdrawn true - recovered 1 200 read_back
        9912080000000000001 refused false not_withdrawn not_needed 1 200 reply
        9903011611160000001 already_withdrawn true - refused_on_retry 2 400 read_back";
    run_table(context(), table).1.assert_exit(1);
}

#[test]
fn ids_in_doubt_are_gathered_ten_to_a_look() {
    // Applied, and never answered; then killed. All of them are in doubt when the next run begins.
    let rows =
        (1..=60).fold(TestContext::new(), |context, row| context.row(&format!("991301{row:08}1"), "a"));
    let context = rows.flag("--workers", 64).switch("--no-canary").flag("--format", "json");
    context.start_and_await_calls(60).kill_dead();
    let run = context.run();
    run.assert_exit(0).assert_column("confirmed_by", ["read_back"; 60]).assert_column("attempts", ["1"; 60]);
    assert_eq!(context.withdraw_calls(), 60, "nothing was called again{run}");
    assert!((6..=8).contains(&context.looks()), "{} looks{run}", context.looks());
    assert_eq!(run.json()["calls"]["read_backs"], context.looks(), "{run}");
    assert_eq!(run.json()["calls"]["attempts"], 0, "{run}");
}
