//! Keeps README.md, README.zh-CN.md and CONTRIBUTING.md true: every example is run; every column, word, code and flag is
//! named; whatever is not prose is the same in both languages.
//!
//! The convention: in a `sh` block each line is a command; a `bash` block is one script. A comment `# exit N` at the
//! end of the line, or as the script's last line, says how it ends; without one it is 0.

#![allow(clippy::disallowed_methods, reason = "a test may look at the clock and the environment")]

#[path = "../it/support/checkout.rs"]
mod checkout;
mod contributing;
mod examples;
mod flags;
#[path = "../it/support/help.rs"]
mod help;
mod languages;
mod links;
mod names;
mod page;

use page::Page;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const ENGLISH: Page = Page { name: "README.md", text: include_str!("../../README.md") };
const CHINESE: Page = Page { name: "README.zh-CN.md", text: include_str!("../../README.zh-CN.md") };
const PAGES: [Page; 2] = [ENGLISH, CHINESE];
