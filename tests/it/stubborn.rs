//! Runs that would never end, or never go on, if nobody had thought of it.

use std::fs;

use crate::context::TestContext;

const ALWAYS_STALE: &str = "9932000000000000001";
const REFUSED: &str = "9901011610970000001";

#[test]
fn a_row_whose_token_is_always_stale_ends_the_run_though_others_succeed() {
    let mut context = TestContext::new().simulator(|settings| settings.latency = ms(1)..=ms(3));
    for row in 0..30 {
        context = context.row(&(7_345_005_664_477_775_401_u64 + row).to_string(), "an ordinary row");
    }
    let run = context.row(ALWAYS_STALE, "a stubborn one").run();
    assert_eq!(
        run.assert_exit(3).results().iter().filter(|row| &row["status"] == "withdrawn").count(),
        30,
        "{run}"
    );
    // How many calls met the stale token is a matter of time.
    let story = run.stdout.lines().skip_while(|line| !line.starts_with("stopped early")).collect::<Vec<_>>();
    assert_text!(story.join("\n"), @r"
    stopped early: the API rejected the token, and it can't be renewed
      said    99991663 Invalid access token for authorization. Please make a request with token attached.
      help    https://open.feishu.cn/search?from=openapi&log_id=[LOG ID]&code=99991663&method_id=7345005664477790000
      log id  [LOG ID]
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --yes --base-url http://127.0.0.1:[PORT]
    ");
    let stale = run.results().pop().expect("one row out for every row in");
    assert_eq!(stale.words(&["status", "attempts", "retry_outcome"]), "not_attempted 0 interrupted");
}

#[test]
fn a_restart_that_died_before_its_first_line_goes_on() {
    let context = TestContext::new().row("7345005664477775401", "a");
    context.run().assert_exit(0);
    let again = context.switch("--restart");
    again.run().assert_exit(0);
    fs::write(again.path("leavers.results.csv.journal"), "").unwrap();
    again.without("--restart").run().assert_exit(0).assert_column("status", ["already_withdrawn"]);
}

#[test]
fn the_attempts_of_a_refused_row_survive_a_kill_in_its_second_chance() {
    let context = TestContext::new().row(REFUSED, "a");
    let first = context.run().only_row();
    let journal = context.path("leavers.results.csv.journal");
    let whole = fs::read(&journal).unwrap();
    let context = context.input("pre_hire_id,withdraw_reason\n").row(REFUSED, "another");
    context.run().assert_exit(1);
    // As a kill leaves it behind the second call_started.
    let text = fs::read_to_string(&journal).unwrap();
    let second = text[whole.len()..].find("call_started").unwrap() + whole.len();
    let end = second + text[second..].find('\n').unwrap() + 1;
    fs::write(&journal, &text[..end]).unwrap();
    let last = context.run().only_row();
    assert_eq!(last.words(&["status", "attempts"]), "refused 3");
    assert_eq!(last["first_sent_at"], first["first_sent_at"]);
}

#[test]
fn results_can_not_go_to_standard_output() {
    assert_said!(TestContext::new().row("7345005664477775401", "a").flag("--output", "-").run().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: the results need a file
    hint: give its name with -o FILE
    ");
}

fn ms(milliseconds: u64) -> std::time::Duration {
    std::time::Duration::from_millis(milliseconds)
}
