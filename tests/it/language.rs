//! `--lang`: advice, messages and summaries change, columns and words in cells never.

use crate::context::{SOMEBODY, TestContext};

fn mixed() -> TestContext {
    TestContext::new()
        .row(SOMEBODY, "a")
        .row("7.345E+18", "b")
        .row("9923000000000000001", "c")
        .row(SOMEBODY, "d")
}

#[test]
fn people_read_chinese_and_scripts_the_same_words() {
    let english = mixed().run();
    let chinese = mixed().flag("--lang", "zh").run();
    for column in ["status", "success", "error_code", "retry_outcome", "confirmed_by"] {
        for (english, chinese) in english.results().iter().zip(chinese.results()) {
            assert_eq!(english[column], chinese[column], "{column}");
        }
    }
    let rows = chinese.results();
    assert!(rows[1]["error_message"].contains("表格软件") && rows[1]["advice"].contains("文本"), "{chinese}");
    assert!(rows[2]["advice"].contains("--only refused"), "{chinese}");
    assert!(rows[3]["error_message"].contains("第2行"), "{chinese}");
    assert_said!(chinese, @r"
    exit code: 1
    ----- stdout
      withdrawn          1
      refused            1
      invalid            1
      duplicate          1
      行数               4（成功2）
      调用               2次，用时[DURATION]；任意1秒内最多[COUNT]次（允许：100000/1s）
      结果               [DIR]/leavers.results.csv
      日志               [DIR]/leavers.results.csv.journal

    错误码
      1161105            1
      damaged_id         1
      duplicate_id       1
    处理办法见结果文件的advice列。
    ");
    assert_said!(english, @r"
    exit code: 1
    ----- stdout
      withdrawn          1
      refused            1
      invalid            1
      duplicate          1
      rows               4 (2 successes)
      calls              2 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    error codes
      1161105            1
      damaged_id         1
      duplicate_id       1
    What to do is in the advice column of the results.
    ");
}

#[test]
fn an_error_and_its_hint_are_in_the_language_of_the_locale_unless_one_was_typed() {
    let context = TestContext::new().input("name,reason\nWang,a\n").env("LANG", "zh_CN.UTF-8");
    assert_said!(context.run().assert_unusable(), @r#"
    exit code: 2
    ----- stderr
    错误：没有待入职ID列；现有的列："name", "reason"
    提示：请把列名改为pre_hire_id或待入职ID，或用--id-column NAME指明列名
    "#);
    assert_said!(context.env("LC_ALL", "C").run().assert_unusable(), @r#"
    exit code: 2
    ----- stderr
    error: there is no column with pre-hire ids; the columns are: "name", "reason"
    hint: name it pre_hire_id or 待入职ID, or give its name with --id-column NAME
    "#);
    let typed =
        TestContext::new().input("name,reason\nWang,a\n").env("LANG", "zh_CN.UTF-8").flag("--lang", "en");
    assert_said!(typed.run().assert_unusable(), @r#"
    exit code: 2
    ----- stderr
    error: there is no column with pre-hire ids; the columns are: "name", "reason"
    hint: name it pre_hire_id or 待入职ID, or give its name with --id-column NAME
    "#);
}

#[test]
fn a_profile_may_choose_and_a_flag_wins() {
    let context = mixed();
    std::fs::create_dir_all(context.path("config/prehire")).unwrap();
    std::fs::write(context.path("config/prehire/config.toml"), "[profile.default]\nlang = 'zh'\n").unwrap();
    let context = context.env("XDG_CONFIG_HOME", "config");
    assert_said!(context.run(), @r"
    exit code: 1
    ----- stdout
      withdrawn          1
      refused            1
      invalid            1
      duplicate          1
      行数               4（成功2）
      调用               2次，用时[DURATION]；任意1秒内最多[COUNT]次（允许：100000/1s）
      结果               [DIR]/leavers.results.csv
      日志               [DIR]/leavers.results.csv.journal

    错误码
      1161105            1
      damaged_id         1
      duplicate_id       1
    处理办法见结果文件的advice列。
    ");
    assert_said!(context.flag("--lang", "en").switch("--restart").run(), @r"
    exit code: 1
    ----- stdout
      already_withdrawn  1
      refused            1
      invalid            1
      duplicate          1
      rows               4 (2 successes)
      calls              2 in [DURATION]; at most [COUNT] in any 1 s (allowed: 100000/1s)
      results            [DIR]/leavers.results.csv
      journal            [DIR]/leavers.results.csv.journal

    error codes
      1161105            1
      damaged_id         1
      duplicate_id       1
    What to do is in the advice column of the results.
    ");
}

#[test]
fn the_check_and_the_reader_of_workbooks_speak_it_too() {
    let context = TestContext::new().row(SOMEBODY, "a").row("", "b");
    assert_said!(context.check(&["--lang", "zh"]).assert_exit(1), @r"
    exit code: 1
    ----- stdout
      文件               [DIR]/leavers.csv
      编码               UTF-8
      分隔符             ,
      换行符             LF
      ID列               pre_hire_id
      原因列             withdraw_reason
      行数               2
      可以发送           1
      missing_id         1
      运行需要           不到1秒（99/60s）
      digest             sha256:cb965ab0099560f3453b30047fcc691d075bb0dbd6fb5b487353983938675cc1

    第3行：“pre_hire_id”列的单元格是空的
      请填写待入职ID，然后重新运行。
    ");
    let context = TestContext::new().input(b"PK\x03\x04".as_slice()).named("a.xlsx");
    assert_said!(context.check(&["--lang", "zh"]).assert_exit(2), @r"
    exit code: 2
    ----- stderr
    错误：[DIR]/a.xlsx不能作为工作簿读取: invalid Zip archive: Could not find EOCD
    提示：请在表格软件中打开它，重新另存为.xlsx或“CSV UTF-8”
    ");
}

#[test]
fn what_one_run_has_settled_the_next_one_says_in_its_own_language() {
    const COMPLETED: &str = "9922000000000000001";
    for (first, then) in [("en", "zh"), ("zh", "en")] {
        let told = |language: &str| {
            let context = TestContext::new().row(COMPLETED, "a").flag("--lang", language);
            context.run().only_row().words(&["error_message", "advice"])
        };
        let context = TestContext::new().row(COMPLETED, "a").flag("--lang", first);
        assert_eq!(context.run().only_row().words(&["error_message", "advice"]), told(first));
        let context = context.flag("--lang", then);
        assert_eq!(context.run().only_row().words(&["error_message", "advice"]), told(then));
        assert_ne!(told(first), told(then));
        assert_eq!(context.calls_for(COMPLETED), 1, "nobody was called again for it");
    }
}
