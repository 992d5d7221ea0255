//! Keeps README.md true: every example is run, in order, in one directory; every column, word, code and flag is named.
//!
//! The convention: in a `sh` block each line is a command; a `bash` block is one script. A comment `# exit N` at the
//! end of the line, or as the script's last line, says how it ends; without one it is 0.

mod contributing;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use clap::CommandFactory;
use prehire::cli::Cli;
use prehire::feishu::codes;
use prehire::input::RESULT_COLUMNS;
use prehire::outcome::{ErrorCode, RetryOutcome, Status};

const README: &str = include_str!("../../README.md");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PREHIRE: &str = env!("CARGO_BIN_EXE_prehire");
const BY_CARGO: &str = "cargo run --release -- ";

/// Commands of `sh` blocks that are not run: they would build this crate again. A new one needs a reason.
const SKIPPED: [&str; 3] = ["cargo test", "cargo install --path .", "cargo bench"];
/// Commands of `text` blocks: they need an account, or a real id. A new one needs a reason.
const NOT_RUN: [&str; 1] = ["prehire withdraw leavers.csv"];

/// A fenced block.
struct Block {
    language: &'static str,
    line: usize,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_inside = false;
    for (index, line) in README.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if is_inside => is_inside = false,
            Some(language) => {
                is_inside = true;
                blocks.push(Block { language, line: index + 1, text: String::new() });
            }
            None if is_inside => {
                let block = blocks.last_mut().expect("a block is open");
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {}
        }
    }
    assert!(!is_inside, "the last block is closed");
    blocks
}

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
    for sample in fs::read_dir(Path::new(ROOT).join("samples")).expect("the samples") {
        let sample = sample.expect("a sample");
        // What a rehearsal in the checkout left behind is no sample.
        if sample.path().is_file() && !sample.file_name().to_string_lossy().contains(".simulated.") {
            fs::copy(sample.path(), home.path().join("samples").join(sample.file_name())).expect("a copy");
        }
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
    for example in blocks().iter().flat_map(examples) {
        if example.script.starts_with("cargo ") && !example.script.starts_with(BY_CARGO) {
            skipped.push(example.script);
            continue;
        }
        let output = run(&example, home.path());
        let Output { stdout, stderr, .. } = &output;
        let (stdout, stderr) = (String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr));
        let said = format!("README.md line {}: {}\n{stdout}{stderr}", example.line, example.script);
        assert_eq!(output.status.code(), Some(example.exit), "{said}");
        count += 1;
    }
    skipped.sort_unstable();
    let mut expected = SKIPPED;
    expected.sort_unstable();
    assert_eq!(skipped, expected, "commands that are not run");
    assert!(count >= 6, "only {count} examples were found");
    assert!(home.path().join("samples/leavers.simulated.results.csv").is_file(), "as the README promises");
}

#[test]
fn no_example_hides_in_another_kind_of_block() {
    let mut not_run = Vec::new();
    for block in blocks() {
        let known = ["sh", "bash", "text", "csv"];
        assert!(known.contains(&block.language), "line {}: block of {:?}", block.line, block.language);
        if block.language == "text" {
            let commands = block.text.lines().filter(|line| line.starts_with("prehire "));
            not_run.extend(commands.map(str::to_owned));
        }
    }
    assert_eq!(not_run, NOT_RUN, "commands in text blocks");
}

#[track_caller]
fn assert_named(kind: &str, words: impl IntoIterator<Item = impl ToString>) {
    for word in words {
        let word = word.to_string();
        assert!(README.contains(&format!("`{word}`")), "README.md does not name the {kind} {word}");
    }
}

#[test]
fn every_column_word_and_code_is_named() {
    assert_named("column", RESULT_COLUMNS);
    assert_named("status", Status::ALL.map(Status::word));
    assert_named("code", codes::TABLE.map(|(code, _)| code));
    let retry_outcomes = [
        RetryOutcome::NotNeeded,
        RetryOutcome::Recovered,
        RetryOutcome::RefusedOnRetry,
        RetryOutcome::Exhausted,
        RetryOutcome::Interrupted,
    ];
    assert_named("retry outcome", retry_outcomes.map(RetryOutcome::word));
    let words = [
        ErrorCode::MissingId,
        ErrorCode::BadId,
        ErrorCode::DamagedId,
        ErrorCode::MissingReason,
        ErrorCode::BadReason,
        ErrorCode::ReasonTooLong,
        ErrorCode::ExtraCells,
        ErrorCode::DuplicateId,
        ErrorCode::NotWithdrawn,
        ErrorCode::NotRestored,
        ErrorCode::ConnectFailed,
        ErrorCode::TimedOut,
        ErrorCode::ConnectionLost,
        ErrorCode::BadReply,
    ];
    assert_named("error word", words);
    assert_named("error word", ["http_NNN"]);
}

/// The lines from a heading to the next one of its level.
fn section(heading: &str) -> &'static str {
    let (_, rest) = README.split_once(heading).unwrap_or_else(|| panic!("no heading {heading:?}"));
    rest.split("\n## ").next().unwrap_or_default()
}

