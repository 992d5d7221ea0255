//! Owns what stops a run: a message, the advice that goes with it, and the exit code.
//!
//! A row that fails is a result, never an error.

use std::fmt;

/// How the process ends, as `contract.md` numbers it ("Exit codes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// Every row is a success.
    Success,
    /// The run finished, but some rows are not a success.
    SomeRowsFailed,
    /// Usage, configuration or input error; nothing was sent.
    Unusable,
    /// The run was stopped early; the results are complete, and the rest waits for the next run.
    StoppedEarly,
    /// The journal or the results can't be written.
    CannotRecord,
    /// Another run holds the journal or the allowance.
    Locked,
    /// Interrupted by SIGINT.
    Interrupted,
    /// Interrupted by SIGTERM.
    Terminated,
}

impl Exit {
    /// What it means, in a few words that name nobody.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Exit::Success => "every row is a success",
            Exit::SomeRowsFailed => "finished; some rows are not a success",
            Exit::Unusable => "not started: usage, configuration or input error",
            Exit::StoppedEarly => "stopped early",
            Exit::CannotRecord => "stopped: the journal or the results can't be written",
            Exit::Locked => "not started: another run holds the journal or the allowance",
            Exit::Interrupted => "interrupted by Ctrl-C (SIGINT)",
            Exit::Terminated => "interrupted by SIGTERM",
        }
    }

    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Exit::Success => 0,
            Exit::SomeRowsFailed => 1,
            Exit::Unusable => 2,
            Exit::StoppedEarly => 3,
            Exit::CannotRecord => 4,
            Exit::Locked => 75,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        }
    }
}

/// What stops a run before its end.
#[derive(Debug)]
pub struct Error {
    exit: Exit,
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A usage, configuration or input error: exit 2, nothing was sent.
    #[must_use]
    pub fn unusable(message: impl Into<String>) -> Self {
        Error { exit: Exit::Unusable, message: message.into(), hint: None, source: None }
    }

    /// The journal or the results can't be written: exit 4.
    #[must_use]
    pub fn cannot_record(message: impl Into<String>) -> Self {
        Error { exit: Exit::CannotRecord, ..Error::unusable(message) }
    }

    /// Another run holds the journal or the allowance: exit 75.
    #[must_use]
    pub fn locked(message: impl Into<String>) -> Self {
        Error { exit: Exit::Locked, ..Error::unusable(message) }
    }

    /// A signal before anything was sent.
    #[must_use]
    pub fn interrupted(exit: Exit) -> Self {
        Error { exit, ..Error::unusable("interrupted before anything was sent") }
    }

    /// A second signal: leave at once.
    #[must_use]
    pub fn abandoned(exit: Exit) -> Self {
        let hint = "run the same command again to go on; what was in flight is looked up first";
        Error { exit, ..Error::unusable("stopped at once") }.hint(hint)
    }

    /// Adds what the person can do about it: a sentence with something to type.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds another way out.
    #[must_use]
    pub fn or_hint(mut self, hint: &str) -> Self {
        self.hint = Some(self.hint.map_or_else(|| hint.to_owned(), |first| format!("{first}; or {hint}")));
        self
    }

    /// Adds the cause, which is printed behind the message.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// How the process ends.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        self.exit
    }

    /// What happened, and its causes.
    #[must_use]
    pub fn message(&self) -> String {
        let mut text = self.message.clone();
        let mut cause = std::error::Error::source(self);
        while let Some(source) = cause {
            text.push_str(&format!(": {source}"));
            cause = source.source();
        }
        text
    }

    /// What the person can do about it.
    #[must_use]
    pub fn hint_text(&self) -> Option<String> {
        self.hint.clone()
    }

    /// The whole story for standard error: `error: …: cause`, then the advice on a line of its own.
    #[must_use]
    pub fn report(&self) -> String {
        let mut text = format!("error: {}", self.message());
        if let Some(hint) = &self.hint {
            text.push_str(&format!("\nhint: {hint}"));
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}

/// The result of everything that can stop a run.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_the_causes_and_then_the_advice() {
        let error = Error::unusable("can't read leavers.csv")
            .because(std::io::Error::other("is a directory"))
            .hint("give the path of a file");
        assert_eq!(
            error.report(),
            "error: can't read leavers.csv: is a directory\nhint: give the path of a file"
        );
        assert_eq!(error.exit().code(), 2);
    }
}
