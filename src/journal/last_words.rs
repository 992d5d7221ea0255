//! Owns the last word of a journal on each pre-hire: where the line that settled it is, and what it says.

use std::collections::{BTreeMap, HashMap};

use super::entry::Entry;
use super::ledger::{keep_last, most_rows_of};
use crate::model::{PreHireId, SentRow, Status};

/// The last word on one pre-hire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastWord {
    /// The pre-hire.
    pub id: PreHireId,
    /// The place of the line, in bytes.
    pub offset: u64,
    /// The run that said it, counted from 1.
    pub run: u32,
    /// What became of it; `None` if it was called, and not settled since.
    pub status: Option<Status>,
    /// Was it in the input of that run?
    pub is_in_input: bool,
}

/// The last words, by pre-hire.
#[derive(Debug, Default)]
pub struct LastWords(Vec<LastWord>);

impl LastWords {
    /// How many there are of each status; those without were called, and not settled since.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Option<Status>, u64> {
        let mut counts = BTreeMap::new();
        for word in &self.0 {
            *counts.entry(word.status).or_default() += 1;
        }
        counts
    }

    /// All of them, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = &LastWord> {
        self.0.iter()
    }

    /// The place of a pre-hire among them.
    #[must_use]
    pub fn place_of(&self, id: PreHireId) -> Option<usize> {
        self.0.binary_search_by_key(&id, |word| word.id).ok()
    }

    /// The word at a place.
    #[must_use]
    pub fn at(&self, place: usize) -> LastWord {
        self.0[place]
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Is there none?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Collects them from the lines of a journal, in its order.
#[derive(Debug)]
pub struct LastWordsBuilder {
    // 32 bytes each: a sorted array takes a fifth of what a map does.
    words: Vec<LastWord>,
    tidy: usize,
    calls: HashMap<PreHireId, u64>,
    run: u32,
    end: u64,
}

impl LastWordsBuilder {
    /// Of the first so many bytes of a journal.
    #[must_use]
    pub fn up_to(end: u64) -> Self {
        let words = Vec::with_capacity(most_rows_of(end));
        LastWordsBuilder { words, tidy: 0, calls: HashMap::new(), run: 0, end }
    }

    /// Takes the next entry; `offset` is the place of its line.
    pub fn take(&mut self, entry: &Entry, offset: u64) {
        if offset >= self.end {
            return;
        }
        match entry {
            Entry::RunStarted(_) => self.run += 1,
            Entry::CallStarted { id, .. } => {
                self.calls.insert(*id, offset);
            }
            Entry::RowSettled(SentRow { id, line, outcome, .. }) => {
                self.calls.remove(id);
                let (status, is_in_input) = (Some(outcome.status), *line != 0);
                self.push(LastWord { id: *id, offset, run: self.run, status, is_in_input });
            }
            Entry::CallFinished { .. }
            | Entry::Throttled { .. }
            | Entry::TokenRefreshed { .. }
            | Entry::ReadBack { .. }
            | Entry::RunFinished { .. } => {}
        }
    }

    /// All of them; a pre-hire that was called, and not settled since, is open.
    #[must_use]
    pub fn build(mut self) -> LastWords {
        let run = self.run;
        for (id, offset) in std::mem::take(&mut self.calls) {
            self.words.push(LastWord { id, offset, run, status: None, is_in_input: true });
        }
        self.tidy_up();
        LastWords(self.words)
    }

    fn push(&mut self, word: LastWord) {
        // What every night settles anew does not add up.
        if self.words.len() == self.words.capacity() && self.words.len() > 2 * self.tidy {
            self.tidy_up();
        }
        self.words.push(word);
    }

    fn tidy_up(&mut self) {
        keep_last(&mut self.words, |word| (word.id, word.offset));
        self.tidy = self.words.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Doubt, Outcome, ReasonHash};
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn id(number: u64) -> PreHireId {
        PreHireId::parse(&number.to_string(), true).expect("an id")
    }

    fn settled(number: u64, status: Status) -> Entry {
        let outcome = Outcome { status, ..Outcome::default() };
        Entry::RowSettled(SentRow { line: 2, id: id(number), reason: None, doubt: Doubt::Never, outcome })
    }

    fn called(number: u64) -> Entry {
        let (at, reason) = (Timestamp::UNIX_EPOCH, ReasonHash(1));
        Entry::CallStarted { at, id: id(number), row: 2, reason, attempt: 1 }
    }

    fn words(entries: &[Entry], end: u64) -> Vec<(PreHireId, u64, Option<Status>)> {
        let mut builder = LastWordsBuilder::up_to(end);
        for (offset, entry) in (0..).zip(entries) {
            builder.take(entry, offset);
        }
        builder.build().iter().map(|word| (word.id, word.offset, word.status)).collect()
    }

    #[test]
    fn a_word_takes_32_bytes() {
        assert_eq!(size_of::<LastWord>(), 32);
    }

    #[test]
    fn the_last_word_counts_up_to_the_end() {
        let entries =
            [called(1), settled(1, Status::Unknown), called(1), settled(1, Status::Withdrawn), called(1)];
        assert_eq!(words(&entries, 9), [(id(1), 4, None)], "called again, and not settled since");
        assert_eq!(words(&entries, 4), [(id(1), 3, Some(Status::Withdrawn))]);
        assert_eq!(words(&entries, 2), [(id(1), 1, Some(Status::Unknown))]);
        assert_eq!(words(&entries, 0), []);
    }

    proptest! {
        #[test]
        fn it_says_what_a_map_says(rows in prop::collection::vec((0_u64..40, any::<bool>()), 0..400)) {
            let entry = |(number, is_settled): &(u64, bool)| {
                if *is_settled { settled(*number, Status::Refused) } else { called(*number) }
            };
            let entries: Vec<Entry> = rows.iter().map(entry).collect();
            let mut map = BTreeMap::new();
            for (offset, (number, is_settled)) in (0..).zip(&rows) {
                map.insert(id(*number), (offset, is_settled.then_some(Status::Refused)));
            }
            let expected: Vec<_> = map.into_iter().map(|(id, (offset, status))| (id, offset, status)).collect();
            prop_assert_eq!(words(&entries, 400), expected);
        }
    }
}
