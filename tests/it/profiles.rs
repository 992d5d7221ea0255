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
    assert_said!(withdraw(&context, &["--profile", "staging"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: there is no profile staging in [DIR]/config/prehire/config.toml
    hint: it has these: prod, test
    ");
    assert_said!(withdraw(&context, &[]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: there is no app to use
    hint: choose a profile with --profile (prod, test), set FEISHU_APP_ID and FEISHU_APP_SECRET (or FEISHU_APP_SECRET_FILE), or rehearse with --simulate
    ");
    let nowhere = context.path("nowhere.toml");
    assert_said!(withdraw(&context, &["--config", nowhere.to_str().unwrap()]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: can't read the config file [DIR]/nowhere.toml: No such file or directory (os error 2)
    ");
    fs::remove_file(context.path("config/prehire/config.toml")).unwrap();
    assert_said!(withdraw(&context, &["--profile", "prod"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: there is no profile prod: [DIR]/config/prehire/config.toml does not exist
    hint: create that file, or give another with --config FILE
    ");
    let homeless = context.without_env("XDG_CONFIG_HOME");
    assert_said!(withdraw(&homeless, &["--profile", "prod"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: there is no profile prod: no config file is known
    hint: give one with --config FILE
    ");
}

#[test]
fn an_unknown_key_is_exit_2_with_file_line_and_the_nearest_key() {
    let context = with_config("[profile.default]\n\nrat = '1/1s'\n");
    let mut told = String::new();
    for run in [withdraw(&context, &[]), show(&context, &[]), withdraw(&context, &["--simulate"])] {
        told += &run.assert_exit(2).said();
    }
    assert_text!(told, @r#"
    exit code: 2
    ----- stderr
    error: [DIR]/config/prehire/config.toml, line 3: unknown key "rat"
    hint: did you mean rate?
    exit code: 2
    ----- stderr
    error: [DIR]/config/prehire/config.toml, line 3: unknown key "rat"
    hint: did you mean rate?
    exit code: 2
    ----- stderr
    error: [DIR]/config/prehire/config.toml, line 3: unknown key "rat"
    hint: did you mean rate?
    "#);
    assert!(!context.results_path().exists());
}

#[test]
fn a_config_file_with_a_secret_that_others_may_read_is_refused() {
    let text = format!("[profile.default]\napp_id = '{APP_ID}'\napp_secret = '{APP_SECRET}'\n");
    let mut told = String::new();
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644] {
        let context = with_config("");
        write(&context, "config/prehire/config.toml", &text, mode);
        let (run, shown) = (withdraw(&context, &[]), show(&context, &[]));
        told += &run.assert_exit(2).said();
        assert_eq!(shown.assert_exit(2).stderr, run.stderr, "{shown}");
        assert_no_secret(&context, &run);
        assert_no_secret(&context, &shown);
    }
    assert_text!(told, @r"
    exit code: 2
    ----- stderr
    error: [DIR]/config/prehire/config.toml contains a secret, and others can read or change it (mode 0640)
    hint: chmod 600 [DIR]/config/prehire/config.toml
    exit code: 2
    ----- stderr
    error: [DIR]/config/prehire/config.toml contains a secret, and others can read or change it (mode 0604)
    hint: chmod 600 [DIR]/config/prehire/config.toml
    exit code: 2
    ----- stderr
    error: [DIR]/config/prehire/config.toml contains a secret, and others can read or change it (mode 0620)
    hint: chmod 600 [DIR]/config/prehire/config.toml
    exit code: 2
    ----- stderr
    error: [DIR]/config/prehire/config.toml contains a secret, and others can read or change it (mode 0602)
    hint: chmod 600 [DIR]/config/prehire/config.toml
    exit code: 2
    ----- stderr
    error: [DIR]/config/prehire/config.toml contains a secret, and others can read or change it (mode 0610)
    hint: chmod 600 [DIR]/config/prehire/config.toml
    exit code: 2
    ----- stderr
    error: [DIR]/config/prehire/config.toml contains a secret, and others can read or change it (mode 0644)
    hint: chmod 600 [DIR]/config/prehire/config.toml
    ");
    let context = with_config("");
    write(&context, "config/prehire/config.toml", &text, 0o400);
    show(&context, &[]).assert_exit(0);
    let without_secret = format!("[profile.default]\napp_id = '{APP_ID}'\n");
    write(&context, "config/prehire/config.toml", &without_secret, 0o664);
    show(&context, &[]).assert_exit(0);
    write(&context, "config/prehire/config.toml", &without_secret, 0o666);
    assert_said!(show(&context, &[]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: anybody can change [DIR]/config/prehire/config.toml (mode 0666)
    hint: chmod 600 [DIR]/config/prehire/config.toml
    ");
}

#[test]
fn a_secret_file_that_anybody_can_read_is_warned_of() {
    let context = with_config("");
    let profile = whole_profile(&context);
    rewrite(&context, &format!("[profile.default]\n{profile}"));
    write(&context, "config/prehire/secret", APP_SECRET, 0o644);
    assert_said!(withdraw(&context, &[]).assert_exit(0), @r"
    exit code: 0
    ----- stdout
      withdrawn          1
      rows               1 (1 success)
      calls              1 in [DURATION]; at most [COUNT] in any 1 s (allowed: 1000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal
    ----- stderr
    warning: anybody can read or change the secret in [DIR]/config/prehire/secret: chmod 600 it
    ");
    let quiet = withdraw(&context, &["--quiet"]);
    assert_eq!((quiet.exit_code, quiet.stderr.as_str()), (0, ""), "{quiet}");
    assert_said!(show(&context, &[]).assert_exit(0), @r"
    exit code: 0
    ----- stdout
    config file        [DIR]/config/prehire/config.toml
    profile            default
    state directory    [DIR]/state/prehire

    app_id             cli_a1b2c3d4e5f6            (profile default)
    app_secret         *** in [DIR]/config/prehire/secret
                       (profile default)
    app_ticket         not set
    tenant_key         not set
    base_url           http://127.0.0.1:[PORT]      (profile default)
    rate               1000/1s                     (profile default)
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

    warning: anybody can read or change the secret in [DIR]/config/prehire/secret: chmod 600 it
    ");
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
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
    config file        [DIR]/config/prehire/config.toml
    profile            p
    state directory    [DIR]/state/prehire

    app_id             cli_a1b2c3d4e5f6            (profile p)
    app_secret         *** in [DIR]/credentials/feishu_app_secret
                       (systemd credential)
    app_ticket         not set
    tenant_key         not set
    base_url           http://127.0.0.1:[PORT]      (profile p)
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
    ");
    assert_no_secret(&context, &run);
    let context = context.env("FEISHU_APP_ID", APP_ID);
    withdraw(&context, &["--base-url", &base_url, "-o", "second.csv"]).assert_exit(0);
    write(&context, "credentials/feishu_app_secret", "\n", 0o400);
    assert_said!(withdraw(&context, &["--base-url", &base_url, "-o", "third.csv"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: [DIR]/credentials/feishu_app_secret (systemd credential) is empty
    ");
}

#[test]
fn a_profile_s_secret_is_never_sent_to_another_host() {
    let context = with_config("");
    let other = TestContext::new();
    let profile = whole_profile(&context);
    rewrite(&context, &format!("[profile.default]\n{profile}"));
    let elsewhere = other.api().base_url().to_owned();
    let mut told = String::new();
    for flags in [["--base-url", &elsewhere].as_slice(), &["--lark"]] {
        let run = withdraw(&context, flags);
        told += &run.assert_unusable().said();
        assert_no_secret(&context, &run);
    }
    assert_text!(told, @r"
    exit code: 2
    ----- stderr
    error: the app of the profile default belongs to http://127.0.0.1:[PORT]; its credentials are not sent to http://127.0.0.1:[PORT]
    hint: remove the flag for the host; or create a profile for that host; or set FEISHU_APP_ID and FEISHU_APP_SECRET
    exit code: 2
    ----- stderr
    error: the app of the profile default belongs to http://127.0.0.1:[PORT]; its credentials are not sent to https://open.larksuite.com
    hint: remove the flag for the host; or create a profile for that host; or set FEISHU_APP_ID and FEISHU_APP_SECRET
    ");
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
    assert_said!(run.assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: https://open.larksuite.com is the host of the profile lark for the app cli_lark, and FEISHU_TENANT_ACCESS_TOKEN may be for another host
    hint: unset FEISHU_TENANT_ACCESS_TOKEN to use the profile's app; or add --base-url https://open.larksuite.com if it is for that host
    ");
    assert!(!run.stderr.contains("t-of-another-world"), "{run}");
}

#[test]
fn a_rehearsal_and_a_check_take_the_profile_s_pace() {
    let context = with_config("[profile.default]\nrate = '200/1s'\nmax_rows = 0\n");
    assert_said!(withdraw(&context, &["--simulate"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: 1 row is still to be sent, more than --max-rows 0
    hint: review the file with prehire check INPUT; raise --max-rows if it is correct
    ");
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
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
    config file        not known
    profile            none
    state directory    not known

    app_id             not set
    app_secret         not set
    app_ticket         not set
    tenant_key         not set
    base_url           https://open.feishu.cn      (default)
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

    A run would end with exit code 2:
    error: there is no app to use
    hint: set FEISHU_APP_ID and FEISHU_APP_SECRET (or FEISHU_APP_SECRET_FILE), or rehearse with --simulate
    ");
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
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
    config file        [DIR]/config/prehire/config.toml
    profile            default
    state directory    [DIR]/state/prehire

    app_id             cli_of_somebody_else        (FEISHU_APP_ID)
    app_secret         ***                         (FEISHU_APP_SECRET)
    app_ticket         not set
    tenant_key         not set
    base_url           https://open.larksuite.com  (profile default)
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
    deadline           50m                         (profile default)
    wait_lock          0s                          (default)
    lang               none                        (default)

    A run would end with exit code 2:
    error: https://open.larksuite.com is the host of the profile default for the app cli_a1b2c3d4e5f6g7h8, and FEISHU_APP_ID may be for another host
    hint: unset FEISHU_APP_ID to use the profile's app; or add --base-url https://open.larksuite.com if it is for that host
    ");
    let table = run.stdout.split("A run would").next().unwrap();
    for line in table.lines().filter(|line| !line.contains('/')) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert_no_secret(&context, &run);
}
