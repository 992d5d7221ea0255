//! Results as a workbook: every cell as it is, ids as text, looks that help, limits that are found before any
//! call, and a file that is there as a whole or not at all.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use calamine::Data;
use prehire_simulator::Stage;

use crate::context::{SOMEBODY, TestContext};
use crate::run::partial;
use crate::watch::{journal_of, until};
use crate::workbook::{Workbook, attribute, element};

fn context() -> TestContext {
    TestContext::new().flag("--output", "out.xlsx")
}

fn workbook(context: &TestContext) -> Workbook {
    Workbook::open(&context.path("out.xlsx"))
}

/// A CSV file of these rows.
fn csv_of(rows: &[&[&str]]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(*row).unwrap());
    writer.into_inner().unwrap()
}

#[test]
fn every_cell_of_the_input_is_text_as_it_is() {
    let notes = [
        "007",
        "=1+1",
        "+86 138",
        "-5",
        "@SUM(A1)",
        "https://example.com/?a=1&b=2",
        "mailto:a@example.com",
        "1e5",
        "2024-05-01",
        "true",
        "#N/A",
        "  outer spaces  ",
        "first\nsecond\r\nthird\r",
        "\n\tcontrol \u{0}\u{7}\u{b}\u{1f}\u{7f}\u{85}\u{fffe}\u{ffff}",
        "_x0041_ is no A, nor is _x005F_x0041_",
        "<b>&amp;</b> \"quoted\" 'so'",
        "候选人放弃入职 😀𠮷\u{a0}\u{3000}",
    ];
    let mut rows = vec![["pre_hire_id", "note", "withdraw_reason"]];
    let ids: Vec<String> = (0..notes.len()).map(|row| format!("0{}", 7_345_005_664 + row)).collect();
    rows.extend(ids.iter().zip(notes).map(|(id, note)| [id.as_str(), note, "a"]));
    let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
    let context = context().input(csv_of(&rows));
    context.run().assert_exit(0);

    let workbook = workbook(&context);
    let texts =
        |texts: &[&str]| texts.iter().map(|text| Data::String((*text).to_owned())).collect::<Vec<_>>();
    assert_eq!(workbook.column("note"), texts(&notes));
    assert_eq!(workbook.column("pre_hire_id"), texts(&ids.iter().map(String::as_str).collect::<Vec<_>>()));
    let sheet = workbook.sheet();
    assert!(!sheet.contains("<f>") && !sheet.contains("hyperlink"), "{sheet}");
    assert!(!workbook.parts().iter().any(|part| part.contains("sheet1.xml.rels")), "{:?}", workbook.parts());
}

#[test]
fn codes_are_text_and_counts_are_numbers() {
    let context = context().row("9901011610970000001", "a").row(SOMEBODY, "b").row("x", "c");
    context.run().assert_exit(1);
    let workbook = workbook(&context);
    let text = |text: &str| Data::String(text.to_owned());
    assert_eq!(workbook.column("row"), [2.0, 3.0, 4.0].map(Data::Float));
    assert_eq!(workbook.column("attempts"), [1.0, 1.0, 0.0].map(Data::Float));
    assert_eq!(workbook.column("status"), [text("refused"), text("withdrawn"), text("invalid")]);
    assert_eq!(workbook.column("success"), [text("false"), text("true"), text("false")]);
    assert_eq!(workbook.column("error_code"), [text("1161097"), Data::Empty, text("bad_id")]);
    assert_eq!(workbook.column("http_status"), [text("400"), text("200"), Data::Empty]);
    for name in ["log_id", "first_sent_at", "settled_at"] {
        let column = workbook.column(name);
        assert!(matches!(&column[..2], [Data::String(_), Data::String(_)]), "{column:?}");
    }
    let header = workbook.header();
    assert_eq!(header[..4], ["pre_hire_id", "withdraw_reason", "row", "status"]);
    assert_eq!(header.len(), 15);
}

