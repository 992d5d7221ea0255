//! Owns the texts of the withdraw reasons: each different one is kept once, without an allocation of its own.

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;

use hashbrown::HashTable;

/// The number of a kept reason.
pub(crate) type ReasonNumber = NonZeroU32;

/// All reasons one behind the other, where each ends, and an index by content.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    text: String,
    ends: Vec<usize>,
    numbers: HashTable<ReasonNumber>,
    hasher: RandomState,
}

impl Reasons {
    /// The number of this reason; `None` when four thousand million different ones are there already.
    pub(crate) fn keep(&mut self, reason: &str) -> Option<ReasonNumber> {
        let hash = self.hasher.hash_one(reason);
        let (text, ends, hasher) = (&mut self.text, &mut self.ends, &self.hasher);
        if let Some(number) = self.numbers.find(hash, |number| slice(text, ends, *number) == reason) {
            return Some(*number);
        }
        let number = u32::try_from(ends.len() + 1).ok().and_then(ReasonNumber::new)?;
        text.push_str(reason);
        ends.push(text.len());
        self.numbers.insert_unique(hash, number, |number| hasher.hash_one(slice(text, ends, *number)));
        Some(number)
    }

    /// The reason with this number.
    pub(crate) fn get(&self, number: ReasonNumber) -> &str {
        slice(&self.text, &self.ends, number)
    }
}

fn slice<'text>(text: &'text str, ends: &[usize], number: ReasonNumber) -> &'text str {
    let index = number.get() as usize - 1;
    let start = index.checked_sub(1).map_or(0, |before| ends[before]);
    &text[start..ends[index]]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn equal_reasons_share_a_number_and_different_ones_come_back_whole() {
        let mut reasons = Reasons::default();
        let texts: Vec<String> = (0..1000).map(|count| format!("原因 {count}")).collect();
        let numbers: Vec<_> = texts.iter().map(|text| reasons.keep(text).unwrap()).collect();
        for (text, number) in texts.iter().zip(&numbers) {
            assert_eq!(reasons.get(*number), text);
            assert_eq!(reasons.keep(text), Some(*number));
        }
    }
}
