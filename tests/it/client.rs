//! What goes over the wire, and that no secret comes back from it; the server is a mock that sees every byte.

use std::fs;
use std::net::TcpListener;

use httpmock::prelude::*;
use httpmock::{Method, Mock};
use serde_json::json;

use crate::context::{APP_ID, APP_SECRET, SOMEBODY, TestContext};
use crate::run::Run;

const TOKEN: &str = "t-g1044ghJRUIJJ5PPPPPPPPPPPPPPPPPPPPPPPP";
const TOKEN_PATH: &str = "/open-apis/auth/v3/tenant_access_token/internal";
const WITHDRAW_PATH: &str = "/open-apis/corehr/v2/pre_hires/withdraw_onboarding";

fn grants_token(server: &MockServer) -> Mock<'_> {
    server.mock(|when, then| {
        when.method(Method::POST)
            .path(TOKEN_PATH)
            .header("content-type", "application/json; charset=utf-8")
            .json_body(json!({"app_id": APP_ID, "app_secret": APP_SECRET}));
        then.status(200)
            .json_body(json!({"code": 0, "msg": "ok", "tenant_access_token": TOKEN, "expire": 7199}));
    })
}

fn answers(server: &MockServer, status: u16, body: impl Into<String>) -> Mock<'_> {
    server.mock(|when, then| {
        when.method(Method::POST).path(WITHDRAW_PATH).header("authorization", format!("Bearer {TOKEN}"));
        then.status(status)
            .header("content-type", "application/json")
            .header("x-tt-logid", "LOG")
            .body(body.into());
    })
}

const DONE: &str = r#"{"code":0,"msg":"success","data":{"success":true}}"#;

