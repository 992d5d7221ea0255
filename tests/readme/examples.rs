//! The examples: every one is run, in order, in one directory, and ends as it says.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use crate::checkout::tracked_files;
use crate::page::Block;
use crate::{ENGLISH, PAGES, ROOT};

const PREHIRE: &str = env!("CARGO_BIN_EXE_prehire");
const BY_CARGO: &str = "cargo run --release -- ";

/// Commands of `sh` blocks that are not run: they would build this crate again. A new one needs a reason.
const SKIPPED: [&str; 3] = ["cargo test", "cargo install --path .", "cargo bench"];
/// Commands of `text` blocks: they need an account, or a real id. A new one needs a reason.
const NOT_RUN: [&str; 2] = [
    "prehire withdraw leavers.csv",
    "prehire find --stage preboarding --onboarding-to -30d --reason \"never showed up\" -o stale.csv && prehire withdraw stale.csv --yes --max-rows 50",
];

/// One thing to run, and how it is to end.
struct Example {
    line: usize,
    script: String,
    exit: i32,
}

fn example(line: usize, text: &str) -> Example {
    let (script, exit) = match text.trim_end().rsplit_once("# exit ") {
        Some((script, exit)) => {
            (script, exit.parse().unwrap_or_else(|_| panic!("line {line}: {exit:?} is no exit code")))
        }
        None => (text, 0),
    };
    Example { line, script: script.trim_end().to_owned(), exit }
}

fn examples(block: &Block) -> Vec<Example> {
    match block.language {
        "sh" => {
            let lines = block.text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty());
            lines.map(|(index, text)| example(block.line + 1 + index, text)).collect()
        }
        "bash" => vec![example(block.line, &block.text)],
        _ => Vec::new(),
    }
}

/// An empty home: the samples, and a `prehire` on the path.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    fs::create_dir(home.path().join("bin")).expect("bin");
    symlink(PREHIRE, home.path().join("bin/prehire")).expect("prehire on the path");
    fs::create_dir(home.path().join("samples")).expect("samples");
    let samples = Path::new(ROOT).join("samples");
    for name in tracked_files(&samples) {
        fs::copy(samples.join(&name), home.path().join("samples").join(name)).expect("a copy");
    }
    home
}

fn run(example: &Example, home: &Path) -> Output {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("bash");
    let feishu = std::env::vars_os()
        .map(|(name, _)| name)
        .filter(|name| name.to_string_lossy().starts_with("FEISHU_") || name == "CREDENTIALS_DIRECTORY");
    for name in feishu {
        command.env_remove(name);
    }
    command
        .args(["-euo", "pipefail", "-c", &example.script.replace(BY_CARGO, "prehire ")])
        .current_dir(home)
        .env("PATH", format!("{}:{path}", home.join("bin").display()))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .output()
        .expect("bash")
}

#[test]
fn every_example_ends_as_it_says() {
    let home = home();
    let mut skipped = Vec::new();
    let mut count = 0;
    for example in ENGLISH.blocks().iter().flat_map(examples) {
        if example.script.starts_with("cargo ") && !example.script.starts_with(BY_CARGO) {
            skipped.push(example.script);
            continue;
        }
        let output = run(&example, home.path());
        let Output { stdout, stderr, .. } = &output;
        let (stdout, stderr) = (String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr));
        let said = format!("{} line {}: {}\n{stdout}{stderr}", ENGLISH.name, example.line, example.script);
        assert_eq!(output.status.code(), Some(example.exit), "{said}");
        count += 1;
    }
    skipped.sort_unstable();
    let mut expected = SKIPPED;
    expected.sort_unstable();
    assert_eq!(skipped, expected, "commands that are not run");
    assert!(count >= 6, "only {count} examples were found");
    assert!(home.path().join("samples/leavers.simulated.results.csv").is_file(), "as the page promises");
}

#[test]
fn no_example_hides_in_another_kind_of_block() {
    for page in PAGES {
        let mut not_run = Vec::new();
        for block in page.blocks() {
            let known = ["sh", "bash", "text", "csv"];
            let place = format!("{} line {}", page.name, block.line);
            assert!(known.contains(&block.language), "{place}: block of {:?}", block.language);
            if block.language == "text" {
                let commands = block.text.lines().filter(|line| line.starts_with("prehire "));
                not_run.extend(commands.map(str::to_owned));
            }
        }
        assert_eq!(not_run, NOT_RUN, "commands in text blocks of {}", page.name);
    }
}
