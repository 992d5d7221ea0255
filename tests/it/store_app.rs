//! Store apps as a user runs them: tickets, tokens of a tenant, and that none of their secrets comes out.

use std::fs;
use std::thread;
use std::time::Duration;

use httpmock::prelude::*;
use httpmock::{Method, Mock};
use prehire_simulator::Api;
use serde_json::json;

use crate::context::{APP_ID, APP_SECRET, SOMEBODY, TestContext};
use crate::run::Run;
use crate::watch::until;

const TICKET: &str = "g10ab3c4dQWERTYUIOPASDFGHJKLZXCVBNM";
const OLD_TICKET: &str = "g10000000OLDOLDOLDOLDOLDOLDOLDOLD";
const APP_TOKEN: &str = "a-6U1SbDiM6XIH2DcTCPyeub";
const TOKEN: &str = "t-caecc734c2e3328a62489fe0648c4b98";
const TENANT: &str = "2ed263bf32cf1651";

const APP_TOKEN_PATH: &str = "/open-apis/auth/v3/app_access_token";
const TENANT_TOKEN_PATH: &str = "/open-apis/auth/v3/tenant_access_token";
const RESEND_PATH: &str = "/open-apis/auth/v3/app_ticket/resend";
const WITHDRAW_PATH: &str = "/open-apis/corehr/v2/pre_hires/withdraw_onboarding";

/// The endpoints of a store app, each with the request of the documents and no other.
struct Platform<'a> {
    app_token: Mock<'a>,
    refused_ticket: Mock<'a>,
    tenant_token: Mock<'a>,
    resend: Mock<'a>,
    withdraw: Mock<'a>,
}

impl<'a> Platform<'a> {
    fn on(server: &'a MockServer) -> Platform<'a> {
        let post = |path: &'static str, body: serde_json::Value, status: u16, reply: serde_json::Value| {
            server.mock(|when, then| {
                when.method(Method::POST)
                    .path(path)
                    .header("content-type", "application/json; charset=utf-8")
                    .json_body(body);
                then.status(status).header("x-tt-logid", "LOG-1").json_body(reply);
            })
        };
        let app = |ticket| json!({"app_id": APP_ID, "app_secret": APP_SECRET, "app_ticket": ticket});
        let echo = format!("you sent {APP_SECRET} {OLD_TICKET}");
        let withdraw = server.mock(|when, then| {
            when.method(Method::POST)
                .path(WITHDRAW_PATH)
                .header("authorization", format!("Bearer {TOKEN}"))
                .json_body_includes(json!({"pre_hire_id": SOMEBODY}).to_string());
            then.status(200).json_body(json!({"code": 0, "msg": "success", "data": {"success": true}}));
        });
        let granted = |name: &str, token: &str| {
            let mut reply = json!({"code": 0, "msg": "ok", "expire": 7140});
            reply[name] = token.into();
            reply
        };
        let refused = json!({"code": 10012, "msg": echo, "error": {"log_id": echo}});
        Platform {
            app_token: post(APP_TOKEN_PATH, app(TICKET), 200, granted("app_access_token", APP_TOKEN)),
            refused_ticket: post(APP_TOKEN_PATH, app(OLD_TICKET), 400, refused),
            tenant_token: post(
                TENANT_TOKEN_PATH,
                json!({"app_access_token": APP_TOKEN, "tenant_key": TENANT}),
                200,
                granted("tenant_access_token", TOKEN),
            ),
            resend: post(
                RESEND_PATH,
                json!({"app_id": APP_ID, "app_secret": APP_SECRET}),
                200,
                json!({"code": 0, "msg": "success"}),
            ),
            withdraw,
        }
    }

    /// Calls for an app token, refused ones, for a tenant's token, for a ticket, for a withdrawal.
    fn calls(&self) -> [usize; 5] {
        [&self.app_token, &self.refused_ticket, &self.tenant_token, &self.resend, &self.withdraw]
            .map(Mock::calls)
    }
}

fn context(server: &MockServer) -> TestContext {
    TestContext::new().row(SOMEBODY, "a").server(server.base_url()).env("FEISHU_TENANT_KEY", TENANT)
}

fn with_file(server: &MockServer, ticket: &str) -> TestContext {
    let context = context(server);
    fs::write(context.path("ticket"), format!("{ticket}\n")).unwrap();
    let path = context.path("ticket");
    context.env("FEISHU_APP_TICKET_FILE", path)
}

