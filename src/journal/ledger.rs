//! Owns what is known of each pre-hire from earlier runs: 32 bytes for one that is settled, more for one that is open.

use std::collections::HashMap;

use crate::model::{History, PreHireId, ReasonHash, Result, Status};

/// The lines of one call and its row take more than this.
const FEWEST_BYTES_A_ROW: u64 = 450;

/// How many rows a journal of this size can tell of.
pub(crate) fn most_rows_of(bytes: u64) -> usize {
    usize::try_from(bytes / FEWEST_BYTES_A_ROW).unwrap_or(0)
}

/// Sorts what a journal tells by pre-hire and place, and keeps the last of each pre-hire.
pub(crate) fn keep_last<T: Copy>(told: &mut Vec<T>, key: impl Fn(&T) -> (PreHireId, u64)) {
    // Places grow in the journal, so the last one of an id is the newest; and a stable sort would need memory.
    told.sort_unstable_by_key(&key);
    told.dedup_by(|later, earlier| {
        let is_same = key(later).0 == key(earlier).0;
        if is_same {
            *earlier = *later;
        }
        is_same
    });
}

/// What earlier runs have left behind, by pre-hire.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    // Sorted by id, one entry each: a fifth of what a hash map of a million entries takes.
    settled: Vec<Entry>,
    open: HashMap<PreHireId, History>,
}

/// Recalls what an earlier run has recorded.
pub trait Recall: std::fmt::Debug {
    /// The story of the settled row whose record is at this place.
    ///
    /// # Errors
    /// When it is not there any more.
    fn history_at(&self, offset: u64) -> Result<History>;
}

/// What is known of earlier runs.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// By pre-hire.
    pub ledger: &'a Ledger,
    /// By place; `None` where there was no earlier run.
    pub recall: Option<&'a dyn Recall>,
}

/// What earlier runs say of one pre-hire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// Done, by this tool or before it; never to be sent again. Its cells are in the journal at this place.
    Done {
        /// The place of its line, in bytes.
        offset: u64,
    },
    /// Refused; not to be sent again if the same is asked for.
    Refused {
        /// The place of its line, in bytes.
        offset: u64,
        /// What was asked for when it was refused.
        reason: ReasonHash,
    },
    /// Called, and not settled for good.
    Open {
        /// What its calls have told.
        history: History,
        /// Where its refusal stands when something else was asked for, if it was called again after one.
        refused_before: Option<u64>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    id: PreHireId,
    /// The place of the line, and in the lowest bits the kind.
    offset_and_kind: u64,
    reason: u64,
}

/// How a pre-hire was settled for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Done,
    DoneBefore,
    Refused,
}

const KIND_BITS: u32 = 2;

impl Entry {
    fn new(id: PreHireId, kind: Kind, offset: u64, reason: ReasonHash) -> Entry {
        Entry { id, offset_and_kind: offset << KIND_BITS | kind as u64, reason: reason.0 }
    }

    const fn offset(self) -> u64 {
        self.offset_and_kind >> KIND_BITS
    }

    fn is(self, kind: Kind) -> bool {
        self.offset_and_kind & ((1 << KIND_BITS) - 1) == kind as u64
    }
}

/// Collects what a journal tells, in its order.
#[derive(Debug, Default)]
pub struct LedgerBuilder {
    settled: Vec<Entry>,
    open: HashMap<PreHireId, History>,
}

impl LedgerBuilder {
    /// Room for what a journal of this size can tell. What is not used costs no memory; growing would, for a moment.
    #[must_use]
    pub fn for_journal_of(bytes: u64) -> Self {
        LedgerBuilder { settled: Vec::with_capacity(most_rows_of(bytes)), open: HashMap::new() }
    }

    /// Notes that a row was settled for good. Other states are [open](LedgerBuilder::open).
    pub fn settled(&mut self, id: PreHireId, status: Status, offset: u64, reason: ReasonHash) {
        self.open.remove(&id);
        let kind = match status {
            Status::Refused => Kind::Refused,
            Status::AlreadyWithdrawn | Status::AlreadyActive => Kind::DoneBefore,
            _ => Kind::Done,
        };
        self.settled.push(Entry::new(id, kind, offset, reason));
    }

    /// The history of a pre-hire that is not settled for good.
    pub fn open(&mut self, id: PreHireId) -> &mut History {
        self.open.entry(id).or_default()
    }

