//! The index of a journal: its last word on each pre-hire, in 32 bytes, and the calls that were not settled since.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::entry::Entry;
use crate::model::{Attempt, Doubt, EntryId, History, PreHireId, SentRow, Status};

/// How a pre-hire was settled last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastWord {
    /// The pre-hire.
    pub(crate) id: PreHireId,
    /// The entry that says so.
    pub(crate) entry: EntryId,
    /// The run that said it, counted from 1.
    pub(crate) run: u32,
    /// What became of it.
    pub(crate) status: Status,
    /// The doubt that was left.
    pub(crate) doubt: Doubt,
    /// Was it in the input of that run?
    pub(crate) is_in_input: bool,
    /// Is it known what was asked for?
    has_reason: bool,
}

impl LastWord {
    /// Is nothing left to do, unless something else is asked for?
    #[must_use]
    pub(crate) const fn is_final(&self) -> bool {
        self.status.is_success() || matches!(self.status, Status::Refused) && self.has_reason
    }
}

/// What a journal says of each pre-hire, up to some entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Index {
    // Sorted by pre-hire, one word each: a fifth of what a hash map of a million takes.
    words: Vec<LastWord>,
    called: HashMap<PreHireId, History>,
}

/// Collects the index from the entries of a journal, in their order.
#[derive(Debug, Default)]
pub(crate) struct IndexBuilder {
    words: Vec<LastWord>,
    /// How many words were there when repetitions were last dropped.
    tidy: usize,
    called: HashMap<PreHireId, History>,
    in_flight: HashMap<PreHireId, Timestamp>,
    run: u32,
    until: Option<EntryId>,
}

impl IndexBuilder {
    /// Room for so many rows. What is not used costs no memory; growing would, for a moment.
    #[must_use]
    pub(crate) fn with_room_for(rows: usize) -> Self {
        IndexBuilder { words: Vec::with_capacity(rows), ..IndexBuilder::default() }
    }

    /// Takes nothing behind this entry.
    #[must_use]
    pub(crate) fn until(self, last: EntryId) -> Self {
        IndexBuilder { until: Some(last), ..self }
    }

    /// Takes the next entry.
    pub(crate) fn take(&mut self, entry_id: EntryId, entry: &Entry) {
        if self.until.is_some_and(|until| entry_id > until) {
            return;
        }
        match entry {
            Entry::RunStarted(_) => {
                self.cut_off_open_calls();
                self.run += 1;
            }
            Entry::CallStarted { at, id, reason, .. } => {
                self.in_flight.insert(*id, *at);
                self.called.entry(*id).or_default().called_with(*reason);
            }
            Entry::CallFinished { at, id, verdict, http_status, code, msg, log_id, .. } => {
                let sent_at = self.in_flight.remove(id).unwrap_or(*at);
                self.called.entry(*id).or_default().record(&Attempt {
                    verdict: *verdict,
                    error_code: *code,
                    message: msg.clone(),
                    http_status: *http_status,
                    log_id: log_id.clone(),
                    sent_at,
                    ended_at: *at,
                });
            }
            Entry::RowSettled(row) => self.settle(entry_id, row),
            Entry::RunFinished { .. } => self.cut_off_open_calls(),
            Entry::Throttled { .. } | Entry::TokenRefreshed { .. } | Entry::ReadBack { .. } => {}
        }
    }

    fn settle(&mut self, entry: EntryId, row: &SentRow) {
        let SentRow { line, id, reason, doubt, outcome } = row;
        self.in_flight.remove(id);
        self.called.remove(id);
        // What every night settles anew does not add up.
        if self.words.len() == self.words.capacity() && self.words.len() > 2 * self.tidy {
            self.tidy_up();
        }
        self.words.push(LastWord {
            id: *id,
            entry,
            run: self.run,
            status: outcome.status,
            doubt: *doubt,
            is_in_input: *line != 0,
            has_reason: reason.is_some(),
        });
    }

