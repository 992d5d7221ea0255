//! Disks that are full or read-only: the run stops before anything is lost, and goes on when there is room.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use prehire_simulator::{Api, Stage};

use crate::audit::{Audit, calls_by_id, lines_of};
use crate::context::TestContext;
use crate::run::Run;
use crate::workbook::Workbook;

const ROWS: u64 = 300;
const WORKERS: usize = 8;

/// A small disk; it is gone when it is dropped.
pub struct Disk(PathBuf);

impl Disk {
    /// `None` where nobody may mount: the test is skipped with a word.
    #[expect(clippy::print_stdout, reason = "nobody should take a test that was skipped for one that passed")]
    pub fn of(context: &TestContext, size: &str) -> Option<Disk> {
        let path = context.path("disk");
        fs::create_dir(&path).unwrap();
        let is_mounted = mount(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"], &path);
        if !is_mounted {
            println!("skipped: only root can mount a small disk");
        }
        is_mounted.then_some(Disk(path))
    }

    fn remount(&self, options: &str) {
        assert!(mount(&["-o", &format!("remount,{options}")], &self.0), "can't remount with {options}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).stderr(Stdio::null()).status();
    }
}

fn mount(arguments: &[&str], path: &Path) -> bool {
    let status = Command::new("mount").args(arguments).arg(path).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn context() -> TestContext {
    let latency = Duration::ZERO..=Duration::from_millis(5);
    TestContext::new()
        .rows(ROWS)
        .flag("--output", "disk/out.csv")
        .flag("--workers", WORKERS)
        .flag("--read-back-delay", "20ms")
        .flag("--timeout", "2s")
        .simulator(move |settings| settings.latency = latency)
}

/// Nothing is lost: all that the server did is on record, or in doubt there.
fn assert_nothing_lost(context: &TestContext, journal: &Path, run: &Run) {
    Audit::of(Api::WithdrawOnboarding).look(journal, WORKERS, || context.record());
    let lines = lines_of(journal);
    let begun = lines.iter().filter(|line| line.kind == "call_started").count();
    let calls = context.withdraw_calls();
    assert!(
        (1..ROWS as usize).contains(&calls),
        "{calls} calls: the disk did not fill up in the middle{run}"
    );
    assert!(calls <= begun, "{calls} calls, of which the journal knows {begun}{run}");
}

/// The same command finishes the job; only what was in doubt may have been called twice.
fn assert_goes_on_to_the_end(context: &TestContext, journal: &Path) {
    let before = lines_of(journal);
    let run = context.run();
    run.assert_exit(0);
    assert_eq!(run.results().len(), ROWS as usize);
    for row in run.results() {
        assert_eq!(&row["status"], "withdrawn", "{row:?}");
        assert_eq!(context.api().stage_of(&row["pre_hire_id"]), Stage::Withdrawn);
    }
    let mut open: BTreeMap<String, bool> = BTreeMap::new();
    for line in before.iter().filter(|line| matches!(line.kind.as_str(), "call_started" | "call_finished")) {
        open.insert(line.id(), line.kind == "call_started");
    }
    for (id, calls) in calls_by_id(&context.record(), Api::WithdrawOnboarding) {
        let was_in_doubt = open.get(&id).copied().unwrap_or(false);
        assert!(calls == 1 || was_in_doubt, "{id} was called {calls} times");
    }
    Audit::of(Api::WithdrawOnboarding).look(journal, WORKERS, || context.record());
}

#[test]
fn a_disk_that_fills_up_with_the_journal_stops_the_run_and_loses_nothing() {
    let mut told = String::new();
    for size in ["64k", "128k", "148k"] {
        let context = context();
        let Some(disk) = Disk::of(&context, size) else { return };
        let journal = context.path("disk/out.csv.journal");
        let run = context.run();
        told += &run.assert_exit(4).said();
        assert!(!run.has_results(), "incomplete results have their final name{run}");
        assert_nothing_lost(&context, &journal, &run);
        let calls = context.withdraw_calls();
        let again = context.run();
        again.assert_exit(4);
        Audit::of(Api::WithdrawOnboarding).look(&journal, WORKERS, || context.record());
        assert!(context.withdraw_calls() <= calls + 2 * WORKERS, "a full disk is no place to go on{again}");
        disk.remount("size=8m");
        assert_goes_on_to_the_end(&context, &journal);
    }
    assert_text!(told, @r"
    exit code: 4
    ----- stderr
    error: can't write disk/out.csv.journal: No space left on device (os error 28)
    hint: free up disk space, then run the same command again: it continues from what is there
    exit code: 4
    ----- stderr
    error: can't write disk/out.csv.journal: No space left on device (os error 28)
    hint: free up disk space, then run the same command again: it continues from what is there
    exit code: 4
    ----- stderr
    error: can't write disk/out.csv.journal: No space left on device (os error 28)
    hint: free up disk space, then run the same command again: it continues from what is there
    ");
}

#[test]
fn a_disk_that_fills_up_with_the_results_alone_stops_the_run_and_the_journal_has_everything() {
    let context = context().flag("--journal", "elsewhere.journal");
    let Some(disk) = Disk::of(&context, "16k") else { return };
    let journal = context.path("elsewhere.journal");
    let run = context.run();
    assert_said!(run.assert_exit(4), @r"
    exit code: 4
    ----- stderr
    error: can't write disk/out.csv.partial: No space left on device (os error 28)
    hint: free up disk space, then run the same command again
    ");
    assert!(!run.has_results(), "incomplete results have their final name{run}");
    assert_nothing_lost(&context, &journal, &run);
    let lines = lines_of(&journal);
    let count = |kind: &str| lines.iter().filter(|line| line.kind == kind).count();
    assert_eq!(
        count("call_started"),
        count("call_finished"),
        "what was in flight was awaited and recorded{run}"
    );
    let finished = lines.last().unwrap();
    assert_eq!((finished.kind.as_str(), &finished.fields["exit_code"]), ("run_finished", &4.into()));
    disk.remount("size=8m");
    assert_goes_on_to_the_end(&context, &journal);
    let calls = context.withdraw_calls();
    assert_eq!(calls, ROWS as usize, "nothing was in doubt, so nothing is called twice");
}

#[test]
fn a_disk_that_fills_up_with_the_rows_of_a_workbook_stops_the_run_and_the_journal_has_everything() {
    let context = context().flag("--output", "disk/out.xlsx").flag("--journal", "elsewhere.journal");
    let Some(disk) = Disk::of(&context, "64k") else { return };
    let journal = context.path("elsewhere.journal");
    let run = context.run();
    assert_said!(run.assert_exit(4), @r"
    exit code: 4
    ----- stderr
    error: can't write disk/out.xlsx: No space left on device (os error 28)
    hint: free up disk space, then run the same command again
    ");
    assert!(!run.stderr.contains("panicked"), "{run}");
    assert_eq!(fs::read_dir(&disk.0).unwrap().count(), 0, "something was left behind{run}");
    assert_nothing_lost(&context, &journal, &run);
    disk.remount("size=8m");
    assert_goes_on_to_the_end(&context, &journal);
    assert_eq!(context.withdraw_calls(), ROWS as usize, "nothing was in doubt, so nothing is called twice");
}

#[test]
fn a_disk_without_room_for_the_workbook_itself_leaves_no_part_of_it_and_the_next_run_makes_no_call() {
    let of_size = |size: &str| {
        let context = context().flag("--output", "disk/out.xlsx").flag("--journal", "elsewhere.journal");
        let disk = Disk::of(&context, size)?;
        Some((context, disk))
    };
    let Some((roomy, _disk)) = of_size("8m") else { return };
    roomy.run().assert_exit(0);
    let bytes_of_rows = Workbook::open(&roomy.path("disk/out.xlsx")).sheet().len();

    let (context, disk) = of_size(&format!("{}k", bytes_of_rows / 1024 + 8)).unwrap();
    let run = context.run();
    assert_said!(run.assert_exit(4), @r"
    exit code: 4
    ----- stderr
    error: can't write disk/out.xlsx: No space left on device (os error 28)
    hint: free up disk space, then run the same command again
    ");
    assert_eq!(fs::read_dir(&disk.0).unwrap().count(), 0, "something was left behind{run}");
    assert_eq!(context.withdraw_calls(), ROWS as usize, "the rows alone have room{run}");
    disk.remount("size=8m");
    assert_goes_on_to_the_end(&context, &context.path("elsewhere.journal"));
    assert_eq!(context.withdraw_calls(), ROWS as usize);
}

#[test]
fn a_disk_without_room_for_a_journal_is_found_out_before_the_first_call() {
    let context = context();
    let Some(disk) = Disk::of(&context, "16k") else { return };
    fs::write(context.path("disk/filler"), [0; 64 * 1024]).unwrap_err();
    let run = context.run();
    run.assert_exit(4);
    assert_eq!(context.record().calls.len(), 0, "{run}");
    fs::remove_file(context.path("disk/filler")).unwrap();
    disk.remount("size=8m");
    context.run().assert_exit(0);
}

#[test]
fn a_read_only_directory_is_found_out_before_the_first_call() {
    let context = context();
    let Some(disk) = Disk::of(&context, "8m") else { return };
    disk.remount("ro");
    let run = context.run();
    assert!(matches!(run.exit_code, 2 | 4), "{run}");
    assert_said!(run, @r"
    exit code: 4
    ----- stderr
    error: can't create disk/out.csv.journal.lock: Read-only file system (os error 30)
    hint: check that the directory exists and is writable, or choose another with -o FILE
    ");
    assert_eq!(context.record().calls.len(), 0, "{run}");
    disk.remount("rw");
    context.run().assert_exit(0);
}

#[test]
fn a_list_that_does_not_fit_leaves_the_old_one_and_no_half() {
    let context = TestContext::new().simulator(|settings| settings.people = 5000);
    let Some(disk) = Disk::of(&context, "64k") else { return };
    let old = "pre_hire_id,name,stage,onboarding_date,withdraw_reason\n7,old,,,\n";
    fs::write(disk.0.join("list.csv"), old).unwrap();
    let run = context.calls_api(&["find", "-o", "disk/list.csv"]);
    assert_said!(run.assert_exit(4), @r"
    exit code: 4
    ----- stderr
    error: can't write disk/list.csv.partial: No space left on device (os error 28)
    hint: free up disk space, or choose another place with -o FILE
    ");
    assert_eq!(fs::read_to_string(disk.0.join("list.csv")).unwrap(), old);
    assert_eq!(fs::read_dir(&disk.0).unwrap().count(), 1, "half a list was left{run}");
    disk.remount("size=4m");
    context.calls_api(&["find", "-o", "disk/list.csv", "-q"]).assert_exit(0);
    assert!(fs::read_to_string(disk.0.join("list.csv")).unwrap().lines().count() > 3000);

    let list = disk.0.join("list.csv").display().to_string();
    disk.remount("size=400k");
    let run = context.calls_api(&["check", &list, "--online", "-o", "disk/checked.csv"]);
    run.assert_exit(4);
    assert_eq!(fs::read_dir(&disk.0).unwrap().count(), 1, "half a file was left{run}");
}