#[test]
fn the_header_stays_in_view_and_filters_and_nothing_is_marked_as_an_error() {
    let context = context().row(SOMEBODY, "候选人放弃入职").row("9903011610000000001", &"y".repeat(400));
    context.run();
    let workbook = workbook(&context);
    let sheet = workbook.sheet();
    assert!(workbook.font_of("A1").contains("<b/>") && !workbook.font_of("A2").contains("<b/>"));
    let pane = element(&sheet, "<pane");
    assert_eq!((attribute(pane, "ySplit"), attribute(pane, "state")), ("1", "frozen"));
    assert_eq!(attribute(element(&sheet, "<autoFilter"), "ref"), "A1:O3");
    let ignored = element(&sheet, "<ignoredError ");
    assert_eq!((attribute(ignored, "sqref"), attribute(ignored, "numberStoredAsText")), ("A1:O3", "1"));
    // The number format "Text" is number 49: an id that is typed again stays whole, too.
    assert_eq!(attribute(&workbook.format_of("A2"), "numFmtId"), "49");
    let width = |column: usize| -> f64 {
        let columns = sheet.split("<col ").skip(1).map(|tag| format!(" {tag}"));
        let number = |tag: &str, name| attribute(tag, name).parse::<usize>().unwrap();
        let tag = columns.into_iter().find(|tag| (number(tag, "min")..=number(tag, "max")).contains(&column));
        attribute(&tag.unwrap(), "width").parse().unwrap()
    };
    assert!((20.0..24.0).contains(&width(1)), "19 digits fit: {}", width(1));
    assert!((60.0..62.0).contains(&width(2)), "400 characters do not: {}", width(2));
    assert!((8.0..10.0).contains(&width(3)), "a narrow column: {}", width(3));
}

#[test]
fn the_colour_of_a_status_says_what_it_means() {
    let context = context()
        .row(SOMEBODY, "a")
        .row("9901011610970000001", "a")
        .row("x", "a")
        .row(SOMEBODY, "a")
        .row("9901011612040000001", "a")
        .flag("--max-attempts", 1)
        .switch("--no-read-back");
    let run = context.run();
    run.assert_column("status", ["withdrawn", "refused", "invalid", "duplicate", "unknown"]);
    let workbook = workbook(&context);
    let backgrounds = [2, 3, 4, 5, 6].map(|row| workbook.background_of(&workbook.reference("status", row)));
    let expected = ["FFC6EFCE", "FFFFC7CE", "FFFFC7CE", "FFE7E6E6", "FFFFEB9C"];
    assert_eq!(backgrounds, expected.map(|colour| Some(colour.to_owned())));
    assert_eq!(workbook.background_of(&workbook.reference("success", 2)), None);
}