    /// A call without its end: the run died, and nobody knows.
    fn cut_off_open_calls(&mut self) {
        for (id, sent_at) in self.in_flight.drain() {
            self.called.entry(id).or_default().record_cut_off(sent_at);
        }
    }

    fn tidy_up(&mut self) {
        // Entries grow, so the last one of a pre-hire is the newest; and a stable sort would need memory.
        self.words.sort_unstable_by_key(|word| (word.id, word.entry));
        self.words.dedup_by(|later, earlier| {
            let is_same = later.id == earlier.id;
            if is_same {
                *earlier = *later;
            }
            is_same
        });
        self.tidy = self.words.len();
    }

    /// The index; of several words on one pre-hire the last one counts.
    #[must_use]
    pub(crate) fn build(mut self) -> Index {
        self.cut_off_open_calls();
        self.tidy_up();
        Index { words: self.words, called: self.called }
    }
}

impl Index {
    /// How a pre-hire was settled last, whatever came after.
    #[must_use]
    pub(crate) fn word(&self, id: PreHireId) -> Option<&LastWord> {
        self.place_of(id).map(|place| &self.words[place])
    }

    /// The place of that among all words.
    #[must_use]
    pub(crate) fn place_of(&self, id: PreHireId) -> Option<usize> {
        self.words.binary_search_by_key(&id, |word| word.id).ok()
    }

    /// The story of its calls since then, if there were any.
    #[must_use]
    pub(crate) fn called(&self, id: PreHireId) -> Option<&History> {
        self.called.get(&id)
    }

    /// All words, in the order of the pre-hires.
    #[must_use]
    pub(crate) fn words(&self) -> &[LastWord] {
        &self.words
    }

    /// How many pre-hires there are of each status; those without were called, and not settled since.
    #[must_use]
    pub(crate) fn counts(&self) -> BTreeMap<Option<Status>, u64> {
        let mut counts = BTreeMap::new();
        for word in self.words.iter().filter(|word| !self.called.contains_key(&word.id)) {
            *counts.entry(Some(word.status)).or_default() += 1;
        }
        if !self.called.is_empty() {
            counts.insert(None, self.called.len() as u64);
        }
        counts
    }

    /// The pre-hires that this tool has done, in order: not those that were so before, nor those called again since.
    #[must_use]
    pub(crate) fn done_by_us(&self) -> Vec<PreHireId> {
        // Growing would need memory for a moment.
        let mut ids = Vec::with_capacity(self.words.len());
        let done =
            self.words.iter().filter(|word| matches!(word.status, Status::Withdrawn | Status::Restored));
        ids.extend(done.map(|word| word.id).filter(|id| !self.called.contains_key(id)));
        ids
    }

