//! Profiles and credentials as a user meets them: files, modes, hosts, and what `prehire config show` says.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::context::{APP_ID, APP_SECRET, SOMEBODY, TestContext};
use crate::run::Run;

/// A test without credentials in its environment, and with this config file in the XDG place.
fn with_config(text: &str) -> TestContext {
    let context = TestContext::new()
        .row(SOMEBODY, "a")
        .without_env("FEISHU_APP_ID")
        .without_env("FEISHU_APP_SECRET")
        .without("--rate")
        .without("--burst");
    let home = context.path("config");
    let context = context.env("XDG_CONFIG_HOME", home);
    write(&context, "config/prehire/config.toml", text, 0o600);
    context
}

/// The flags of `withdraw` that a test does without are the profile's then.
fn whole_profile(context: &TestContext) -> String {
    write(context, "config/prehire/secret", &format!("{APP_SECRET}\n"), 0o600);
    let base_url = context.api().base_url();
    format!("app_id = '{APP_ID}'\napp_secret_file = 'secret'\nbase_url = '{base_url}'\nrate = '1000/1s'\n")
}

fn write(context: &TestContext, name: &str, text: &str, mode: u32) {
    let path = context.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
}

fn rewrite(context: &TestContext, text: &str) {
    write(context, "config/prehire/config.toml", text, 0o600);
}

/// `prehire withdraw` without `--base-url`, so that the profile's counts.
fn withdraw(context: &TestContext, arguments: &[&str]) -> Run {
    fs::write(context.input_path(), format!("pre_hire_id,withdraw_reason\n{SOMEBODY},a\n")).unwrap();
    let path = context.input_path();
    let input = path.to_str().unwrap();
    context.finish(context.program([&["withdraw", input, "--yes"], arguments].concat()))
}

fn show(context: &TestContext, arguments: &[&str]) -> Run {
    context.finish(context.program([&["config", "show"], arguments].concat()))
}

/// Nothing that a run printed or left behind holds the secret.
fn assert_no_secret(context: &TestContext, run: &Run) {
    let mut texts = vec![run.stdout.clone(), run.stderr.clone()];
    for name in ["leavers.results.csv", "leavers.results.csv.journal"] {
        texts.extend(fs::read_to_string(context.path(name)));
    }
    assert!(texts.iter().all(|text| !text.contains(APP_SECRET)), "a secret came out{run}");
}

#[test]
fn a_profile_alone_is_enough_for_a_run() {
    let context = with_config("");
    let profile = whole_profile(&context);
    rewrite(&context, &format!("[profile.default]\n{profile}"));
    let run = withdraw(&context, &["--format", "json"]);
    run.assert_exit(0).assert_column("status", ["withdrawn"]);
    assert_eq!(run.json()["rate"], "1000/1s", "{run}");
    assert_eq!(run.stderr, "", "no warning");
    assert_no_secret(&context, &run);
    assert!(fs::read_to_string(context.path("leavers.results.csv.journal")).unwrap().contains(APP_ID));
}

#[test]
fn a_flag_wins_over_the_profile_and_the_environment_too() {
    let context = with_config("");
    let profile = whole_profile(&context);
    rewrite(&context, &format!("[profile.default]\n{profile}[profile.other]\n{profile}stop_after = 7\n"));
    let run = withdraw(&context, &["--profile", "other", "--rate", "500/1s", "--format", "json"]);
    run.assert_exit(0);
    assert_eq!(run.json()["rate"], "500/1s", "{run}");
    let context = context.env("FEISHU_APP_ID", "cli_other").env("FEISHU_APP_SECRET", "of-another-app");
    let run = withdraw(&context, &["-o", "second.csv"]);
    run.assert_exit(0);
    let journal = fs::read_to_string(context.path("second.csv.journal")).unwrap();
    assert!(journal.contains("cli_other") && !journal.contains(APP_ID), "{run}");
}

#[test]
fn a_profile_that_is_not_there_is_exit_2_and_the_others_are_named() {
    let context = with_config("[profile.prod]\n[profile.test]\n");
    withdraw(&context, &["--profile", "staging"])
        .assert_exit(2)
        .assert_stderr("there is no profile staging in")
        .assert_stderr("it has these: prod, test");
    withdraw(&context, &[]).assert_exit(2).assert_stderr("choose a profile with --profile (prod, test)");
    let nowhere = context.path("nowhere.toml");
    withdraw(&context, &["--config", nowhere.to_str().unwrap()]).assert_exit(2).assert_stderr("nowhere.toml");
    fs::remove_file(context.path("config/prehire/config.toml")).unwrap();
    withdraw(&context, &["--profile", "prod"]).assert_exit(2).assert_stderr("does not exist");
    let homeless = context.without_env("XDG_CONFIG_HOME");
    withdraw(&homeless, &["--profile", "prod"]).assert_exit(2).assert_stderr("--config FILE");
}