#[test]
fn it_appears_as_a_whole_for_its_owner_alone() {
    let millisecond = Duration::from_millis(1);
    let context = context()
        .rows(40)
        .flag("--workers", 2)
        .simulator(move |settings| settings.latency = 10 * millisecond..=20 * millisecond);
    let run = context.start_and_await_calls(20);
    let names = || -> Vec<String> {
        let entries = fs::read_dir(context.path("")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let mut during = names();
    during.sort();
    assert_eq!(
        during,
        ["leavers.csv", "out.xlsx.journal", "out.xlsx.journal.lock", "state"],
        "nothing else has a name while it runs"
    );
    run.send(nix::sys::signal::Signal::SIGINT);
    let run = context.outcome(run.into_child());
    run.assert_exit(130);
    let rows = run.results();
    let count = |status: &str| rows.iter().filter(|row| &row["status"] == status).count();
    assert_eq!(rows.len(), 40, "rows in are rows out, also when the run ends early{run}");
    assert!(count("withdrawn") >= 20 && count("withdrawn") + count("not_attempted") == 40, "{run}");
    let mode = fs::metadata(context.path("out.xlsx")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!partial(&context.path("out.xlsx")).exists());
}

#[test]
fn a_run_that_was_killed_leaves_nothing_and_the_next_one_writes_it_all() {
    let context = context().rows(30).flag("--workers", 2).simulator(|settings| {
        let millisecond = Duration::from_millis(1);
        settings.latency = 5 * millisecond..=10 * millisecond;
    });
    let run = context.start_and_await_calls(10);
    until("something is on record", || journal_of(&context.path("out.xlsx")).exists());
    run.kill_dead();
    assert!(!context.path("out.xlsx").exists() && !partial(&context.path("out.xlsx")).exists());
    fs::write(partial(&context.path("out.xlsx")), "half a workbook of an older run").unwrap();
    context.run().assert_exit(0).assert_column("status", ["withdrawn"; 30]);
    assert!(!partial(&context.path("out.xlsx")).exists());
}

#[test]
fn what_a_workbook_can_not_hold_is_found_before_any_call() {
    let long = "x".repeat(32_768);
    let input = csv_of(&[
        &["pre_hire_id", "note", "withdraw_reason"],
        &[SOMEBODY, "", "a"],
        &["7345005664477775408", &long, "a"],
    ]);
    let refused = |context: &TestContext| {
        let run = context.run();
        run.assert_unusable();
        assert_eq!(context.record().calls, [], "{run}");
        assert!(!journal_of(&context.path("out.xlsx")).exists(), "{run}");
        run
    };
    let context_ = context().input(input.clone());
    assert_said!(refused(&context_), @r#"
    exit code: 2
    ----- stderr
    error: row 3: the cell in column "note" has 32768 characters, but a workbook cell holds at most 32767
    hint: write the results as CSV: choose a name that ends with .csv with -o FILE
    "#);
    assert_said!(context_.check(&["-o", "out.xlsx"]).assert_exit(2), @r#"
    exit code: 2
    ----- stderr
    error: row 3: the cell in column "note" has 32768 characters, but a workbook cell holds at most 32767
    hint: write the results as CSV: choose a name that ends with .csv with -o FILE
    "#);
    context_.flag("--output", "out.csv").run().assert_exit(0);

    let header = format!("pre_hire_id,withdraw_reason{}\n{SOMEBODY},a\n", ",x".repeat(16_384));
    assert_said!(refused(&context().input(header)), @r"
    exit code: 2
    ----- stderr
    error: the results would have 16399 columns, but a workbook holds at most 16384
    hint: write the results as CSV: choose a name that ends with .csv with -o FILE
    ");

    let longest = "字".repeat(32_767);
    let input = csv_of(&[&["pre_hire_id", "note", "withdraw_reason"], &[SOMEBODY, &longest, "a"]]);
    let context = context().input(input);
    let run = context.run();
    run.assert_exit(0);
    assert_eq!(&run.only_row()["note"], longest);
}

#[test]
fn a_sentence_of_ours_that_quotes_a_very_long_name_is_cut_and_not_lost() {
    let name = format!("withdraw_reason{}", " ".repeat(32_740));
    let context = context().input(csv_of(&[&["pre_hire_id", &name], &[SOMEBODY, ""]]));
    let row = context.run().assert_exit(1).only_row();
    assert_eq!(&row["error_code"], "missing_reason");
    assert_eq!(row["error_message"].chars().count(), 32_767);
}

#[test]
fn the_ending_decides_in_any_case_and_other_workbooks_are_refused() {
    let context = TestContext::new().row(SOMEBODY, "a").flag("--output", "OUT.XLSX");
    context.run().assert_exit(0).assert_column("status", ["withdrawn"]);
    let mut told = String::new();
    for name in ["out.xls", "out.ods", "out.XLSM", "out.xlsb"] {
        let context = TestContext::new().row(SOMEBODY, "a").flag("--output", name);
        told += &context.run().assert_unusable().said();
        assert_eq!(context.record().calls, []);
    }
    assert_text!(told, @r"
    exit code: 2
    ----- stderr
    error: can't write the results to out.xls: they must be .csv or .xlsx, not .xls
    hint: choose a name that ends with .csv or .xlsx
    exit code: 2
    ----- stderr
    error: can't write the results to out.ods: they must be .csv or .xlsx, not .ods
    hint: choose a name that ends with .csv or .xlsx
    exit code: 2
    ----- stderr
    error: can't write the results to out.XLSM: they must be .csv or .xlsx, not .xlsm
    hint: choose a name that ends with .csv or .xlsx
    exit code: 2
    ----- stderr
    error: can't write the results to out.xlsb: they must be .csv or .xlsx, not .xlsb
    hint: choose a name that ends with .csv or .xlsx
    ");
}

#[test]
fn check_writes_one_too() {
    let context = TestContext::new().row(SOMEBODY, "a").row("x", "b");
    context.check(&["-o", "checked.xlsx"]).assert_exit(1);
    let workbook = Workbook::open(&context.path("checked.xlsx"));
    let status: Vec<String> = workbook.rows().iter().map(|row| row["status"].to_owned()).collect();
    assert_eq!(status, ["not_attempted", "invalid"]);
    assert_said!(context.check(&["-o", "checked.xlsx"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: checked.xlsx already exists, and was not written by an earlier run of this job
    hint: move that file elsewhere, or choose another name with -o FILE
    ");
}

#[test]
fn a_header_alone_gives_a_header_alone() {
    let context = context();
    context.run().assert_exit(0);
    let workbook = workbook(&context);
    assert_eq!(workbook.header().len(), 15);
    assert!(workbook.rows().is_empty());
    assert_eq!(attribute(element(&workbook.sheet(), "<autoFilter"), "ref"), "A1:O1");
}

#[test]
fn the_same_command_again_replaces_its_own_workbook_and_calls_only_what_is_left() {
    let context = context().row(SOMEBODY, "a").row("9923000000000000001", "b");
    context.run().assert_exit(1).assert_column("status", ["withdrawn", "refused"]);
    let context = context.row("7345005664477775408", "c");
    context.run().assert_exit(1).assert_column("status", ["withdrawn", "refused", "withdrawn"]);
    assert_eq!(context.withdraw_calls(), 3);
}

#[test]
fn a_workbook_that_is_not_ours_is_not_replaced() {
    let context = context().row(SOMEBODY, "a");
    context.run().assert_exit(0);
    let ours = fs::read(context.path("out.xlsx")).unwrap();
    let mut theirs = rust_xlsxwriter::Workbook::new();
    theirs.add_worksheet().write_row(0, 0, ["pre_hire_id", "status"]).unwrap();
    let theirs = theirs.save_to_buffer().unwrap();
    let mut told = String::new();
    for foreign in [theirs, b"somebody's work".to_vec(), ours[..200].to_vec()] {
        fs::write(context.path("out.xlsx"), &foreign).unwrap();
        told += &context.run().assert_exit(2).said();
        assert_eq!(fs::read(context.path("out.xlsx")).unwrap(), foreign);
    }
    assert_text!(told, @r"
    exit code: 2
    ----- stderr
    error: out.xlsx already exists, and was not written by an earlier run of this job
    hint: move that file elsewhere, or choose another name with -o FILE
    exit code: 2
    ----- stderr
    error: out.xlsx already exists, and was not written by an earlier run of this job
    hint: move that file elsewhere, or choose another name with -o FILE
    exit code: 2
    ----- stderr
    error: out.xlsx already exists, and was not written by an earlier run of this job
    hint: move that file elsewhere, or choose another name with -o FILE
    ");
    fs::write(context.path("out.xlsx"), ours).unwrap();
    fs::remove_file(journal_of(&context.path("out.xlsx"))).unwrap();
    assert_said!(context.run().assert_exit(2), @r"
    exit code: 2
    ----- stderr
    error: out.xlsx already exists, and was not written by an earlier run of this job
    hint: move that file elsewhere, or choose another name with -o FILE
    ");
    assert_eq!(context.withdraw_calls(), 1);
}

#[test]
fn results_as_a_workbook_are_an_input_whose_successes_are_carried_over_cells_and_all() {
    let reason = "two\r\nlines, \"quoted\" =1+1 ";
    let context = TestContext::new()
        .input(csv_of(&[
            &["name", "pre_hire_id", "withdraw_reason"],
            &["007", SOMEBODY, reason],
            &["张伟", "9902011611160000001", "b"],
            &["", "x", "c"],
        ]))
        .flag("--output", "first.xlsx")
        .flag("--max-attempts", 1);
    let first = context.run();
    first.assert_exit(1).assert_column("status", ["withdrawn", "exhausted", "invalid"]);

    let earlier = fs::read(context.path("first.xlsx")).unwrap();
    let context = context.named("first.xlsx").input(earlier).flag("--output", "second.csv");
    let second = context.run();
    second.assert_exit(1).assert_column("status", ["withdrawn", "withdrawn", "invalid"]);
    let kept = &second.results()[0];
    assert_eq!((&kept["name"], &kept["withdraw_reason"]), ("007", reason));
    let all =
        ["row", "status", "success", "attempts", "http_status", "log_id", "first_sent_at", "settled_at"];
    assert_eq!(kept.words(&all), first.results()[0].words(&all));
    assert_eq!(second.results_text().lines().next().unwrap().matches("status").count(), 2, "no column twice");
    assert_eq!(context.calls_for(SOMEBODY), 1);

    // And back again: a workbook from a workbook.
    let earlier = fs::read(context.path("second.csv")).unwrap();
    let context = context.named("second.csv").input(earlier).flag("--output", "third.xlsx");
    let third = context.run();
    third.assert_exit(1);
    assert_eq!(third.results()[0].words(&all), kept.words(&all));
    assert_eq!(&third.results()[0]["withdraw_reason"], reason);
}

#[test]
fn what_a_workbook_says_was_withdrawn_can_be_restored_into_another() {
    let context = context().row(SOMEBODY, "a").row("9923000000000000001", "b");
    context.run().assert_exit(1);
    assert_eq!(context.api().stage_of(SOMEBODY), Stage::Withdrawn);
    let mut command = context.program(["restore", "out.xlsx", "-o", "restored.xlsx", "--yes"]);
    command.arg("--base-url").arg(context.api().base_url());
    context.finish(command).assert_exit(1);
    assert_ne!(context.api().stage_of(SOMEBODY), Stage::Withdrawn);
    let restored = Workbook::open(&context.path("restored.xlsx"));
    assert_eq!(&restored.rows()[0]["status"], "restored");
    let green = restored.background_of(&restored.reference("status", 2));
    assert_eq!(green.as_deref(), Some("FFC6EFCE"));
}

#[test]
fn rows_that_are_left_out_need_no_room() {
    let long = "x".repeat(32_768);
    let input = csv_of(&[
        &["pre_hire_id", "note", "withdraw_reason"],
        &[SOMEBODY, &long, "a"],
        &["9923000000000000001", "", "b"],
    ]);
    let context = TestContext::new().input(input);
    context.run().assert_exit(1);
    let earlier = fs::read(context.results_path()).unwrap();
    let context = context.named("earlier.csv").input(earlier).flag("--output", "out.xlsx");
    assert_said!(context.run().assert_unusable(), @r#"
    exit code: 2
    ----- stderr
    error: row 2: the cell in column "note" has 32768 characters, but a workbook cell holds at most 32767
    hint: write the results as CSV: choose a name that ends with .csv with -o FILE
    "#);
    let run = context.flag("--only", "failed").run();
    run.assert_exit(1).assert_column("status", ["refused"]);
}
