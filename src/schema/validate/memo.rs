//! Memo table of (value, node) → valid, so that shared subschemas stay linear in the size of the document.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::schema::compiled::NodeId;

/// SECURITY: the document decides how many results there are, but not how much memory they take. A full table is cleared.
const MAX_ENTRIES: usize = 1 << 20;

/// PERF: the table is allocated on first use. Most documents need none.
#[derive(Default)]
pub(super) struct Memo {
    results: Option<HashMap<(u64, u8), bool, BuildHasherDefault<IntHasher>>>,
}

impl Memo {
    pub fn get(&self, node: NodeId, value: u32, mode: u8) -> Option<bool> {
        self.results.as_ref()?.get(&(pair(node, value), mode)).copied()
    }

    pub fn set(&mut self, node: NodeId, value: u32, mode: u8, is_valid: bool) {
        let results = self.results.get_or_insert_default();
        if results.len() >= MAX_ENTRIES {
            results.clear();
        }
        results.insert((pair(node, value), mode), is_valid);
    }
}

fn pair(node: NodeId, value: u32) -> u64 {
    u64::from(node) << 32 | u64::from(value)
}

/// Hashes pairs of indices. A sender cannot choose indices freely, so a multiplication mixes them well enough.
#[derive(Default)]
pub(super) struct IntHasher(u64);

impl Hasher for IntHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(7) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
