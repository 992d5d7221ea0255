//! What a journal must prove about its runs, read without the program's own code, and held against what the
//! server has seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use prehire_simulator::{Api, Record, Running, Stage};
use ring::digest::{Context, SHA256};
use serde_json::Value;

use crate::contract::is_success;
use crate::run::Run;

/// One line of a journal: its kind and its fields.
pub struct Line {
    pub kind: String,
    pub fields: Value,
}

impl Line {
    /// The pre-hire that it is about.
    pub fn id(&self) -> String {
        self.fields["id"].as_str().unwrap().to_owned()
    }

    /// When it was written.
    fn at(&self) -> Timestamp {
        self.fields["at"].as_str().unwrap().parse().unwrap()
    }

    /// What became of its row.
    pub fn status(&self) -> &str {
        self.fields["outcome"]["status"].as_str().unwrap()
    }

    /// Does it record that it is done with its pre-hire?
    fn is_success(&self) -> bool {
        match self.kind.as_str() {
            "call_finished" => self.fields["verdict"] == "accepted",
            "row_settled" => is_success(self.status()),
            _ => false,
        }
    }
}

/// The hash of a journal line: half the SHA-256, in hex, of the line's before it and of the bytes of its entry.
fn hash(before: &str, entry: &str) -> String {
    let nibble = |digit: u8| char::from(digit).to_digit(16).unwrap();
    let byte = |pair: &[u8]| u8::try_from(16 * nibble(pair[0]) + nibble(pair[1])).unwrap();
    let mut context = Context::new(&SHA256);
    context.update(&before.as_bytes().chunks_exact(2).map(byte).collect::<Vec<u8>>());
    context.update(entry.as_bytes());
    context.finish().as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What stands before the first line.
const NO_HASH: &str = "00000000000000000000000000000000";

/// A journal of these entries.
pub fn journal_with(entries: &[Value]) -> String {
    lines_after(NO_HASH, entries)
}

/// The hashes of a journal's lines, as they stand there.
pub fn hashes_of(journal: &[u8]) -> Vec<String> {
    let lines = std::str::from_utf8(journal).unwrap().lines();
    lines.map(|line| line["{\"hash\":\"".len()..][..NO_HASH.len()].to_owned()).collect()
}

/// The lines of these entries, behind the line with this hash.
pub fn lines_after(last: &str, entries: &[Value]) -> String {
    let (mut text, mut last) = (String::new(), last.to_owned());
    for entry in entries {
        let entry = entry.to_string();
        last = hash(&last, &entry);
        text += &format!("{{\"hash\":\"{last}\",\"entry\":{entry}}}\n");
    }
    text
}

/// The whole lines of a journal, each with the hash that its chain demands; none if there is no file yet.
pub fn lines_of(journal: &Path) -> Vec<Line> {
    let bytes = fs::read(journal).unwrap_or_default();
    let whole = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let mut last = NO_HASH.to_owned();
    let parsed = whole.map(|line| {
        let line = std::str::from_utf8(line).unwrap().trim_end();
        let (start, entry) = line.strip_suffix('}').unwrap().split_once(",\"entry\":").unwrap();
        last = hash(&last, entry);
        assert_eq!(start, format!("{{\"hash\":\"{last}\""), "the chain is broken at {line}");
        let Value::Object(entry) = serde_json::from_str(entry).unwrap() else { panic!("no entry: {line}") };
        let (kind, fields) = entry.into_iter().next().unwrap();
        Line { kind, fields }
    });
    parsed.collect()
}

/// How many calls have no end, because their run died.
pub fn calls_cut_off(lines: &[Line]) -> usize {
    let count = |kind: &str| lines.iter().filter(|line| line.kind == kind).count();
    count("call_started") - count("call_finished")
}

/// The calls to an API that the server has seen, by pre-hire.
pub fn calls_by_id(record: &Record, api: Api) -> BTreeMap<String, usize> {
    let mut calls = BTreeMap::new();
    for id in record.calls_to(api).filter_map(|call| call.pre_hire_id.clone()) {
        *calls.entry(id).or_default() += 1;
    }
    calls
}

/// What one job's journal has promised so far, kill after kill.
pub struct Audit {
    /// What it calls: the withdraw or the restore call.
    api: Api,
    /// How many calls the server had seen when success was on record.
    calls_at_success: BTreeMap<String, usize>,
}

impl Audit {
    pub fn of(api: Api) -> Audit {
        Audit { api, calls_at_success: BTreeMap::new() }
    }

    /// The stage in which nothing is done yet.
    fn untouched(&self) -> Stage {
        if self.api == Api::RestoreFlowInstance { Stage::Withdrawn } else { Stage::Preboarding }
    }

    /// Looks at what a run has left behind: the journal first, so that no call may follow what it promises.
    pub fn look(&mut self, journal: &Path, workers: usize, record: impl Fn() -> Record) {
        let lines = lines_of(journal);
        let calls = calls_by_id(&record(), self.api);
        assert_written_ahead(&lines, &calls);
        assert_few_doubts_a_kill(&lines, workers);
        assert_doubt_is_looked_up_before_a_repeat(&lines, self.untouched());
        assert_no_call_after_success(&lines);
        for line in lines.iter().filter(|line| line.is_success()) {
            let seen = calls.get(&line.id()).copied().unwrap_or(0);
            let at_success = *self.calls_at_success.entry(line.id()).or_insert(seen);
            assert_eq!(at_success, seen, "{} was called after its success was on record", line.id());
        }
    }

    /// Looks at a run that has ended by itself: one honest result for each of the ids.
    pub fn assert_complete(&self, run: &Run, api: &Running, ids: &[String]) {
        let results = run.results();
        let named: Vec<&str> = results.iter().map(|row| &row["pre_hire_id"]).collect();
        assert_eq!(named, ids, "one result per row, in order{run}");
        for row in &results {
            let is_done = api.stage_of(&row["pre_hire_id"]) != self.untouched();
            assert_ne!(&row["status"], "unknown", "the app may look{run}");
            assert_eq!(&row["success"] == "true", is_done, "a lie about {}{run}", &row["pre_hire_id"]);
            assert!(!row["status"].starts_with("already_"), "{} was ours{run}", &row["pre_hire_id"]);
        }
    }
}

/// No call reaches the server before its beginning is in the journal.
fn assert_written_ahead(lines: &[Line], calls: &BTreeMap<String, usize>) {
    let mut begun: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.kind == "call_started") {
        *begun.entry(line.id()).or_default() += 1;
    }
    for (id, seen) in calls {
        let begun = begun.get(id).copied().unwrap_or(0);
        assert!(*seen <= begun, "the server saw {seen} calls for {id}, the journal only {begun}");
    }
}

