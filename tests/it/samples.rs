//! The samples: every file of `samples/` is run, and its results are those that stand beside it.
//!
//! To write the expected results anew: `PREHIRE_BLESS=1 cargo test --test it samples`, then read the difference.

use std::fs;
use std::path::{Path, PathBuf};

use crate::checkout::tracked_files;
use crate::context::TestContext;
use crate::run::{Run, rows_of};

/// Columns that are different in each run; a cell that is not empty shows as the column's name in capitals.
const VOLATILE: [&str; 3] = ["log_id", "first_sent_at", "settled_at"];

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// Runs one sample with the flags of `samples/README.md`.
fn run(name: &str) -> Run {
    let context = TestContext::new()
        .input(fs::read(samples().join(name)).unwrap())
        .named(name)
        .switch("--simulate")
        .rate("1000/1s")
        .flag("--workers", 1)
        .flag("--stop-after", 0)
        .flag("--max-attempts", 2)
        .flag("--timeout", "1s");
    context.run()
}

/// Whatever the delimiter and the line ends of the input were: with commas and LF.
fn normalised(results: &str) -> String {
    let results = results.trim_start_matches('\u{FEFF}');
    let delimiter = b",;\t|".iter().find(|delimiter| {
        let delimiter = char::from(**delimiter);
        results.contains(&format!("{delimiter}row{delimiter}status{delimiter}"))
    });
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(*delimiter.unwrap())
        .from_reader(results.as_bytes());
    let mut names = csv::StringRecord::new();
    reader.read_record(&mut names).unwrap();
    writer.write_record(&names).unwrap();
    for record in reader.into_records() {
        let record = record.unwrap();
        writer
            .write_record(names.iter().zip(&record).map(|(name, cell)| normalised_cell(name, cell)))
            .unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn normalised_cell(name: &str, cell: &str) -> String {
    // How a connection ended is told in the words of the operating system.
    const LOST: &str = "the connection was lost: ";
    if VOLATILE.contains(&name) && !cell.is_empty() {
        name.to_uppercase()
    } else if name == "error_message" && cell.starts_with(LOST) {
        format!("{LOST}…")
    } else {
        cell.to_owned()
    }
}

/// Compares row by row, so that a failure names what is different.
fn comes_out_as_expected(name: &str, exit_code: i32) {
    let run = run(name);
    run.assert_exit(exit_code);
    let actual = normalised(&run.results_text());
    let path = samples().join(name).with_extension("expected.csv");
    if std::env::var_os("PREHIRE_BLESS").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    for (actual, expected) in rows_of(&actual).iter().zip(rows_of(&expected)) {
        assert_eq!(*actual, expected, "row {} of {name}", &actual["row"]);
    }
    assert_eq!(actual, expected, "{name}");
}

#[test]
fn a_clean_file_is_withdrawn() {
    comes_out_as_expected("leavers.csv", 0);
}

#[test]
fn each_bad_row_is_explained_and_the_good_ones_are_sent() {
    comes_out_as_expected("bad-rows.csv", 1);
    let codes: Vec<String> =
        run("bad-rows.csv").results().iter().map(|row| row["error_code"].to_owned()).collect();
    let all =
        "missing_id bad_id damaged_id missing_reason bad_reason reason_too_long extra_cells duplicate_id";
    for code in all.split(' ') {
        assert!(codes.iter().any(|known| known == code), "the sample lacks {code}");
    }
}

#[test]
fn every_reply_that_lets_a_run_go_on_comes_out_as_expected() {
    comes_out_as_expected("every-reply.csv", 1);
}

#[test]
fn a_reply_that_stops_a_run_does() {
    for name in ["missing-scope", "quota-used-up", "not-found", "redirect", "token-refused-again"] {
        comes_out_as_expected(&format!("stops-{name}.csv"), 3);
    }
}

#[test]
fn files_of_other_programs_come_out_as_their_cells_show() {
    let clean = [
        "excel-csv-chinese-windows.csv",
        "excel-csv-utf-8.csv",
        "excel-unicode-text.txt",
        "excel-semicolons.csv",
        "hr-system-bars.txt",
        "libreoffice-xlsx.xlsx",
        "libreoffice-xls.xls",
        "libreoffice-ods.ods",
    ];
    for name in clean {
        comes_out_as_expected(name, 0);
    }
    comes_out_as_expected("openpyxl.xlsx", 1);
    comes_out_as_expected("xlsxwriter.xlsx", 1);
}

#[test]
fn every_sample_is_explained_and_has_its_results() {
    let readme = fs::read_to_string(samples().join("README.md")).unwrap();
    for name in tracked_files(&samples()) {
        let endings = ["csv", "txt", "xlsx", "xls", "ods"];
        let is_input = endings.iter().any(|ending| name.ends_with(&format!(".{ending}")))
            && !name.ends_with(".expected.csv");
        if is_input {
            assert!(readme.contains(&format!("`{name}`")), "README.md does not explain {name}");
            let expected = samples().join(&name).with_extension("expected.csv");
            assert!(expected.exists(), "{name} has no expected results");
        }
    }
}
