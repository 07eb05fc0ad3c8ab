//! Interned keys: the parser replaces each key of a key table by its symbol, a number, so that validation compares numbers
//! instead of strings.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU16, Ordering};

use super::string::is_plain;
use super::{Table, bytes_equal};
use crate::blob::{Blob, Reader, Writer};

/// The number of an interned key.
pub type Symbol = u16;

/// The symbol of a key that is not interned.
pub const NO_SYMBOL: Symbol = Symbol::MAX;

/// Twelve bits of a token are for the symbol, and sixteen for the length of the key.
pub(super) const MAX_SYMBOLS: usize = 1 << 12;
const MAX_KEY_BYTES: usize = (1 << 16) - 1;

/// Collects keys and builds a key table.
#[derive(Default)]
pub struct KeyInterner {
    texts: Vec<Box<str>>,
    /// PERF: of the same type as the maps of the schema compiler, which share its code.
    symbols: HashMap<Box<str>, u32>,
}

impl KeyInterner {
    /// Returns the symbol of a key, or `NO_SYMBOL`: beyond the limits, and for keys that need an escape or are not ASCII, which
    /// the parser does not look up.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.symbols.get(text) {
            #[allow(clippy::cast_possible_truncation)] // MAX_SYMBOLS bounds it
            return *symbol as Symbol;
        }
        if self.texts.len() == MAX_SYMBOLS || !is_internable(text) {
            return NO_SYMBOL;
        }
        #[allow(clippy::cast_possible_truncation)] // MAX_SYMBOLS bounds it
        let symbol = self.texts.len() as Symbol;
        self.texts.push(text.into());
        self.symbols.insert(text.into(), symbol.into());
        symbol
    }

    pub fn build(self) -> KeyTable {
        KeyTable::new(self.texts)
    }
}

/// Whether the parser looks a key up: printable ASCII without an escape.
fn is_internable(text: &str) -> bool {
    text.len() <= MAX_KEY_BYTES && text.bytes().all(is_plain)
}

/// The interned keys of compiled schemas and pointers. The index of a key is its symbol.
#[derive(Default)]
pub struct KeyTable {
    keys: Vec<InternedKey>,
    table: Table,
    /// PERF: successor cache. For each context and previous key, the key that followed last time. A prediction only: a miss
    /// costs one hash lookup and never changes the result.
    successors: Vec<AtomicU16>,
}

/// The number of bytes that a prediction compares. A longer key is never predicted.
pub(super) const PREFIX_BYTES: usize = 32;

struct InternedKey {
    text: Box<str>,
    /// The characters and the closing quote as words of eight bytes, each with a mask of the bits to compare. All masks of a
    /// key that is too long are zero.
    words: [(u64, u64); PREFIX_BYTES / 8],
}

impl InternedKey {
    fn new(text: Box<str>) -> Self {
        let mut words = [(0, 0); PREFIX_BYTES / 8];
        if text.len() < PREFIX_BYTES {
            let quoted: Vec<u8> = text.bytes().chain([b'"']).collect();
            for (pair, chunk) in words.iter_mut().zip(quoted.chunks(8)) {
                let mut word = [0; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                *pair = (u64::from_le_bytes(word), u64::MAX >> (64 - 8 * chunk.len()));
            }
        }
        Self { text, words }
    }

    /// Whether the bytes start with the key and a closing quote; always false for a key that is too long.
    #[inline]
    fn is_prefix_of(&self, bytes: &[u8; PREFIX_BYTES]) -> bool {
        let difference = |n: usize| {
            let (word, mask) = self.words[n];
            let other = std::array::from_fn(|index| bytes[8 * n + index]);
            (u64::from_le_bytes(other) ^ word) & mask
        };
        self.text.len() < PREFIX_BYTES && difference(0) | difference(1) | difference(2) | difference(3) == 0
    }
}

impl KeyTable {
    #[inline(never)]
    fn new(texts: Vec<Box<str>>) -> Self {
        let table = Table::new(texts.iter().map(|text| text.as_bytes()));
        let keys: Vec<InternedKey> = texts.into_iter().map(InternedKey::new).collect();
        let successors = (0..(keys.len() + 1) * CONTEXT_SLOTS).map(|_| AtomicU16::new(NO_SYMBOL)).collect();
        Self { keys, table, successors }
    }

    /// Returns the symbol of a key, or `NO_SYMBOL`.
    pub fn symbol(&self, key: &str) -> Symbol {
        self.find(key.as_bytes()).unwrap_or(NO_SYMBOL)
    }

    fn find(&self, key: &[u8]) -> Option<Symbol> {
        let is_equal =
            |index: usize| self.keys.get(index).is_some_and(|other| bytes_equal(other.text.as_bytes(), key));
        Symbol::try_from(self.table.find(key, is_equal)?).ok()
    }

