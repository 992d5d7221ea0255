//! Which pre-hires a restoration may touch: those that a journal proves this tool to have withdrawn.

use super::id::PreHireId;

/// The pre-hires that this tool has withdrawn, and the journal that says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WithdrawnIds {
    ids: Vec<PreHireId>,
    journal: SourceJournal,
}

/// A journal of withdrawals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SourceJournal {
    /// Its name for messages.
    pub(crate) name: String,
    /// The hash of its first line: one that was begun anew tells of other withdrawals.
    pub(crate) first_hash: String,
}

impl WithdrawnIds {
    /// Takes the ids, and the journal that proves them.
    #[must_use]
    pub(crate) fn new(mut ids: Vec<PreHireId>, journal: SourceJournal) -> Self {
        ids.sort_unstable();
        WithdrawnIds { ids, journal }
    }

    /// Is it proved of this one?
    #[must_use]
    pub(crate) fn hold(&self, id: PreHireId) -> bool {
        self.ids.binary_search(&id).is_ok()
    }

    /// The journal that proves them.
    #[must_use]
    pub(crate) const fn journal(&self) -> &SourceJournal {
        &self.journal
    }
}