    /// The ledger; of several entries for one pre-hire the last one counts.
    #[must_use]
    pub fn build(self) -> Ledger {
        let LedgerBuilder { mut settled, open } = self;
        keep_last(&mut settled, |entry| (entry.id, entry.offset_and_kind));
        Ledger { settled, open }
    }
}

impl Ledger {
    /// What earlier runs say of a pre-hire. One that was settled, and then called again, is open.
    #[must_use]
    pub fn get(&self, id: PreHireId) -> Option<Earlier> {
        let settled =
            self.settled.binary_search_by_key(&id, |entry| entry.id).map(|place| self.settled[place]).ok();
        let offset = settled.map(Entry::offset);
        if let Some(history) = self.open.get(&id) {
            return Some(Earlier::Open { history: history.clone(), refused_before: offset });
        }
        let (entry, offset) = (settled?, offset?);
        Some(if entry.is(Kind::Refused) {
            Earlier::Refused { offset, reason: ReasonHash(entry.reason) }
        } else {
            Earlier::Done { offset }
        })
    }

    /// The pre-hires that this tool has done, in order: not those that were so before, nor those called again since.
    #[must_use]
    pub fn done_by_us(&self) -> Vec<PreHireId> {
        // Growing would need memory for a moment.
        let mut ids = Vec::with_capacity(self.settled.len());
        let done = self.settled.iter().filter(|entry| entry.is(Kind::Done));
        ids.extend(done.map(|entry| entry.id).filter(|id| !self.open.contains_key(id)));
        ids
    }

    /// The pre-hires in doubt.
    pub fn in_doubt(&self) -> impl Iterator<Item = (PreHireId, &History)> {
        self.open.iter().filter(|(_, history)| history.is_in_doubt()).map(|(id, history)| (*id, history))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn id(text: &str) -> PreHireId {
        PreHireId::parse(text, true).expect("an id")
    }

    #[test]
    fn an_entry_takes_32_bytes() {
        assert_eq!(size_of::<Entry>(), 32);
    }

    #[test]
    fn the_last_word_counts() {
        let mut builder = LedgerBuilder::default();
        builder.settled(id("1"), Status::Refused, 10, ReasonHash(1));
        builder.settled(id("2"), Status::Withdrawn, 20, ReasonHash(2));
        builder.settled(id("1"), Status::Withdrawn, 30, ReasonHash(3));
        builder.open(id("3")).record_cut_off(Timestamp::UNIX_EPOCH);
        builder.settled(id("4"), Status::Refused, 40, ReasonHash(4));
        builder.open(id("4")).record_cut_off(Timestamp::UNIX_EPOCH);
        let ledger = builder.build();
        assert_eq!(ledger.get(id("1")), Some(Earlier::Done { offset: 30 }));
        assert_eq!(ledger.get(id("2")), Some(Earlier::Done { offset: 20 }));
        assert!(matches!(ledger.get(id("3")), Some(Earlier::Open { history, .. }) if history.is_in_doubt()));
        assert!(
            matches!(ledger.get(id("4")), Some(Earlier::Open { refused_before: Some(40), .. })),
            "called again with another reason"
        );
        assert_eq!(ledger.get(id("5")), None);
        assert_eq!(ledger.done_by_us(), [id("1"), id("2")]);
        assert_eq!(ledger.in_doubt().count(), 2);
    }

    #[test]
    fn only_what_this_tool_did_and_left_alone_is_its_own() {
        let mut builder = LedgerBuilder::default();
        let settled = [
            ("1", Status::Withdrawn),
            ("2", Status::AlreadyWithdrawn),
            ("3", Status::Refused),
            ("4", Status::Withdrawn),
            ("5", Status::Withdrawn),
            ("6", Status::AlreadyActive),
            ("7", Status::Restored),
            ("3", Status::Withdrawn),
            ("4", Status::AlreadyWithdrawn),
        ];
        for (place, (text, status)) in (0_u64..).zip(settled) {
            builder.settled(id(text), status, place * 100, ReasonHash(1));
        }
        builder.open(id("5")).record_cut_off(Timestamp::UNIX_EPOCH);
        let ledger = builder.build();
        assert_eq!(ledger.done_by_us(), ["1", "3", "7"].map(id), "the last word counts");
    }
}
