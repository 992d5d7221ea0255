//! What can be seen of a run from outside: its journal, the server's record while it runs; and how it is killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prehire_simulator::{Api, Call};
use serde_json::Value;

use crate::context::TestContext;
use crate::run::bounded;

/// Nothing that a test waits for takes longer.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Waits until something is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < LONGEST_WAIT, "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The next line of a stream, with its end.
pub fn line_of(stream: &mut impl BufRead) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    line
}

/// A run that was started and has not been waited for; it dies with its test.
pub struct Started(Option<Child>);

impl Started {
    pub fn pid(&self) -> u32 {
        self.0.as_ref().unwrap().id()
    }

    pub fn send(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.pid()).unwrap()), signal).unwrap();
    }

    /// Its standard error, which is then no part of what came of it.
    pub fn stderr(&mut self) -> BufReader<ChildStderr> {
        BufReader::new(self.0.as_mut().unwrap().stderr.take().unwrap())
    }

    /// Kills it, as a power cut would, and waits until it is gone.
    pub fn kill_dead(self) {
        self.send(Signal::SIGKILL);
        bounded(self.into_child());
    }

    pub fn into_child(mut self) -> Child {
        self.0.take().unwrap()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl TestContext {
    /// Starts a run in the background.
    pub fn start(&self) -> Started {
        Started(Some(self.withdraw_command().spawn().unwrap()))
    }

    /// Starts a run, and returns when the server has answered so many of its withdraw calls, or is about to.
    pub fn start_and_await_calls(&self, count: usize) -> Started {
        let calls = self.withdraw_calls() + count;
        let started = self.start();
        until(&format!("{calls} withdraw calls"), || self.withdraw_calls() >= calls);
        started
    }

    /// The journal of the results, when nobody says otherwise.
    pub fn journal_path(&self) -> PathBuf {
        journal_of(&self.results_path())
    }

    /// The bytes of the journal.
    pub fn journal_bytes(&self) -> Vec<u8> {
        fs::read(self.journal_path()).unwrap()
    }

    /// Leaves the journal as a kill would have, in the middle of the line behind the first one of this kind, before any
    /// results had their name.
    pub fn cut_off_behind(&self, kind: &str) {
        let kinds = self.journal_types();
        let kept = kinds.iter().position(|other| other == kind).unwrap() + 1;
        let bytes = self.journal_bytes();
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let cut = [&lines[..kept].concat()[..], &lines[kept][..40]].concat();
        fs::write(self.journal_path(), cut).unwrap();
        fs::remove_file(self.results_path()).unwrap();
    }

    /// The lines of the journal: what each is called, and what it says.
    pub fn journal(&self) -> Vec<(String, Value)> {
        entries_of(&self.journal_path())
    }

    /// What the lines of the journal are called.
    pub fn journal_types(&self) -> Vec<String> {
        self.journal().into_iter().map(|(name, _)| name).collect()
    }

    /// How many looks the simulated API has seen.
    pub fn looks(&self) -> usize {
        self.record().calls_to(Api::Query).count()
    }

    /// How many withdraw calls it has seen for one pre-hire.
    pub fn calls_for(&self, id: &str) -> usize {
        let is_withdrawal = |call: &&Call| call.api == Api::WithdrawOnboarding;
        self.record().calls_for(id).filter(is_withdrawal).count()
    }

    /// How many restore calls the simulated API has seen.
    pub fn restore_calls(&self) -> usize {
        self.record().calls_to(Api::RestoreFlowInstance).count()
    }

    /// How many restore calls it has seen for one pre-hire.
    pub fn restore_calls_for(&self, id: &str) -> usize {
        let is_restoration = |call: &&Call| call.api == Api::RestoreFlowInstance;
        self.record().calls_for(id).filter(is_restoration).count()
    }

    /// The names of all files in the test's directory, with those of its folders.
    pub fn files(&self) -> Vec<String> {
        let mut folders = vec![self.path("")];
        let mut names = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    names.push(path.strip_prefix(self.path("")).unwrap().display().to_string());
                }
            }
        }
        names.sort();
        names
    }
}

/// The journal beside these results.
pub fn journal_of(results: &Path) -> PathBuf {
    let mut name = results.as_os_str().to_owned();
    name.push(".journal");
    PathBuf::from(name)
}

/// The whole lines of a journal: what each is called, and what it says.
pub fn entries_of(journal: &Path) -> Vec<(String, Value)> {
    let text = fs::read_to_string(journal).unwrap_or_else(|error| panic!("{}: {error}", journal.display()));
    let entry = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let (name, said) = line["entry"].as_object().unwrap().iter().next().unwrap();
        (name.clone(), said.clone())
    };
    text.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(entry).collect()
}
