//! The question on a terminal: a pseudo-terminal is standard input, and what is typed there decides.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use nix::pty::{OpenptyResult, openpty};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prehire_simulator::{Api, Call};

use crate::context::{SOMEBODY, TestContext};
use crate::run::Run;
use crate::watch::until;

/// Runs without `--yes` on a terminal where this is typed; the run's `stderr` is what the terminal showed.
pub fn typed(context: &TestContext, answer: &str) -> Run {
    answered(context, context.withdraw_command(), answer)
}

/// The same for any command.
pub fn answered(context: &TestContext, command: Command, answer: &str) -> Run {
    let mut terminal = Terminal::of(command);
    terminal.keyboard.write_all(answer.as_bytes()).unwrap();
    terminal.run(context)
}

/// Sends a signal when the question is there.
pub fn interrupted(context: &TestContext, command: Command, signal: Signal) -> Run {
    let terminal = Terminal::of(command);
    until("the question is there", || terminal.screen.lock().unwrap().contains("Type the number"));
    kill(Pid::from_raw(i32::try_from(terminal.child.id()).unwrap()), signal).unwrap();
    terminal.run(context)
}

/// A program on a terminal of its own.
struct Terminal {
    child: Child,
    keyboard: File,
    screen: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Terminal {
    fn of(mut command: Command) -> Terminal {
        let OpenptyResult { master, slave } = openpty(None, None).unwrap();
        command.stdin(slave.try_clone().unwrap()).stderr(slave);
        let keyboard = File::from(master);
        let mut shown = keyboard.try_clone().unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        let written = Arc::clone(&screen);
        let reader = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let mut buffer = [0; 1024];
            // The last reader of a terminal is told of its end by an error.
            while let Ok(length @ 1..) = shown.read(&mut buffer) {
                bytes.extend_from_slice(&buffer[..length]);
                *written.lock().unwrap() = String::from_utf8_lossy(&bytes).into_owned();
            }
        });
        // The command goes out of scope here, and with it the test's own copies of the terminal's other side.
        Terminal { child: command.spawn().unwrap(), keyboard, screen, reader }
    }

    fn run(self, context: &TestContext) -> Run {
        let Terminal { child, keyboard, screen, reader } = self;
        let run = context.outcome(child);
        reader.join().unwrap();
        drop(keyboard);
        Run { stderr: screen.lock().unwrap().clone(), ..run }
    }
}

fn context() -> TestContext {
    TestContext::new()
        .input("姓名,pre_hire_id,withdraw_reason\n张伟,7345005664477775401,one\nWang Fang,7345005664477775402,\"two\nlines\"\nLi,7345005664477775403,three\nLiu,7345005664477775404,four\nBad,x,five\n")
        .without("--yes")
}

#[test]
fn the_number_of_rows_is_a_yes() {
    let context = context();
    let run = typed(&context, "4\n");
    run.assert_exit(1)
        .assert_column("status", ["withdrawn", "withdrawn", "withdrawn", "withdrawn", "invalid"]);
    assert_eq!(context.withdraw_calls(), 4);
}

#[test]
fn anything_else_is_a_no_that_changes_nothing_and_creates_nothing() {
    let mut told = String::new();
    for answer in ["y\n", "\n", "5\n", "yes\n", "\u{4}"] {
        let context = context();
        let run = typed(&context, answer);
        told += &format!("{}\n", run.assert_unusable().stderr.lines().last().unwrap());
        let only_reads = |call: &Call| matches!(call.api, Api::TenantAccessToken | Api::Search);
        assert!(context.record().calls.iter().all(only_reads), "{answer:?}");
        // What is used of the allowance is kept apart, and looked into before anybody is asked.
        let made = context.files().into_iter().filter(|name| !name.starts_with("state/"));
        assert_eq!(made.collect::<Vec<_>>(), ["leavers.csv"], "only the input is there");
    }
    assert_text!(told, @r"
    Type the number of rows (4) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    Type the number of rows (4) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    Type the number of rows (4) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    Type the number of rows (4) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    Type the number of rows (4) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    ");
}

#[test]
fn the_question_shows_what_would_happen() {
    let context = context();
    let run = typed(&context, "no\n");
    assert_said!(run, @r"
    exit code: 2
    ----- stderr
    no
    row 2
      姓名: 张伟
      pre_hire_id: 7345005664477775401
      withdraw_reason: one
    row 3
      姓名: Wang Fang
      pre_hire_id: 7345005664477775402
      withdraw_reason: two lines
    row 5
      姓名: Li
      pre_hire_id: 7345005664477775403
      withdraw_reason: three
    and 1 more

    Looked up just now, every row (4):
      row  name    stage        onboarding  work email
      2    周军    preboarding  [DATE]  zhou.3905355@example.com
      3    黄静    preboarding  [DATE]  huang.3830058@example.com
      5    司徒敏  preboarding  [DATE]  situ.3577499@example.com
      6    吴勇    preboarding  [DATE]  wu.2399331@example.com
      preboarding        4

    About to withdraw 4 pre-hires, one call each.
      file      [DIR]/leavers.csv
      host      http://127.0.0.1:[PORT]
      app       cli_a1b2c3d4e5f6
      duration  less than a second at 100000/1s
      not sent  1 of 5 rows: already settled, repeated or invalid

    Type the number of rows (4) to withdraw them, or anything else to quit: error: not confirmed; nothing was sent
    ");
    assert!(!run.stderr.contains("7345005664477775404"), "three rows are enough{run}");
    assert!(!run.stderr.contains(crate::context::APP_SECRET), "{run}");
    assert_eq!(run.stdout, "", "the question is on standard error");
}

#[test]
fn nothing_to_send_is_nothing_to_ask() {
    let context = TestContext::new().row("x", "a").without("--yes");
    typed(&context, "").assert_exit(1);
    let context = TestContext::new().row(SOMEBODY, "a");
    let run = typed(&context, "");
    run.assert_exit(0);
    assert!(!run.stderr.contains("Type"), "--yes was given{run}");
}

#[test]
fn a_restoration_asks_in_its_own_words() {
    let context = TestContext::new().row(SOMEBODY, "a").row("9922000000000000001", "b");
    context.run().assert_exit(1);
    let context = context.without("--yes").switch("--confirm-workforce");
    let run = answered(&context, context.restore_command(), "no\n");
    assert_said!(run.assert_exit(2), @r"
    exit code: 2
    ----- stderr
    no
    row 2
      pre_hire_id: 7345005664477775407
      withdraw_reason: a
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

    Looked up just now, every row (1):
      row  name           stage      onboarding  work email
      2    Müller Łukasz  withdrawn  [DATE]  mueller.2920800@example.com
      withdrawn          1

    About to restore 1 pre-hire, one call each.
      file      [DIR]/leavers.results.csv
      host      http://127.0.0.1:[PORT]
      app       cli_a1b2c3d4e5f6
      duration  less than a second at 100000/1s
      headcount may be exceeded (--confirm-workforce)
      not sent  1 of 2 rows: already settled, repeated or invalid

    Type the number of rows (1) to restore them, or anything else to quit: error: not confirmed; nothing was sent
    ");
    assert_eq!(context.restore_calls(), 0);
    answered(&context, context.restore_command(), "1\n").assert_exit(1);
    assert_eq!(context.restore_calls(), 1);
}
