//! Owns how a run ended, as a value for those who were not there: a bot, and a file of metrics. It names nobody.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::tally::Tally;
use crate::language::{Language, Text};
use crate::model::{Exit, Operation, Status, StopCause};

/// How a run ended; what is `None` was never known.
#[derive(Debug)]
pub struct Ending {
    /// In which language people are told.
    pub language: Language,
    /// What was to be done.
    pub operation: Operation,
    /// How the process ends.
    pub exit: Exit,
    /// When.
    pub at: Timestamp,
    /// How long the whole command took.
    pub duration: Duration,
    /// The app, as messages name it, and the host of the API.
    pub target: Option<Text>,
    /// The results and the journal.
    pub places: Option<(PathBuf, PathBuf)>,
    /// What was counted, also of a run that ended with an error.
    pub tally: Option<Tally>,
    /// Why it was stopped early, if it was.
    pub stop: Option<StopCause>,
    /// Has a second signal ended it? Then nothing else may take time.
    pub was_abandoned: bool,
}

impl Ending {
    /// The end of a run of which nothing is known yet.
    #[must_use]
    pub const fn of(operation: Operation) -> Self {
        Ending {
            language: Language::English,
            operation,
            exit: Exit::Success,
            at: Timestamp::UNIX_EPOCH,
            duration: Duration::ZERO,
            target: None,
            places: None,
            tally: None,
            stop: None,
            was_abandoned: false,
        }
    }

    /// How many rows there are of each status that the operation can have, or has.
    pub fn rows_by_status(&self) -> impl Iterator<Item = (Status, u32)> {
        let counted = |status| {
            self.tally.as_ref().and_then(|tally| tally.by_status.get(&status)).copied().unwrap_or_default()
        };
        Status::ALL
            .into_iter()
            .map(move |status| (status, counted(status)))
            .filter(|(status, rows)| self.operation.can_end_in(*status) || *rows > 0)
    }
}
