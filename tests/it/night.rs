//! A night in miniature: runs that a scheduler starts and nobody looks at. Each ends with the right exit code, says why,
//! leaves metrics, and tells the bot; and nobody who reads any of that learns a name.

use std::collections::BTreeMap;
use std::fs;

use nix::sys::signal::Signal;

use crate::bot::{ADDRESS, Bot, Card, SECRET};
use crate::context::{APP_SECRET, TestContext};
use crate::disk_full::Disk;
use crate::metrics::metrics_of;
use crate::run::Run;

const NAME: &str = "王芳";
const REASON: &str = "候选人放弃入职";
/// Answered 2 s late.
const SLOW: &str = "9911190000000000001";

/// One job, as a scheduler starts it every night, and the bot that it tells.
struct Job {
    context: TestContext,
    bot: Bot,
}

impl Job {
    /// The ids of the rows, each with a name and a reason that nobody else may see.
    fn of(ids: &[&str]) -> Job {
        let rows: String = ids.iter().map(|id| format!("{id},{NAME},{REASON}\n")).collect();
        let context = TestContext::new().input(format!("pre_hire_id,name,withdraw_reason\n{rows}"));
        Job::in_context(context)
    }

    fn in_context(context: TestContext) -> Job {
        let context = context
            .switch("--quiet")
            .flag("--log-format", "json")
            .flag("--metrics-file", "prehire.prom")
            .flag("--deadline", "1h")
            .flag("--max-rows", 1_000)
            .flag("--wait-lock", "0s");
        let bot = Bot::new();
        Job { context: bot.with(context), bot }
    }

    fn metrics(&self) -> BTreeMap<String, f64> {
        metrics_of(&self.context.path("prehire.prom"))
    }

    fn rows(&self, status: &str) -> f64 {
        self.metrics()[&format!("prehire_last_run_rows{{status=\"{status}\"}}")]
    }

    /// What everybody is told of this end; the card, for what else it says.
    #[track_caller]
    fn assert_told(&self, run: &Run, exit_code: i32, said: &str) -> Card {
        run.assert_exit(exit_code);
        assert!(run.stderr.contains(said), "it does not say {said:?}{run}");
        for line in run.stderr.lines() {
            let line: serde_json::Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}{run}"));
            assert_eq!((&line["level"], &line["exit_code"]), (&"error".into(), &exit_code.into()), "{run}");
        }
        assert_eq!(run.stdout, "", "--quiet");
        assert_eq!(self.metrics()["prehire_last_run_exit_code"], f64::from(exit_code));
        let card = self.bot.only_card();
        assert!(card.value("exit code").starts_with(&format!("{exit_code}, ")), "{}", card.whole);
        let metrics = fs::read_to_string(self.context.path("prehire.prom")).unwrap();
        for private in [NAME, REASON, "734500566447", "99111900", APP_SECRET, SECRET, ADDRESS] {
            card.assert_silent_about(&[private]);
            assert!(!metrics.contains(private), "{metrics}");
        }
        card
    }
}

