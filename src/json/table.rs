//! A hash table of strings that are known when a schema is compiled.

/// A hash table with open addressing, at most half full. Holds the indices of strings, not the strings.
#[derive(Debug, Default)]
pub struct Table {
    slots: Vec<u32>,
    mask: usize,
}

const EMPTY: u32 = u32::MAX;

impl Table {
    pub fn new<'a>(names: impl ExactSizeIterator<Item = &'a [u8]>) -> Self {
        let size = (names.len() * 2).next_power_of_two().max(2);
        let mut table = Self { slots: vec![EMPTY; size], mask: size - 1 };
        for (index, name) in (0u32..).zip(names) {
            let mut slot = table.start(name);
            while table.slots[slot] != EMPTY {
                slot = (slot + 1) & table.mask;
            }
            table.slots[slot] = index;
        }
        table
    }

    fn start(&self, name: &[u8]) -> usize {
        #[allow(clippy::cast_possible_truncation)] // the mask keeps fewer bits
        let hash = mix(name) as usize;
        hash & self.mask
    }

    /// Returns the index of a name. `is_equal` compares the name with the string at an index.
    #[inline]
    pub fn find(&self, name: &[u8], is_equal: impl Fn(usize) -> bool) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut slot = self.start(name);
        loop {
            let index = self.slots[slot];
            if index == EMPTY {
                return None;
            }
            if is_equal(index as usize) {
                return Some(index as usize);
            }
            slot = (slot + 1) & self.mask;
        }
    }
}

/// A 64-bit hash that processes eight bytes at a time. Not resistant to crafted collisions: a table holds only names of a
/// schema, and every other caller compares the strings.
pub(super) fn mix(name: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = name.len() as u64;
    let (chunks, rest) = name.as_chunks::<8>();
    for chunk in chunks {
        hash = (hash ^ u64::from_le_bytes(*chunk)).wrapping_mul(FACTOR);
        hash ^= hash >> 29;
    }
    let word = rest.iter().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
    hash = (hash ^ word).wrapping_mul(FACTOR);
    hash ^ (hash >> 32)
}

/// Whether two short byte strings are equal. Not in constant time: secrets need `constant_time_eq`.
///
/// PERF: `==` calls `memcmp`, which compares byte by byte in WebAssembly.
#[inline]
pub fn bytes_equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let half = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
    match (a.first_chunk(), b.first_chunk(), a.last_chunk(), b.last_chunk()) {
        (Some(a1), Some(b1), Some(a2), Some(b2)) => {
            // Up to 16 bytes, both words together cover all bytes.
            word(a1) == word(b1)
                && word(a2) == word(b2)
                && (a.len() <= 16 || a[8..a.len() - 8] == b[8..b.len() - 8])
        }
        _ => match (a.first_chunk(), b.first_chunk(), a.last_chunk(), b.last_chunk()) {
            (Some(a1), Some(b1), Some(a2), Some(b2)) => half(a1) == half(b1) && half(a2) == half(b2),
            _ => a.iter().zip(b).all(|(a, b)| a == b),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_no_other() {
        for count in [0usize, 1, 2, 7, 64, 1000] {
            let names: Vec<String> = (0..count).map(|n| format!("property_{n}")).collect();
            let table = Table::new(names.iter().map(String::as_bytes));
            let find = |name: &str| table.find(name.as_bytes(), |index| names[index] == name);
            for (index, name) in names.iter().enumerate() {
                assert_eq!(find(name), Some(index));
            }
            assert_eq!(find("property_"), None);
            assert_eq!(find(""), None);
        }
        assert_eq!(Table::default().find(b"a", |_| true), None);
    }

    #[test]
    fn texts_of_every_length_are_the_same_only_if_every_byte_is() {
        for length in 0..40 {
            let text: Vec<u8> = (0..length).collect();
            assert!(bytes_equal(&text, &text.clone()));
            assert!(!bytes_equal(&text, &[&text[..], b"x"].concat()));
            for at in 0..text.len() {
                let mut other = text.clone();
                other[at] ^= 0x80;
                assert!(!bytes_equal(&text, &other), "{length} bytes, of which {at} differs");
            }
        }
    }
}
