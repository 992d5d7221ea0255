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
    chinese.assert_stdout("行数").assert_stdout("withdrawn").assert_stdout("处理办法见结果文件的advice列");
    english.assert_stdout("rows").assert_stdout("advice column");
}

#[test]
fn an_error_and_its_hint_are_in_the_language_of_the_locale_unless_one_was_typed() {
    let context = TestContext::new().input("name,reason\nWang,a\n").env("LANG", "zh_CN.UTF-8");
    context.run().assert_unusable("错误：没有待入职ID列").assert_stderr("提示：");
    context.env("LC_ALL", "C").run().assert_unusable("error: there is no column");
    let typed =
        TestContext::new().input("name,reason\nWang,a\n").env("LANG", "zh_CN.UTF-8").flag("--lang", "en");
    typed.run().assert_unusable("error: there is no column");
}

#[test]
fn a_profile_may_choose_and_a_flag_wins() {
    let context = mixed();
    std::fs::create_dir_all(context.path("config/prehire")).unwrap();
    std::fs::write(context.path("config/prehire/config.toml"), "[profile.default]\nlang = 'zh'\n").unwrap();
    let context = context.env("XDG_CONFIG_HOME", "config");
    context.run().assert_stdout("行数");
    context.flag("--lang", "en").switch("--restart").run().assert_stdout("rows");
}

#[test]
fn the_check_and_the_reader_of_workbooks_speak_it_too() {
    let context = TestContext::new().row(SOMEBODY, "a").row("", "b");
    context.check(&["--lang", "zh"]).assert_exit(1).assert_stdout("可以发送").assert_stdout("digest ");
    let context = TestContext::new().input(b"PK\x03\x04".as_slice()).named("a.xlsx");
    context.check(&["--lang", "zh"]).assert_exit(2).assert_stderr("不能作为工作簿读取");
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
