//! One run of the program: bounded in time, and what came of it, with assertions that show all of it.

use std::fmt;
use std::fs;
use std::io::Write;
use std::ops::Index;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Output};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use crate::workbook::Workbook;

/// No run of a test takes longer.
const LONGEST_RUN: Duration = Duration::from_secs(30);

/// Waits for the end of a child; one that takes too long is killed, by its id, and shows as exit 137.
pub fn bounded(child: Child) -> Output {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    let (ended, has_ended) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        if has_ended.recv_timeout(LONGEST_RUN) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = kill(pid, Signal::SIGKILL);
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(ended);
    watchdog.join().unwrap();
    output
}

/// Says something on standard error, also of a test that passes: what the macros print is shown for failed ones only.
pub fn say(line: &str) {
    let line = format!("{line}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// The exit code, or 128 and the signal, as a shell shows it.
pub fn exit_code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// What came of one run.
#[derive(Debug)]
pub struct Run {
    pub exit_code: i32,
    pub stdout: String,
    pub stderr: String,
    pub results_path: PathBuf,
    /// The results stay where they are as long as somebody may look at them.
    pub _directory: Rc<TempDir>,
}

impl Run {
    /// The results as they are on disk.
    pub fn results_text(&self) -> String {
        fs::read_to_string(&self.results_path)
            .unwrap_or_else(|error| panic!("no results at {}: {error}{self}", self.results_path.display()))
    }

    /// The rows of the results.
    pub fn results(&self) -> Vec<Row> {
        if self.results_path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) {
            return Workbook::open(&self.results_path).rows();
        }
        let text = self.results_text();
        rows_of(&text)
    }

    /// The only row of the results.
    pub fn only_row(&self) -> Row {
        let mut rows = self.results();
        assert_eq!(rows.len(), 1, "one row was expected{self}");
        rows.remove(0)
    }

    pub fn has_results(&self) -> bool {
        self.results_path.exists()
    }

    /// The summary of `--format json`.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON: {error}{self}"))
    }

    pub fn assert_exit(&self, expected: i32) -> &Run {
        assert_eq!(self.exit_code, expected, "the exit code is wrong{self}");
        self
    }

    /// Exit 2, and no results under either name.
    pub fn assert_unusable(&self) -> &Run {
        self.assert_exit(2);
        assert!(!self.has_results() && !partial(&self.results_path).exists(), "results were made{self}");
        self
    }

    /// One part of standard error, where the rest differs from case to case; the whole is for [`assert_said!`].
    pub fn assert_stderr(&self, part: &str) -> &Run {
        assert!(self.stderr.contains(part), "standard error does not say {part:?}{self}");
        self
    }

    /// The same of standard output.
    pub fn assert_stdout(&self, part: &str) -> &Run {
        assert!(self.stdout.contains(part), "standard output does not say {part:?}{self}");
        self
    }

    /// One cell of each row, from the first row to the last.
    pub fn assert_column<const N: usize>(&self, name: &str, expected: [&str; N]) -> &Run {
        let cells: Vec<String> = self.results().iter().map(|row| row[name].to_owned()).collect();
        assert_eq!(cells, expected, "the column {name} is wrong{self}");
        self
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n--- exit code {}", self.exit_code)?;
        writeln!(f, "--- standard output\n{}", self.stdout)?;
        writeln!(f, "--- standard error\n{}", self.stderr)?;
        let results = fs::read(&self.results_path).unwrap_or_default();
        let shown = String::from_utf8_lossy(&results[..results.len().min(4_000)]);
        writeln!(f, "--- {}\n{shown}", self.results_path.display())
    }
}

/// The name of the results while the run goes on.
pub fn partial(results: &Path) -> PathBuf {
    let mut name = results.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

/// One row of a CSV file, by column name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    names: Vec<String>,
    cells: Vec<String>,
}

impl Row {
    /// A row of cells under these names.
    pub fn of(names: &[String], cells: Vec<String>) -> Row {
        Row { names: names.to_vec(), cells }
    }

    /// Some cells, with a dash for an empty one.
    pub fn words(&self, names: &[&str]) -> String {
        let word = |name: &&str| if self[name].is_empty() { "-" } else { &self[name] }.to_owned();
        names.iter().map(word).collect::<Vec<_>>().join(" ")
    }
}

impl Index<&str> for Row {
    type Output = str;

    fn index(&self, name: &str) -> &str {
        let index = self.names.iter().position(|known| known == name);
        &self.cells[index.unwrap_or_else(|| panic!("there is no column {name} in {:?}", self.names))]
    }
}

/// The rows of a CSV text, whose first row names the columns.
pub fn rows_of(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::Result<csv::StringRecord>| Row {
        names: names.clone(),
        cells: record.unwrap().iter().map(str::to_owned).collect(),
    };
    reader.records().map(row).collect()
}
