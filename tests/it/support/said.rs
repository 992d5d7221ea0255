//! The whole text that a run says, for snapshots: without paths, ports, times and versions, which are
//! different each time.

use crate::run::Run;

/// What is shown in place of what differs from run to run; the first that fits wins.
pub const FILTERS: [(&str, &str); 17] = [
    (r#"(/private)?/[^\s"',)]*/\.tmp[A-Za-z0-9]{6}"#, "[DIR]"),
    (r#"/[^\s"',)]*/(debug|release)/prehire\b"#, "prehire"),
    (r"/allowance/[0-9a-f]{16}", "/allowance/[HASH]"),
    (r"journal begins with [0-9a-f]{8}", "journal begins with [HASH]"),
    (r"127\.0\.0\.1:\d{2,5}", "127.0.0.1:[PORT]"),
    (r"\bprocess \d+", "process [PID]"),
    (r"prehire \d+\.\d+\.\d+", "prehire [VERSION]"),
    (r"\b20\d{12}[0-9A-F]{20}\b", "[LOG ID]"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?( ?(Z|[+-]\d\d:?\d\d))?", "[TIME]"),
    (r"\b20\d\d-\d\d-\d\d\b", "[DATE]"),
    (r"\b(in|after|for) \d+(\.\d+)? (ms|s|min)\b", "$1 [DURATION]"),
    (r"\b\d+(\.\d+)? (ms|s|min) held back", "[DURATION] held back"),
    (r"用时\d+(\.\d+)?(毫秒|秒|分钟)", "用时[DURATION]"),
    // How many calls fall into one window, and how many lines looks and waits add to a journal, is a matter of time.
    (r"\bat most \d+ in any", "at most [COUNT] in any"),
    (r"内最多\d+次", "内最多[COUNT]次"),
    (r"\bwhole: \d+ lines", "whole: [COUNT] lines"),
    (r"完整：\d+行", "完整：[COUNT]行"),
];

impl Run {
    /// All that it said, and how it ended.
    pub fn said(&self) -> String {
        let mut said = format!("exit code: {}\n", self.exit_code);
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                said += &format!("----- {name}\n{text}");
            }
        }
        said
    }
}

/// Compares a text, such as what several runs said, with what stands here. To accept what it is now: `cargo insta test
/// --review`.
macro_rules! assert_text {
    ($text:expr, @$expected:literal) => {
        insta::with_settings!({ filters => $crate::support::said::FILTERS.to_vec() }, {
            insta::assert_snapshot!($text, @$expected);
        });
    };
}

/// Compares all that a run said with what stands here.
macro_rules! assert_said {
    ($run:expr, @$expected:literal) => {
        assert_text!($run.said(), @$expected);
    };
}