/// Nothing that a run printed or left behind holds one of its secrets.
fn assert_no_secret(context: &TestContext, run: &Run) {
    let mut texts = vec![run.stdout.clone(), run.stderr.clone()];
    for name in ["leavers.results.csv", "leavers.results.csv.journal"] {
        texts.extend(fs::read_to_string(context.path(name)));
    }
    for secret in [APP_SECRET, TICKET, OLD_TICKET, APP_TOKEN, TOKEN] {
        assert!(texts.iter().all(|text| !text.contains(secret)), "{secret} came out{run}");
    }
}

#[test]
fn a_ticket_gives_an_app_token_and_that_a_token_of_the_tenant() {
    let server = MockServer::start();
    let platform = Platform::on(&server);
    for context in [with_file(&server, TICKET), context(&server).env("FEISHU_APP_TICKET", TICKET)] {
        let run = context.flag("--format", "json").run();
        run.assert_exit(0).assert_column("status", ["withdrawn"]);
        assert_eq!(run.json()["calls"]["token"], 2, "{run}");
    }
    assert_eq!(platform.calls(), [2, 0, 2, 0, 2]);
}

#[test]
fn a_refused_ticket_is_asked_for_once_and_its_file_read_until_it_changes() {
    let server = MockServer::start();
    let platform = Platform::on(&server);
    let context = with_file(&server, OLD_TICKET).switch("--verbose");
    let run = thread::scope(|scope| {
        // The event receiver: it gets a new ticket when one is asked for.
        let path = context.path("ticket");
        let (resend, fresh) = (&platform.resend, context.path("fresh"));
        scope.spawn(move || {
            until("a new ticket is asked for", || resend.calls() > 0);
            fs::write(&fresh, TICKET).unwrap();
            fs::rename(fresh, path).unwrap();
        });
        context.run()
    });
    run.assert_exit(0).assert_column("status", ["withdrawn"]);
    assert_said!(run, @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    warning: anybody can read or change the secret in [DIR]/ticket: chmod 600 it
    fetching a token
    fetching a token
    the app ticket was rejected; a new one was requested, which goes to the event receiver
    fetching a token
    fetching a token
    ");
    assert_eq!(platform.calls(), [1, 1, 1, 1, 1], "{run}");
    assert_no_secret(&context, &run);
}

#[test]
fn a_given_ticket_that_is_refused_ends_the_run_and_the_story_says_what_to_do() {
    let server = MockServer::start();
    let platform = Platform::on(&server);
    let context = context(&server).env("FEISHU_APP_TICKET", OLD_TICKET);
    let run = context.run();
    run.assert_exit(3).assert_column("status", ["not_attempted"]).assert_column("attempts", ["0"]);
    assert_said!(run, @r"
    exit code: 3
    ----- stdout
      not_attempted      1
      rows               1 (0 successes)
      calls              0 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    stopped early: the app ticket was rejected, and a fixed one can't be renewed
      ticket  a new one was requested: set FEISHU_APP_TICKET to it
      said    10012 you sent *** ***
      log id  LOG-1
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --yes --base-url http://127.0.0.1:[PORT]
    ----- stderr
    the app ticket was rejected; a new one was requested, which goes to the event receiver
    ");
    assert_eq!(platform.calls(), [0, 1, 0, 1, 0], "{run}");
    assert_no_secret(&context, &run);
}

#[test]
fn a_tenant_that_has_not_installed_the_app_ends_the_run() {
    let server = MockServer::start();
    let platform = Platform::on(&server);
    let refused = server.mock(|when, then| {
        when.path(TENANT_TOKEN_PATH).json_body(json!({"app_access_token": APP_TOKEN, "tenant_key": "other"}));
        then.status(400).json_body(json!({"code": 20009, "msg": format!("not installed {APP_TOKEN}")}));
    });
    let context = with_file(&server, TICKET).env("FEISHU_TENANT_KEY", "other");
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
      said    20009 not installed ***
    to continue, run the same command again:
      prehire withdraw [DIR]/leavers.csv --burst 10000 --rate 100000/1s --read-back-delay 10ms --retry-base 1ms --retry-cap 5ms --yes --base-url http://127.0.0.1:[PORT]
    ----- stderr
    warning: anybody can read or change the secret in [DIR]/ticket: chmod 600 it
    ");
    assert_eq!((refused.calls(), platform.withdraw.calls()), (1, 0), "{run}");
    assert_no_secret(&context, &run);
}

#[test]
fn a_server_that_echoes_ticket_and_tokens_does_not_bring_them_out() {
    let server = MockServer::start();
    let _platform = Platform::on(&server);
    let echo = format!("you are {APP_SECRET} {TICKET} {APP_TOKEN} {TOKEN}");
    let _refusal = server.mock(|when, then| {
        when.path(WITHDRAW_PATH)
            .json_body_includes(json!({"pre_hire_id": "7345005664477775999"}).to_string());
        let error = json!({"log_id": echo, "helps": [{"url": format!("https://open.feishu.cn/?{echo}")}]});
        then.status(400)
            .header("x-tt-logid", &echo)
            .json_body(json!({"code": 1161001, "msg": echo, "error": error}));
    });
    let context = with_file(&server, TICKET).row("7345005664477775999", "b").switch("--verbose");
    let run = context.run();
    run.assert_exit(1).assert_column("error_message", ["", "you are *** *** *** ***"]);
    assert_no_secret(&context, &run);
}

#[test]
fn journal_and_allowance_belong_to_the_tenant() {
    let server = MockServer::start();
    let _platform = Platform::on(&server);
    let context = with_file(&server, TICKET);
    context.run().assert_exit(0);
    let allowances = || fs::read_dir(context.path("state/prehire/allowance")).unwrap().count();
    assert_eq!(allowances(), 1);
    let journal = fs::read_to_string(context.path("leavers.results.csv.journal")).unwrap();
    assert!(journal.contains(&format!(r#""tenant":"{TENANT}""#)), "{journal}");

    let other = server.mock(|when, then| {
        when.path(TENANT_TOKEN_PATH).json_body(json!({"app_access_token": APP_TOKEN, "tenant_key": "other"}));
        then.status(200).json_body(json!({"code": 0, "tenant_access_token": TOKEN, "expire": 7140}));
    });
    let mut command = context.withdraw_command();
    command.env("FEISHU_TENANT_KEY", "other");
    let run = context.finish(command);
    assert_said!(run.assert_exit(2), @r"
    exit code: 2
    ----- stderr
    warning: anybody can read or change the secret in [DIR]/ticket: chmod 600 it
    error: [DIR]/leavers.results.csv.journal belongs to another job: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT], tenant 2ed263bf32cf1651; this run is: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT], tenant other
    hint: choose another results file with -o FILE, or set the journal aside with --restart
    ");
    assert_eq!(other.calls(), 0);
    let mut command = context.withdraw_command();
    command.env("FEISHU_TENANT_KEY", "other").args(["-o", "second.csv"]);
    context.finish(command).assert_exit(0);
    assert_eq!((other.calls(), allowances()), (1, 2));
}

#[test]
fn half_a_store_app_is_named() {
    let server = MockServer::start();
    let context = || with_file(&server, TICKET);
    assert_said!(context().without_env("FEISHU_TENANT_KEY").run().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: there is an app ticket, which only store apps have, but no tenant key
    hint: set FEISHU_TENANT_KEY, or put tenant_key in the profile
    ");
    let missing = context();
    fs::remove_file(missing.path("ticket")).unwrap();
    assert_said!(missing.run().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: can't read [DIR]/ticket (FEISHU_APP_TICKET_FILE): No such file or directory (os error 2)
    ");
    // The simulated API knows custom apps.
    let custom = TestContext::new().row(SOMEBODY, "a").env("FEISHU_TENANT_KEY", TENANT);
    assert_said!(custom.run().assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    warning: there is a tenant key but no app ticket: cli_a1b2c3d4e5f6 is treated as a custom app
    ");
}

#[test]
fn a_profile_holds_a_store_app_and_config_show_hides_its_ticket() {
    let server = MockServer::start();
    let platform = Platform::on(&server);
    let context = TestContext::new()
        .row(SOMEBODY, "a")
        .without_env("FEISHU_APP_ID")
        .without_env("FEISHU_APP_SECRET")
        .flag("--config", "prehire.toml");
    fs::write(context.path("ticket"), TICKET).unwrap();
    fs::write(context.path("secret"), APP_SECRET).unwrap();
    let text = format!(
        "[profile.default]\napp_id = '{APP_ID}'\napp_secret_file = 'secret'\napp_ticket_file = 'ticket'\n\
         tenant_key = '{TENANT}'\nbase_url = '{}'\n",
        server.base_url()
    );
    fs::write(context.path("prehire.toml"), text).unwrap();
    let context = context.server(server.base_url());
    let run = context.run();
    run.assert_exit(0).assert_column("status", ["withdrawn"]);
    assert_eq!(platform.calls(), [1, 0, 1, 0, 1], "{run}");
    let shown = context.finish(context.program(["config", "show", "--config", "prehire.toml"]));
    assert_said!(shown.assert_exit(0), @r"
    exit code: 0
    ----- stdout
    config file        prehire.toml
    profile            default
    state directory    [DIR]/state/prehire

    app_id             cli_a1b2c3d4e5f6            (profile default)
    app_secret         *** in secret               (profile default)
    app_ticket         *** in ticket               (profile default)
    tenant_key         2ed263bf32cf1651            (profile default)
    base_url           http://127.0.0.1:[PORT]      (profile default)
    rate               99/60s                      (default)
    burst              10                          (default)
    workers            16                          (default)
    timeout            30s                         (default)
    max_attempts       5                           (default)
    retry_base         1s                          (default)
    retry_cap          60s                         (default)
    read_back_delay    3s                          (default)
    stop_after         20                          (default)
    max_rows           none                        (default)
    deadline           none                        (default)
    wait_lock          0s                          (default)
    lang               none                        (default)

    warning: anybody can read or change the secret in secret: chmod 600 it

    warning: anybody can read or change the secret in ticket: chmod 600 it
    ");
    assert_no_secret(&context, &shown);
}

/// A store app of the simulated API, which keeps the ticket's file as an event receiver would.
fn simulated(rows: u64) -> TestContext {
    let context = TestContext::new().rows(rows).env("FEISHU_TENANT_KEY", TENANT);
    let file = context.path("ticket");
    let context = context.env("FEISHU_APP_TICKET_FILE", file.clone());
    context.simulator(|settings| settings.app_ticket_file = Some(file))
}

fn token_calls(context: &TestContext) -> [usize; 4] {
    let record = context.record();
    [Api::TenantAccessToken, Api::AppAccessToken, Api::StoreTenantAccessToken, Api::AppTicketResend]
        .map(|api| record.calls_to(api).count())
}

#[test]
fn a_stale_ticket_is_replaced_through_the_simulated_api() {
    let context = simulated(3).simulator(|settings| {
        settings.stale_ticket = true;
        settings.resend_delay = Duration::from_millis(300);
    });
    let run = context.run();
    run.assert_exit(0).assert_column("status", ["withdrawn"; 3]);
    assert_said!(run, @r"
    exit code: 0
    ----- stdout
      withdrawn          3
      rows               3 (3 successes)
      calls              3 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    the app ticket was rejected; a new one was requested, which goes to the event receiver
    ");
    assert_eq!(token_calls(&context), [0, 2, 1, 1], "{run}");
    assert!(
        context.run().assert_exit(0).stdout.contains("calls              0 in"),
        "settled for this tenant"
    );
}

#[test]
fn a_token_that_dies_early_is_replaced_by_the_app_token_that_is_kept() {
    let context = simulated(2).row("9931000000000000001", "its first call makes the token stale");
    context.run().assert_exit(0).assert_column("status", ["withdrawn"; 3]);
    assert_eq!(token_calls(&context), [0, 1, 2, 0]);
}

#[test]
fn what_was_withdrawn_for_a_tenant_is_restored_for_that_tenant_alone() {
    let context = simulated(2);
    context.run().assert_exit(0);
    let mut command = context.restore_command();
    command.env("FEISHU_TENANT_KEY", "other");
    assert_said!(context.restored(command.spawn().unwrap()).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.results.csv.journal belongs to another job: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT], tenant 2ed263bf32cf1651; expected: withdraw of app cli_a1b2c3d4e5f6 at 127.0.0.1:[PORT], tenant other
    hint: give the withdrawal journal with --source-journal FILE
    ");
    context.restore().assert_exit(0).assert_column("status", ["restored"; 2]);
}
