//! The main job: a file in, one result per row out, in its order and with its own cells untouched.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use prehire_simulator::Stage;

use crate::context::{SOMEBODY, TestContext};
use crate::run::{bounded, partial};

#[test]
fn every_row_has_its_result_in_input_order_behind_its_own_cells() {
    let context = TestContext::new()
        .input("name,pre_hire_id,note,withdraw_reason\n张伟,73450056644777754011,\"a, b\",one\nWang,x,,two\nLi,9923000000000000001,=1+1,three\n")
        .simulator(|settings| settings.latency = std::time::Duration::ZERO..=std::time::Duration::from_millis(20));
    let run = context.run();
    run.assert_exit(1)
        .assert_column("name", ["张伟", "Wang", "Li"])
        .assert_column("note", ["a, b", "", "=1+1"])
        .assert_column("row", ["2", "3", "4"])
        .assert_column("status", ["withdrawn", "invalid", "refused"])
        .assert_column("error_code", ["", "bad_id", "1161105"]);
    let header = run.results_text().lines().next().unwrap().to_owned();
    assert_eq!(
        header,
        "name,pre_hire_id,note,withdraw_reason,row,status,success,error_code,error_message,retry_outcome,attempts,http_status,confirmed_by,log_id,advice,first_sent_at,settled_at"
    );
}

#[test]
fn many_rows_keep_their_order_though_their_replies_come_as_they_like() {
    let context = TestContext::new().rows(300).simulator(|settings| {
        settings.latency = std::time::Duration::ZERO..=std::time::Duration::from_millis(15);
    });
    let run = context.run();
    run.assert_exit(0);
    let lines: Vec<String> = run.results().iter().map(|row| row["row"].to_owned()).collect();
    assert_eq!(lines, (2..302).map(|line| line.to_string()).collect::<Vec<_>>());
    assert_eq!(context.withdraw_calls(), 300);
}

#[test]
fn line_ends_and_byte_order_mark_are_those_of_the_input() {
    let with_both = "\u{FEFF}pre_hire_id,withdraw_reason\r\n1,\"two\r\nlines\"\r\n2,b\r\n";
    let text = TestContext::new().input(with_both).run().assert_exit(0).results_text();
    assert!(text.starts_with("\u{FEFF}pre_hire_id,"), "{text}");
    assert!(text.contains("1,\"two\r\nlines\",2,withdrawn"), "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");

    let text = TestContext::new().row("1", "a").run().assert_exit(0).results_text();
    assert!(text.starts_with("pre_hire_id,") && !text.contains('\r'), "{text:?}");
}

#[test]
fn a_column_with_one_of_our_names_is_renamed() {
    let context = TestContext::new().input("pre_hire_id,status,reason,row\n1,active,a,77\n");
    context
        .run()
        .assert_exit(0)
        .assert_column("input_status", ["active"])
        .assert_column("status", ["withdrawn"])
        .assert_column("input_row", ["77"]);
}

#[test]
fn a_results_file_is_an_input_whose_successes_are_carried_over() {
    let context = TestContext::new().row(SOMEBODY, "a").row("9922000000000000001", "b").row("x", "c");
    let first = context.run();
    first.assert_exit(1).assert_column("status", ["withdrawn", "refused", "invalid"]);
    let again = TestContext::new().input(format!("\n{}", first.results_text())).named("again.csv");
    let second = again.run();
    second
        .assert_exit(1)
        .assert_column("status", ["withdrawn", "refused", "invalid"])
        .assert_column("row", ["3", "4", "5"]);
    let (old, new) = (&first.results()[0], &second.results()[0]);
    for name in ["log_id", "attempts", "first_sent_at", "settled_at", "confirmed_by", "http_status"] {
        assert_eq!(old[name], new[name], "{name}");
    }
    assert_eq!(again.record().calls_for(SOMEBODY).count(), 0, "a success is never sent again");
    assert_eq!(second.results_text().lines().next(), first.results_text().lines().next());
}

#[test]
fn results_are_for_their_owners_eyes_while_they_grow_and_when_they_are_done() {
    // The only reply comes late: until then the partial file is there to be looked at.
    let context = TestContext::new().row("9911190000000000001", "2 s late");
    let mut child = context.withdraw_command().spawn().unwrap();
    let growing = partial(&context.results_path());
    while !growing.exists() {
        assert!(child.try_wait().unwrap().is_none(), "the run ended without a partial file");
        std::thread::yield_now();
    }
    assert_eq!(mode_of(&growing), 0o600);
    assert!(!context.results_path().exists(), "no results under their own name before they are complete");
    assert!(bounded(child).status.success());
    assert_eq!(mode_of(&context.results_path()), 0o600);
    assert!(!growing.exists());
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_the_server_says_is_no_formula_and_stands_on_one_line() {
    let context = TestContext::new()
        .row("9911230000000000001", "formula")
        .row("9911240000000000001", "control characters")
        .row("9911250000000000001", "100 kB");
    let rows = context.run().assert_exit(1).results();
    assert_eq!(&rows[0]["error_message"], "'=HYPERLINK(\"http://x\")");
    assert_eq!(&rows[1]["error_message"], "one two  three four five");
    let long = &rows[2]["error_message"];
    assert!(long.starts_with("long long ") && long.chars().count() <= 1_001, "{}", long.chars().count());
}

#[test]
fn the_log_id_is_found_in_three_places() {
    let context = TestContext::new()
        .row("9911240000000000001", "X-Tt-Logid")
        .row("9911260000000000001", "X-Request-Id")
        .row("9911270000000000001", "error.log_id");
    let rows = context.run().assert_exit(1).results();
    for row in &rows {
        assert_eq!(row["log_id"].len(), 34, "{row:?}");
    }
    assert_eq!(
        rows.iter().map(|row| row["log_id"].to_owned()).collect::<std::collections::BTreeSet<_>>().len(),
        3
    );
}

#[test]
fn reasons_reach_the_server_byte_for_byte() {
    let longest = "字".repeat(500);
    let reasons = [
        "plain",
        " leading and trailing ",
        "quotes \" \"\" ' and, commas",
        "line\nbreak\r\nbreak\rend",
        "\ttab\u{1}\u{7f}\u{2028}\\ / </script>",
        "👩‍👩‍👧‍👦 e\u{301} 𝒳 \u{FEFF}x",
        "=1+1",
        &longest,
    ];
    let context = (1..)
        .zip(reasons)
        .fold(TestContext::new(), |context, (id, reason)| context.row(&format!("{id}"), reason));
    context.run().assert_exit(0);
    let record = context.record();
    for (id, reason) in (1..).zip(reasons) {
        let id = format!("{id}");
        let sent: Vec<_> = record.calls_for(&id).map(|call| call.withdraw_reason.as_deref()).collect();
        assert_eq!(sent, [Some(reason)], "row {id}");
        assert_eq!(context.api().stage_of(&id), Stage::Withdrawn);
    }
}
