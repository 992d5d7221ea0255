//! The seeds of the fuzz targets: each is run here, without a fuzzer, and so are the samples.

use std::fs;
use std::path::Path;

use crate::checkout::tracked_files;

#[path = "../../fuzz/targets.rs"]
mod targets;

/// Runs every file of these folders through a target.
fn run(target: fn(&[u8]), folders: &[&str]) {
    let mut seeds = 0;
    for folder in folders {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for name in tracked_files(&folder) {
            target(&fs::read(folder.join(name)).unwrap());
            seeds += 1;
        }
    }
    assert!(seeds > 1, "{folders:?} holds no seeds");
}

#[test]
fn texts() {
    run(targets::text, &["fuzz/seeds/text", "samples"]);
}

#[test]
fn ids() {
    run(targets::id, &["fuzz/seeds/id"]);
}

#[test]
fn workbooks() {
    run(targets::workbook, &["fuzz/seeds/workbook", "samples"]);
}

#[test]
fn journals() {
    run(targets::journal, &["fuzz/seeds/journal"]);
}

#[test]
fn replies() {
    run(targets::reply, &["fuzz/seeds/reply"]);
}
