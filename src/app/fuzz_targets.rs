//! What must hold for any bytes: one function per fuzz target. The seeds in `fuzz/seeds` are run as tests.

use std::io::Write;

use crate::feishu::{Exchange, Reply, body_of};
use crate::input::workbook::is_workbook;
use crate::input::{ColumnChoice, FileChoice, RowRules, Spool, survey};
use crate::journal::IndexBuilder;
use crate::journal::chain::Chain;
use crate::journal::entry::Entry;
use crate::model::Operation;
use crate::model::PreHireId;
use crate::model::Verdict;
use crate::send::classify::{classify, classify_token};
use crate::store::{JournalSource, open_journal};

/// Any bytes are a text with delimiters, or refused; each row is counted once, and the copy reads the same twice.
pub fn text(data: &[u8]) {
    if !is_workbook(data) {
        any_file(data);
    }
}

/// Any bytes are a workbook, or refused; the library under it may panic, but the program does not.
pub fn workbook(data: &[u8]) {
    if is_workbook(data) {
        any_file(data);
    }
}

fn any_file(data: &[u8]) {
    let choice = FileChoice::default();
    let Ok(spool) = Spool::copy_from(data, "input", &choice) else { return };
    let rules = RowRules::default();
    let columns = ColumnChoice::default();
    let look = || survey(spool.records(), &columns, &rules, |_| Ok(()));
    let (Ok(first), Ok(second)) = (look(), look()) else { return };
    let repeated = u32::try_from(first.duplicates.len()).expect("few rows");
    let sum = first.sendable + first.invalid_rows() + first.carried_over_rows() + repeated + first.left_out;
    assert_eq!(first.rows, sum, "each row is counted once");
    assert_eq!(first.digest, second.digest);
    let mut records = spool.records();
    let mut last_line = 0;
    while let Ok(Some(record)) = records.read() {
        assert!(record.line() > last_line || last_line == 0, "lines grow");
        last_line = record.line();
        let most = spool.copied().bytes;
        assert!(record.cells().all(|cell| cell.len() as u64 <= most), "no cell is longer than the copy");
    }
}

/// Whatever is read as an id stands in the cell, digit by digit.
pub fn id(data: &[u8]) {
    let Ok(cell) = std::str::from_utf8(data) else { return };
    for trust in [false, true] {
        if let Ok(id) = PreHireId::parse(cell, trust) {
            let digits = id.to_string();
            assert!(cell.contains(&digits), "its digits stand in the cell");
            assert!((1..=32).contains(&digits.len()));
            assert_eq!(PreHireId::parse(&digits, true), Ok(id), "it reads as itself");
            let around = cell.replacen(&digits, "", 1);
            assert!(!around.contains(|character: char| character.is_numeric()), "no digit was dropped");
        }
    }
}

/// Any bytes are a journal, or damaged; and any entries in any order can be replayed.
pub fn journal(data: &[u8]) {
    replay_file(data);
    let mut chained = Vec::new();
    let (mut chain, mut entries) = (Chain::default(), 0);
    for line in data.split(|byte| *byte == b'\n') {
        if let Ok(entry) = serde_json::from_slice::<Entry>(line) {
            chain.append(&mut chained, &entry);
            entries += 1;
        }
    }
    if let Some(replayed) = replay_file(&chained) {
        assert_eq!(replayed, (entries, 0), "what was chained is whole");
    }
}

/// How many lines are good, and how many bytes are torn off behind them.
fn replay_file(bytes: &[u8]) -> Option<(u64, u64)> {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("it takes the bytes");
    let journal = open_journal(file.path()).expect("it is there");
    let mut index = IndexBuilder::with_room_for(journal.most_rows());
    let scan = journal.scan(&mut |id, entry| index.take(id, entry)).ok()?;
    let _ = index.build();
    scan.damage().is_none().then(|| (scan.lines, scan.torn_bytes()))
}

/// The first two bytes are the status, the others the body: every reply has one verdict, and success needs a 2xx.
pub fn reply(data: &[u8]) {
    let Some((status, body)) = data.split_first_chunk::<2>() else { return };
    let status = 100 + u16::from_be_bytes(*status) % 500;
    let reply = Reply { status, body: body_of(body), log_id: None, wait: None };
    let exchange = Exchange::Reply(reply);
    for operation in Operation::ALL {
        let judgement = classify(&exchange, operation);
        let is_accepted = judgement.verdict == Verdict::Accepted;
        assert_eq!(is_accepted, judgement.error_code.is_none(), "only a success has no code");
        assert!(!is_accepted || (200..300).contains(&status), "a success on HTTP {status}");
    }
    let _ = classify_token(&exchange);
    assert!(exchange.message().to_string().lines().count() <= 1, "a message is one line");
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]
mod tests {
    use std::fs;
    use std::path::Path;

    /// Runs every file of these folders through a target.
    fn run(target: fn(&[u8]), folders: &[&str]) {
        let mut seeds = 0;
        for folder in folders {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            for seed in fs::read_dir(folder).unwrap() {
                let seed = seed.unwrap().path();
                if seed.is_file() {
                    target(&fs::read(seed).unwrap());
                    seeds += 1;
                }
            }
        }
        assert!(seeds > 1, "{folders:?} holds no seeds");
    }

    #[test]
    fn texts() {
        run(super::text, &["fuzz/seeds/text", "samples"]);
    }

    #[test]
    fn ids() {
        run(super::id, &["fuzz/seeds/id"]);
    }

    #[test]
    fn workbooks() {
        run(super::workbook, &["fuzz/seeds/workbook", "samples"]);
    }

    #[test]
    fn journals() {
        run(super::journal, &["fuzz/seeds/journal"]);
    }

    #[test]
    fn replies() {
        run(super::reply, &["fuzz/seeds/reply"]);
    }
}
