//! Keys that stand twice in one object.

use std::borrow::Cow;

use super::{Token, TokenKind, sort_by, string};

/// The indices of keys that stand in their object a second time. On the tape the object begins at `open`; it has
/// `count` members.
pub fn find_duplicates(bytes: &[u8], tape: &[Token], open: u32, count: u32) -> Vec<u32> {
    const SMALL_OBJECT_KEYS: usize = 24;
    let next_key = |index: &u32| match tape.get(*index as usize + 1)? {
        value if matches!(value.tag(), TokenKind::Object | TokenKind::Array) => Some(value.payload() + 1),
        _ => Some(index + 2),
    };
    let keys = std::iter::successors(Some(open + 1), next_key).take(count as usize);
    let inner = |index: u32| {
        let token = tape[index as usize];
        let start = token.offset as usize + 1;
        (token.tag() == TokenKind::Escaped, &bytes[start..start + token.len()])
    };
    if count as usize <= SMALL_OBJECT_KEYS {
        // Two keys that share a bit mostly are two keys.
        let mut fingerprints = [0; SMALL_OBJECT_KEYS];
        let mut differ = true;
        for (at, index) in keys.clone().enumerate() {
            let (escaped, key) = inner(index);
            let print = fingerprint(key);
            differ &= !escaped && !fingerprints[..at].contains(&print);
            fingerprints[at] = print;
        }
        if differ {
            return Vec::new();
        }
    }
    let mut named: Vec<(Cow<'_, [u8]>, u32)> = keys
        .map(|index| match inner(index) {
            (true, key) => (string::decode_lossless(key).into(), index),
            (false, key) => (key.into(), index),
        })
        .collect();
    if named.len() <= SMALL_OBJECT_KEYS {
        let repeats = |at: usize| named[..at].iter().any(|(key, _)| *key == named[at].0);
        return (0..named.len()).filter(|at| repeats(*at)).map(|at| named[at].1).collect();
    }
    sort_by(&mut named, Ord::cmp);
    named.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].1).collect()
}

/// The same for the same key. Different keys may share one; then they are compared.
pub fn fingerprint(key: &[u8]) -> u32 {
    // Both ends of the key, eight bytes each at the most: enough to tell the keys of one object apart.
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
