//! `--notify-webhook-file`: a custom bot is told how a run ended, and nothing about anybody.

use std::fs::{self, Permissions};
use std::io::{BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Child;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::bot::{ADDRESS, Answer, Bot, SECRET};
use crate::context::{APP_ID, APP_SECRET, SOMEBODY, TestContext};
use crate::watch::{line_of, until};

const REASON: &str = "候选人放弃入职";
const NAME: &str = "张伟";
/// Answered 2 s late.
const SLOW: &str = "9911190000000000001";
/// Refused in words that a server may use.
const REFUSED: &str = "9901011610970000001";

/// Nobody but the operator's own files may say any of this.
const PRIVATE: [&str; 8] = [SOMEBODY, REFUSED, "7345", REASON, NAME, APP_SECRET, SECRET, ADDRESS];

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

fn named_rows() -> TestContext {
    TestContext::new().input(format!(
        "pre_hire_id,name,withdraw_reason\n{SOMEBODY},{NAME},{REASON}\n{REFUSED},{NAME},{REASON}\nx,{NAME},{REASON}\n"
    ))
}

#[test]
fn a_run_is_told_in_counts_paths_and_the_name_of_the_machine() {
    let bot = Bot::new();
    let context = bot.with(named_rows());
    let run = context.run();
    run.assert_exit(1);
    assert_eq!(run.stderr, "", "{run}");
    let card = bot.only_card();
    assert_eq!(card.title(), "prehire withdraw: finished; some rows did not succeed");
    assert_eq!(card.value("exit code"), "1, finished; some rows did not succeed");
    assert_eq!(card.value("rows"), "3 (1 success): withdrawn 1, refused 1, invalid 1");
    assert_eq!(card.value("calls"), "attempts 2, look-ups 0, token requests 1");
    assert_eq!(card.value("waits"), "0 throttled replies, 0 ms held back");
    assert_eq!(card.value("results"), context.results_path().display().to_string());
    assert_eq!(card.value("journal"), context.journal_path().display().to_string());
    assert_eq!(card.value("machine"), rustix::system::uname().nodename().to_str().unwrap());
    let host = context.api().base_url().trim_start_matches("http://").to_owned();
    assert_eq!(card.value("app"), format!("{APP_ID}, {host}"));
    assert!(card.find("duration").is_some() && card.find("cause").is_none());
    card.assert_silent_about(&PRIVATE).assert_silent_about(&["permission", "pre_hire_id", "withdraw_reason"]);
}

#[test]
fn a_restoration_is_told_too() {
    let bot = Bot::new();
    let context = named_rows().row(SOMEBODY, "again");
    context.run().assert_exit(1);
    bot.with(context).flag("--only", "withdrawn").restore().assert_exit(0);
    let card = bot.only_card();
    assert_eq!(card.title(), "prehire restore: every row succeeded");
    assert_eq!(card.value("rows"), "1 (1 success): restored 1");
    card.assert_silent_about(&PRIVATE);
}

#[test]
fn a_path_is_no_markdown() {
    let bot = Bot::new();
    let name = "*a* <at id=all>x [b](c) :OK:.csv";
    bot.with(TestContext::new().row(SOMEBODY, "a").flag("--output", name)).run().assert_exit(0);
    let card = bot.only_card();
    assert!(card.value("results").ends_with(name), "{}", card.value("results"));
    card.assert_silent_about(&["<at", "*a*", "](c)", ":OK:"]);
}

#[test]
fn a_cell_that_an_error_quotes_is_not_told() {
    let bot = Bot::new();
    // The header is taken for a row: its cells stand in the error.
    let run = bot.with(TestContext::new().input(format!("{SOMEBODY},{NAME},{REASON}\n"))).run();
    assert_said!(run.assert_exit(2), @r#"
    exit code: 2
    ----- stderr
    error: there is no column with pre-hire ids; the columns are: "7345005664477775407", "张伟", "候选人放弃入职"
    hint: name it pre_hire_id or 待入职ID, or give its name with --id-column NAME
    "#);
    let card = bot.only_card();
    assert_eq!(card.value("exit code"), "2, not started: usage, configuration or input error");
    assert_eq!(card.value("cause"), "see the log of the run");
    assert!(card.find("results").is_some() && card.find("rows").is_none());
    card.assert_silent_about(&PRIVATE);
}

#[test]
fn it_is_told_also_where_no_setting_could_be_made() {
    let bot = Bot::new();
    let run = bot.with(named_rows()).without_env("FEISHU_APP_SECRET").run();
    assert_said!(run.assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: there is no secret for the app cli_a1b2c3d4e5f6
    hint: set FEISHU_APP_SECRET, or FEISHU_APP_SECRET_FILE to the path of a file that contains it; or put app_secret_file in a profile
    ");
    let card = bot.only_card();
    assert_eq!(card.title(), "prehire withdraw: not started: usage, configuration or input error");
    assert_eq!((card.find("rows"), card.find("app")), (None, None));
}

#[test]
fn what_the_bot_answers_changes_no_exit_code_and_is_one_warning() {
    let mut told = String::new();
    for answer in [
        Answer::Says(200, r#"{"code":19021,"msg":"sign match fail"}"#),
        Answer::Says(200, r#"{"code":9499,"msg":"Bad Request"}"#),
        Answer::Says(500, "<html>"),
        Answer::Says(302, ""),
    ] {
        let bot = Bot::answering(answer);
        let run = bot.with(TestContext::new().row(SOMEBODY, "a")).switch("--quiet").run();
        told += &run.assert_exit(0).said();
        assert_eq!(run.stderr.lines().count(), 1, "{run}");
        assert!(!run.stderr.contains(ADDRESS) && !run.stderr.contains(SECRET), "{run}");
        assert_eq!(bot.messages(), 1, "a redirect is not followed{run}");
    }
    assert_text!(told, @r"
    exit code: 0
    ----- stderr
    warning: the bot was not notified: 19021, it does not accept the signature: check the second line of the file, and the clock
    exit code: 0
    ----- stderr
    warning: the bot was not notified: 9499, it does not understand the message
    exit code: 0
    ----- stderr
    warning: the bot was not notified: HTTP 500 with an answer that no custom bot gives
    exit code: 0
    ----- stderr
    warning: the bot was not notified: HTTP 302 with an answer that no custom bot gives
    ");
}

#[test]
fn a_bot_that_is_not_there_is_a_warning_without_its_address() {
    let context = TestContext::new().row(SOMEBODY, "a").flag("--notify-webhook-file", "webhook");
    // Port 1 is nobody's; and a proxy is no way to this machine.
    fs::write(context.path("webhook"), format!("http://127.0.0.1:1/{ADDRESS}")).unwrap();
    fs::set_permissions(context.path("webhook"), Permissions::from_mode(0o640)).unwrap();
    let run = context.env("HTTP_PROXY", "http://127.0.0.1:2").run();
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    warning: the bot was not notified: no connection: Connection refused (os error 111)
    ");
    assert!(run.stderr.lines().count() == 1 && !run.stderr.contains(ADDRESS), "{run}");
}

#[test]
fn a_bot_elsewhere_is_told_through_the_proxy() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let asked = std::thread::spawn(move || {
        let (stream, _) = proxy.accept().unwrap();
        let line = line_of(&mut BufReader::new(&stream));
        (&stream).write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").unwrap();
        line
    });
    let context = TestContext::new().row(SOMEBODY, "a").flag("--notify-webhook-file", "webhook");
    fs::write(context.path("webhook"), format!("https://bot.invalid/{ADDRESS}")).unwrap();
    let run = context.env("HTTPS_PROXY", format!("http://{address}")).run();
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    warning: anybody can read or change the secret in webhook: chmod 600 it
    warning: the bot was not notified: no connection: tunnel error: unsuccessful
    ");
    assert!(!run.stderr.contains(ADDRESS), "{run}");
    assert_eq!(asked.join().unwrap(), "CONNECT bot.invalid:443 HTTP/1.1\r\n");
}

#[test]
fn a_file_without_a_webhook_is_an_error_before_anything_else() {
    let mut told = String::new();
    for text in [
        format!("ftp://127.0.0.1/{ADDRESS}\n"),
        format!("http://open.feishu.cn/{ADDRESS}\n"),
        format!("{ADDRESS}\n{SECRET}\n"),
        format!("https://u:{SECRET}@h/{ADDRESS}"),
        String::new(),
    ] {
        let context = TestContext::new().row(SOMEBODY, "a").flag("--notify-webhook-file", "webhook");
        fs::write(context.path("webhook"), text).unwrap();
        let run = context.run();
        told += &run.assert_unusable().said();
        assert!(!run.stderr.contains(ADDRESS) && !run.stderr.contains(SECRET), "{run}");
        assert_eq!(context.record().calls.len(), 0, "{run}");
    }
    assert_text!(told, @r"
    exit code: 2
    ----- stderr
    warning: anybody can read or change the secret in webhook: chmod 600 it
    error: webhook contains no webhook: its address must begin with https:// (http:// only to this machine)
    hint: put the address of the custom bot on its first line, and its secret, if any, on the second
    exit code: 2
    ----- stderr
    warning: anybody can read or change the secret in webhook: chmod 600 it
    error: webhook contains no webhook: its address must begin with https:// (http:// only to this machine)
    hint: put the address of the custom bot on its first line, and its secret, if any, on the second
    exit code: 2
    ----- stderr
    warning: anybody can read or change the secret in webhook: chmod 600 it
    error: webhook contains no webhook: its first line is not an address (relative URL without a base)
    hint: put the address of the custom bot on its first line, and its secret, if any, on the second
    exit code: 2
    ----- stderr
    warning: anybody can read or change the secret in webhook: chmod 600 it
    error: webhook contains no webhook: its address must not contain a user name or a password
    hint: put the address of the custom bot on its first line, and its secret, if any, on the second
    exit code: 2
    ----- stderr
    warning: anybody can read or change the secret in webhook: chmod 600 it
    error: webhook contains no webhook: its first line is empty
    hint: put the address of the custom bot on its first line, and its secret, if any, on the second
    ");
    let missing = TestContext::new().row(SOMEBODY, "a").flag("--notify-webhook-file", "not-there");
    assert_said!(missing.run().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: can't read the webhook in not-there: No such file or directory (os error 2)
    ");
}

#[test]
fn a_webhook_that_anybody_can_read_is_used_with_a_warning() {
    let bot = Bot::new();
    let context = bot.with(TestContext::new().row(SOMEBODY, "a"));
    fs::set_permissions(context.path("webhook"), Permissions::from_mode(0o644)).unwrap();
    assert_said!(context.run().assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    warning: anybody can read or change the secret in webhook: chmod 600 it
    ");
    bot.only_card();
}

#[test]
fn neither_journal_nor_results_hold_the_webhook() {
    let bot = Bot::new();
    let context = bot.with(TestContext::new().row(SOMEBODY, "a")).switch("--verbose");
    let run = context.run();
    for text in
        [&run.stdout, &run.stderr, &run.results_text(), &String::from_utf8(context.journal_bytes()).unwrap()]
    {
        assert!(!text.contains(ADDRESS) && !text.contains(SECRET), "{text}");
    }
}

#[test]
fn a_dry_run_tells_nobody() {
    let bot = Bot::new();
    bot.with(TestContext::new().row(SOMEBODY, "a")).switch("--dry-run").run().assert_exit(0);
    assert_eq!(bot.messages(), 0);
}

#[test]
fn a_signal_ends_the_waiting_for_a_bot_that_is_silent() {
    let bot = Bot::answering(Answer::Silence);
    let context = bot.with(TestContext::new().row(SOMEBODY, "a"));
    let run = context.start();
    until("the bot has heard of it", || bot.messages() == 1);
    run.send(Signal::SIGTERM);
    let run = context.outcome(run.into_child());
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    warning: the bot was not notified: interrupted
    ");
}

#[test]
fn a_second_signal_leaves_at_once_without_a_word_to_the_bot_but_with_metrics() {
    let bot = Bot::new();
    let slow = TestContext::new().row(SLOW, "in flight").rows(3).flag("--workers", 1);
    let context = bot.with(slow).flag("--metrics-file", "prehire.prom");
    let mut child = context.withdraw_command().spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    until("it is in flight", || context.withdraw_calls() == 1);
    send(&child, Signal::SIGINT);
    let said = line_of(&mut stderr);
    assert!(said.contains("the same signal again to quit at once"), "{said}");
    send(&child, Signal::SIGINT);
    context.outcome(child).assert_exit(130);
    assert_eq!(bot.messages(), 0);
    let metrics = crate::metrics::metrics_of(&context.path("prehire.prom"));
    assert_eq!(metrics["prehire_last_run_exit_code"], 130.0);
}

#[test]
fn a_signal_while_a_run_waits_for_another_ends_it_at_once_and_is_told() {
    let bot = Bot::new();
    let context = TestContext::new().row(SLOW, "a");
    let first = context.start_and_await_calls(1);
    let context = bot.with(context).flag("--wait-lock", "1h").flag("--metrics-file", "prehire.prom");
    // A warning about this shows that it has begun to prepare the run.
    let context = context.env("FEISHU_TENANT_KEY", "t");
    let mut second = context.withdraw_command().spawn().unwrap();
    let mut stderr = BufReader::new(second.stderr.take().unwrap());
    let said = line_of(&mut stderr);
    assert!(said.contains("tenant key"), "{said}");
    send(&second, Signal::SIGTERM);
    context.outcome(second).assert_exit(143);
    assert_eq!(line_of(&mut stderr), "error: interrupted before anything was sent\n");
    let card = bot.only_card();
    assert_eq!(card.title(), "prehire withdraw: interrupted by SIGTERM");
    assert_eq!(card.find("rows"), None);
    let metrics = crate::metrics::metrics_of(&context.path("prehire.prom"));
    assert_eq!(metrics["prehire_last_run_exit_code"], 143.0);
    context.outcome(first.into_child()).assert_exit(0);
    assert_eq!(context.withdraw_calls(), 1);
}