/// The table row of a flag in its section.
fn row_of(flag: &str, section: &'static str) -> Option<&'static str> {
    let names = [format!("`--{flag}`"), format!("`--{flag} ")];
    section.lines().find(|line| {
        let first_cell = line.replace("\\|", "").split('|').nth(1).unwrap_or_default().to_owned();
        names.iter().any(|name| first_cell.contains(name.as_str()))
    })
}

/// The default that a flag's help shows, unless it is told in words.
fn default_of(argument: &clap::Arg) -> Option<String> {
    if !argument.get_action().takes_values() {
        return None;
    }
    let by_clap = argument.get_default_values().first().map(|default| default.to_string_lossy().into_owned());
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let (_, told) = help.split_once("[default: ").unwrap_or_default();
    let (told, _) = told.split_once(']').unwrap_or_default();
    by_clap.or_else(|| (!told.is_empty() && !told.contains(' ')).then(|| told.to_owned()))
}

#[test]
fn every_key_of_a_profile_is_in_its_table() {
    let profiles = section("\n## Credentials and profiles\n");
    for key in prehire::settings::profile_keys() {
        let is_first_cell =
            |line: &&str| line.split('|').nth(1).is_some_and(|cell| cell.contains(&format!("`{key}`")));
        assert!(profiles.lines().any(|line| is_first_cell(&line)), "README.md has no row for the key {key}");
    }
}

#[test]
fn every_variable_is_named() {
    assert_named("variable", prehire::settings::Variables::NAMES);
}

#[test]
fn every_flag_of_withdraw_is_in_a_table_with_its_default() {
    let mut cli = Cli::command();
    cli.build();
    let withdraw = cli.find_subcommand("withdraw").expect("the main command");
    for argument in withdraw.get_arguments() {
        let Some(flag) = argument.get_long().filter(|flag| *flag != "help") else { continue };
        let row =
            row_of(flag, section("\n## Flags\n")).or_else(|| row_of(flag, section("\n## Running again\n")));
        let row = row.unwrap_or_else(|| panic!("README.md has no row for --{flag}"));
        if let Some(default) = default_of(argument) {
            assert!(row.contains(&format!("| `{default}` |")), "--{flag} defaults to {default}: {row}");
        }
    }
}

#[test]
fn every_flag_of_simulate_is_in_the_table_for_developers() {
    let mut cli = Cli::command();
    cli.build();
    let simulate = cli.find_subcommand("simulate").expect("the simulated API");
    let flags = simulate.get_arguments().filter(|argument| !argument.is_global_set());
    let flags = flags.filter_map(clap::Arg::get_long).filter(|flag| *flag != "help");
    for flag in flags {
        assert!(
            row_of(flag, section("\n## For developers\n")).is_some(),
            "README.md has no row for --{flag}"
        );
    }
}

#[test]
fn every_flag_of_restore_that_withdraw_lacks_is_in_its_section() {
    let mut cli = Cli::command();
    cli.build();
    let flags = |name: &str| -> Vec<String> {
        let command = cli.find_subcommand(name).expect("a command");
        command.get_arguments().filter_map(clap::Arg::get_long).map(str::to_owned).collect()
    };
    let withdraw = flags("withdraw");
    let own: Vec<String> = flags("restore").into_iter().filter(|flag| !withdraw.contains(flag)).collect();
    assert_eq!(own.len(), 2, "{own:?}");
    for flag in own {
        assert!(row_of(&flag, section("\n## Undo\n")).is_some(), "README.md has no row for --{flag}");
    }
}

#[test]
fn no_flag_is_in_the_table_that_the_command_does_not_have() {
    let mut cli = Cli::command();
    cli.build();
    let withdraw = cli.find_subcommand("withdraw").expect("the main command");
    let known: Vec<&str> = withdraw.get_arguments().filter_map(clap::Arg::get_long).collect();
    let mut rows = 0;
    for row in section("\n## Flags\n").lines().filter(|line| line.starts_with("| `")) {
        let (_, rest) = row.split_once("`--").unwrap_or_else(|| panic!("a row without a flag: {row}"));
        let flag = rest.split(['`', ' ']).next().unwrap_or_default();
        assert!(known.contains(&flag), "prehire withdraw has no --{flag}");
        rows += 1;
    }
    assert!(rows > 20, "only {rows} flags were found");
}

#[test]
fn the_rust_version_is_that_of_the_manifest() {
    let version = concat!("Rust ", env!("CARGO_PKG_RUST_VERSION"), " or newer");
    assert!(README.contains(version), "README.md does not say {version:?}");
}

#[test]
fn links_within_the_page_and_the_checkout_lead_somewhere() {
    let anchors: Vec<String> = README
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|heading| heading.to_lowercase().replace(' ', "-").replace(',', ""))
        .collect();
    for link in README.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        match link.strip_prefix('#') {
            Some(anchor) => assert!(anchors.iter().any(|known| known == anchor), "no heading for #{anchor}"),
            None if link.starts_with("https://") => {}
            None => assert!(Path::new(ROOT).join(link).is_file(), "no file {link}"),
        }
    }
}
