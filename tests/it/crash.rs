//! The proof that nothing is lost and nothing done twice: runs that are killed, again and again, at any moment
//! and at every line of the journal.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prehire_simulator::Api;

use crate::audit::{Audit, Line, calls_by_id, calls_cut_off, lines_of};
use crate::context::TestContext;
use crate::run::Run;

/// A run that makes no call is killed all the same after this time.
const LONGEST_LIFE: Duration = Duration::from_millis(400);

/// When a run is killed: after so many more calls to the server, and then so much time.
struct Fate {
    calls: usize,
    then: Duration,
}

fn context() -> TestContext {
    TestContext::new()
        .flag("--read-back-delay", "20ms")
        .flag("--timeout", "2s")
        .flag("--max-attempts", 8)
        .flag("--stop-after", 0)
        .flag("--progress", "never")
}

/// The runs that are killed: withdrawals, or restorations of what was withdrawn before.
#[derive(Clone, Copy)]
struct Job<'a> {
    context: &'a TestContext,
    api: Api,
}

impl<'a> Job<'a> {
    fn withdrawal(context: &'a TestContext) -> Job<'a> {
        Job { context, api: Api::WithdrawOnboarding }
    }

    fn restoration(context: &'a TestContext) -> Job<'a> {
        context.run().assert_exit(0);
        Job { context, api: Api::RestoreFlowInstance }
    }

    fn is_restoration(self) -> bool {
        self.api == Api::RestoreFlowInstance
    }

    fn command(self) -> Command {
        if self.is_restoration() { self.context.restore_command() } else { self.context.withdraw_command() }
    }

    fn run(self) -> Run {
        if self.is_restoration() { self.context.restore() } else { self.context.run() }
    }

    fn journal(self) -> PathBuf {
        let ending = if self.is_restoration() { "restored.csv.journal" } else { "results.csv.journal" };
        self.context.input_path().with_extension(ending)
    }

    fn calls(self) -> usize {
        self.context.record().calls_to(self.api).count()
    }
}

fn ids(count: u64) -> Vec<String> {
    (0..count).map(|index| (7_345_005_664_477_000_000 + 7 * index + 1).to_string()).collect()
}

/// Starts the run; true if it was killed, false if it ended before its fate came.
fn run_until(job: Job<'_>, fate: &Fate, signal: Signal) -> bool {
    let context = job.context;
    let calls = context.record().calls.len() + fate.calls;
    let mut command = job.command();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while context.record().calls.len() < calls && began.elapsed() < LONGEST_LIFE {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        thread::yield_now();
    }
    thread::sleep(fate.then);
    let was_alive = child.try_wait().unwrap().is_none();
    signal_to(&child, signal);
    child.wait().unwrap();
    was_alive
}

fn signal_to(child: &Child, signal: Signal) {
    // It may have ended by itself; its id is ours until it is waited for.
    let _ = kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal);
}

/// Kills runs until enough have died, then lets one end by itself.
fn kill_again_and_again(job: Job<'_>, workers: usize, kills: usize, fates: impl Fn() -> Fate) -> Run {
    let context = job.context;
    let (mut audit, mut killed, mut runs) = (Audit::of(job.api), 0, 0);
    let journal = job.journal();
    while killed < kills && runs < 2 * kills {
        runs += 1;
        killed += usize::from(run_until(job, &fates(), Signal::SIGKILL));
        audit.look(&journal, workers, || context.record());
    }
    let run = job.run();
    audit.look(&journal, workers, || context.record());
    let cut_off = calls_cut_off(&lines_of(&journal));
    assert!(cut_off >= kills / 3, "{killed} kills cut off {cut_off} calls only{run}");
    assert!(killed >= kills, "only {killed} of {runs} runs were killed, the rest had ended{run}");
    run
}

fn faulty(rows: u64, seed: u64) -> TestContext {
    context().switch("--no-canary").rows(rows).flag("--workers", 8).simulator(|settings| {
        settings.latency = Duration::ZERO..=Duration::from_millis(15);
        settings.fault_percent = 8.0;
        settings.seed = Some(seed);
    })
}

#[test]
fn nothing_is_lost_and_nothing_done_twice_by_kills_at_random_moments() {
    const ROWS: u64 = 160;
    let context = faulty(ROWS, 1);
    assert_survives_kills_at_random_moments(Job::withdrawal(&context), ROWS, "withdrawn");
}

#[test]
fn nothing_is_restored_twice_by_kills_at_random_moments() {
    const ROWS: u64 = 120;
    let context = faulty(ROWS, 4);
    let job = Job::restoration(&context);
    let withdrawals = fs::read(context.results_path().with_extension("csv.journal")).unwrap();
    assert_survives_kills_at_random_moments(job, ROWS, "restored");
    for id in ids(ROWS) {
        assert_eq!(context.api().look_up(&id).restored_times, 1, "{id}");
    }
    assert!(withdrawals == fs::read(context.results_path().with_extension("csv.journal")).unwrap());
}

fn assert_survives_kills_at_random_moments(job: Job<'_>, rows: u64, done: &str) {
    fastrand::seed(1);
    let run = kill_again_and_again(job, 8, 30, || Fate {
        calls: fastrand::usize(0..8),
        then: Duration::from_micros(fastrand::u64(0..6_000)),
    });
    run.assert_exit(0);
    Audit::of(job.api).assert_complete(&run, job.context.api(), &ids(rows));
    assert!(run.results().iter().all(|row| &row["status"] == done), "{run}");
    let calls = job.calls();
    job.run().assert_exit(0);
    assert_eq!(job.calls(), calls, "everything was settled, so nothing is called");
}

#[test]
fn no_window_holds_more_than_the_cap_however_often_the_run_is_killed() {
    const ROWS: u64 = 120;
    let rate = "40/1s";
    let context = context()
        .switch("--no-canary")
        .rows(ROWS)
        .rate(rate)
        .flag("--workers", 4)
        .flag("--timeout", "500ms")
        .simulator(|settings| {
            settings.rate = Some(rate.parse().unwrap());
            settings.latency = Duration::ZERO..=Duration::from_millis(15);
            settings.fault_percent = 4.0;
            settings.seed = Some(2);
        });
    fastrand::seed(2);
    let run = kill_again_and_again(Job::withdrawal(&context), 4, 30, || Fate {
        calls: fastrand::usize(0..14),
        then: Duration::from_micros(fastrand::u64(0..10_000)),
    });
    run.assert_exit(0);
    Audit::of(Api::WithdrawOnboarding).assert_complete(&run, context.api(), &ids(ROWS));
    let record = context.record();
    assert!(record.calls.iter().all(|call| call.status != Some(429)), "a call was throttled{run}");
    for api in [Api::WithdrawOnboarding, Api::Query] {
        let most = record.most_in_window(api, Duration::from_secs(1));
        assert!(most <= 40, "{most} calls in a second{run}");
    }
}

#[test]
fn a_kill_at_any_line_of_the_journal_is_survived_and_so_is_another_one() {
    kill_at_each_line(36, |line| {
        let scripted =
            ["9902011611160000001", "9903011610000000001", "9912020000000000001", "9913030000000000001"];
        let (context, ids) = with_scripted(scripted);
        kill_at(line, &context, Job::withdrawal, &ids);
    });
}

#[test]
fn a_restoration_survives_a_kill_at_any_line_of_its_journal() {
    kill_at_each_line(27, |line| {
        let scripted =
            ["9942011611160000001", "9943011610000000001", "9952020000000000001", "9953030000000000001"];
        let (context, ids) = with_scripted(scripted);
        kill_at(line, &context, Job::restoration, &ids);
        for id in ids {
            assert_eq!(context.api().look_up(&id).restored_times, 1, "{id}");
        }
    });
}

fn kill_at_each_line(lines: usize, kill_at: impl Fn(usize) + Sync) {
    const LANES: usize = 9;
    thread::scope(|scope| {
        for lane in 0..LANES {
            let kill_at = &kill_at;
            scope.spawn(move || (1..=lines).filter(|line| line % LANES == lane).for_each(kill_at));
        }
    });
}

/// Refused at first, done without a word, cut off before the deed and after it, and ordinary ones between.
fn with_scripted(scripted: [&str; 4]) -> (TestContext, Vec<String>) {
    let ids: Vec<String> = scripted.map(str::to_owned).into_iter().chain(ids(4)).collect();
    let context = ids.iter().fold(context(), |context, id| context.row(id, "reason")).flag("--workers", 3);
    (context, ids)
}

/// One life that ends once this line is there, another one soon after it began, and a last one to the end.
fn kill_at<'a>(
    line: usize,
    context: &'a TestContext,
    job: impl Fn(&'a TestContext) -> Job<'a>,
    ids: &[String],
) {
    let job = job(context);
    let (mut audit, journal) = (Audit::of(job.api), job.journal());
    for more in [line, 2 + line % 7] {
        let lines = lines_of(&journal).len() + more;
        let mut child = job.command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while lines_of(&journal).len() < lines && child.try_wait().unwrap().is_none() {
            thread::yield_now();
        }
        signal_to(&child, Signal::SIGKILL);
        child.wait().unwrap();
        audit.look(&journal, 3, || context.record());
    }
    let run = job.run();
    audit.look(&journal, 3, || context.record());
    audit.assert_complete(&run, context.api(), ids);
    run.assert_exit(0);
}

#[test]
fn what_a_signal_leaves_in_doubt_is_looked_up_by_the_next_run() {
    const ROWS: u64 = 60;
    let context = context().switch("--no-canary").rows(ROWS).flag("--workers", 8).simulator(|settings| {
        settings.latency = Duration::ZERO..=Duration::from_millis(15);
        settings.fault_percent = 40.0;
        settings.seed = Some(3);
    });
    fastrand::seed(3);
    let job = Job::withdrawal(&context);
    let (mut audit, journal) = (Audit::of(job.api), job.journal());
    for _ in 0..10 {
        let fate = Fate { calls: fastrand::usize(0..14), then: Duration::from_millis(fastrand::u64(0..20)) };
        let signal = if fastrand::bool() { Signal::SIGTERM } else { Signal::SIGINT };
        run_until(job, &fate, signal);
        audit.look(&journal, 8, || context.record());
    }
    let is_unknown = |line: &Line| line.kind == "row_settled" && line.status() == "unknown";
    assert!(lines_of(&journal).iter().any(is_unknown), "no run left anything in doubt");
    let run = context.run();
    audit.look(&journal, 8, || context.record());
    audit.assert_complete(&run, context.api(), &ids(ROWS));
    let calls = calls_by_id(&context.record(), job.api);
    for row in run.results() {
        assert!(
            row["attempts"].parse::<usize>().unwrap() >= calls[&row["pre_hire_id"]],
            "calls were lost: {row:?}"
        );
    }
}
