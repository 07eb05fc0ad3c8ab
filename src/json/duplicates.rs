//! Duplicate keys of an object.

use std::borrow::Cow;

use super::sort::{same_hash, sort_by, sort_by_hash};
use super::table::{bytes_equal, mix};
use super::{Token, TokenKind, string};

/// PERF: up to this many keys, comparing all pairs takes less time than sorting.
const SMALL_OBJECT_KEYS: usize = 24;

/// Returns the indices of the keys that repeat an earlier key of their object, in the order of the text. The object starts
/// at index `open` of the tape and has `count` members. Takes O(n log n) for n members, whatever the keys are.
///
/// PERF: `buffer` is empty, and the same for all objects of a text.
pub fn find_duplicates(
    bytes: &[u8],
    tape: &[Token],
    open: u32,
    count: u32,
    buffer: &mut Vec<u8>,
) -> Vec<u32> {
    if count < 2 {
        return Vec::new();
    }
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
    let decoded_key = |index: u32| match raw_key(index) {
        (true, key) => Cow::from(string::decode_lossless(key)),
        (false, key) => key.into(),
    };
    if count as usize <= SMALL_OBJECT_KEYS {
        return small_object_duplicates(keys, raw_key, buffer);
    }
    let mut hash_key = |index: u32| match raw_key(index) {
        (true, key) => {
            buffer.clear();
            string::decode_lossless_into(key, buffer);
            mix(buffer)
        }
        (false, key) => mix(key),
    };
    let mut found = Vec::new();
    same_hash(keys.map(|index| (hash_key(index), index)), &mut |alike| {
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

/// Like [`find_duplicates`], for up to [`SMALL_OBJECT_KEYS`] keys. `raw_key` returns whether a key has escapes, and its bytes.
fn small_object_duplicates<'b>(
    keys: impl Iterator<Item = u32>,
    raw_key: impl Fn(u32) -> (bool, &'b [u8]),
    decoded: &mut Vec<u8>,
) -> Vec<u32> {
    // The fingerprint of each key, its index, and the range of a decoded one.
    let mut known = [(0, 0, 0, 0); SMALL_OBJECT_KEYS];
    let mut found = Vec::new();
    for (position, index) in keys.take(SMALL_OBJECT_KEYS).enumerate() {
        let start = decoded.len();
        if let (true, raw) = raw_key(index) {
            string::decode_lossless_into(raw, decoded);
        }
        let text = |index, start, end| match raw_key(index) {
            (true, _) => &decoded[start..end],
            (false, raw) => raw,
        };
        let key = text(index, start, decoded.len());
        let print = fingerprint(key);
        known[position] = (print, index, start, decoded.len());
        // Most keys that share a bit of `ContainerFrame::key_bits` differ.
        let is_same = |(other_print, other, start, end): &(u32, u32, usize, usize)| {
            *other_print == print && text(*other, *start, *end) == key
        };
        if known[..position].iter().any(is_same) {
            found.push(index);
        }
    }
    found
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
        let count = u32::try_from(keys.len()).unwrap();
        find_duplicates(text.as_bytes(), &document.tape, 0, count, &mut Vec::new())
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
