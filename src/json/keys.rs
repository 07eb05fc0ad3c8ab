//! The keys that a parser is told to expect. A key that is among them becomes a number while it is read, so that
//! nobody behind the parser compares texts.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU16, Ordering};

use super::{Table, bytes_equal};

/// The number of an expected key.
pub type Symbol = u16;

/// The symbol of what is not expected.
pub const NO_SYMBOL: Symbol = Symbol::MAX;

/// A token has twelve bits for a symbol and sixteen for the length of the key.
const MAX_SYMBOLS: usize = 1 << 12;
const MAX_KEY_BYTES: usize = (1 << 16) - 1;

/// Collects the keys to expect.
#[derive(Default)]
pub struct KeyInterner {
    texts: Vec<Box<str>>,
    symbols: HashMap<Box<str>, Symbol>,
}

impl KeyInterner {
    /// The symbol of a key; none where a text could spell the key in another way than its own characters, or
    /// where there are too many.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.symbols.get(text) {
            return *symbol;
        }
        let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
        if self.texts.len() == MAX_SYMBOLS || text.len() > MAX_KEY_BYTES || !text.bytes().all(plain) {
            return NO_SYMBOL;
        }
        #[allow(clippy::cast_possible_truncation)] // MOST bounds it
        let symbol = self.texts.len() as Symbol;
        self.texts.push(text.into());
        self.symbols.insert(text.into(), symbol);
        symbol
    }

    /// The keys, made ready to be met.
    #[inline(never)]
    pub fn build(self) -> KeyTable {
        let table = Table::of(self.texts.iter().map(|text| text.as_bytes()));
        let list: Vec<InternedKey> = self.texts.into_iter().map(InternedKey::of).collect();
        let after = (0..(list.len() + 1) * CONTEXT_SLOTS).map(|_| AtomicU16::new(NO_SYMBOL)).collect();
        KeyTable { list, table, successors: after }
    }
}

/// The keys to expect, each with its symbol.
pub struct KeyTable {
    list: Vec<InternedKey>,
    table: Table,
    /// Which key came last time behind which, in an object at which place; first, which one was the first. A guess that saves a
    /// look-up where it is right and costs nothing where it is wrong: what is read does not depend on it.
    successors: Vec<AtomicU16>,
}

/// How many bytes are looked at to tell a key.
const PREFIX_BYTES: usize = 32;

struct InternedKey {
    text: Box<str>,
    /// The characters and the closing quote, eight bytes at a time, and the bits of each word that count. Of no use
    /// where the key is too long for them.
    words: [(u64, u64); PREFIX_BYTES / 8],
}

impl InternedKey {
    fn of(text: Box<str>) -> Self {
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

    /// Whether the key stands at the start of these bytes, and its closing quote behind it. Of a key that is too
    /// long, `false`.
    #[inline]
    fn starts(&self, bytes: &[u8; PREFIX_BYTES]) -> bool {
        let differ = |at: usize| {
            let (word, bits) = self.words[at];
            let there = std::array::from_fn(|index| bytes[8 * at + index]);
            (u64::from_le_bytes(there) ^ word) & bits
        };
        self.text.len() < PREFIX_BYTES && differ(0) | differ(1) | differ(2) | differ(3) == 0
    }
}

impl KeyTable {
    /// The key that is likely to come behind this one, if it stands at `at`: its symbol and its length. Nothing
    /// at the end of a text, where there is too little to look at.
    #[inline]
    pub(super) fn predict_next(
        &self,
        last: Symbol,
        context: u8,
        bytes: &[u8],
        at: usize,
    ) -> Option<(Symbol, usize)> {
        let bytes = bytes.get(at..)?.first_chunk()?;
        let symbol = self.successors.get(cache_slot(last, context))?.load(Ordering::Relaxed);
        let name = self.list.get(symbol as usize)?;
        name.starts(bytes).then_some((symbol, name.text.len()))
    }

