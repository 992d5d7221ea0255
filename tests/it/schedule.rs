//! `samples/schedule/`: every command there is one that this program understands, with the guards of a run that nobody
//! looks at, and every scheduler gives it the time to stop in order.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use yaml_rust2::{Yaml, YamlLoader};

use crate::checkout::tracked_files;
use crate::context::TestContext;
use crate::help::commands;

/// What the bot is waited for at the end.
const BOT: Duration = Duration::from_secs(10);
/// A call takes no longer unless something else is typed.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

fn schedule() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/schedule")
}

fn text_of(name: &str) -> String {
    fs::read_to_string(schedule().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The lines of a unit or a crontab: without comments, and with those that go on put together.
fn lines_of(name: &str) -> Vec<String> {
    let text = text_of(name).replace("\\\n", "");
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// The value of a setting of a unit, which has it once.
#[track_caller]
fn setting(unit: &str, name: &str) -> String {
    let lines = lines_of(unit);
    let mut values = lines.iter().filter_map(|line| line.strip_prefix(&format!("{name}=")));
    let value = values.next().unwrap_or_else(|| panic!("{unit} has no {name}"));
    assert_eq!(values.next(), None, "{unit} has {name} twice");
    value.to_owned()
}

/// A time as people write it: a number and its unit.
#[track_caller]
fn span(text: &str) -> Duration {
    let (number, unit) = text.split_at(text.find(|character: char| !character.is_ascii_digit()).unwrap());
    let unit = match unit {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => panic!("no time: {text:?}"),
    };
    Duration::from_secs(number.parse::<u64>().unwrap() * unit)
}

/// A command line as words; quotation marks keep white space in a word.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in line.chars() {
        match (character, quote) {
            ('"' | '\'', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (_, Some(open)) if character == open => quote = None,
            (' ', None) => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    assert_eq!(quote, None, "{line}");
    words.extend(word);
    words
}

/// The flags of a command line, with their values.
struct Typed(BTreeMap<String, String>);

impl Typed {
    fn has(&self, flag: &str) -> bool {
        self.0.contains_key(flag)
    }

    #[track_caller]
    fn value(&self, flag: &str) -> &str {
        self.0.get(flag).unwrap_or_else(|| panic!("there is no --{flag}: {:?}", self.0))
    }

    #[track_caller]
    fn span(&self, flag: &str) -> Duration {
        span(self.value(flag))
    }
}

/// The flags of a command line that this program understands: it gets as far as the file or the app that is not there.
#[track_caller]
fn understood(line: &[String]) -> Typed {
    assert!(line[0] == "prehire" || line[0].ends_with("/prehire"), "{line:?}");
    let commands = commands();
    let flags = &commands[&line[1]];
    let (mut typed, mut arguments) = (BTreeMap::new(), line[2..].iter());
    while let Some(argument) = arguments.next() {
        if !argument.starts_with('-') {
            continue;
        }
        let (typed_name, value) =
            argument.split_once('=').map_or((argument.as_str(), None), |(name, value)| (name, Some(value)));
        let name = match typed_name {
            "-q" => "quiet",
            "-y" => "yes",
            "-o" => "output",
            long => long.strip_prefix("--").unwrap_or_else(|| panic!("{argument} in {line:?}")),
        };
        let flag =
            flags.iter().find(|flag| flag.name == name).unwrap_or_else(|| panic!("no --{name}: {line:?}"));
        let next = || if flag.takes_value { arguments.next().unwrap() } else { "" };
        let value = value.unwrap_or_else(next).to_owned();
        assert!(typed.insert(name.to_owned(), value).is_none(), "--{name} twice: {line:?}");
    }
    // Nothing is called without an app, and nothing written outside of a directory of the test's own.
    let context = TestContext::new().without_env("FEISHU_APP_ID").without_env("FEISHU_APP_SECRET");
    let elsewhere: Vec<String> =
        line[1..].iter().map(|word| word.trim_start_matches('/').replace("=/", "=")).collect();
    let run = context.finish(context.program(elsewhere.iter().map(String::as_str)));
    assert!(run.exit_code == 2 && !run.stderr.contains("--help"), "{line:?}{run}");
    Typed(typed)
}

/// The run that a command line asks for; its program may be given with its path.
#[track_caller]
fn run_of(line: &[String]) -> Typed {
    assert_eq!(line[1], "withdraw", "no run: {line:?}");
    understood(line)
}

/// What a run must have that nobody looks at.
#[track_caller]
fn assert_guarded(run: &Typed) {
    for flag in ["yes", "max-rows", "deadline", "wait-lock", "notify-webhook-file", "metrics-file"] {
        assert!(run.has(flag), "without --{flag}: {:?}", run.0);
    }
    for flag in ["simulate", "dry-run", "restart", "no-canary", "stop-after"] {
        assert!(!run.has(flag), "with --{flag}: {:?}", run.0);
    }
}

/// Enough time to stop in order, and no end before the run's own.
#[track_caller]
fn assert_has_time(run: &Typed, to_stop: Duration, in_all: Duration) {
    let call = if run.has("timeout") { run.span("timeout") } else { DEFAULT_TIMEOUT };
    assert!(to_stop > call + BOT, "{to_stop:?} to stop");
    assert!(in_all > run.span("deadline") + run.span("wait-lock") + to_stop, "{in_all:?} in all");
}

/// The commands of a unit; what systemd puts in the place of `%d` is a directory.
fn commands_of(unit: &str) -> Vec<Vec<String>> {
    let lines = lines_of(unit);
    let commands = lines.iter().filter_map(|line| line.strip_prefix("ExecStart="));
    commands.map(|line| words(&line.replace("%d", "/run/credentials"))).collect()
}

#[test]
fn the_service_starts_a_guarded_run_and_lets_it_stop() {
    let commands = commands_of("prehire.service");
    assert_eq!(commands.len(), 1);
    let run = run_of(&commands[0]);
    assert_guarded(&run);
    let (to_stop, in_all) =
        (setting("prehire.service", "TimeoutStopSec"), setting("prehire.service", "TimeoutStartSec"));
    assert_has_time(&run, span(&to_stop), span(&in_all));
    for (name, value) in [
        ("Type", "oneshot"),
        ("KillSignal", "SIGTERM"),
        ("SuccessExitStatus", "1 75 143"),
        ("StateDirectory", "prehire"),
        ("StateDirectoryMode", "0700"),
    ] {
        assert_eq!(setting("prehire.service", name), value, "{name}");
    }
    let lines = lines_of("prehire.service");
    assert!(lines.contains(&"LoadCredential=feishu_app_secret:/etc/prehire/app-secret".to_owned()));
    assert!(!lines.iter().any(|line| line.starts_with("Environment=") && line.contains("SECRET")));
    assert_eq!(run.value("notify-webhook-file"), "/run/credentials/webhook");
    assert!(lines.contains(&"LoadCredential=webhook:/etc/prehire/webhook".to_owned()));
}

#[test]
fn the_clean_up_withdraws_what_it_has_just_found_and_nothing_else() {
    let unit = "prehire-clean-up.service";
    let [find, withdraw] = commands_of(unit).try_into().unwrap();
    understood(&find);
    let list = find.last().unwrap();
    assert_eq!((find[1].as_str(), find[find.len() - 2].as_str(), &withdraw[2]), ("find", "-o", list));
    assert!(find.contains(&"never showed up".to_owned()), "a reason is one word: {find:?}");
    let run = run_of(&withdraw);
    assert_guarded(&run);
    assert!(run.value("max-rows").parse::<u32>().unwrap() <= 50);
    let in_all = span(&setting(unit, "TimeoutStartSec"));
    // The list may wait for another run, too.
    assert_has_time(&run, span(&setting(unit, "TimeoutStopSec")), in_all - run.span("wait-lock"));
    // After a list that was not made, systemd runs the second command only if it takes the first one's end for a success.
    assert_eq!(setting(unit, "SuccessExitStatus"), "1");
    let hardening = |unit: &str| -> Vec<String> {
        let lines = lines_of(unit);
        let first = lines.iter().position(|line| line.starts_with("ReadWritePaths")).unwrap();
        lines[first..].to_vec()
    };
    assert_eq!(hardening(unit), hardening("prehire.service"));
}

#[test]
#[expect(clippy::print_stdout, reason = "nobody should take a test that was skipped for one that passed")]
fn systemd_understands_its_units() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        println!("skipped: there is no systemd-analyze");
        return;
    }
    // The program must be where the service has it.
    let directory = tempfile::tempdir().unwrap();
    let units = ["prehire.service", "prehire.timer", "prehire-clean-up.service"].map(|name| {
        let text = text_of(name).replace("/usr/local/bin/prehire", env!("CARGO_BIN_EXE_prehire"));
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path
    });
    let output = Command::new("systemd-analyze").arg("verify").args(&units).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // Units of the machine's own may have faults that are no matter here.
    assert!(output.status.success() && !said.contains("prehire"), "{said}");
}

#[test]
fn cron_starts_a_guarded_run_with_its_secrets_in_files() {
    let lines = lines_of("crontab");
    let jobs: Vec<&String> = lines.iter().filter(|line| line.contains("prehire withdraw")).collect();
    assert_eq!(jobs.len(), 1);
    assert!(!jobs[0].contains('%'), "cron takes % for a line break: {}", jobs[0]);
    let (_, command) = jobs[0].split_once("&& ").unwrap();
    let (command, otherwise) = command.split_once(" || ").unwrap();
    let run = run_of(&words(command));
    assert_guarded(&run);
    assert!(run.has("quiet"), "only what ends a run is sent by mail");
    assert!(lines.iter().any(|line| line.starts_with("MAILTO=")));
    assert!(lines.iter().any(|line| line.starts_with("FEISHU_APP_SECRET_FILE=/")));
    assert!(!lines.iter().any(|line| line.starts_with("FEISHU_APP_SECRET=")));
    for (code, is_told) in [(1, false), (2, true), (3, true), (75, false), (143, true)] {
        let script = format!("(exit {code}) || {otherwise}");
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.contains(&code.to_string()), is_told, "{code}: {said}");
    }
}

#[track_caller]
fn seconds(value: &Yaml) -> Duration {
    Duration::from_secs(
        u64::try_from(value.as_i64().unwrap_or_else(|| panic!("no number: {value:?}"))).unwrap(),
    )
}

#[test]
fn kubernetes_starts_a_guarded_run_and_lets_it_stop() {
    let documents = YamlLoader::load_from_str(&text_of("cronjob.yaml")).unwrap();
    let kinds: Vec<&str> = documents.iter().map(|document| document["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["PersistentVolumeClaim", "CronJob"]);
    let spec = &documents[1]["spec"];
    assert_eq!(spec["concurrencyPolicy"].as_str(), Some("Forbid"));
    let job = &spec["jobTemplate"]["spec"];
    let pod = &job["template"]["spec"];
    let container = &pod["containers"][0];
    let list = |value: &Yaml| -> Vec<String> {
        value.as_vec().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let run = run_of(&[list(&container["command"]), list(&container["args"])].concat());
    assert_guarded(&run);
    assert_has_time(
        &run,
        seconds(&pod["terminationGracePeriodSeconds"]),
        seconds(&job["activeDeadlineSeconds"]),
    );
    assert_eq!((job["backoffLimit"].as_i64(), pod["restartPolicy"].as_str()), (Some(0), Some("Never")));
    assert_eq!(pod["securityContext"]["runAsNonRoot"].as_bool(), Some(true));
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"].as_bool(), Some(true));

    let mounted = |path: &str| {
        let mounts = container["volumeMounts"].as_vec().unwrap();
        let mount =
            mounts.iter().find(|mount| path.starts_with(mount["mountPath"].as_str().unwrap())).unwrap();
        let volumes = pod["volumes"].as_vec().unwrap();
        volumes.iter().find(|volume| volume["name"] == mount["name"]).unwrap()
    };
    let variable = |name: &str| {
        let variables = container["env"].as_vec().unwrap();
        let found = variables.iter().find(|variable| variable["name"].as_str() == Some(name));
        found.unwrap()["value"].as_str().unwrap()
    };
    let is_of = |volume: &Yaml, kind: &str| !volume[kind].is_badvalue();
    let webhook = run.value("notify-webhook-file").to_owned();
    assert!(
        is_of(mounted(&webhook), "secret") && is_of(mounted(variable("FEISHU_APP_SECRET_FILE")), "secret")
    );
    assert!(is_of(mounted(variable("STATE_DIRECTORY")), "persistentVolumeClaim"));
    assert!(is_of(mounted(container["workingDir"].as_str().unwrap()), "persistentVolumeClaim"));
    assert!(is_of(mounted(variable("TMPDIR")), "emptyDir"));
    assert_eq!(mounted(&webhook)["secret"]["defaultMode"].as_i64(), Some(0o440));
}

#[test]
fn every_file_is_looked_at_and_no_command_stands_where_nobody_looks() {
    let names = tracked_files(&schedule());
    assert_eq!(
        names,
        ["cronjob.yaml", "crontab", "prehire-clean-up.service", "prehire.service", "prehire.timer"]
    );
    for name in names {
        let commands = lines_of(&name).iter().filter(|line| line.contains("prehire withdraw")).count();
        assert_eq!(
            commands,
            usize::from(matches!(name.as_str(), "crontab" | "prehire.service" | "prehire-clean-up.service")),
            "{name}"
        );
    }
}
