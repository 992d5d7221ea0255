//! Owns what stops a run: a message, the advice that goes with it, and the exit code.
//!
//! A row that fails is a result, never an error.

use std::fmt;

use crate::language::{Language, Text, text};

/// How the process ends; scripts depend on the numbers (`README.md`, "Exit codes").
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
    /// Every one, by its number.
    pub const ALL: [Exit; 8] = [
        Exit::Success,
        Exit::SomeRowsFailed,
        Exit::Unusable,
        Exit::StoppedEarly,
        Exit::CannotRecord,
        Exit::Locked,
        Exit::Interrupted,
        Exit::Terminated,
    ];

    /// What it means, in a few words that name nobody.
    #[must_use]
    pub fn meaning(self) -> Text {
        match self {
            Exit::Success => text!("every row succeeded"),
            Exit::SomeRowsFailed => text!("finished; some rows did not succeed"),
            Exit::Unusable => text!("not started: usage, configuration or input error"),
            Exit::StoppedEarly => text!("stopped early"),
            Exit::CannotRecord => text!("stopped: the journal or the results can't be written"),
            Exit::Locked => text!("not started: another run holds the journal or the allowance"),
            Exit::Interrupted => text!("interrupted by Ctrl-C (SIGINT)"),
            Exit::Terminated => text!("interrupted by SIGTERM"),
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
    message: Text,
    // Boxed, so that a result is no larger for them.
    hint: Option<Box<Text>>,
    /// The cause, where it is ours to say.
    cause: Option<Box<Text>>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A usage, configuration or input error: exit 2, nothing was sent.
    #[must_use]
    pub fn unusable(message: Text) -> Self {
        Error { exit: Exit::Unusable, message, hint: None, cause: None, source: None }
    }

    /// The journal or the results can't be written: exit 4.
    #[must_use]
    pub fn cannot_record(message: Text) -> Self {
        Error { exit: Exit::CannotRecord, ..Error::unusable(message) }
    }

    /// Another run holds the journal or the allowance: exit 75.
    #[must_use]
    pub fn locked(message: Text) -> Self {
        Error { exit: Exit::Locked, ..Error::unusable(message) }
    }

    /// A signal before anything was sent.
    #[must_use]
    pub fn interrupted(exit: Exit) -> Self {
        Error { exit, ..Error::unusable(text!("interrupted before anything was sent")) }
    }

    /// A second signal: leave at once.
    #[must_use]
    pub fn abandoned(exit: Exit) -> Self {
        let hint = text!("run the same command again to continue; what was in flight is looked up first");
        Error { exit, ..Error::unusable(text!("stopped at once")) }.hint(hint)
    }

    /// Adds what the person can do about it: a sentence with something to type.
    #[must_use]
    pub fn hint(mut self, hint: Text) -> Self {
        self.hint = Some(Box::new(hint));
        self
    }

    /// Adds another way out.
    #[must_use]
    pub fn or_hint(mut self, hint: Text) -> Self {
        self.hint = Some(Box::new(match self.hint {
            None => hint,
            Some(first) => text!("{first}; or {other}", first => *first, other => hint),
        }));
        self
    }

    /// Adds a cause in our own words, which is printed behind the message.
    #[must_use]
    pub fn since(mut self, cause: Text) -> Self {
        self.cause = Some(Box::new(cause));
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
    pub fn message(&self, language: Language) -> String {
        let mut text = self.message.in_language(language);
        if let Some(cause) = &self.cause {
            text.push_str(&format!(": {}", cause.in_language(language)));
        }
        let mut cause = std::error::Error::source(self);
        while let Some(source) = cause {
            text.push_str(&format!(": {source}"));
            cause = source.source();
        }
        text
    }

    /// What the person can do about it.
    #[must_use]
    pub fn hint_text(&self, language: Language) -> Option<String> {
        self.hint.as_ref().map(|hint| hint.in_language(language))
    }

    /// The whole story for standard error: `error: …: cause`, then the advice on a line of its own.
    #[must_use]
    pub fn report(&self, language: Language) -> String {
        let report = match self.hint_text(language) {
            None => text!("error: {message}", message = self.message(language)),
            Some(hint) => text!("error: {message}\nhint: {hint}", message = self.message(language), hint),
        };
        report.in_language(language)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.message, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}

/// The result of everything that can stop a run.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_the_causes_and_then_the_advice() {
        let error = Error::unusable(Text::plain("can't read leavers.csv"))
            .because(std::io::Error::other("is a directory"))
            .hint(Text::plain("give the path of a file"));
        assert_eq!(
            error.report(Language::English),
            "error: can't read leavers.csv: is a directory\nhint: give the path of a file"
        );
        assert_eq!(error.exit().code(), 2);
    }
}