/// A kill leaves at most as many calls without an end as there are workers.
fn assert_few_doubts_a_kill(lines: &[Line], workers: usize) {
    let mut open = BTreeSet::new();
    for line in lines {
        match line.kind.as_str() {
            "call_started" => assert!(open.insert(line.id()), "two calls at once for {}", line.id()),
            "call_finished" => assert!(open.remove(&line.id()), "an end without a beginning"),
            "run_started" => open.clear(),
            _ => {}
        }
        assert!(open.len() <= workers, "{} calls in flight", open.len());
    }
}

/// After a call in doubt the next one follows a look that has found the pre-hire untouched, 2 s after the doubt began.
fn assert_doubt_is_looked_up_before_a_repeat(lines: &[Line], untouched: Stage) {
    let untouched = serde_json::to_value(untouched).unwrap();
    let (mut open, mut in_doubt) = (BTreeSet::new(), BTreeMap::new());
    for line in lines {
        match line.kind.as_str() {
            "run_started" => {
                in_doubt.extend(std::mem::take(&mut open).into_iter().map(|id| (id, (line.at(), false))))
            }
            "call_started" => {
                if let Some((since, was_found_untouched)) = in_doubt.remove(&line.id()) {
                    let late_enough = line.at().duration_since(since) >= SignedDuration::from_secs(2);
                    assert!(was_found_untouched && late_enough, "{} was called again in doubt", line.id());
                }
                open.insert(line.id());
            }
            "call_finished" => {
                open.remove(&line.id());
                if line.fields["verdict"] == "in_doubt" {
                    in_doubt.insert(line.id(), (line.at(), false));
                }
            }
            "read_back" => {
                for found in line.fields["found"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|found| found["stage"] == untouched)
                {
                    in_doubt
                        .entry(found["id"].as_str().unwrap().to_owned())
                        .and_modify(|doubt| doubt.1 = true);
                }
            }
            _ => {}
        }
    }
}

/// What is on record as done is never begun again.
fn assert_no_call_after_success(lines: &[Line]) {
    let mut done = BTreeSet::new();
    for line in lines {
        if line.is_success() {
            done.insert(line.id());
        }
        let is_repeat = line.kind == "call_started" && done.contains(&line.id());
        assert!(!is_repeat, "{} was called after its success was on record", line.id());
    }
}
