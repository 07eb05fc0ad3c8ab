//! Keys of one document that its key table lacks. Each has a symbol from its first token on, so that a repeated key is compared
//! like an interned one, and JavaScript keeps one string for it.

use super::duplicates::fingerprint;
use super::keys::{MAX_SYMBOLS, PREFIX_BYTES};
use super::{NO_SYMBOL, Symbol, bytes_equal};

/// Shorter documents repeat too few keys to repay the tables.
const MIN_DOCUMENT_BYTES: usize = 1024;

/// SECURITY: bounds the memory for a document. Later keys have no symbol.
const MAX_KEYS: usize = 1024;

/// SECURITY: bounds the time for keys whose hashes collide. A key that finds neither itself nor an empty slot has no symbol, and
/// never gets one: slots are only ever filled. All tokens of a key must have the same symbol.
const MAX_PROBES: usize = 8;

/// The keys of a document, from the symbol `first` on.
#[derive(Default)]
pub struct DocumentKeys {
    first: Symbol,
    /// The number of slots, a power of two; 0 for a document without such keys. PERF: the tables are made for the first key, so
    /// that a document whose keys are all in the key table does not pay for them.
    slot_count: usize,
    keys: Vec<DocumentKey>,
    /// Indices of keys, by the keys' hashes. Half of the slots stay empty.
    slots: Vec<u16>,
    /// For each context and previous key, the symbol of the key that followed last time, of either table. A prediction only.
    successors: Vec<Symbol>,
}

#[derive(Clone, Copy)]
struct DocumentKey {
    /// The offset of the first character, where the key occurs first.
    offset: u32,
    fingerprint: u32,
    len: u8,
}

/// For each length of a key, the bits of its characters and of the closing quote, as words of eight bytes.
const MASKS: [[u64; PREFIX_BYTES / 8]; PREFIX_BYTES] = {
    let mut masks = [[0; PREFIX_BYTES / 8]; PREFIX_BYTES];
    let mut len = 0;
    while len < PREFIX_BYTES {
        let mut byte = 0;
        while byte <= len {
            masks[len][byte / 8] |= 0xff << (byte % 8 * 8);
            byte += 1;
        }
        len += 1;
    }
    masks
};

impl DocumentKeys {
    /// The keys of a document of this length; none for a short one. `interned` is the number of keys in the key table.
    pub fn new(document_bytes: usize, interned: usize) -> Self {
        let has_room = MAX_SYMBOLS.checked_sub(interned).is_some_and(|room| room >= MAX_KEYS);
        match Symbol::try_from(interned) {
            Ok(first) if has_room && document_bytes >= MIN_DOCUMENT_BYTES => {
                // A short document has few keys, and large tables would take longer to clear than to fill.
                let slot_count = (document_bytes / 8).next_power_of_two().min(2 * MAX_KEYS);
                Self { first, slot_count, ..Self::default() }
            }
            _ => Self::default(),
        }
    }

    /// The predicted symbol of the key after `last`, of either table.
    #[inline]
    pub fn successor(&self, last: Symbol, context: u8) -> Option<Symbol> {
        self.successors.get(self.successor_slot(last, context)).copied()
    }

    /// Stores a key as the successor of `last`.
    pub fn set_successor(&mut self, last: Symbol, context: u8, symbol: Symbol) {
        let slot = self.successor_slot(last, context);
        if let Some(successor) = self.successors.get_mut(slot) {
            *successor = symbol;
        }
    }

    #[inline]
    fn successor_slot(&self, last: Symbol, context: u8) -> usize {
        let mixed = usize::from(last.wrapping_add(1)) + usize::from(context) * 37;
        mixed & self.successors.len().wrapping_sub(1)
    }

    /// Returns the length of a key of this document, if it is at `offset`.
    #[inline]
    pub fn len_at(&self, symbol: Symbol, bytes: &[u8], offset: usize) -> Option<usize> {
        let key = self.keys.get(usize::from(symbol.checked_sub(self.first)?))?;
        let known: &[u8; PREFIX_BYTES] = bytes.get(key.offset as usize..)?.first_chunk()?;
        let other: &[u8; PREFIX_BYTES] = bytes.get(offset..)?.first_chunk()?;
        let masks = MASKS.get(usize::from(key.len))?;
        let difference = |n: usize| {
            let word = |bytes: &[u8; PREFIX_BYTES]| {
                u64::from_le_bytes(std::array::from_fn(|index| bytes[8 * n + index]))
            };
            (word(known) ^ word(other)) & masks[n]
        };
        (difference(0) | difference(1) | difference(2) | difference(3) == 0).then_some(usize::from(key.len))
    }

    /// Returns the symbol of a key of ASCII without escapes, which gets one if it is new. `None` for a key without a symbol.
    pub fn intern(&mut self, bytes: &[u8], offset: usize, len: usize) -> Option<Symbol> {
        if self.slot_count == 0 || len >= PREFIX_BYTES {
            return None;
        }
        if self.slots.is_empty() {
            self.slots = vec![NO_SYMBOL; self.slot_count];
            self.successors = vec![NO_SYMBOL; self.slot_count];
        }
        let text = bytes.get(offset..offset + len)?;
        let print = fingerprint(text);
        for probe in 0..MAX_PROBES {
            let slot = (print as usize + probe) & (self.slots.len() - 1);
            let index = self.slots[slot];
            if index == NO_SYMBOL {
                return self.add(slot, text, print, offset);
            }
            let key = *self.keys.get(usize::from(index))?;
            let start = key.offset as usize;
            if key.fingerprint == print
                && usize::from(key.len) == len
                && bytes_equal(bytes.get(start..start + len)?, text)
            {
                return Some(self.first + index);
            }
        }
        None
    }

    fn add(&mut self, slot: usize, text: &[u8], fingerprint: u32, offset: usize) -> Option<Symbol> {
        // A schema's key with this character has no symbol, so that validation compares the texts.
        if self.keys.len() == self.slots.len() / 2 || text.contains(&0x7f) {
            return None;
        }
        let index = u16::try_from(self.keys.len()).ok()?;
        let (offset, len) = (u32::try_from(offset).ok()?, u8::try_from(text.len()).ok()?);
        self.keys.push(DocumentKey { offset, fingerprint, len });
        self.slots[slot] = index;
        Some(self.first + index)
    }
}
