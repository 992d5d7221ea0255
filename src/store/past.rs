//! What earlier runs say of a pre-hire: the index of their journal, and the entries that it points at.

use super::JournalSource;
use crate::journal::Index;
use crate::model::{EntryId, History, PreHireId, ReasonHash, Result, SentRow};

/// What is known of earlier runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past<'a> {
    /// What their journal says last of each pre-hire.
    pub(crate) index: &'a Index,
    /// The journal; `None` where there was no earlier run.
    pub(crate) journal: Option<&'a dyn JournalSource>,
}

/// What earlier runs say of one pre-hire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// Done, by this tool or before it; never to be sent again. This entry says so.
    Done(EntryId),
    /// Refused; not to be sent again if the same is asked for.
    Refused {
        /// The entry that says so.
        entry: EntryId,
        /// What was asked for when it was refused.
        reason: ReasonHash,
        /// What its calls have told.
        history: History,
    },
    /// Called, and not settled for good.
    Open(History),
}

impl Past<'_> {
    /// Do earlier runs say anything of a pre-hire?
    #[must_use]
    pub(crate) fn knows(&self, id: PreHireId) -> bool {
        self.index.word(id).is_some() || self.index.called(id).is_some()
    }

    /// What they say of it. One that was settled, and then called again, is open.
    ///
    /// # Errors
    /// When the journal can't be read any more.
    pub(crate) fn of(&self, id: PreHireId) -> Result<Option<Earlier>> {
        let called = self.index.called(id);
        let Some((word, journal)) = self.index.word(id).zip(self.journal) else {
            return Ok(called.map(|history| Earlier::Open(history.clone())));
        };
        if called.is_none() && word.status.is_success() {
            return Ok(Some(Earlier::Done(word.entry)));
        }
        let SentRow { reason, doubt, outcome, .. } = journal.entry(word.entry)?;
        let history = History::recorded(outcome, doubt);
        Ok(Some(match (called, reason) {
            // Neither its calls nor its doubt are forgotten.
            (Some(called), _) if word.is_final() => {
                Earlier::Open(called.clone().after(history.without_code()))
            }
            (Some(called), _) => Earlier::Open(called.clone().after(history)),
            (None, Some(reason)) if word.is_final() => {
                Earlier::Refused { entry: word.entry, reason, history }
            }
            (None, _) => Earlier::Open(history),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::IndexBuilder;
    use crate::journal::entry::Entry;
    use crate::model::{Doubt, Outcome, Status};
    use crate::store::{MemoryJournal, run_started};
    use jiff::Timestamp;

    fn id(number: u64) -> PreHireId {
        PreHireId::parse(&number.to_string(), true).expect("an id")
    }

    fn settled(number: u64, status: Status, reason: Option<ReasonHash>) -> Entry {
        let outcome = Outcome { status, attempts: 2, ..Outcome::default() };
        Entry::RowSettled(SentRow { line: 2, id: id(number), reason, doubt: Doubt::Never, outcome })
    }

    fn called(number: u64) -> Entry {
        let (at, reason) = (Timestamp::UNIX_EPOCH, ReasonHash(9));
        Entry::CallStarted { at, id: id(number), row: 2, reason, attempt: 1 }
    }

    #[test]
    fn the_last_word_counts_and_no_call_is_forgotten() {
        let reason = Some(ReasonHash(1));
        let journal = MemoryJournal::of(&[
            Entry::RunStarted(run_started(Timestamp::UNIX_EPOCH, "a.csv")),
            settled(1, Status::Refused, reason),
            settled(2, Status::Withdrawn, None),
            settled(1, Status::Withdrawn, reason),
            called(3),
            settled(4, Status::Refused, reason),
            called(4),
            settled(5, Status::Refused, reason),
            settled(6, Status::Refused, None),
            settled(7, Status::Exhausted, reason),
            called(7),
        ]);
        let mut builder = IndexBuilder::default();
        journal.scan(&mut |id, entry| builder.take(id, entry)).expect("memory");
        let index = builder.build();
        let past = Past { index: &index, journal: Some(&journal) };
        let of = |number| past.of(id(number)).expect("memory");
        assert_eq!((of(1), of(2)), (Some(Earlier::Done(EntryId(3))), Some(Earlier::Done(EntryId(2)))));
        assert!(matches!(of(3), Some(Earlier::Open(history)) if history.is_in_doubt()));
        assert!(
            matches!(of(4), Some(Earlier::Open(history)) if history.attempts() == 3),
            "called again with another reason"
        );
        let refused = |earlier| match earlier {
            Some(Earlier::Refused { entry, reason, history }) => Some((entry, reason, history.attempts())),
            _ => None,
        };
        assert_eq!(refused(of(5)), Some((EntryId(7), ReasonHash(1), 2)));
        assert!(matches!(of(6), Some(Earlier::Open(_))), "what was asked for is not known");
        assert!(matches!(of(7), Some(Earlier::Open(history)) if history.attempts() == 3));
        assert_eq!(of(8), None);
        assert!(past.knows(id(7)) && !past.knows(id(8)));
    }
}
