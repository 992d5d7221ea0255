//! What is shown beside the summary: the progress and the log.

use crate::cli::LogFormat;
use crate::language::Language;

/// How much is told beside the progress itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Nothing: `--quiet`.
    None,
    /// What concerns the whole run.
    Usual,
    /// Every refusal, retry and wait: `--verbose`.
    Every,
}

/// What is said on standard error, and in which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Text or JSON.
    pub format: LogFormat,
    /// How much.
    pub detail: Detail,
    /// In which language.
    pub language: Language,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressKind {
    /// A bar that is drawn again and again.
    Bar,
    /// A line of text every 10 seconds.
    Plain,
    /// A line of JSON every 10 seconds.
    Json,
    /// Nothing.
    Never,
}
