//! Owns the numbers that look like chance and are the same each time: a text or a number, mixed.

/// A number that depends on every byte of a text.
pub(crate) fn of_text(text: &str) -> u64 {
    // FNV-1a; the constants are its own.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    of_number(hash)
}

/// A number that depends on every bit of another one (the end of SplitMix64).
pub(crate) fn of_number(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn neighbours_are_mixed_apart() {
        let texts: HashSet<u64> = (0..1000).map(|count| of_text(&count.to_string()) % 1_000_000).collect();
        let numbers: HashSet<u64> = (0..1000).map(|count| of_number(count) % 1_000_000).collect();
        assert!(texts.len() > 990 && numbers.len() > 990);
        assert_eq!(of_text("7345005664477775407"), of_text("7345005664477775407"));
    }
}
