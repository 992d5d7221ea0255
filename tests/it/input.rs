//! What is read: which files can be used, which columns and rows are meant, and what is cleaned.

use crate::context::{SOMEBODY, TestContext};
use crate::run::rows_of;

#[test]
fn rows_are_numbered_by_the_line_on_which_they_begin() {
    let context = TestContext::new()
        .input("pre_hire_id,withdraw_reason\n\n1,\"two\nlines\"\n,,\n2,b\n\n\n3,\"x\r\ny\r\nz\"\n4,d\n");
    context.run().assert_exit(0).assert_column("row", ["3", "6", "9", "12"]);
}

#[test]
fn ids_are_cleaned_of_what_is_invisible_and_of_nothing_else() {
    let context = TestContext::new()
        .row(" 0073 ", "a")
        .row("'73", "b")
        .row("\u{200B}12345678901234567890123456789012\u{A0}", "c");
    context.run().assert_exit(0);
    for id in ["0073", "73", "12345678901234567890123456789012"] {
        assert_eq!(context.record().calls_for(id).count(), 1, "{id}");
    }
}

#[test]
fn a_file_with_a_header_alone_is_done_at_once() {
    let context = TestContext::new();
    let run = context.run();
    run.assert_exit(0);
    assert!(rows_of(&run.results_text()).is_empty());
    assert_eq!(context.record().calls, [], "not even a token is fetched");
}

#[test]
fn a_file_that_can_not_be_used_is_exit_2_before_any_call() {
    let table: [(&[u8], &str); 6] = [
        (b"", "empty"),
        (b"\n\n,,\n", "empty"),
        (b"pre_hire_id,reason\n1,a\n2,caf\xE9\n", "line 3"),
        (b"name,reason\nWang,a\n", "there is no column with pre-hire ids"),
        (
            "pre_hire_id,待入职ID,reason\n1,2,a\n".as_bytes(),
            "\"pre_hire_id\" (column 1) and \"待入职ID\" (column 2)",
        ),
        (
            b"pre_hire_id,reason,withdraw_reason\n1,a,b\n",
            "\"reason\" (column 2) and \"withdraw_reason\" (column 3)",
        ),
    ];
    let mut told = String::new();
    for (input, said) in table {
        let context = TestContext::new().input(input);
        told += &context.run().assert_unusable().said();
        assert_eq!(context.record().calls, [], "{said}");
    }
    assert_text!(told, @r#"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.csv is empty
    hint: the first line must contain the column names, such as pre_hire_id,withdraw_reason
    exit code: 2
    ----- stderr
    error: the file contains only empty rows
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.csv is neither UTF-8 nor GB18030: line 3, byte 29
    hint: in the spreadsheet program, save the file as "CSV UTF-8", or name its encoding with --encoding NAME
    exit code: 2
    ----- stderr
    error: there is no column with pre-hire ids; the columns are: "name", "reason"
    hint: name it pre_hire_id or 待入职ID, or give its name with --id-column NAME
    exit code: 2
    ----- stderr
    error: "pre_hire_id" (column 1) and "待入职ID" (column 2) could be the same column
    hint: rename all but one, or choose one by its exact name with --id-column NAME
    exit code: 2
    ----- stderr
    error: "reason" (column 2) and "withdraw_reason" (column 3) could be the same column
    hint: rename all but one, or choose one by its exact name with --reason-column NAME
    "#);
    let run = TestContext::new().input(b"pre_hire_id,reason\n2,caf\xE9\n".as_slice()).run();
    assert_said!(run, @r#"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.csv is neither UTF-8 nor GB18030: line 2, byte 25
    hint: in the spreadsheet program, save the file as "CSV UTF-8", or name its encoding with --encoding NAME
    "#);
}

#[test]
fn standard_input_is_a_file_like_any_other_once_the_results_have_a_name() {
    let context = TestContext::new().row(SOMEBODY, "a");
    assert_said!(context.run_from_standard_input().assert_unusable(), @r"
    exit code: 2
    ----- stderr
    error: the results for standard input need a file name
    hint: give one with -o FILE
    ");
    let context = context.flag("--output", "out.csv");
    context.run_from_standard_input().assert_exit(0).assert_column("status", ["withdrawn"]);
}

#[test]
fn columns_can_be_chosen_and_a_reason_given_for_all() {
    let context = TestContext::new()
        .input("id,why,pre_hire_id\n1,a,77\n2,,88\n")
        .flag("--id-column", "id")
        .flag("--reason-column", "why")
        .flag("--reason", "for all");
    context.run().assert_exit(0);
    let record = context.record();
    let reasons: Vec<_> =
        ["1", "2"].iter().filter_map(|id| record.calls_for(id).next()?.withdraw_reason.clone()).collect();
    assert_eq!(reasons, ["a", "for all"]);
}

#[test]
fn a_duplicate_is_not_sent_and_shares_the_fate_of_the_first() {
    let context = TestContext::new()
        .row("1", "")
        .row("1", "a")
        .row("1", "b")
        .row("9923000000000000001", "c")
        .row("9923000000000000001", "c");
    let run = context.run();
    run.assert_exit(1)
        .assert_column("status", ["invalid", "withdrawn", "duplicate", "refused", "duplicate"])
        .assert_column("success", ["false", "true", "true", "false", "false"])
        .assert_column("error_code", ["missing_reason", "", "duplicate_id", "1161105", "duplicate_id"])
        .assert_column("attempts", ["0", "1", "0", "1", "0"]);
    let rows = run.results();
    assert!(
        rows[2]["error_message"].contains("row 3") && rows[2]["error_message"].contains("reason"),
        "{run}"
    );
    assert!(
        rows[4]["error_message"].contains("row 5") && !rows[4]["error_message"].contains("reason"),
        "{run}"
    );
    assert_eq!(context.withdraw_calls(), 2);
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_exit_2_before_any_call() {
    let rows =
        "7345005664477775401,a\n7345005664477775402,\"oops\n7345005664477775403,c\n7345005664477775404,d\n";
    let context = TestContext::new().input(format!("pre_hire_id,withdraw_reason\n{rows}"));
    assert_said!(context.run().assert_unusable(), @r#"
    exit code: 2
    ----- stderr
    error: the quotation mark (") that opens a cell on line 3 is never closed
    hint: close it, or double it if it is part of the text
    "#);
    assert_eq!(context.record().calls, []);
}