    /// The symbol of a key without escapes, remembered as what comes behind `last`.
    pub(super) fn lookup(&self, last: Symbol, context: u8, key: &[u8]) -> Option<Symbol> {
        let is =
            |index: usize| self.list.get(index).is_some_and(|name| bytes_equal(name.text.as_bytes(), key));
        let symbol = Symbol::try_from(self.table.find(key, is)?).ok()?;
        if let Some(after) = self.successors.get(cache_slot(last, context)) {
            after.store(symbol, Ordering::Relaxed);
        }
        Some(symbol)
    }

    /// The keys in the order of their symbols.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|name| &*name.text)
    }
}

/// So many places of objects are told apart: the id of an event is followed by something else than that of a file.
const CONTEXT_SLOTS: usize = 16;

/// Where it is kept what comes behind a key. None is like the key before the first.
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
    fn a_key_that_can_be_spelled_in_two_ways_has_no_symbol() {
        let mut vocabulary = KeyInterner::default();
        assert_eq!(vocabulary.intern("id"), 0);
        assert_eq!(vocabulary.intern(""), 1);
        assert_eq!(vocabulary.intern("id"), 0);
        for text in ["\"", "\\", "é", "\u{7f}", "a\tb", &"a".repeat(MAX_KEY_BYTES + 1)] {
            assert_eq!(vocabulary.intern(text), NO_SYMBOL, "{text:?}");
        }
        assert_eq!(vocabulary.build().texts().collect::<Vec<_>>(), ["id", ""]);
    }

    #[test]
    fn more_keys_than_a_token_can_number_have_no_symbol() {
        let mut vocabulary = KeyInterner::default();
        for number in 0..MAX_SYMBOLS {
            assert_eq!(usize::from(vocabulary.intern(&number.to_string())), number);
        }
        assert_eq!(vocabulary.intern("one more"), NO_SYMBOL);
        assert_eq!(vocabulary.intern("7"), 7);
    }

    #[test]
    fn a_guess_is_right_only_where_the_whole_key_and_its_quote_stand() {
        let mut vocabulary = KeyInterner::default();
        for text in ["id", "identifier", "eight888", ""] {
            vocabulary.intern(text);
        }
        let names = vocabulary.build();
        let after = b"\": 1, \"and more text, as much as is looked at\"";
        for (text, symbol) in [("id", 0), ("identifier", 1), ("eight888", 2), ("", 3)] {
            assert_eq!(names.lookup(NO_SYMBOL, 1, text.as_bytes()), Some(symbol));
            let stands = [text.as_bytes(), after].concat();
            assert_eq!(names.predict_next(NO_SYMBOL, 1, &stands, 0), Some((symbol, text.len())), "{text}");
            for other in ["{text}x", "x{text}"].map(|key| {
                let key = key.replace("{text}", text);
                format!("{key}\": 1, \"and more text, as much as is looked at\"")
            }) {
                assert_eq!(names.predict_next(NO_SYMBOL, 1, other.as_bytes(), 0), None, "{other}");
            }
            assert_eq!(names.predict_next(NO_SYMBOL, 1, text.as_bytes(), 0), None, "the end of the text");
        }
        let mut vocabulary = KeyInterner::default();
        let long = "long".repeat(8);
        vocabulary.intern(&long);
        let names = vocabulary.build();
        assert_eq!(names.lookup(NO_SYMBOL, 1, long.as_bytes()), Some(0));
        for byte in 0..=255 {
            assert_eq!(names.predict_next(NO_SYMBOL, 1, &[byte; 64], 0), None, "too long to be guessed");
        }
        assert_eq!(names.lookup(0, 1, b"none"), None);
        assert_eq!(
            names.predict_next(0, 1, b"id\": 1, \"and more text, as much as is looked at\"", 0),
            None,
            "nothing came behind this key yet"
        );
    }
}