    /// Predicts the key after `last`: its symbol and its length, if it is at `offset`. Returns `None` within the last
    /// `PREFIX_BYTES` of a text.
    #[inline]
    pub(super) fn predict_next(
        &self,
        last: Symbol,
        context: u8,
        bytes: &[u8],
        offset: usize,
    ) -> Option<(Symbol, usize)> {
        let bytes = bytes.get(offset..)?.first_chunk()?;
        let symbol = self.successors.get(cache_slot(last, context))?.load(Ordering::Relaxed);
        let key = self.keys.get(symbol as usize)?;
        key.is_prefix_of(bytes).then_some((symbol, key.text.len()))
    }

    /// The length of an interned key, if it is at `offset`.
    #[inline]
    pub(super) fn len_at(&self, symbol: Symbol, bytes: &[u8], offset: usize) -> Option<usize> {
        let key = self.keys.get(usize::from(symbol))?;
        key.is_prefix_of(bytes.get(offset..)?.first_chunk()?).then_some(key.text.len())
    }

    /// The number of keys.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Looks up the symbol of a key without escapes, and stores it as the successor of `last`.
    pub(super) fn lookup(&self, last: Symbol, context: u8, key: &[u8]) -> Option<Symbol> {
        let symbol = self.find(key)?;
        if let Some(successor) = self.successors.get(cache_slot(last, context)) {
            successor.store(symbol, Ordering::Relaxed);
        }
        Some(symbol)
    }

    /// The keys in the order of their symbols.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| &*key.text)
    }
}

/// The keys in the order of their symbols. Values that are read afterwards name a key by its symbol.
impl Blob for KeyTable {
    fn put(&self, out: &mut Writer) {
        self.keys.len().put(out);
        for text in self.texts() {
            out.text(text);
        }
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let texts = Vec::<Box<str>>::get(input);
        input.check(texts.len() <= MAX_SYMBOLS && texts.iter().all(|text| is_internable(text)));
        Self::new(texts)
    }
}

/// The number of contexts of the successor cache: the id of an event has another successor than the id of a file.
const CONTEXT_SLOTS: usize = 16;

/// The slot of a key's successor. `NO_SYMBOL` wraps to zero: its slot holds the first key of an object.
#[inline]
fn cache_slot(last: Symbol, context: u8) -> usize {
    usize::from(last.wrapping_add(1)) * CONTEXT_SLOTS + usize::from(context) % CONTEXT_SLOTS
}

impl fmt::Debug for KeyTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.texts()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_needs_an_escape_or_is_not_ascii_has_no_symbol() {
        let mut interner = KeyInterner::default();
        assert_eq!(interner.intern("id"), 0);
        assert_eq!(interner.intern(""), 1);
        assert_eq!(interner.intern("id"), 0);
        for text in ["\"", "\\", "é", "\u{7f}", "a\tb", &"a".repeat(MAX_KEY_BYTES + 1)] {
            assert_eq!(interner.intern(text), NO_SYMBOL, "{text:?}");
        }
        assert_eq!(interner.build().texts().collect::<Vec<_>>(), ["id", ""]);
    }

    #[test]
    fn more_keys_than_a_token_can_number_have_no_symbol() {
        let mut interner = KeyInterner::default();
        for number in 0..MAX_SYMBOLS {
            assert_eq!(usize::from(interner.intern(&number.to_string())), number);
        }
        assert_eq!(interner.intern("one more"), NO_SYMBOL);
        assert_eq!(interner.intern("7"), 7);
    }

    #[test]
    fn a_prediction_matches_only_the_whole_key_with_its_quote() {
        let mut interner = KeyInterner::default();
        for text in ["id", "identifier", "eight888", ""] {
            interner.intern(text);
        }
        let table = interner.build();
        let after = b"\": 1, \"and more text, as much as is compared\"";
        for (text, symbol) in [("id", 0), ("identifier", 1), ("eight888", 2), ("", 3)] {
            assert_eq!(table.lookup(NO_SYMBOL, 1, text.as_bytes()), Some(symbol));
            let quoted = [text.as_bytes(), after].concat();
            assert_eq!(table.predict_next(NO_SYMBOL, 1, &quoted, 0), Some((symbol, text.len())), "{text}");
            for other in ["{text}x", "x{text}"].map(|key| {
                let key = key.replace("{text}", text);
                format!("{key}\": 1, \"and more text, as much as is compared\"")
            }) {
                assert_eq!(table.predict_next(NO_SYMBOL, 1, other.as_bytes(), 0), None, "{other}");
            }
            assert_eq!(table.predict_next(NO_SYMBOL, 1, text.as_bytes(), 0), None, "the end of the text");
        }
        let mut interner = KeyInterner::default();
        let long = "long".repeat(8);
        interner.intern(&long);
        let table = interner.build();
        assert_eq!(table.lookup(NO_SYMBOL, 1, long.as_bytes()), Some(0));
        for byte in 0..=255 {
            assert_eq!(table.predict_next(NO_SYMBOL, 1, &[byte; 64], 0), None, "too long for a prediction");
        }
        assert_eq!(table.lookup(0, 1, b"none"), None);
        assert_eq!(
            table.predict_next(0, 1, b"id\": 1, \"and more text, as much as is compared\"", 0),
            None,
            "this key has no successor yet"
        );
    }
}