#[test]
fn a_start_while_the_last_run_is_still_going_on_is_75() {
    let Job { context, bot: first_bot } = Job::of(&[SLOW]);
    let running = context.start_and_await_calls(1);
    // The first one has read its webhook: whatever comes now is told to another bot.
    let bot = Bot::new();
    let second = Job { context: bot.with(context), bot };
    let run = second.context.run();
    let card = second.assert_told(&run, 75, &format!("process {}", running.pid()));
    assert_said!(run, @r#"
    exit code: 75
    ----- stderr
    {"time":"[TIME]","level":"error","message":"another run holds the journal of these results: process [PID]","exit_code":75,"hint":"wait until it has ended, or add --wait-lock 10m"}
    "#);
    assert_eq!(card.title(), "prehire withdraw: not started: another run holds the journal or the allowance");
    assert!(!second.metrics().contains_key("prehire_last_success_timestamp_seconds"));

    let run = second.context.outcome(running.into_child());
    run.assert_exit(0).assert_column("status", ["withdrawn"]);
    assert_eq!(first_bot.only_card().title(), "prehire withdraw: every row succeeded");
    assert_eq!((second.rows("withdrawn"), second.metrics()["prehire_last_run_exit_code"]), (1.0, 0.0));
    assert_eq!(second.context.withdraw_calls(), 1);
}

#[test]
fn a_disk_that_is_full_is_4_and_what_was_done_is_counted() {
    let job =
        Job::in_context(TestContext::new().rows(300).flag("--output", "disk/out.csv").flag("--workers", 8));
    let Some(_disk) = Disk::of(&job.context, "64k") else { return };
    let run = job.context.run();
    let card = job.assert_told(&run, 4, "No space left on device");
    assert_eq!(card.value("cause"), "see the log of the run");
    assert!(card.value("results").ends_with("disk/out.csv"), "{}", card.whole);
    let calls = job.context.withdraw_calls() as f64;
    let attempts = job.metrics()["prehire_last_run_attempts"];
    assert!((1.0..=calls).contains(&attempts), "{attempts} of {calls} calls{run}");
}

#[test]
fn a_token_that_is_dead_is_3_and_the_rest_waits_for_the_next_night() {
    let job = Job::of(&["7345005664477775401", "7345005664477775402"]);
    let context = job.context.env("FEISHU_TENANT_ACCESS_TOKEN", "t-of-yesterday");
    let job = Job { context, ..job };
    let run = job.context.run();
    let card = job.assert_told(&run, 3, "the API rejected the token, and it can't be renewed");
    assert_eq!(card.value("cause"), "the API rejected the token, and it can't be renewed (99991663)");
    assert_eq!(card.value("rows"), "2 (0 successes): not_attempted 2");
    assert!(card.value("app").starts_with("given, 127.0.0.1:"));
    card.assert_silent_about(&["t-of-yesterday"]);
    assert_eq!(job.rows("not_attempted"), 2.0);
    run.assert_column("status", ["not_attempted", "not_attempted"]);

    let next = job.context.without_env("FEISHU_TENANT_ACCESS_TOKEN").without("--notify-webhook-file");
    // Another app has another journal.
    next.switch("--restart").run().assert_exit(0).assert_column("status", ["withdrawn", "withdrawn"]);
}

#[test]
fn a_file_that_is_broken_is_2_and_nothing_of_it_is_told() {
    for (broken, said) in [
        (format!("id,name,withdraw_reason\n7345005664477775401,{NAME},{REASON}\n").into_bytes(), "no column"),
        (
            [b"pre_hire_id,withdraw_reason\n7345005664477775401,", REASON.as_bytes(), b"\xFF\n"].concat(),
            "line 2",
        ),
        (Vec::new(), "empty"),
    ] {
        let job = Job::in_context(TestContext::new().input(broken));
        let run = job.context.run();
        let card = job.assert_told(&run, 2, said);
        assert_eq!(card.value("cause"), "see the log of the run");
        assert_eq!(job.context.record().calls.len(), 0);
        assert_eq!(job.metrics()["prehire_last_run_attempts"], 0.0);
        assert!(!run.has_results());
    }
}

#[test]
fn a_run_that_the_scheduler_ends_is_143_and_goes_on_the_next_night() {
    let job = Job::of(&[SLOW, "7345005664477775401", "7345005664477775402"]);
    let context = job.context.flag("--workers", 1);
    let job = Job { context, ..job };
    let running = job.context.start_and_await_calls(1);
    running.send(Signal::SIGTERM);
    let run = job.context.outcome(running.into_child());
    let card = job.assert_told(&run, 143, "interrupted by SIGTERM");
    assert_eq!(card.value("cause"), "interrupted by SIGTERM");
    assert_eq!(card.value("rows"), "3 (1 success): withdrawn 1, not_attempted 2");
    assert_eq!((job.rows("withdrawn"), job.rows("not_attempted")), (1.0, 2.0));

    let next = job.context.without("--notify-webhook-file").run();
    next.assert_exit(0).assert_column("status", ["withdrawn"; 3]);
    let metrics = metrics_of(&job_path(&run));
    assert_eq!(metrics["prehire_last_run_exit_code"], 0.0);
    assert!(metrics.contains_key("prehire_last_success_timestamp_seconds"));
}

fn job_path(run: &Run) -> std::path::PathBuf {
    run.results_path.with_file_name("prehire.prom")
}

#[test]
fn a_first_row_that_nobody_answers_is_3() {
    let job = Job::of(&["7345005664477775401"]);
    // Port 1 is nobody's.
    let context = job.context.server("http://127.0.0.1:1").flag("--max-attempts", 2).flag("--timeout", "1s");
    let job = Job { context, ..job };
    let run = job.context.run();
    let card = job.assert_told(&run, 3, "stopped early: ");
    assert_eq!(card.title(), "prehire withdraw: stopped early");
}
