//! Owns which ids were seen, and in which row first: 16 bytes an id and some 10 for finding it.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::model::PreHireId;

/// An id of 19 digits, a comma, a reason and a line end.
const FEWEST_BYTES_A_ROW: u64 = 24;
/// Beyond this a file of short rows just grows.
const MOST_RESERVED: usize = 4_000_000;

/// The ids seen so far.
#[derive(Debug, Default)]
pub(super) struct SeenIds {
    places: HashTable<u32>,
    ids: Vec<PreHireId>,
    rows: Vec<u32>,
    hasher: RandomState,
}

impl SeenIds {
    /// Room for the ids of a file of this size. What is not used costs no memory; growing would, for a moment.
    pub(super) fn for_file_of(bytes: u64) -> Self {
        let rows = usize::try_from(bytes / FEWEST_BYTES_A_ROW).unwrap_or(0).min(MOST_RESERVED);
        let (ids, rows_of) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        SeenIds { places: HashTable::with_capacity(rows), ids, rows: rows_of, hasher: RandomState::new() }
    }

    /// The row that held the id first, if one did.
    pub(super) fn first_with(&self, id: PreHireId) -> Option<u32> {
        let place = self.places.find(self.hasher.hash_one(id), |place| self.ids[*place as usize] == id)?;
        Some(self.rows[*place as usize])
    }

    /// Notes that a row (counted from 0) holds the id; the row that held it first, if there was one.
    pub(super) fn note(&mut self, id: PreHireId, row: u32) -> Option<u32> {
        let SeenIds { places, ids, rows, hasher } = self;
        let hash = hasher.hash_one(id);
        let rehash = |place: &u32| hasher.hash_one(ids[*place as usize]);
        match places.entry(hash, |place| ids[*place as usize] == id, rehash) {
            Entry::Occupied(entry) => Some(rows[*entry.get() as usize]),
            Entry::Vacant(entry) => {
                entry.insert(u32::try_from(rows.len()).expect("rows are counted in 32 bits"));
                ids.push(id);
                rows.push(row);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn agrees_with_a_plain_map(ids in proptest::collection::vec(0_u8..40, 0..120)) {
            let mut seen = SeenIds::default();
            let mut plain = HashMap::new();
            for (row, id) in ids.iter().enumerate() {
                let row = u32::try_from(row).expect("few rows");
                let id = PreHireId::parse(&id.to_string(), false).expect("digits");
                prop_assert_eq!(seen.first_with(id), plain.get(&id).copied());
                prop_assert_eq!(seen.note(id, row), plain.get(&id).copied());
                plain.entry(id).or_insert(row);
            }
        }
    }
}
