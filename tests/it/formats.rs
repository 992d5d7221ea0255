//! The forms of a file: encodings, delimiters, line ends and workbooks. What counts is what the server gets to see.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::context::TestContext;

const ONE: &str = "7345005664477775401";
const TWO: &str = "7345005664477775402";

/// The server got exactly these ids and reasons.
fn assert_sent(context: &TestContext, expected: &[(&str, &str)]) {
    let record = context.record();
    for (id, reason) in expected {
        let reasons: Vec<_> = record.calls_for(id).map(|call| call.withdraw_reason.as_deref()).collect();
        assert_eq!(reasons, [Some(*reason)], "{id}");
    }
    assert_eq!(context.withdraw_calls(), expected.len(), "no other id was sent");
}

fn chinese(delimiter: &str) -> String {
    let lines = [["待入职ID", "姓名", "撤销原因"], [ONE, "张伟", "候选人放弃"], [TWO, "李娜", "岗位关闭"]];
    lines.map(|cells| cells.join(delimiter) + "\r\n").concat()
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn a_text_in_any_encoding_and_with_any_delimiter_arrives_whole() {
    let table = [
        (chinese(",").into_bytes(), ','),
        (format!("\u{FEFF}{}", chinese(";")).into_bytes(), ';'),
        (format!("sep=|\r\n{}", chinese("|")).into_bytes(), '|'),
        (gbk(&chinese(",")), ','),
        (utf_16(&chinese("\t"), u16::to_le_bytes), '\t'),
        (utf_16(&chinese("\t"), u16::to_be_bytes), '\t'),
    ];
    for (input, delimiter) in table {
        let is_utf_8 = std::str::from_utf8(&input).is_ok();
        let had_mark = input.starts_with(b"\xEF\xBB\xBF");
        let context = TestContext::new().input(input);
        let run = context.run();
        run.assert_exit(0);
        assert_sent(&context, &[(ONE, "候选人放弃"), (TWO, "岗位关闭")]);
        let results = run.results_text();
        assert_eq!(results.starts_with('\u{FEFF}'), had_mark || !is_utf_8);
        assert!(results.contains(&format!("撤销原因{delimiter}row{delimiter}status")), "{run}");
        assert!(results.lines().count() == 3 && results.matches("\r\n").count() == 3, "{run}");
    }
}

#[test]
fn what_is_not_wholly_in_its_encoding_is_refused_with_line_and_byte() {
    let mut broken = chinese(",").into_bytes();
    let place = broken.windows(3).position(|bytes| bytes == "娜".as_bytes()).unwrap();
    broken[place + 2] = b' ';
    let mut broken_gbk = gbk(&chinese(","));
    broken_gbk.extend(b"3,\xFF,x\r\n");
    let mut told = String::new();
    for input in [broken, broken_gbk] {
        let context = TestContext::new().input(input);
        told += &context.run().assert_unusable().said();
        assert_eq!(context.record().calls, []);
    }
    assert!(told.contains(&format!("byte {}", place + 1)), "{told}");
    assert_text!(told, @r#"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.csv is not UTF-8: line 3, byte 101
    hint: in the spreadsheet program, save the file as "CSV UTF-8", or name its encoding with --encoding NAME
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.csv is neither UTF-8 nor GB18030: line 4, byte 99
    hint: in the spreadsheet program, save the file as "CSV UTF-8", or name its encoding with --encoding NAME
    "#);
}

#[test]
fn what_was_typed_overrides_what_would_be_found() {
    let (big5, ..) = encoding_rs::BIG5.encode("pre_hire_id!原因\n7345005664477775401!職位, 關閉\n");
    let context = TestContext::new()
        .input(big5.into_owned())
        .flag("--encoding", "big5")
        .flag("--delimiter", "!")
        .flag("--reason-column", "原因");
    context.run().assert_exit(0);
    assert_sent(&context, &[(ONE, "職位, 關閉")]);
    let mut told = String::new();
    for (flag, value) in [("--encoding", "klingon"), ("--delimiter", "ab"), ("--sheet", "Sheet1")] {
        told += &TestContext::new().row(ONE, "a").flag(flag, value).run().assert_unusable().said();
    }
    assert_text!(told, @r#"
    exit code: 2
    ----- stderr
    error: invalid value 'klingon' for '--encoding <NAME>': "klingon" is not an encoding: try utf-8, gb18030, gbk, utf-16le, utf-16be or big5

    For more information, try '--help'.
    exit code: 2
    ----- stderr
    error: invalid value 'ab' for '--delimiter <CHAR>': expected one character such as , ; | or the word tab, not "ab"

    For more information, try '--help'.
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.csv is a text file, and has no sheet "Sheet1"
    hint: omit --sheet, or give the workbook itself
    "#);
}

#[test]
fn the_line_that_names_the_delimiter_counts_as_a_line() {
    let context = TestContext::new().input(format!("sep=;\npre_hire_id;reason\n\n{ONE};a\n"));
    let run = context.run();
    run.assert_exit(0);
    assert!(run.results_text().contains(&format!("{ONE};a;4;withdrawn;true")), "{run}");
}

/// A workbook with one sheet, as small as it can be.
fn workbook(strings: &str, rows: &str) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let parts = [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="s"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{PACKAGE}"><Relationship Id="s" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#
            ),
        ),
        ("xl/sharedStrings.xml", strings.to_owned()),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#),
        ),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        archive.start_file(name, options).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The archive, whose first part claims to have this size.
fn claiming(mut archive: Vec<u8>, size: u32) -> Vec<u8> {
    let entry = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    archive[entry + 24..entry + 28].copy_from_slice(&size.to_le_bytes());
    archive
}

fn row(number: u32, cells: &[&str]) -> String {
    let cell = |(column, content): (usize, &&str)| {
        let column = char::from(b'A' + u8::try_from(column).unwrap());
        match content.strip_prefix('#') {
            Some(value) => format!(r#"<c r="{column}{number}"><v>{value}</v></c>"#),
            None => format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{content}</t></is></c>"#),
        }
    };
    let cells: String = cells.iter().enumerate().map(cell).collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

#[test]
fn a_workbook_is_read_by_its_content_and_its_numbers_are_never_ids_of_16_digits() {
    let rows = row(2, &["pre_hire_id", "reason", "n"])
        + &row(3, &[ONE, "a", "#12.50"])
        + &row(7, &["#7345005664477775402", "b", "#1e0"])
        + &row(9, &["#12345", "c"]);
    let context = TestContext::new().input(workbook("<sst/>", &rows)).named("leavers.csv");
    let run = context.run();
    run.assert_exit(1)
        .assert_column("row", ["3", "7", "9"])
        .assert_column("n", ["12.5", "1", ""])
        .assert_column("error_code", ["", "damaged_id", ""]);
    assert_sent(&context, &[(ONE, "a"), ("12345", "c")]);
    let trusting = context.switch("--trust-ids").switch("--restart");
    trusting.run().assert_exit(1).assert_column("error_code", ["", "damaged_id", ""]);
}

#[test]
fn a_hostile_workbook_is_an_error_and_not_the_end_of_the_program() {
    let good = row(1, &["pre_hire_id", "reason"]) + &row(2, &[ONE, "a"]);
    let table = [
        (workbook(r#"<sst uniqueCount="100000000000"/>"#, &good), "declares more strings"),
        (
            workbook(&format!(r#"<!--{}--><sst uniqueCount="100000000000"/>"#, "x".repeat(70_000)), &good),
            "MiB of memory",
        ),
        (claiming(workbook("<sst/>", &good), 513 * 1024 * 1024), "more than 512 MiB"),
        (workbook("<sst/>", &(row(2, &["pre_hire_id"]) + &row(1, &[ONE]))), "not in order"),
        (
            workbook("<sst/>", r#"<row r="1"><c r="ZZZZ1" t="str"><v>pre_hire_id</v></c></row>"#),
            "can't be read",
        ),
        (workbook("<sst/>", &(row(1, &["Leavers"]) + &row(3, &["pre_hire_id"]))), "row 3 of sheet \"S\""),
        (workbook("<sst/>", &good)[..600].to_vec(), "can't be read"),
        (include_bytes!("hostile/needs-gigabytes.xls").to_vec(), "MiB of memory"),
        (b"PK\x03\x04".to_vec(), "can't be read"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".repeat(700), "can't be read"),
        (b"<html><table><tr><td>pre_hire_id</td></tr></table></html>".to_vec(), "web page"),
    ];
    let mut told = String::new();
    for (input, said) in table {
        let context = TestContext::new().input(input).named("leavers.xlsx");
        told += &context.run().assert_unusable().said();
        assert_eq!(context.record().calls, [], "{said}");
    }
    assert_text!(told, @r#"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.xlsx can't be read as a workbook: it declares more strings than it can hold
    hint: open it in the spreadsheet program, and save it again as .xlsx or as "CSV UTF-8"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.xlsx can't be read as a workbook: reading it takes more than 240 MiB of memory, or more than 5 minutes
    hint: open it in the spreadsheet program, and save it again as .xlsx or as "CSV UTF-8"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.xlsx is a workbook of more than 512 MiB when unzipped
    hint: copy the two columns into a new workbook, or save the sheet as "CSV UTF-8"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.xlsx can't be read as a workbook: its rows are not in order
    hint: open it in the spreadsheet program, and save it again as .xlsx or as "CSV UTF-8"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.xlsx can't be read as a workbook: a cell lies beyond the last row or column of a sheet
    hint: open it in the spreadsheet program, and save it again as .xlsx or as "CSV UTF-8"
    exit code: 2
    ----- stderr
    error: the column names of [DIR]/leavers.xlsx are not in the first row; row 3 of sheet "S" looks like them
    hint: delete the rows above the column names
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.xlsx can't be read as a workbook: invalid Zip archive: Could not find EOCD
    hint: open it in the spreadsheet program, and save it again as .xlsx or as "CSV UTF-8"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.xlsx can't be read as a workbook: reading it takes more than 240 MiB of memory, or more than 5 minutes
    hint: open it in the spreadsheet program, and save it again as .xlsx or as "CSV UTF-8"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.xlsx can't be read as a workbook: invalid Zip archive: Could not find EOCD
    hint: open it in the spreadsheet program, and save it again as .xlsx or as "CSV UTF-8"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.xlsx can't be read as a workbook: Cfb error: Invalid sector shift, expecting 0x09 or 0x0C found E11A
    hint: open it in the spreadsheet program, and save it again as .xlsx or as "CSV UTF-8"
    exit code: 2
    ----- stderr
    error: [DIR]/leavers.xlsx is a web page (HTML or XML), whatever its name says
    hint: open it in the spreadsheet program, and save it as an Excel workbook (.xlsx)
    "#);
}
