//! Owns the benchmark: what a row costs in time, CPU and memory, against the simulated API on the same machine.
//!
//! `cargo bench` prints the table (about a minute). `cargo bench -- million` adds a run of a million rows (minutes).
//!
//! Each run is started by a small process of its own (this program again, as `measure`), which waits for it and asks
//! the system what its only child has used: a parent with a large memory would show in the child's peak.

#![allow(clippy::print_stdout, reason = "the table is what this program is for")]
#![allow(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

const PREHIRE: &str = env!("CARGO_BIN_EXE_prehire");
const ROWS: u64 = 20_000;
const MILLION: u64 = 1_000_000;
/// No run takes longer; one that would ends with exit 3, which fails the benchmark.
const DEADLINE: &str = "300s";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["measure", command @ ..] => measure(command),
        // `cargo test --all-targets` starts this program, too: there it has nothing to do.
        arguments if arguments.contains(&"--bench") => benchmark(arguments.contains(&"million")),
        _ => Ok(()),
    }
}

fn benchmark(with_million: bool) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let mut ids = Ids(7_345_005_664_000_000_001);
    println!("| work | rows | rows/s (median) | lowest–highest | CPU µs/row | peak memory |");
    println!("|---|---|---|---|---|---|");
    for (latency, runs) in [("0ms", 7), ("20ms", 3)] {
        let api = Served::start(latency)?;
        let name = format!("withdraw, latency {latency}");
        report(&name, ROWS, runs, || withdraw(directory.path(), &api, &mut ids, ROWS))?;
    }
    let million = directory.path().join("million.csv");
    write_rows(&million, &mut ids, MILLION)?;
    let million = million.to_string_lossy().into_owned();
    report("check", MILLION, 3, || used(&["check", &million, "--quiet"]))?;
    if with_million {
        let api = Served::start("0ms")?;
        report("withdraw, latency 0ms", MILLION, 1, || withdraw(directory.path(), &api, &mut ids, MILLION))?;
    }
    Ok(())
}

/// What one run has used.
#[derive(Clone, Copy)]
struct Used {
    wall: Duration,
    cpu: Duration,
    peak_bytes: u64,
}

fn report(work: &str, rows: u64, runs: u32, mut run: impl FnMut() -> Result<Used>) -> Result<()> {
    let used = (0..runs).map(|_| run()).collect::<Result<Vec<Used>>>()?;
    let mut speeds: Vec<f64> = used.iter().map(|used| rows as f64 / used.wall.as_secs_f64()).collect();
    let mut costs: Vec<f64> = used.iter().map(|used| used.cpu.as_secs_f64() * 1e6 / rows as f64).collect();
    speeds.sort_by(f64::total_cmp);
    costs.sort_by(f64::total_cmp);
    let peak = used.iter().map(|used| used.peak_bytes).max().unwrap_or(0) as f64 / (1024.0 * 1024.0);
    let (speed, cost) = (speeds[speeds.len() / 2], costs[costs.len() / 2]);
    let (lowest, highest) = (speeds[0], speeds[speeds.len() - 1]);
    println!("| {work} | {rows} | {speed:.0} | {lowest:.0}–{highest:.0} | {cost:.1} | {peak:.1} MiB |");
    Ok(())
}

fn withdraw(directory: &Path, api: &Served, ids: &mut Ids, rows: u64) -> Result<Used> {
    // A name of its own for each run: nothing of an earlier one is found.
    let input = directory.join(format!("leavers-{}.csv", ids.0));
    write_rows(&input, ids, rows)?;
    let input = input.to_string_lossy();
    let flags = "--rate 1000000/1s --burst 1000000 --workers 64 --yes --quiet --deadline";
    let mut command = vec!["withdraw", &input, "--base-url", &api.base_url];
    command.extend(flags.split(' '));
    command.push(DEADLINE);
    used(&command)
}

/// Runs `prehire` by way of a measuring process.
fn used(command: &[&str]) -> Result<Used> {
    let state = tempfile::tempdir()?;
    let output = Command::new(std::env::current_exe()?)
        .arg("measure")
        .args(command)
        .env("FEISHU_APP_ID", "cli_benchmark")
        .env("FEISHU_APP_SECRET", "any-secret-is-accepted")
        .env("XDG_STATE_HOME", state.path())
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers = text.split_whitespace().map(str::parse).collect::<std::result::Result<Vec<u64>, _>>()?;
    match numbers[..] {
        [wall, cpu, peak_bytes] if output.status.success() => {
            Ok(Used { wall: Duration::from_micros(wall), cpu: Duration::from_micros(cpu), peak_bytes })
        }
        _ => Err(format!("prehire {} failed: {}", command.join(" "), output.status).into()),
    }
}

/// Runs one command, and prints its wall time and CPU time in microseconds and its peak memory in bytes.
fn measure(command: &[&str]) -> Result<()> {
    let started = Instant::now();
    let status = Command::new(PREHIRE).args(command).stdin(Stdio::null()).stdout(Stdio::null()).status()?;
    let wall = started.elapsed().as_micros();
    if !status.success() {
        return Err(format!("it ended with {status}").into());
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = (usage.user_time() + usage.system_time()).num_microseconds();
    // Linux counts in kibibytes, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    println!("{wall} {cpu} {}", usage.max_rss() * unit);
    Ok(())
}

/// A simulated API without a limit, until it is dropped.
struct Served {
    child: Child,
    base_url: String,
}

impl Served {
    fn start(latency: &str) -> Result<Served> {
        let mut child = Command::new(PREHIRE)
            .args(["simulate", "--rate", "none", "--latency", latency])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no standard output")?).read_line(&mut line)?;
        let base_url = line.trim_end().strip_prefix("listening on ").ok_or("no address")?.to_owned();
        Ok(Served { child, base_url })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ids that were not used before. Odd ones: an id that ends with many zeros looks rounded.
struct Ids(u64);

fn write_rows(path: &Path, ids: &mut Ids, rows: u64) -> Result<()> {
    let mut text = String::from("pre_hire_id,name,withdraw_reason\n");
    for row in 0..rows {
        writeln!(text, "{},员工 {row},候选人放弃入职 (accepted another offer)", ids.0)?;
        ids.0 += 2;
    }
    Ok(fs::write(path, text)?)
}