#[test]
fn an_unknown_key_is_exit_2_with_file_line_and_the_nearest_key() {
    let context = with_config("[profile.default]\n\nrat = '1/1s'\n");
    for run in [withdraw(&context, &[]), show(&context, &[]), withdraw(&context, &["--simulate"])] {
        run.assert_exit(2)
            .assert_stderr("config.toml, line 3: unknown key \"rat\"")
            .assert_stderr("did you mean rate?");
    }
    assert!(!context.results_path().exists());
}

#[test]
fn a_config_file_with_a_secret_that_others_may_read_is_refused() {
    let text = format!("[profile.default]\napp_id = '{APP_ID}'\napp_secret = '{APP_SECRET}'\n");
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644] {
        let context = with_config("");
        write(&context, "config/prehire/config.toml", &text, mode);
        for run in [withdraw(&context, &[]), show(&context, &[])] {
            run.assert_exit(2).assert_stderr("hint: chmod 600").assert_stderr("config.toml");
            assert_no_secret(&context, &run);
        }
    }
    let context = with_config("");
    write(&context, "config/prehire/config.toml", &text, 0o400);
    show(&context, &[]).assert_exit(0);
    let without_secret = format!("[profile.default]\napp_id = '{APP_ID}'\n");
    write(&context, "config/prehire/config.toml", &without_secret, 0o664);
    show(&context, &[]).assert_exit(0);
    write(&context, "config/prehire/config.toml", &without_secret, 0o666);
    show(&context, &[]).assert_exit(2).assert_stderr("anybody can change");
}

#[test]
fn a_secret_file_that_anybody_can_read_is_warned_of() {
    let context = with_config("");
    let profile = whole_profile(&context);
    rewrite(&context, &format!("[profile.default]\n{profile}"));
    write(&context, "config/prehire/secret", APP_SECRET, 0o644);
    withdraw(&context, &[]).assert_exit(0).assert_stderr("warning: anybody can read or change the secret");
    let quiet = withdraw(&context, &["--quiet"]);
    assert_eq!((quiet.exit_code, quiet.stderr.as_str()), (0, ""), "{quiet}");
    show(&context, &[]).assert_exit(0).assert_stdout("warning: anybody");
    write(&context, "config/prehire/secret", APP_SECRET, 0o440);
    assert_eq!(withdraw(&context, &[]).stderr.matches("warning").count(), 0);
}

#[test]
fn systemd_s_credential_serves_the_app_of_the_environment_and_of_the_profile() {
    let context = with_config("");
    write(&context, "credentials/feishu_app_secret", &format!("{APP_SECRET}\n"), 0o400);
    let credentials = context.path("credentials");
    let base_url = context.api().base_url().to_owned();
    rewrite(&context, &format!("[profile.p]\napp_id = '{APP_ID}'\nbase_url = '{base_url}'\n"));
    let context = context.env("CREDENTIALS_DIRECTORY", credentials);
    withdraw(&context, &["--profile", "p"]).assert_exit(0);
    let run = show(&context, &["--profile", "p"]);
    run.assert_exit(0).assert_stdout("(systemd credential)");
    assert_no_secret(&context, &run);
    let context = context.env("FEISHU_APP_ID", APP_ID);
    withdraw(&context, &["--base-url", &base_url, "-o", "second.csv"]).assert_exit(0);
    write(&context, "credentials/feishu_app_secret", "\n", 0o400);
    withdraw(&context, &["--base-url", &base_url, "-o", "third.csv"])
        .assert_exit(2)
        .assert_stderr("is empty");
}

#[test]
fn a_profile_s_secret_is_never_sent_to_another_host() {
    let context = with_config("");
    let other = TestContext::new();
    let profile = whole_profile(&context);
    rewrite(&context, &format!("[profile.default]\n{profile}"));
    let elsewhere = other.api().base_url().to_owned();
    for flags in [["--base-url", &elsewhere].as_slice(), &["--lark"]] {
        let run = withdraw(&context, flags);
        run.assert_unusable("belongs to http://127.0.0.1").assert_stderr("hint: ");
        assert_no_secret(&context, &run);
    }
    assert_eq!((context.record().calls.len(), other.record().calls.len()), (0, 0));
    // The same address typed out is the same host.
    let here = context.api().base_url().to_owned();
    withdraw(&context, &["--base-url", &here]).assert_exit(0);
    // Credentials of the environment go where the flag says.
    let context = context.env("FEISHU_APP_ID", APP_ID).env("FEISHU_APP_SECRET", APP_SECRET);
    withdraw(&context, &["--base-url", &elsewhere, "-o", "second.csv"]).assert_exit(0);
    assert_eq!(other.withdraw_calls(), 1);
}