    /// The pre-hires in doubt.
    pub(crate) fn in_doubt(&self) -> impl Iterator<Item = PreHireId> {
        let called = self.called.iter().filter(|(_, history)| history.is_in_doubt()).map(|(id, _)| *id);
        let is_left = |word: &&LastWord| !word.is_final() && word.doubt == Doubt::Now;
        let settled = self.words.iter().filter(is_left).map(|word| word.id);
        called.chain(settled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Outcome, ReasonHash, Verdict};
    use proptest::prelude::*;

    fn id(number: u64) -> PreHireId {
        PreHireId::parse(&number.to_string(), true).expect("an id")
    }

    fn settled(number: u64, status: Status) -> Entry {
        let outcome = Outcome { status, ..Outcome::default() };
        let reason = Some(ReasonHash(1));
        Entry::RowSettled(SentRow { line: 2, id: id(number), reason, doubt: Doubt::Never, outcome })
    }

    fn called(number: u64) -> Entry {
        let (at, reason) = (Timestamp::UNIX_EPOCH, ReasonHash(1));
        Entry::CallStarted { at, id: id(number), row: 2, reason, attempt: 1 }
    }

    fn index(builder: IndexBuilder, entries: &[Entry]) -> Index {
        let mut builder = builder;
        for (number, entry) in (0..).zip(entries) {
            builder.take(EntryId(number), entry);
        }
        builder.build()
    }

    /// Each pre-hire, the entry that settled it, and its status if it was not called since.
    fn told(entries: &[Entry], until: u64) -> Vec<(PreHireId, u64, Option<Status>)> {
        let index = index(IndexBuilder::default().until(EntryId(until)), entries);
        let is_open = |id| index.called(id).is_some();
        let told = |word: &LastWord| (word.id, word.entry.0, Some(word.status).filter(|_| !is_open(word.id)));
        index.words().iter().map(told).collect()
    }

    #[test]
    fn a_word_takes_32_bytes() {
        assert_eq!(size_of::<LastWord>(), 32);
    }

    #[test]
    fn the_last_word_counts_up_to_some_entry() {
        let entries =
            [called(1), settled(1, Status::Unknown), called(1), settled(1, Status::Withdrawn), called(1)];
        assert_eq!(told(&entries, 9), [(id(1), 3, None)], "called again, and not settled since");
        assert_eq!(told(&entries, 3), [(id(1), 3, Some(Status::Withdrawn))]);
        assert_eq!(told(&entries, 1), [(id(1), 1, Some(Status::Unknown))]);
        assert_eq!(told(&entries, 0), []);
    }

    #[test]
    fn only_what_this_tool_did_and_left_alone_is_its_own() {
        let entries = [
            settled(1, Status::Withdrawn),
            settled(2, Status::AlreadyWithdrawn),
            settled(3, Status::Refused),
            settled(4, Status::Withdrawn),
            settled(5, Status::Withdrawn),
            settled(6, Status::AlreadyActive),
            settled(7, Status::Restored),
            settled(3, Status::Withdrawn),
            settled(4, Status::AlreadyWithdrawn),
            called(5),
        ];
        let index = index(IndexBuilder::default(), &entries);
        assert_eq!(index.done_by_us(), [1, 3, 7].map(id), "the last word counts");
        assert_eq!(index.counts()[&None], 1);
    }

    #[test]
    fn what_was_cut_off_or_left_in_doubt_is_in_doubt() {
        let doubtful = |number, status, doubt| {
            let outcome = Outcome { status, ..Outcome::default() };
            Entry::RowSettled(SentRow { line: 2, id: id(number), reason: None, doubt, outcome })
        };
        let ended = |number, verdict| {
            let (at, msg) = (Timestamp::UNIX_EPOCH, crate::language::Text::default());
            let (http_status, code, log_id) = (None, None, None);
            Entry::CallFinished {
                at,
                id: id(number),
                verdict,
                http_status,
                code,
                msg,
                log_id,
                milliseconds: 1,
            }
        };
        let entries = [
            called(1),
            doubtful(2, Status::Unknown, Doubt::Now),
            doubtful(3, Status::Exhausted, Doubt::Before),
            doubtful(4, Status::Withdrawn, Doubt::Now),
            called(5),
            ended(5, Verdict::Conflict),
            called(6),
            ended(6, Verdict::InDoubt),
        ];
        let index = index(IndexBuilder::default(), &entries);
        let mut in_doubt: Vec<_> = index.in_doubt().collect();
        in_doubt.sort_unstable();
        assert_eq!(in_doubt, [1, 2, 6].map(id));
    }

    proptest! {
        #[test]
        fn it_says_what_a_map_says(rows in prop::collection::vec((0_u64..40, any::<bool>()), 0..400)) {
            let entry = |(number, is_settled): &(u64, bool)| {
                if *is_settled { settled(*number, Status::Refused) } else { called(*number) }
            };
            let entries: Vec<Entry> = rows.iter().map(entry).collect();
            let mut map = BTreeMap::new();
            for (number, (row, is_settled)) in (0..).zip(&rows) {
                if *is_settled {
                    map.insert(id(*row), (number, Some(Status::Refused)));
                } else if let Some(word) = map.get_mut(&id(*row)) {
                    word.1 = None;
                }
            }
            let expected: Vec<_> = map.into_iter().map(|(id, (entry, status))| (id, entry, status)).collect();
            prop_assert_eq!(told(&entries, 400), expected);
        }
    }
}
