//! The simulated API in the eyes of another maker's client: the official Python SDK.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::context::TestContext;
use crate::run::{bounded, exit_code};
use crate::served::Served;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk/official_sdk.py");

/// The interpreter that has the SDK: the one that is named, which must have it, or the usual one, if it has.
fn interpreter() -> Option<String> {
    if let Ok(named) = std::env::var("PREHIRE_SDK_PYTHON") {
        return Some(named);
    }
    let mut usual = Command::new("python3");
    let status = usual.args(["-c", "import lark_oapi"]).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success()).then(|| "python3".to_owned())
}

#[test]
fn the_official_sdk_gets_along_with_the_simulated_api() {
    let Some(python) = interpreter() else {
        // Not a macro: what those print is shown for failed tests only.
        let line = "sdk: skipped, for python3 has no lark-oapi; PREHIRE_SDK_PYTHON can name one that has it";
        writeln!(std::io::stderr(), "{line}").unwrap();
        return;
    };
    let context = TestContext::new();
    let ticket = context.path("ticket");
    let flags = ["--people", "250", "--today", "2026-07-01", "--stale-ticket", "--app-ticket-file"];
    let served = Served::start(&context, &[&flags[..], &[ticket.to_str().unwrap()]].concat());
    let log = context.path("sdk.log");
    let output = File::create(&log).unwrap();
    let child = Command::new(&python)
        .arg(SCRIPT)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PREHIRE_SIMULATOR_URL", served.base_url())
        .env("PREHIRE_TICKET_FILE", &ticket)
        .stdin(Stdio::null())
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .spawn()
        .unwrap_or_else(|error| panic!("{python}: {error}"));
    let exit_code = exit_code(bounded(child).status);
    let log = read(&log);
    assert_eq!(exit_code, 0, "{log}");
    // All of them ran: unittest succeeds on none at all, too.
    let tests = std::fs::read_to_string(SCRIPT).unwrap().matches("    def test_").count();
    assert!(log.contains(&format!("Ran {tests} tests in")) && log.trim_end().ends_with("OK"), "{log}");
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}
