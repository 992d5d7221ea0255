//! Which pre-hires a restoration may touch: those that a journal proves this tool to have withdrawn.

use super::id::PreHireId;

/// The pre-hires that this tool has withdrawn, and the journal that says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WithdrawnIds {
    ids: Vec<PreHireId>,
    journal: SourceJournal,
}

/// A journal of withdrawals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceJournal {
    /// Its name for messages.
    pub name: String,
    /// The hash of its first line: one that was begun anew tells of other withdrawals.
    pub first_hash: String,
}

impl WithdrawnIds {
    /// Takes the ids, and the journal that proves them.
    #[must_use]
    pub fn new(mut ids: Vec<PreHireId>, journal: SourceJournal) -> Self {
        ids.sort_unstable();
        WithdrawnIds { ids, journal }
    }

    /// Is it proved of this one?
    #[must_use]
    pub fn hold(&self, id: PreHireId) -> bool {
        self.ids.binary_search(&id).is_ok()
    }

    /// The journal that proves them.
    #[must_use]
    pub const fn journal(&self) -> &SourceJournal {
        &self.journal
    }
}