#[test]
fn the_requests_are_those_of_the_documents() {
    let server = MockServer::start();
    let token = grants_token(&server);
    let withdraw = server.mock(|when, then| {
        when.method(Method::POST)
            .path(WITHDRAW_PATH)
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/json; charset=utf-8")
            .body(r#"{"pre_hire_id":"7345005664477775407","withdraw_reason":"候选人 \"放弃\"\r\n入职"}"#);
        then.status(200).body(DONE);
    });
    let run = TestContext::new().row(SOMEBODY, "候选人 \"放弃\"\r\n入职").server(server.base_url()).run();
    run.assert_exit(0);
    assert_eq!((token.calls(), withdraw.calls()), (1, 1), "{run}");
}

#[test]
fn the_request_of_a_restoration_says_no_more_than_was_asked_for() {
    for (flag, body) in [
        (None, r#"{"pre_hire_id":"7345005664477775407"}"#),
        (Some("--confirm-workforce"), r#"{"pre_hire_id":"7345005664477775407","confirm_workforce":true}"#),
    ] {
        let server = MockServer::start();
        let (_token, _withdraw) = (grants_token(&server), answers(&server, 200, DONE));
        let restore = server.mock(|when, then| {
            when.method(Method::POST)
                .path("/open-apis/corehr/v2/pre_hires/restore_flow_instance")
                .header("authorization", format!("Bearer {TOKEN}"))
                .header("content-type", "application/json; charset=utf-8")
                .body(body);
            then.status(200).header("x-tt-logid", "LOG").body(DONE);
        });
        let context = TestContext::new().row(SOMEBODY, "a").server(server.base_url());
        context.run().assert_exit(0);
        let context = flag.into_iter().fold(context, TestContext::switch);
        let run = context.restore();
        run.assert_exit(0);
        assert_eq!(restore.calls(), 1, "{run}");
        assert_eq!(run.only_row().words(&["status", "http_status", "log_id"]), "restored 200 LOG");
    }
}

#[test]
fn a_restoration_that_the_reply_denies_has_a_word_of_its_own() {
    let server = MockServer::start();
    let (_token, _withdraw) = (grants_token(&server), answers(&server, 200, DONE));
    let context = TestContext::new().row(SOMEBODY, "a").server(server.base_url()).switch("--no-read-back");
    context.run().assert_exit(0);
    for (said, words) in [
        ("false", "refused not_restored was not restored"),
        ("null", "unknown bad_reply whether it was restored"),
    ] {
        let mut restore = server.mock(|when, then| {
            when.path("/open-apis/corehr/v2/pre_hires/restore_flow_instance");
            then.status(200).body(format!(r#"{{"code":0,"msg":"success","data":{{"success":{said}}}}}"#));
        });
        let run = context.restore();
        let row = run.assert_exit(1).only_row();
        let (status_and_code, message) = words.split_at(words.match_indices(' ').nth(1).unwrap().0);
        assert_eq!(row.words(&["status", "error_code"]), status_and_code, "{run}");
        assert!(row["error_message"].ends_with(message.trim()), "{run}");
        restore.delete();
        std::fs::remove_file(context.input_path().with_extension("restored.csv")).unwrap();
        std::fs::remove_file(context.input_path().with_extension("restored.csv.journal")).unwrap();
    }
}

#[test]
fn one_token_serves_all_rows() {
    let server = MockServer::start();
    let (token, withdraw) = (grants_token(&server), answers(&server, 200, DONE));
    let run = TestContext::new().rows(60).server(server.base_url()).flag("--format", "json").run();
    run.assert_exit(0);
    assert_eq!((token.calls(), withdraw.calls()), (1, 60), "{run}");
    assert_eq!(run.json()["calls"]["token"], 1, "{run}");
}

#[test]
fn an_app_that_is_refused_on_http_200_is_exit_3_and_no_row_is_sent() {
    let server = MockServer::start();
    let token = server.mock(|when, then| {
        when.path(TOKEN_PATH);
        then.status(200)
            .header("x-tt-logid", "LOG-1")
            .json_body(json!({"code": 10003, "msg": "invalid param"}));
    });
    let withdraw = answers(&server, 200, DONE);
    let run = TestContext::new().rows(2).server(server.base_url()).run();
    run.assert_exit(3).assert_column("status", ["not_attempted"; 2]).assert_column("attempts", ["0"; 2]);
    assert_said!(run, @r"
    exit code: 3
    ----- stdout
      not_attempted      2
      rows               2 (0 successes)
      calls              0 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    stopped early: the API issued no token: check app id and secret (and tenant)
      said    10003 invalid param
      log id  LOG-1
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --yes --base-url http://127.0.0.1:[PORT]
    ");
    assert_eq!((token.calls(), withdraw.calls()), (1, 0), "{run}");
}

#[test]
fn a_wrong_secret_is_exit_3() {
    let context = TestContext::new().row(SOMEBODY, "a").env("FEISHU_APP_ID", "cli_wrong_secret");
    assert_said!(context.run().assert_exit(3), @r"
    exit code: 3
    ----- stdout
      not_attempted      1
      rows               1 (0 successes)
      calls              0 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    stopped early: the API issued no token: check app id and secret (and tenant)
      said    10014 app secret invalid
      log id  [LOG ID]
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --yes --base-url http://127.0.0.1:[PORT]
    ");
    assert_eq!(context.withdraw_calls(), 0);
}

#[test]
fn a_redirect_is_not_followed() {
    let server = MockServer::start();
    let _token = grants_token(&server);
    let redirect = server.mock(|when, then| {
        when.path(WITHDRAW_PATH);
        then.status(307).header("location", "/elsewhere");
    });
    let elsewhere = server.mock(|when, then| {
        when.path("/elsewhere");
        then.status(200).body(DONE);
    });
    let run = TestContext::new().rows(2).server(server.base_url()).run();
    run.assert_exit(3).assert_column("error_code", ["http_307", ""]);
    assert_eq!((redirect.calls(), elsewhere.calls()), (1, 0), "{run}");
}

#[test]
fn a_body_of_exactly_one_mebibyte_is_read_and_a_longer_one_is_not() {
    let outcome = |bytes: usize| {
        let server = MockServer::start();
        let _token = grants_token(&server);
        let (head, tail) = (r#"{"code":0,"data":{"success":true},"msg":""#, r#""}"#);
        let body = format!("{head}{}{tail}", "a".repeat(bytes - head.len() - tail.len()));
        let _withdraw = answers(&server, 200, body);
        let context =
            TestContext::new().row(SOMEBODY, "a").server(server.base_url()).flag("--max-attempts", 1);
        context.run().only_row().words(&["status", "error_code"])
    };
    assert_eq!(outcome(1024 * 1024), "withdrawn -");
    assert_eq!(outcome(1024 * 1024 + 1), "unknown bad_reply");
}

/// Nothing that a run leaves behind holds this.
fn nowhere(run: &Run, secret: &str) {
    for text in [&run.stdout, &run.stderr, &run.results_text()] {
        assert!(!text.contains(secret), "a secret came out{run}");
    }
}

#[test]
fn a_server_that_echoes_the_secrets_does_not_bring_them_out() {
    let server = MockServer::start();
    let _token = grants_token(&server);
    let echo = format!("you sent Bearer {TOKEN} with {APP_SECRET}");
    let body = json!({"code": 1161001, "msg": echo, "error": {"log_id": echo, "troubleshooter": echo}});
    let _withdraw = server.mock(|when, then| {
        when.path(WITHDRAW_PATH);
        then.status(400).header("x-tt-logid", &echo).json_body(body);
    });
    let context = TestContext::new().rows(2).server(server.base_url());
    for context in [
        context.switch("--verbose"),
        TestContext::new().rows(1).server(server.base_url()).flag("--format", "json").flag("--stop-after", 1),
    ] {
        let run = context.run();
        nowhere(&run, TOKEN);
        nowhere(&run, APP_SECRET);
        assert!(run.results()[0]["error_message"].contains("Bearer ***"), "{run}");
    }

    let server = MockServer::start();
    let _token = server.mock(|when, then| {
        when.path(TOKEN_PATH);
        then.status(400).json_body(json!({"code": 10014, "msg": format!("wrong secret {APP_SECRET}")}));
    });
    let context = TestContext::new().rows(1).server(server.base_url());
    let run = context.run();
    assert_said!(run.assert_exit(3), @r"
    exit code: 3
    ----- stdout
      not_attempted      1
      rows               1 (0 successes)
      calls              0 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    stopped early: the API issued no token: check app id and secret (and tenant)
      said    10014 wrong secret ***
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --yes --base-url http://127.0.0.1:[PORT]
    ");
    nowhere(&run, APP_SECRET);
}

#[test]
fn a_given_token_is_used_as_it_is_and_no_other_is_fetched() {
    let server = MockServer::start();
    let (token, withdraw) = (grants_token(&server), answers(&server, 200, DONE));
    let context = TestContext::new()
        .rows(3)
        .server(server.base_url())
        .env("FEISHU_TENANT_ACCESS_TOKEN", TOKEN)
        .without_env("FEISHU_APP_ID")
        .without_env("FEISHU_APP_SECRET");
    context.run().assert_exit(0);
    assert_eq!((token.calls(), withdraw.calls()), (0, 3));
}

#[test]
fn a_given_token_that_is_stale_ends_the_run() {
    let server = MockServer::start();
    let token = grants_token(&server);
    let withdraw =
        answers(&server, 400, r#"{"code":99991663,"msg":"Invalid access token for authorization."}"#);
    let context =
        TestContext::new().rows(2).server(server.base_url()).env("FEISHU_TENANT_ACCESS_TOKEN", TOKEN);
    let run = context.run();
    assert_said!(run.assert_exit(3).assert_column("status", ["not_attempted"; 2]), @r"
    exit code: 3
    ----- stdout
      not_attempted      2
      rows               2 (0 successes)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    error codes
      99991663           1
    What to do is in the advice column of the results.

    stopped early: the API rejected the token, and it can't be renewed
      said    99991663 Invalid access token for authorization.
      log id  LOG
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --yes --base-url http://127.0.0.1:[PORT]
    ");
    assert_eq!((token.calls(), withdraw.calls()), (0, 1), "{run}");
    nowhere(&run, TOKEN);
}

#[test]
fn the_secret_may_stand_in_a_file_with_a_line_end() {
    let server = MockServer::start();
    let (token, _withdraw) = (grants_token(&server), answers(&server, 200, DONE));
    let context = TestContext::new().rows(1).server(server.base_url()).without_env("FEISHU_APP_SECRET");
    fs::write(context.path("secret"), format!("{APP_SECRET}\r\n")).unwrap();
    let secret = context.path("secret");
    let context = context.env("FEISHU_APP_SECRET_FILE", secret);
    context.run().assert_exit(0);
    assert_eq!(token.calls(), 1);
    fs::remove_file(context.path("secret")).unwrap();
    fs::remove_file(context.results_path()).unwrap();
    assert_said!(context.run().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: can't read [DIR]/secret (FEISHU_APP_SECRET_FILE): No such file or directory (os error 2)
    ");
}

#[test]
fn a_port_that_nobody_listens_on_is_exit_3_and_nothing_was_sent() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let context = TestContext::new().rows(2).server(format!("http://{closed}")).flag("--max-attempts", 2);
    let run = context.run();
    run.assert_exit(3).assert_column("status", ["not_attempted"; 2]).assert_column("success", ["false"; 2]);
    // With a token at hand the first row itself meets the closed port.
    let context = TestContext::new()
        .rows(2)
        .server(format!("http://{closed}"))
        .flag("--max-attempts", 2)
        .env("FEISHU_TENANT_ACCESS_TOKEN", TOKEN);
    let run = context.run();
    run.assert_exit(3)
        .assert_column("status", ["exhausted", "not_attempted"])
        .assert_column("error_code", ["connect_failed", ""])
        .assert_column("attempts", ["2", "0"])
        .assert_column("http_status", ["", ""]);
}

#[test]
fn a_proxy_is_never_asked_for_loopback() {
    let context = TestContext::new()
        .rows(1)
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("http_proxy", "http://127.0.0.1:9")
        .env("ALL_PROXY", "http://127.0.0.1:9");
    context.run().assert_exit(0);
}
