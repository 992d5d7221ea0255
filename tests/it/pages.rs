//! `prehire completions` and `prehire man`: what the shells and `man` themselves make of them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::context::TestContext;
use crate::run::say;

/// Runs a tool; `None` where it is not installed, which is said.
fn with_tool(tool: &str, prepare: impl FnOnce(&mut Command)) -> Option<(bool, String)> {
    let mut command = Command::new(tool);
    command.env("LC_ALL", "C.UTF-8").env("MANWIDTH", "80").stdin(Stdio::null());
    prepare(&mut command);
    match command.output() {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            say(&format!("pages: a check is skipped, for there is no {tool}"));
            None
        }
        Err(error) => panic!("{tool}: {error}"),
    }
}

fn completions(context: &TestContext, shell: &str) -> std::path::PathBuf {
    let run = context.finish(context.program(["completions", shell]));
    run.assert_exit(0);
    assert_eq!(run.stderr, "", "{run}");
    let path = context.path(shell);
    fs::write(&path, &run.stdout).unwrap();
    path
}

#[test]
fn bash_completes_commands_and_flags() {
    let context = TestContext::new();
    let script = completions(&context, "bash");
    let complete = |before: &str, word: &str| {
        let last = before.split(' ').count();
        let line = format!(
            "source {} && COMP_WORDS=({before} {word}) && COMP_CWORD={last} && _prehire prehire '{word}' x; \
             echo \"${{COMPREPLY[@]}}\"",
            script.display()
        );
        let (succeeded, said) = with_tool("bash", |bash| {
            bash.args(["-c", &line]);
        })
        .unwrap();
        assert!(succeeded, "{said}");
        said.trim().to_owned()
    };
    assert_eq!(complete("prehire", "wi"), "withdraw");
    assert_eq!(complete("prehire", "co"), "config completions", "nothing hidden");
    assert_eq!(complete("prehire restore", "--source"), "--source-journal");
}

#[test]
fn the_other_shells_can_read_their_completions() {
    let context = TestContext::new();
    for (shell, tool) in [("bash", "bash"), ("zsh", "zsh"), ("fish", "fish")] {
        let script = completions(&context, shell);
        let read = with_tool(tool, |tool| {
            tool.arg("-n").arg(&script);
        });
        assert!(read.is_none_or(|(succeeded, said)| succeeded && said.is_empty()), "{shell}");
    }
    completions(&context, "powershell");
    context.finish(context.program(["completions", "elvish"])).assert_exit(2);
}

/// A page as `man` shows it, without warnings.
fn shown(page: &Path) -> Option<String> {
    let (succeeded, shown) = with_tool("man", |man| {
        man.args(["--warnings=w", "-l"]).arg(page);
    })?;
    assert!(succeeded && !shown.contains("warning:"), "{}: {shown}", page.display());
    Some(shown)
}

#[test]
fn the_manual_is_one_page_with_every_command() {
    let context = TestContext::new();
    let run = context.finish(context.program(["man"]));
    run.assert_exit(0);
    let page = context.path("prehire.1");
    fs::write(&page, &run.stdout).unwrap();
    let Some(shown) = shown(&page) else { return };
    for part in ["PREHIRE WITHDRAW\n", "PREHIRE CONFIG SHOW\n", "--max-attempts <N>", "EXAMPLES\n", "飞书"]
    {
        assert!(shown.contains(part), "{part:?} is not in the manual");
    }
}

#[test]
fn the_manual_as_a_directory_has_a_page_for_every_command() {
    let context = TestContext::new();
    let run = context.finish(context.program(["man", "--directory", "share/man1"]));
    run.assert_exit(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    let mut pages = 0;
    for page in fs::read_dir(context.path("share/man1")).unwrap() {
        let page = page.unwrap().path();
        assert!(shown(&page).is_none_or(|shown| shown.contains("SYNOPSIS")), "{}", page.display());
        pages += 1;
    }
    assert!(pages > 8, "{pages} pages");
    fs::write(context.path("file"), "").unwrap();
    let run = context.finish(context.program(["man", "--directory", "file/man1"]));
    assert_said!(run.assert_exit(4), @r"
    exit code: 4
    ----- stderr
    error: can't write the manual to file/man1: Not a directory (os error 20)
    hint: choose a writable directory with --directory DIR
    ");
}
