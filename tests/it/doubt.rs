//! Doubt over several runs: it sticks to a pre-hire until a look tells the truth, also of one that left the file.

use httpmock::MockServer;
use serde_json::json;

use crate::context::{SOMEBODY, TestContext};

/// The first call withdraws, and is answered 1161000.
const APPLIED: &str = "9903011610000000001";
const HEADER: &str = "pre_hire_id,withdraw_reason\n";

#[test]
fn doubt_sticks_to_a_pre_hire_over_attempts_and_runs() {
    let context = TestContext::new().row(APPLIED, "a").flag("--max-attempts", 1).switch("--no-read-back");
    let words = ["status", "error_code", "retry_outcome", "attempts", "confirmed_by"];
    assert_eq!(context.run().only_row().words(&words), "unknown 1161000 exhausted 1 -");
    assert_eq!(context.run().only_row().words(&words), "unknown 1161129 refused_on_retry 2 -");
    let context = context.without("--no-read-back");
    assert_eq!(context.run().only_row().words(&words), "withdrawn - recovered 2 read_back");
    assert_eq!(context.calls_for(APPLIED), 2, "the look came first, and told it all");
}

#[test]
fn an_unknown_row_of_an_earlier_results_file_is_looked_up_first() {
    let context = TestContext::new().row(APPLIED, "a").flag("--max-attempts", 1).switch("--no-read-back");
    let first = context.run();
    let second = context.input(first.results_text()).named("again.csv").without("--no-read-back");
    let row = second.run().only_row();
    let words = ["status", "retry_outcome", "attempts", "confirmed_by"];
    assert_eq!(row.words(&words), "withdrawn recovered 1 read_back");
    assert_eq!(row["first_sent_at"], first.only_row()["first_sent_at"]);
    assert_eq!(second.calls_for(APPLIED), 1);
}

#[test]
fn doubt_survives_a_refusal_that_says_nothing_of_the_stage() {
    const WITHDRAW: &str = "corehr/v2/pre_hires/withdraw_onboarding";
    let server = MockServer::start();
    let reply = |path: &str, status: u16, body: &str| {
        let (path, body) = (format!("/open-apis/{path}"), body.to_owned());
        server.mock(|when, then| {
            when.path(path);
            then.status(status).body(body);
        })
    };
    let token = r#"{"code":0,"msg":"ok","tenant_access_token":"t-x","expire":7199}"#;
    reply("auth/v3/tenant_access_token/internal", 200, token);
    let mut in_doubt = reply(WITHDRAW, 500, r#"{"code":1161000,"msg":"it was applied"}"#);
    let context = TestContext::new().row(SOMEBODY, "a").server(server.base_url());
    let context = context.flag("--max-attempts", 1).switch("--no-read-back");
    context.run().assert_column("status", ["unknown"]);
    in_doubt.delete();
    let mut no_permission = reply(WITHDRAW, 400, r#"{"code":1161097,"msg":"no permission"}"#);
    context.run().assert_column("status", ["refused"]);
    no_permission.delete();
    reply(WITHDRAW, 400, r#"{"code":1161129,"msg":"withdrawn"}"#);
    let context = context.input(HEADER).row(SOMEBODY, "another reason");
    context.run().assert_column("status", ["unknown"]);
}

#[test]
fn an_id_in_doubt_that_the_file_no_longer_holds_is_looked_up_and_named() {
    let context = TestContext::new().row(APPLIED, "a").flag("--max-attempts", 1).switch("--no-read-back");
    context.run().assert_exit(1).assert_column("status", ["unknown"]);
    let blind = context.input(HEADER).row(SOMEBODY, "b").flag("--format", "json");
    assert_eq!(blind.run().json()["left_in_doubt"], json!([APPLIED]), "nobody could look");
    let seeing = blind.without("--no-read-back");
    let run = seeing.run();
    run.assert_exit(0).assert_column("status", ["withdrawn"]);
    assert_eq!(run.json()["left_in_doubt"], json!([APPLIED]), "{run}");
    assert_eq!((seeing.calls_for(APPLIED), seeing.looks()), (1, 1), "it is looked up, never called{run}");
    let settled = seeing.run();
    assert_eq!(settled.json()["left_in_doubt"], json!([]), "{settled}");
    // Back in the file, it is a success of ours.
    let back = seeing.row(APPLIED, "a");
    let row = back.run().results().pop().unwrap();
    assert_eq!(row.words(&["row", "status", "retry_outcome", "attempts"]), "3 withdrawn recovered 1");
    assert_eq!(back.calls_for(APPLIED), 1);
}

#[test]
fn an_id_in_doubt_that_the_file_no_longer_holds_stands_in_the_text_summary() {
    let context = TestContext::new().row(APPLIED, "a").flag("--max-attempts", 1).switch("--no-read-back");
    context.run().assert_exit(1);
    let context = context.input(HEADER).row(SOMEBODY, "b").without("--no-read-back");
    assert_said!(context.run().assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    9903011610000000001 was in doubt, and is no longer in the file: withdrawn
    ");
}

#[test]
fn an_unknown_row_that_is_found_in_another_stage_is_refused_and_says_so() {
    let context = TestContext::new().row(APPLIED, "a").flag("--max-attempts", 1).switch("--no-read-back");
    let unknown = context.run().results_text().replace(APPLIED, "9922000000000000001");
    let second = context.input(unknown).named("again.csv").without("--no-read-back").run();
    let row = second.only_row();
    assert_eq!(row.words(&["status", "retry_outcome", "confirmed_by"]), "refused refused_on_retry read_back");
    assert_eq!(&row["error_message"], "Server system error (read back: the stage is completed)", "{second}");
}
