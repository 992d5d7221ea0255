//! What is shown, and how: the summary, the progress and the log.

use super::environment::Surroundings;
use crate::cli::{Format, LogFormat, ProgressChoice, ShowArgs};
use crate::language::Language;

#[derive(Clone, Copy, Debug)]
pub(crate) struct ShowSettings {
    pub(crate) language: Language,
    /// The form of the summary.
    pub(crate) format: Format,
    pub(crate) progress: ProgressKind,
    /// No text at all?
    pub(crate) is_quiet: bool,
    pub(crate) log: LogSettings,
}

/// What is said on standard error beside the progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogSettings {
    pub(crate) format: LogFormat,
    pub(crate) detail: Detail,
    pub(crate) language: Language,
}

/// How much is logged beside the progress itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Nothing: `--quiet`.
    None,
    /// What concerns the whole run.
    Usual,
    /// Every refusal, retry and wait: `--verbose`.
    Every,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgressKind {
    /// A bar that is drawn again and again.
    Bar,
    /// A line of text every 10 seconds.
    Plain,
    /// A line of JSON every 10 seconds.
    Json,
    Never,
}

impl ShowSettings {
    /// The language is the one in force, else that of the locale.
    pub(super) fn new(typed: &ShowArgs, language: Option<Language>, surroundings: &Surroundings) -> Self {
        let progress = match typed.progress {
            _ if typed.quiet => ProgressKind::Never,
            ProgressChoice::Auto if surroundings.stderr_is_terminal => ProgressKind::Bar,
            ProgressChoice::Auto | ProgressChoice::Plain => ProgressKind::Plain,
            ProgressChoice::Json => ProgressKind::Json,
            ProgressChoice::Never => ProgressKind::Never,
        };
        let language = language.unwrap_or(surroundings.language);
        let log = LogSettings::new(typed, language);
        ShowSettings { language, format: typed.format, progress, is_quiet: typed.quiet, log }
    }
}

impl LogSettings {
    /// Known before any other setting, so that errors are told in the form that was asked for.
    pub(crate) fn new(typed: &ShowArgs, language: Language) -> Self {
        let detail = match (typed.quiet, typed.verbose) {
            (true, _) => Detail::None,
            (false, true) => Detail::Every,
            (false, false) => Detail::Usual,
        };
        LogSettings { format: typed.log_format, detail, language }
    }
}
