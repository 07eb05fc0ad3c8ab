//! Duplicate keys of an object.

use std::borrow::Cow;

use super::sort::{same_hash, sort_by, sort_by_hash};
use super::table::{bytes_equal, mix};
use super::{Token, TokenKind, string};

/// Returns the indices of the keys that repeat an earlier key of their object, in the order of the text. The object starts
/// at index `open` of the tape and has `count` members. Takes O(n log n) for n members, whatever the keys are.
pub fn find_duplicates(bytes: &[u8], tape: &[Token], open: u32, count: u32) -> Vec<u32> {
    // PERF: up to this many keys, comparing all pairs takes less time than sorting.
    const SMALL_OBJECT_KEYS: usize = 24;
    let next_key = |index: &u32| match tape.get(*index as usize + 1)? {
        value if matches!(value.token_kind(), TokenKind::Object | TokenKind::Array) => {
            Some(value.low_bits() + 1)
        }
        _ => Some(index + 2),
    };
    let keys = std::iter::successors(Some(open + 1), next_key).take(count as usize);
    let raw_key = |index: u32| {
        let token = tape[index as usize];
        let start = token.offset as usize + 1;
        (token.token_kind() == TokenKind::Escaped, &bytes[start..start + token.len()])
    };
    if count as usize <= SMALL_OBJECT_KEYS {
        // Most keys that share a bit of `ContainerFrame::key_bits` differ.
        let mut fingerprints = [0; SMALL_OBJECT_KEYS];
        let mut all_differ = true;
        for (position, index) in keys.clone().enumerate() {
            let (has_escapes, key) = raw_key(index);
            let print = fingerprint(key);
            all_differ &= !has_escapes && !fingerprints[..position].contains(&print);
            fingerprints[position] = print;
        }
        if all_differ {
            return Vec::new();
        }
    }
    let decoded_key = |index: u32| match raw_key(index) {
        (true, key) => Cow::from(string::decode_lossless(key)),
        (false, key) => key.into(),
    };
    if count as usize <= SMALL_OBJECT_KEYS {
        let named: Vec<(Cow<'_, [u8]>, u32)> = keys.map(|index| (decoded_key(index), index)).collect();
        let repeats = |n: usize| named[..n].iter().any(|(key, _)| *key == named[n].0);
        return (0..named.len()).filter(|n| repeats(*n)).map(|n| named[n].1).collect();
    }
    let mut found = Vec::new();
    same_hash(keys.map(|index| (mix(&decoded_key(index)), index)), &mut |alike| {
        let first = raw_key(alike[0].1);
        let equals_first = |index: u32| match (raw_key(index), first) {
            // PERF: without escapes, equal keys are equal bytes.
            ((false, key), (false, first)) => bytes_equal(key, first),
            _ => bytes_equal(&decoded_key(index), &decoded_key(alike[0].1)),
        };
        if alike.iter().all(|(_, index)| equals_first(*index)) {
            found.extend(alike[1..].iter().map(|(_, index)| (*index, *index)));
            return;
        }
        // SECURITY: a sender can craft different keys with one hash. Sorting keeps the time within O(n log n).
        let mut named: Vec<_> = alike.iter().map(|(_, index)| (decoded_key(*index), *index)).collect();
        sort_by(&mut named, Ord::cmp);
        found.extend(
            named.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| (pair[1].1, pair[1].1)),
        );
    });
    // Only the first duplicates are listed: those of the text, not those of the lowest hashes.
    if !found.is_sorted() {
        sort_by_hash(&mut found);
    }
    found.into_iter().map(|(_, index)| index).collect()
}

/// A 32-bit hash of a key. Different keys may share one, so that equal fingerprints need a comparison.
pub fn fingerprint(key: &[u8]) -> u32 {
    // PERF: the first and the last eight bytes suffice to distinguish most keys of one object.
    let (head, tail) = match (key.first_chunk::<8>(), key.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => match (key.first_chunk::<4>(), key.last_chunk::<4>()) {
            (Some(head), Some(tail)) => {
                (u64::from(u32::from_le_bytes(*head)), u64::from(u32::from_le_bytes(*tail)))
            }
            _ => (key.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0),
        },
    };
    let mixed = (head ^ tail.rotate_left(29) ^ key.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::json::Document;

    fn repeated(keys: &[String]) -> Vec<u32> {
        let members: Vec<String> = keys.iter().map(|key| format!("\"{key}\":0")).collect();
        let text = format!("{{{}}}", members.join(","));
        let document = Document::parse(text.as_bytes()).unwrap();
        find_duplicates(text.as_bytes(), &document.tape, 0, u32::try_from(keys.len()).unwrap())
            .into_iter()
            .map(|index| (index - 1) / 2)
            .collect()
    }

    #[test]
    fn keys_that_share_a_hash_are_distinguished() {
        let mut seen: HashMap<u64, String> = HashMap::new();
        let mut keys: Vec<String> = Vec::new();
        for n in 0..300_000u64 {
            let key = format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) ^ n << 40);
            let hash = mix(key.as_bytes());
            if let Some(other) = seen.insert((hash ^ hash >> 32) & 0xffff_ffff, key.clone()) {
                keys.extend([other, key]);
            }
        }
        assert!(!keys.is_empty(), "some share one");
        keys.extend((0..200).map(|n| format!("filler {n}")));
        assert_eq!(repeated(&keys), Vec::<u32>::new());
        let first = keys[0].clone();
        keys.extend([first.clone(), keys[1].clone(), first]);
        let count = u32::try_from(keys.len()).unwrap();
        assert_eq!(repeated(&keys), [count - 3, count - 2, count - 1]);
    }

    #[test]
    fn repeated_keys_come_in_the_order_of_the_text_however_they_are_spelled() {
        let mut keys: Vec<String> = (0..300).map(|n| format!("key {}", n * 7 % 200)).collect();
        keys[250] = "\\u006bey 3".to_owned();
        let mut expected: Vec<u32> = (200..300).filter(|n| *n != 250).collect();
        // Key 250 would be "key 150"; it repeats "key 3" instead.
        expected.insert(50, 250);
        assert_eq!(repeated(&keys), expected);
    }
}