#[test]
fn a_given_token_is_not_sent_to_the_host_of_a_profile_for_an_app() {
    let context = with_config("[profile.lark]\napp_id = 'cli_lark'\nlark = true\n");
    let context = context.env("FEISHU_TENANT_ACCESS_TOKEN", "t-of-another-world");
    let run = withdraw(&context, &["--profile", "lark"]);
    run.assert_unusable("https://open.larksuite.com is the host of the profile lark for the app cli_lark");
    assert!(!run.stderr.contains("t-of-another-world"), "{run}");
}

#[test]
fn a_rehearsal_and_a_check_take_the_profile_s_pace() {
    let context = with_config("[profile.default]\nrate = '200/1s'\nmax_rows = 0\n");
    withdraw(&context, &["--simulate"]).assert_exit(2).assert_stderr("--max-rows 0");
    let run =
        withdraw(&context, &["--simulate", "--max-rows", "1", "--format", "json", "-o", "rehearsal.csv"]);
    run.assert_exit(0);
    assert_eq!(run.json()["rate"], "200/1s", "{run}");
    let run = context.check(&["--format", "json"]);
    assert!(run.assert_exit(0).stdout.contains("200/1s"), "{run}");
}

#[test]
fn a_restoration_takes_its_app_and_its_pace_from_the_profile_as_well() {
    let context = with_config("");
    let profile = whole_profile(&context);
    rewrite(&context, &format!("[profile.p]\n{profile}"));
    withdraw(&context, &["--profile", "p"]).assert_exit(0);
    let results = context.results_path();
    let arguments = ["restore", results.to_str().unwrap(), "--yes", "--profile", "p", "--format", "json"];
    let run = context.finish(context.program(arguments));
    assert_eq!((&run.json()["exit_code"], &run.json()["rate"]), (&0.into(), &"1000/1s".into()), "{run}");
}

#[test]
fn config_show_says_where_each_setting_comes_from() {
    let context =
        with_config("[profile.default]\napp_id = 'cli_a'\nrate = '10/60s'\nread_back_delay = '5s'\n");
    write(&context, "secret", APP_SECRET, 0o600);
    let context = context.env("FEISHU_APP_SECRET_FILE", "secret");
    let run = show(&context, &[]);
    run.assert_exit(0);
    let directory = context.path("");
    let shown = run.stdout.replace(directory.to_str().unwrap(), "/HOME/");
    insta::assert_snapshot!(shown);
    assert_no_secret(&context, &run);

    let json = show(&context, &["--base-url", "https://open.feishu.cn/", "--format", "json"]).json();
    let setting = |name: &str| {
        let setting = &json["settings"][name];
        format!("{} {}", setting["value"], setting["source"])
    };
    assert_eq!(setting("app_secret"), r#""***" "environment""#);
    assert_eq!(json["settings"]["app_secret"]["variable"], "FEISHU_APP_SECRET_FILE");
    assert_eq!(setting("base_url"), r#""https://open.feishu.cn" "flag""#);
    assert_eq!(setting("rate"), r#""10/60s" "profile""#);
    assert_eq!(setting("burst"), r#""10" "default""#);
    assert_eq!(json["error"], serde_json::Value::Null, "{json}");
}

#[test]
fn config_show_works_when_nothing_is_set() {
    let context = TestContext::new();
    let mut command = context.program(["config", "show"]);
    command.env_clear();
    let run = context.finish(command);
    run.assert_exit(0).assert_stdout("not set").assert_stdout("config file        not known");
    let mut command = context.program(["config", "show", "--format", "json"]);
    command.env_clear();
    let json = context.finish(command).json();
    assert_eq!(json["settings"]["app_id"]["value"], serde_json::Value::Null, "{json}");
    assert!(json["error"].as_str().unwrap().contains("there is no app to use"), "{json}");
}

#[test]
fn config_show_fits_80_columns_and_tells_what_a_run_would_say() {
    let context =
        with_config("[profile.default]\napp_id = 'cli_a1b2c3d4e5f6g7h8'\nlark = true\ndeadline = '50m'\n")
            .env("FEISHU_APP_ID", "cli_of_somebody_else")
            .env("FEISHU_APP_SECRET", APP_SECRET);
    let run = show(&context, &[]);
    run.assert_exit(0)
        .assert_stdout("A run would end with exit code 2")
        .assert_stdout("cli_of_somebody_else");
    let table = run.stdout.split("A run would").next().unwrap();
    for line in table.lines().filter(|line| !line.contains('/')) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert_no_secret(&context, &run);
}
