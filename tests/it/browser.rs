//! The page of `prehire report` in a real browser: it opens, its figures are there, and it asks nobody for anything.

use std::fs;
use std::io::{ErrorKind, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::context::TestContext;
use crate::report::{HOSTILE, page, refused, report};
use crate::run::{bounded, say};

/// The browser: the one that is named, which must be there, or the usual one, if it is.
fn browser() -> Option<String> {
    let named = std::env::var("PREHIRE_CHROMIUM").ok();
    let found = named.or_else(|| {
        let version =
            Command::new("chromium").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        version.is_ok_and(|status| status.success()).then(|| "chromium".to_owned())
    });
    if found.is_none() {
        say("browser: skipped, for there is no chromium; PREHIRE_CHROMIUM can name one");
    }
    found
}

/// Opens a page, and prints its document once its scripts have run.
fn open(browser: &str, page: &Path, fragment: &str) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    let child = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args([
            "--disable-dev-shm-usage",
            "--enable-logging=stderr",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--virtual-time-budget=2000", "--dump-dom"])
        .arg(format!("file://{}{fragment}", page.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{browser}: {error}"));
    let Output { status, stdout, stderr } = bounded(child);
    let said = String::from_utf8_lossy(&stderr).into_owned();
    assert!(status.success(), "{status}: {said}");
    (String::from_utf8(stdout).unwrap(), said)
}

/// A place on this machine that counts who calls.
struct Tripwire {
    address: String,
    calls: Arc<AtomicUsize>,
}

impl Tripwire {
    fn set() -> Tripwire {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        // It ends with the tests.
        thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                if let Err(error) = stream.and_then(|mut stream| stream.read(&mut [0; 64])) {
                    assert_ne!(error.kind(), ErrorKind::InvalidInput);
                }
            }
        });
        Tripwire { address, calls }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[test]
fn the_page_opens_and_its_figures_and_filter_are_there() {
    let Some(browser) = browser() else { return };
    let context = TestContext::new().rows(5).row("9922000000000000001", "a").row("7.3E+18", "b");
    context.run().assert_exit(1);
    report(&context, &[]).assert_exit(0);
    let path = context.path("leavers.results.html");
    let (document, said) = open(&browser, &path, "");
    for part in
        ["<b>7</b> rows", "<b>5</b> successes", "<b>2</b> need attention", "<path class=\"calls\" d=\"M"]
    {
        assert!(document.contains(part), "{part} is not in the document");
    }
    // The script has run: the policy lets it.
    assert!(document.contains("<form id=\"filter\">"), "{document}");
    assert!(document.contains("<option value=\"invalid\">invalid</option>"), "{document}");
    assert!(!document.contains("<tr hidden"), "no row is hidden");
    assert!(!said.contains("Content Security Policy") && !said.contains("CONSOLE"), "{said}");

    let (document, _) = open(&browser, &path, "#1161129");
    assert_eq!(document.matches("<tr hidden").count(), 1, "the other row is filtered away");
    assert!(document.contains("→ 1</output>"), "{document}");
    let (document, _) = open(&browser, &path, "#no%20such%20word");
    assert_eq!(document.matches("<tr hidden").count(), 2);
    assert!(document.contains("<p id=\"filter-none\">"), "{document}");
}

#[test]
fn nothing_on_the_page_is_asked_for_whatever_the_cells_hold() {
    let Some(browser) = browser() else { return };
    let tripwire = Tripwire::set();
    let context = TestContext::new();
    let there = format!("http://{}", tripwire.address);
    let baits = [
        format!("<img src=\"{there}/image\">"),
        format!("<script src=\"{there}/script\"></script>"),
        format!("<script>new Image().src=\"{there}/run\"</script>"),
        format!("<link rel=\"stylesheet\" href=\"{there}/style\">"),
        format!("</style><style>body {{ background: url({there}/background) }}"),
        format!("<meta http-equiv=\"refresh\" content=\"0;url={there}/away\">"),
    ];
    // A page that is not ours, made of the same: the wire is taut.
    let control = context.path("control.html");
    fs::write(&control, format!("<!DOCTYPE html><title>x</title>{}", baits.concat())).unwrap();
    open(&browser, &control, "");
    let before = tripwire.calls();
    assert!(before > 0, "nobody has called from the careless page");

    let names = baits.iter().map(String::as_str).chain(HOSTILE);
    fs::write(context.results_path(), refused(names)).unwrap();
    report(&context, &[]).assert_exit(0);
    let (document, said) = open(&browser, &context.path("leavers.results.html"), "");
    assert_eq!(tripwire.calls(), before, "somebody was called{said}");
    assert!(document.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{document}");
    assert!(!said.contains("Content Security Policy"), "the policy had nothing to do: {said}");
    assert_eq!(document.matches("<img").count(), 0);
    assert!(page(&context, "leavers.results.html").contains(&tripwire.address), "the baits were laid");
}
