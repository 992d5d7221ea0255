//! `prehire find`: whom it lists, what the list looks like, and that `withdraw` takes it as it is.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prehire_simulator::{Api, PreHire, Stage};
use serde_json::json;

use crate::context::{SOMEBODY, TestContext};
use crate::run::{Row, Run, rows_of};
use crate::search_server::{SearchServer, page, somebody};
use crate::watch::until;

const HEADER: &str = "pre_hire_id,name,stage,onboarding_date,withdraw_reason\n";

impl TestContext {
    /// A command that calls the API at full speed, with the arguments that were given and no others.
    pub fn api_command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(arguments.iter().copied());
        command.args(["--base-url", &self.base_url(), "--rate", "100000/1s", "--burst", "10000"]);
        command.args(["--retry-base", "1ms", "--retry-cap", "5ms"]).env("TZ", "UTC");
        command
    }

    pub fn calls_api(&self, arguments: &[&str]) -> Run {
        self.finish(self.api_command(arguments))
    }

    /// How many searches the simulated API has seen.
    pub fn searches(&self) -> usize {
        self.record().calls_to(Api::Search).count()
    }

    fn list(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

/// A tenant with 5,000 pre-hires in all stages.
fn tenant() -> TestContext {
    TestContext::new().simulator(|settings| {
        settings.people = 5000;
        settings.today = Some(today());
    })
}

fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The rows that a list of all who fit must have, in any order.
fn expected(context: &TestContext, fits: impl Fn(&PreHire) -> bool) -> BTreeSet<String> {
    let everyone = context.api().everyone();
    let fitting = everyone.iter().filter(|one| fits(one));
    fitting
        .map(|one| {
            let stage = serde_json::to_value(one.stage).unwrap();
            format!(
                "{}|{}|{}|{}",
                one.pre_hire_id,
                one.profile.name,
                stage.as_str().unwrap(),
                one.profile.onboarding_date
            )
        })
        .collect()
}

fn listed(csv: &str) -> BTreeSet<String> {
    let rows = rows_of(csv);
    let words = |row: &Row| {
        ["pre_hire_id", "name", "stage", "onboarding_date"].map(|name| row[name].to_owned()).join("|")
    };
    let listed: BTreeSet<String> = rows.iter().map(words).collect();
    assert_eq!(listed.len(), rows.len(), "nobody is listed twice");
    listed
}

fn is_active(one: &PreHire) -> bool {
    matches!(one.stage, Stage::Preboarding | Stage::DayOne)
}

#[test]
fn everybody_who_can_be_withdrawn_is_listed_once() {
    let context = tenant();
    let run = context.calls_api(&["find"]);
    run.assert_exit(0);
    assert!(run.stdout.starts_with(HEADER), "{run}");
    let expected = expected(&context, is_active);
    assert!(expected.len() > 3000);
    assert!(listed(&run.stdout) == expected, "{} of {}", listed(&run.stdout).len(), expected.len());
    assert!(rows_of(&run.stdout).iter().all(|row| row["withdraw_reason"].is_empty()));
    assert!(run.stderr.contains(&format!("found              {}", expected.len())), "{}", run.stderr);
    assert_text!(run.stderr, @r"
    day_one            717
    preboarding        2498
    found              3215
    searches           33 in [DURATION]
    ");
    assert!(context.searches() > 30, "page by page, one search a stage");
}

#[test]
fn stages_days_and_words_choose_who_is_listed() {
    let context = tenant();
    let (today, near) = (today(), |days: i64| today().checked_add(days.days()).unwrap());
    let between =
        |one: &PreHire, first: Date, last: Date| (first..=last).contains(&one.profile.onboarding_date);
    let ago = near(-30);
    type Fits<'a> = Box<dyn Fn(&PreHire) -> bool + 'a>;
    let table: Vec<(Vec<&str>, Fits<'_>)> = vec![
        (vec!["--stage", "completed"], Box::new(|one| one.stage == Stage::Completed)),
        (
            vec!["--stage", "preboarding", "--onboarding-to", "-30d"],
            Box::new(|one| one.stage == Stage::Preboarding && one.profile.onboarding_date <= ago),
        ),
        (
            vec!["--onboarding-from=today", "--onboarding-to", "+7d"],
            Box::new(|one| is_active(one) && between(one, today, near(7))),
        ),
        (
            vec!["--onboarding-from", "-1w", "--onboarding-to", "today"],
            Box::new(|one| is_active(one) && between(one, near(-7), today)),
        ),
        (
            vec!["--updated-before", "-60d", "--stage", "day_one,day_one"],
            Box::new(|one| one.stage == Stage::DayOne && one.profile.updated_date < near(-60)),
        ),
        (
            vec!["--department", "7100000000000000011", "--department", "7100000000000000013"],
            Box::new(|one| is_active(one) && one.profile.department_id.ends_with(['1', '3'])),
        ),
        (
            vec!["--key-word", "Smith, John"],
            Box::new(|one| is_active(one) && one.profile.name == "Smith, John"),
        ),
    ];
    for (flags, fits) in table {
        let run = context.calls_api(&[&["find"], flags.as_slice()].concat());
        run.assert_exit(0);
        let expected = expected(&context, fits);
        assert!(expected.len() > 10, "{flags:?}");
        assert!(
            listed(&run.stdout) == expected,
            "{flags:?}: {} of {}",
            listed(&run.stdout).len(),
            expected.len()
        );
    }
}

#[test]
fn the_clean_up_of_the_night_is_two_commands_with_a_guard() {
    let context = tenant();
    let clean_up = |days: &str, most: &str| {
        let script = format!(
            "prehire find --stage preboarding --onboarding-to {days} --reason \"never showed up\" -o stale.csv \
             $CALLS && prehire withdraw stale.csv --yes --max-rows {most} $CALLS"
        );
        let calls = format!("--base-url {} --rate 100000/1s --burst 10000", context.base_url());
        let bin = std::path::Path::new(env!("CARGO_BIN_EXE_prehire")).parent().unwrap().display().to_string();
        let mut command = context.program(["find"]);
        let environment: Vec<_> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        command = Command::new("bash");
        command.args(["-c", &script]).current_dir(context.path("")).env_clear().envs(environment);
        command.env("CALLS", calls).env("PATH", format!("{bin}:/usr/bin:/bin")).env("TZ", "UTC");
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        context.finish(command)
    };
    assert_said!(clean_up("-30d", "50").assert_exit(2), @r"
    exit code: 2
    ----- stdout
      preboarding        1088
      found              1088
      searches           11 in [DURATION]
      list               stale.csv
    ----- stderr
    error: 1088 rows are still to be sent, more than --max-rows 50
    hint: review the file with prehire check INPUT; raise --max-rows if it is correct
    ");
    assert_eq!(context.withdraw_calls(), 0, "the guard holds");

    let long_ago = today().checked_sub(178.days()).unwrap();
    let stale = |one: &PreHire| one.stage == Stage::Preboarding && one.profile.onboarding_date <= long_ago;
    let count = expected(&context, stale).len();
    assert!((1..=50).contains(&count), "{count}");
    assert_said!(clean_up("-178d", "50").assert_exit(0), @r"
    exit code: 0
    ----- stdout
      preboarding        25
      found              25
      searches           1 in [DURATION]
      list               stale.csv
      withdrawn          25
      rows               25 (25 successes)
      calls              25 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            stale.results.csv
      journal            stale.results.csv.journal
    ");
    assert_eq!(context.withdraw_calls(), count);
    let calls = context.record();
    let reasons = calls.calls_to(Api::WithdrawOnboarding).map(|call| call.withdraw_reason.as_deref());
    assert!(reasons.eq(vec![Some("never showed up"); count]));

    // The next night finds nobody, overwrites its own list, and has nothing to do.
    clean_up("-178d", "50").assert_exit(0);
    assert_eq!(context.list("stale.csv"), HEADER);
    assert_eq!(context.withdraw_calls(), count);
}

#[test]
fn find_check_withdraw_and_restore_are_one_pipeline() {
    let context = tenant();
    let list = ["find", "--stage", "day_one", "--limit", "120", "--reason", "测试", "-o", "list.csv"];
    assert_said!(context.calls_api(&list).assert_exit(0), @r"
    exit code: 0
    ----- stdout
      day_one            120
      found              120 (as many as --limit allows; there may be more)
      searches           2 in [DURATION]
      list               list.csv
    ");
    assert_eq!(rows_of(&context.list("list.csv")).len(), 120);
    let checked = context.calls_api(&["check", "list.csv", "--online", "-o", "checked.csv"]);
    checked.assert_exit(0);
    let run = context.calls_api(&["withdraw", "checked.csv", "--yes", "--require-online-check"]);
    run.assert_exit(0);
    let results = context.list("checked.results.csv");
    assert!(rows_of(&results).iter().all(|row| &row["status"] == "withdrawn"));
    assert!(
        results.starts_with(
            "pre_hire_id,input_name,input_stage,input_onboarding_date,withdraw_reason,name,stage,"
        )
    );
    let again = context.calls_api(&["check", "list.csv", "--online", "--format", "json"]);
    assert_eq!(again.assert_exit(1).json()["online"]["by_stage"], json!({"withdrawn": 120}), "{again}");
    let undone = context.calls_api(&["restore", "checked.results.csv", "--yes", "--require-online-check"]);
    undone.assert_exit(0);
    assert!(
        rows_of(&context.list("checked.restored.csv"))
            .iter()
            .all(|row| { context.api().stage_of(&row["pre_hire_id"]) == Stage::DayOne })
    );
}

#[test]
fn nobody_found_is_a_header_alone_and_no_failure() {
    let context = tenant();
    let run = context.calls_api(&["find", "--key-word", "nobody is called so", "-o", "list.csv"]);
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      found              0
      searches           2 in [DURATION]
      list               list.csv
    ");
    assert_eq!(context.list("list.csv"), HEADER);
    context.calls_api(&["withdraw", "list.csv", "--yes"]).assert_exit(0);
}

#[test]
fn a_list_of_ours_is_replaced_and_no_other_file_is() {
    let context = tenant();
    let find = |name: &str| context.calls_api(&["find", "--limit", "3", "-o", name]);
    fs::write(context.path("list.csv"), format!("{HEADER}7,old,,,\n")).unwrap();
    find("list.csv").assert_exit(0);
    assert_eq!(rows_of(&context.list("list.csv")).len(), 3);
    let mode = fs::metadata(context.path("list.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "names are in it");
    let searches = context.searches();
    let mut told = String::new();
    for (name, text) in [
        ("foreign.csv", "pre_hire_id,name\n7,a\n".to_owned()),
        ("more.csv", format!("{},more\n7,a,,,,\n", HEADER.trim_end())),
        ("results.csv", "somebody's work".to_owned()),
        ("empty.csv", String::new()),
    ] {
        fs::write(context.path(name), &text).unwrap();
        told += &find(name).assert_exit(2).said();
        assert_eq!(context.list(name), text);
    }
    assert_text!(told, @r"
    exit code: 2
    ----- stderr
    error: foreign.csv already exists, and was not written by prehire find
    hint: move that file elsewhere, or choose another name with -o FILE
    exit code: 2
    ----- stderr
    error: more.csv already exists, and was not written by prehire find
    hint: move that file elsewhere, or choose another name with -o FILE
    exit code: 2
    ----- stderr
    error: results.csv already exists, and was not written by prehire find
    hint: move that file elsewhere, or choose another name with -o FILE
    exit code: 2
    ----- stderr
    error: empty.csv already exists, and was not written by prehire find
    hint: move that file elsewhere, or choose another name with -o FILE
    ");
    fs::create_dir(context.path("folder.csv")).unwrap();
    find("folder.csv").assert_exit(2);
    assert_said!(find("list.xlsx").assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: can't write the list to list.xlsx: the list is a CSV file
    hint: choose a name that ends with .csv
    ");
    assert_eq!(context.searches(), searches, "nothing was called");
    let run = find("nowhere/list.csv");
    run.assert_exit(4);
    assert_eq!(context.searches(), searches, "nothing was called{run}");
    assert!(!context.files().iter().any(|name| name.contains("partial")), "{:?}", context.files());
}

#[test]
fn standard_output_has_the_list_alone_and_a_reader_that_leaves_is_no_failure() {
    let context = tenant();
    let run = context.calls_api(&["find", "--limit", "2", "--format", "json", "-o", "-"]);
    run.assert_exit(0);
    assert_eq!(run.stdout.lines().count(), 3);
    let summary: serde_json::Value = serde_json::from_str(run.stderr.trim()).unwrap();
    assert_eq!((&summary["command"], &summary["counts"]["found"]), (&json!("find"), &json!(2)));
    assert_eq!((&summary["list"], &summary["limit_reached"]), (&json!(null), &json!(true)));
    assert_eq!(summary["calls"], json!({"searches": 1, "token": 1}));

    let mut child = context.api_command(&["find", "-q"]).spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert_eq!(line, HEADER);
    drop(reader);
    let run = context.outcome(child);
    run.assert_exit(0);
    assert_eq!(run.stderr, "", "{run}");
}

#[test]
fn standard_output_that_is_full_is_exit_4() {
    let context = tenant();
    let mut command = context.api_command(&["find", "-q"]);
    command.stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    assert_said!(context.finish(command).assert_exit(4), @r"
    exit code: 4
    ----- stderr
    error: can't write to standard output: No space left on device (os error 28)
    ");
}

#[test]
fn a_reason_is_checked_like_one_of_a_file_and_sent_as_it_is() {
    let context = tenant();
    let find =
        |reason: &str| context.calls_api(&["find", "--limit", "1", "--reason", reason, "-o", "list.csv"]);
    assert_said!(find(" ").assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: the text of --reason can't be sent
    hint: give 1 to 500 characters, not just white space
    ");
    find(&"字".repeat(501)).assert_exit(2);
    assert_eq!(context.searches(), 0);
    let reason = "=1+1, \"so\"\nit is";
    find(reason).assert_exit(0);
    context.calls_api(&["withdraw", "list.csv", "--yes"]).assert_exit(0);
    let record = context.record();
    let call = record.calls_to(Api::WithdrawOnboarding).next().unwrap();
    assert_eq!(call.withdraw_reason.as_deref(), Some(reason));
}

#[test]
fn what_can_not_be_meant_is_exit_2_and_calls_nothing() {
    let context = tenant();
    for flags in [
        &["--stage", "preboarding,gone"][..],
        &["--stage", ""],
        &["--onboarding-to", "soon"],
        &["--onboarding-to", "--reason"],
        &["--onboarding-from", "today", "--onboarding-to", "-1d"],
        &["--updated-before", "1970-01-01"],
        &["--department", ""],
        &["--key-word", "  "],
        &["--limit", "0"],
    ] {
        let run = context.calls_api(&[&["find"], flags].concat());
        run.assert_exit(2);
        assert_eq!(run.stdout, "", "{flags:?}{run}");
    }
    assert_eq!(context.record().calls, []);
}

#[test]
fn the_request_is_that_of_the_documents() {
    let server = SearchServer::start(|_, _| page(json!([]), None));
    let context = server.context();
    let flags = ["--onboarding-to", "2026-01-30", "--updated-before", "2026-03-01", "--key-word", "张 & co"];
    let run = context.calls_api(&[&["find", "--department", "od-1"], &flags[..]].concat());
    run.assert_exit(0);
    let calls = server.calls();
    assert_eq!(calls.len(), 2, "one search for each stage");
    for (call, stage) in calls.iter().zip(["preboarding", "day_one"]) {
        assert_eq!(call.query, [("page_size".to_owned(), "100".to_owned())]);
        let fields = [
            "onboarding_info.onboarding_status",
            "onboarding_info.onboarding_date",
            "employment_info.work_email",
            "person_info.preferred_name",
            "person_info.legal_name",
        ];
        let body = json!({
            "onboarding_status": stage,
            "onboarding_date_start": "1970-01-01", "onboarding_date_end": "2026-01-30",
            "updated_date_start": "1970-01-01", "updated_date_end": "2026-02-28",
            "department_ids": ["od-1"], "key_word": "张 & co", "fields": fields,
        });
        assert_eq!(call.body, body);
    }
}

#[test]
fn texts_of_the_server_are_no_formulas_and_ids_stay_digits() {
    let server = SearchServer::start(|_, _| {
        let people = json!([
            somebody("7345005664477775407", "=HYPERLINK(\"http://x\")", "preboarding", "2026-03-01"),
            somebody("0007", "+86 138, \"x\"", "preboarding", "-1"),
            somebody("7345005664477770000", "@a\nb", "preboarding", ""),
            somebody("x7", "no id", "preboarding", ""),
        ]);
        page(people, None)
    });
    let context = server.context();
    let run = context.calls_api(&["find", "--stage", "preboarding", "-o", "list.csv"]);
    assert_said!(run.assert_exit(0), @r"
    exit code: 0
    ----- stdout
      preboarding        3
      found              3
      left out           1 entry without an id
      searches           1 in [DURATION]
      list               list.csv

    1 id ends with zeros, as if rounded by a spreadsheet, but is correct here:
    to withdraw this pre-hire, too, add --trust-ids.
    ");
    let rows = rows_of(&context.list("list.csv"));
    let words = |row: &Row| row.words(&["pre_hire_id", "name", "onboarding_date"]);
    assert_eq!(
        rows.iter().map(words).collect::<Vec<_>>(),
        [
            "7345005664477775407 '=HYPERLINK(\"http://x\") 2026-03-01",
            "0007 '+86 138, \"x\" '-1",
            "7345005664477770000 '@a b -",
        ]
    );
}

#[test]
fn who_is_something_else_by_now_is_left_out_and_who_is_found_twice_is_listed_once() {
    let server = SearchServer::start(|call, _| {
        let stage = call.body["onboarding_status"].as_str().unwrap();
        let people = match stage {
            "preboarding" => json!([
                somebody("1", "moved on", "day_one", "2026-01-01"),
                somebody("2", "too late", "withdrawn", "2026-01-01"),
                somebody("3", "not asked for", "preboarding", "2026-02-01"),
                somebody("4", "stays", "preboarding", "2026-01-31"),
            ]),
            _ => json!([somebody("1", "moved on", "day_one", "2026-01-01"), {"pre_hire_id": "5"}]),
        };
        page(people, None)
    });
    let context = server.context();
    let run =
        context.calls_api(&["find", "--onboarding-to", "2026-01-31", "--format", "json", "-o", "list.csv"]);
    run.assert_exit(0);
    assert_eq!(run.json()["counts"]["left_out"], 2, "{run}");
    let listed: Vec<String> =
        rows_of(&context.list("list.csv")).iter().map(|row| row.words(&["pre_hire_id", "stage"])).collect();
    assert_eq!(listed, ["1 day_one", "4 preboarding", "5 day_one"], "a hidden stage is the one searched for");
}

#[test]
fn names_that_the_app_may_not_see_are_empty_and_the_list_is_good_all_the_same() {
    let context = tenant().simulator(|settings| {
        settings.hidden_fields = vec!["person_info".parse().unwrap(), "onboarding_info".parse().unwrap()];
    });
    let run = context.calls_api(&["find", "--limit", "3", "--reason", "r", "-o", "list.csv"]);
    run.assert_exit(0);
    for row in rows_of(&context.list("list.csv")) {
        assert_eq!(row.words(&["name", "stage", "onboarding_date"]), "- preboarding -");
    }
    context.calls_api(&["withdraw", "list.csv", "--yes"]).assert_exit(0);
}

#[test]
fn an_app_that_may_not_search_is_told_what_it_needs() {
    let context = tenant().simulator(|settings| settings.may_read = false);
    fs::write(context.path("list.csv"), format!("{HEADER}7,old,,,\n")).unwrap();
    let run = context.calls_api(&["find", "-o", "list.csv"]);
    assert_said!(run.assert_exit(3), @r"
    exit code: 3
    ----- stderr
    stopped early: the app is not allowed to look up pre-hires
      said    99991672 Access denied. One of the following scopes is required: [corehr:pre_hire.search:read, corehr:pre_hire:read, corehr:pre_hire:write].应用尚未开通所需的应用身份权限：[corehr:pre_hire.search:read, corehr:pre_hire:read, corehr:pre_hire:write]，点击链接申请并开通任一权限即可：https://open.feishu.cn/app//auth?q=corehr:pre_hire.search:read,corehr:pre_hire:read,corehr:pre_hire:write&op_from=openapi&token_type=tenant
      help    https://open.feishu.cn/app//auth?q=corehr:pre_hire.search:read,corehr:pre_hire:read,corehr:pre_hire:write&op_from=openapi&token_type=tenant
      log id  [LOG ID]
      needs   a scope such as corehr:pre_hire.search:read, and the data permission 待入职人员
    nothing was changed; to try again:
      prehire find -o list.csv --base-url http://127.0.0.1:[PORT] --rate 100000/1s --burst 10000 --retry-base 1ms --retry-cap 5ms
    ");
    assert_eq!(run.stdout, "");
    assert_eq!(context.list("list.csv"), format!("{HEADER}7,old,,,\n"), "half a list replaces nothing");
    assert!(!context.path("list.csv.partial").exists());
    assert_eq!(context.searches(), 1, "it is asked once{run}");

    let server = SearchServer::start(|_, _| (403, json!({"code": 1160103, "msg": "no permission"})));
    assert_said!(server.context().calls_api(&["find"]).assert_exit(3), @r"
    exit code: 3
    ----- stdout
    pre_hire_id,name,stage,onboarding_date,withdraw_reason
    ----- stderr
    stopped early: the app is not allowed to look up pre-hires
      said    1160103 no permission
      log id  LOG
      needs   a scope such as corehr:pre_hire.search:read, and the data permission 待入职人员
    nothing was changed; to try again:
      prehire find --base-url http://127.0.0.1:[PORT] --rate 100000/1s --burst 10000 --retry-base 1ms --retry-cap 5ms
    ");
    assert_eq!(server.calls().len(), 1);
}

#[test]
fn throttled_pages_are_waited_for_and_a_token_that_dies_is_renewed() {
    let server = SearchServer::start(|call, number| {
        let place: u32 = call.page_token.as_deref().unwrap_or("0").parse().unwrap();
        let people = json!([somebody(&place.to_string(), "a", "preboarding", "2026-03-01")]);
        match number {
            1 | 2 => (429, json!({"code": 99991400, "msg": "request trigger frequency limit"})),
            // The first token is dead from here on.
            _ if number >= 4 && call.token == "t-1" => (400, json!({"code": 99991663, "msg": "stale"})),
            6 => (503, json!({"code": 1161204, "msg": "timeout"})),
            7 => (200, json!({"code": 0, "data": {"items": "?"}})),
            _ if place < 5 => page(people, Some(&(place + 1).to_string())),
            _ => page(people, None),
        }
    });
    let run = server.context().calls_api(&["find", "--stage", "preboarding", "--format", "json"]);
    run.assert_exit(0);
    let ids: Vec<String> = rows_of(&run.stdout).iter().map(|row| row["pre_hire_id"].to_owned()).collect();
    assert_eq!(ids, ["0", "1", "2", "3", "4", "5"]);
    let asked: Vec<String> =
        server.calls().iter().map(|call| call.page_token.clone().unwrap_or_default()).collect();
    assert_eq!(asked, ["", "1", "1", "1", "2", "2", "3", "3", "3", "4", "5"]);
    let summary: serde_json::Value = serde_json::from_str(run.stderr.trim()).unwrap();
    assert_eq!(summary["calls"], json!({"searches": 11, "token": 2}), "{run}");
    assert_eq!(summary["waits"]["throttled"], 2);
}

#[test]
fn pages_that_make_no_sense_end_the_search_and_leave_no_list() {
    let leads = |answer| {
        let server = SearchServer::start(answer);
        let context = server.context();
        let run = context.calls_api(&["find", "-o", "list.csv"]);
        run.assert_exit(3);
        assert!(!context.path("list.csv").exists() && !context.path("list.csv.partial").exists(), "{run}");
        (server.calls().len(), run.stderr)
    };
    let (calls, said) = leads(|_, number| page(json!([{"pre_hire_id": number.to_string()}]), Some("same")));
    assert!(calls == 2 && said.contains("already returned"), "{said}");
    let (calls, said) = leads(|_, number| page(json!([]), Some(&number.to_string())));
    assert!(calls == 1 && said.contains("empty one"), "{said}");
    let (calls, said) = leads(|_, number| page(json!([{"pre_hire_id": "1"}]), Some(&number.to_string())));
    assert!(calls == 2 && said.contains("twice"), "{said}");
    let (calls, said) = leads(|_, _| page(json!([{"pre_hire_id": "1"}]), Some("")));
    assert!(calls == 1 && said.contains("not where"), "{said}");
}

#[test]
fn an_api_that_never_answers_is_given_up() {
    let server = SearchServer::start(|_, _| (502, json!("bad gateway")));
    let run = server.context().calls_api(&["find", "--max-attempts", "3"]);
    assert_said!(run.assert_exit(3), @r"
    exit code: 3
    ----- stdout
    pre_hire_id,name,stage,onboarding_date,withdraw_reason
    ----- stderr
    stopped early: the API did not answer the search, not even after several attempts
      said    http_502 HTTP 502 without the requested data
      log id  LOG
    nothing was changed; to try again:
      prehire find --max-attempts 3 --base-url http://127.0.0.1:[PORT] --rate 100000/1s --burst 10000 --retry-base 1ms --retry-cap 5ms
    ");
    assert_eq!(server.calls().len(), 3);
    let context = TestContext::new().env("FEISHU_APP_ID", "cli_wrong_secret");
    assert_said!(context.calls_api(&["find"]).assert_exit(3), @r"
    exit code: 3
    ----- stdout
    pre_hire_id,name,stage,onboarding_date,withdraw_reason
    ----- stderr
    stopped early: the API issued no token: check app id and secret (and tenant)
      said    10014 app secret invalid
      log id  [LOG ID]
    nothing was changed; to try again:
      prehire find --base-url http://127.0.0.1:[PORT] --rate 100000/1s --burst 10000 --retry-base 1ms --retry-cap 5ms
    ");
    let context = TestContext::new().without_env("FEISHU_APP_ID");
    assert_said!(context.calls_api(&["find"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: there is no app to use
    hint: set FEISHU_APP_ID and FEISHU_APP_SECRET (or FEISHU_APP_SECRET_FILE), or rehearse with --simulate
    ");
}

/// A tenant whose answers take so long that a search can be watched.
fn slow() -> TestContext {
    tenant().simulator(|settings| {
        let latency = Duration::from_millis(40);
        settings.latency = latency..=latency;
    })
}

#[test]
fn a_signal_ends_the_search_and_leaves_the_old_list() {
    let mut told = String::new();
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let context = slow();
        fs::write(context.path("list.csv"), HEADER).unwrap();
        let child = context.api_command(&["find", "-o", "list.csv"]).spawn().unwrap();
        until("some pages are there", || context.searches() >= 3);
        assert!(context.path("list.csv.partial").exists());
        kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
        let run = context.outcome(child);
        told += &run.assert_exit(code).said();
        assert_eq!(context.list("list.csv"), HEADER);
        assert!(!context.path("list.csv.partial").exists(), "names were left behind{run}");
    }
    assert_text!(told, @r"
    exit code: 130
    ----- stderr
    stopped early: interrupted by Ctrl-C (SIGINT)
    nothing was changed; to try again:
      prehire find -o list.csv --base-url http://127.0.0.1:[PORT] --rate 100000/1s --burst 10000 --retry-base 1ms --retry-cap 5ms
    exit code: 143
    ----- stderr
    stopped early: interrupted by SIGTERM
    nothing was changed; to try again:
      prehire find -o list.csv --base-url http://127.0.0.1:[PORT] --rate 100000/1s --burst 10000 --retry-base 1ms --retry-cap 5ms
    ");
}

#[test]
fn a_deadline_ends_the_search() {
    let context = slow();
    let run = context.calls_api(&["find", "-o", "list.csv", "--deadline", "300ms"]);
    assert_said!(run.assert_exit(3), @r"
    exit code: 3
    ----- stderr
    stopped early: the --deadline has passed
    nothing was changed; to try again:
      prehire find -o list.csv --deadline 300ms --base-url http://127.0.0.1:[PORT] --rate 100000/1s --burst 10000 --retry-base 1ms --retry-cap 5ms
    ");
    assert!((3..=12).contains(&context.searches()), "{}{run}", context.searches());
    assert!(!context.path("list.csv").exists());
}

#[test]
fn one_search_at_a_time_and_never_more_than_the_allowance_over_several() {
    let context = slow();
    let child = context.api_command(&["find", "-q"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    until("it has begun", || context.searches() >= 1);
    assert_said!(context.calls_api(&["find"]).assert_exit(75), @r"
    exit code: 75
    ----- stderr
    error: another run holds the allowance of this app: process [PID]
    hint: wait until it has ended, or add --wait-lock 10m
    ");
    // A run has allowances of its own.
    let other = TestContext::new().server(context.base_url()).row(SOMEBODY, "a");
    other.run().assert_exit(0);
    context.outcome(child).assert_exit(0);

    let context = tenant().simulator(|settings| settings.rate = Some("20/2s".parse().unwrap()));
    for _ in 0..2 {
        let mut command = context.program(["find", "--stage", "completed", "-q"]);
        command.args(["--base-url", &context.base_url(), "--rate", "20/2s", "--burst", "20"]);
        context.finish(command).assert_exit(0);
    }
    let record = context.record();
    assert!(record.calls_to(Api::Search).count() >= 14);
    assert!(record.calls_to(Api::Search).all(|call| call.status == Some(200)), "no call was turned away");
}
