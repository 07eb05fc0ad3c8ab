//! What was validated already: the verdict on a value by a node, so that no value is validated twice.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::schema::plan::NodeId;

/// More verdicts than this are forgotten again: a document does not decide how much memory is used.
const MAX_ENTRIES: usize = 1 << 20;

/// Made on first use, so that documents which need none pay nothing.
#[derive(Default)]
pub(super) struct Memo {
    results: Option<HashMap<(u64, u8), bool, BuildHasherDefault<IntHasher>>>,
}

impl Memo {
    pub fn get(&self, node: NodeId, value: u32, mode: u8) -> Option<bool> {
        self.results.as_ref()?.get(&(pair(node, value), mode)).copied()
    }

    pub fn set(&mut self, node: NodeId, value: u32, mode: u8, verdict: bool) {
        let verdicts = self.results.get_or_insert_default();
        if verdicts.len() >= MAX_ENTRIES {
            verdicts.clear();
        }
        verdicts.insert((pair(node, value), mode), verdict);
    }
}

fn pair(node: NodeId, value: u32) -> u64 {
    u64::from(node) << 32 | u64::from(value)
}

/// Both halves of the key are small numbers that nobody chooses freely: mixing is enough.
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
