//! Strict JSON (RFC 8259) over bytes: [`Document::parse`], and [`Value`] to read what it has, such as the payload of
//! [`Verified::event`](crate::Verified::event). To get a payload in a type of your own, use `Verified::event_as` of the feature
//! `serde_json`.
//!
//! One pass makes a tape, a flat list of tokens with their offsets; all other code
//! reads the tape. This module knows nothing of webhooks.

mod diagnostics;
mod document_keys;
mod duplicates;
mod equality;
mod form;
mod js_number;
mod keys;
mod locate;
mod number;
#[cfg(any(feature = "outline", test))]
mod outline;
mod parser;
mod pointer;
#[cfg(any(test, feature = "full", all(feature = "js", target_arch = "wasm32")))]
#[cfg(any(test, all(feature = "js", target_arch = "wasm32")))]
mod serialize;
mod sort;
mod string;
mod syntax;
mod syntax_error;
mod table;
mod value;
mod write;

pub(crate) use equality::find_repeated_items;
pub use equality::{hash, values_equal};
pub use form::FormPayload;
pub(crate) use form::{decode_form_text, encode_form_text};
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub(crate) use js_number::set_js_text;
pub(crate) use keys::{KeyInterner, KeyTable, NO_SYMBOL, Symbol};
#[cfg(feature = "full")]
pub(crate) use locate::located_at;
pub(crate) use locate::without_location;
pub use number::{Decimal, Divisor};
#[cfg(feature = "outline")]
pub(crate) use outline::{PatternSet, form_outline, outline};
pub use pointer::Pointer;
#[cfg(any(feature = "full", all(feature = "js", target_arch = "wasm32")))]
#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub(crate) use serialize::json_text;
pub(crate) use sort::sort_by;
pub(crate) use table::{Table, bytes_equal};
pub use value::{Elements, Key, Kind, Members, Value};
pub(crate) use write::{escape_into, push_pointer_segment, quoted};

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::issue::{Issue, PendingIssue};

/// Maximum nesting depth of arrays and objects, so that functions that recurse over a document need little stack.
pub const MAX_DEPTH: usize = 128;

/// Maximum length of a document: a token has 28 bits for a length.
pub const MAX_DOCUMENT_BYTES: usize = (1 << 28) - 1;

/// A parsed JSON text: its bytes and its tape, the flat list of tokens.
///
/// ```
/// use hookseal::json::Document;
///
/// let document = Document::parse(br#"{ "files": [{ "size": 2904221 }] }"#)?;
/// let size = document.root().pointer("/files/0/size").unwrap();
/// assert_eq!(size.as_i64(), Some(2_904_221));
/// assert_eq!((size.span().start, size.raw_bytes()), (22, &b"2904221"[..]));
///
/// let issue = Document::parse(b"{ \"a\": 1,\n  \"b\": 2, }").unwrap_err();
/// assert_eq!(issue.message, "Trailing comma before '}'.");
/// assert_eq!((issue.span.line, issue.span.column), (2, 9));
/// # Ok::<(), Box<hookseal::Issue>>(())
/// ```
///
/// A text with duplicate keys, half a surrogate pair or numbers that JavaScript changes still satisfies the grammar. Such
/// issues are in the diagnostics.
pub struct Document<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) tape: Vec<Token>,
    diagnostics: Vec<PendingIssue>,
    is_ascii: bool,
    has_duplicate_keys: bool,
    key_table: Option<Arc<KeyTable>>,
}

/// SECURITY: prints the length only. A payload may be health data.
impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = format_args!("[{} bytes]", self.bytes.len());
        f.debug_struct("Document").field("bytes", &bytes).finish_non_exhaustive()
    }
}

impl<'a> Document<'a> {
    /// Parses a whole text.
    ///
    /// # Errors
    /// The issue of the first syntax error: its location, what was expected, what was found, and what to change.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Box<Issue>> {
        parser::parse(bytes, None)
    }

    /// Parses with a table of expected keys: the token of such a key holds its symbol.
    pub(crate) fn parse_with_keys(bytes: &'a [u8], key_table: &Arc<KeyTable>) -> Result<Self, Box<Issue>> {
        parser::parse(bytes, Some(key_table))
    }

    /// The document up to the first syntax error; `None` without any value.
    #[cfg(any(feature = "outline", test))]
    pub(crate) fn parse_prefix(bytes: &'a [u8]) -> Option<Self> {
        parser::parse_prefix(bytes)
    }

    /// The tape alone, for the bridge.
    #[cfg(all(feature = "js", target_arch = "wasm32"))]
    pub(crate) fn into_tape(self) -> Vec<Token> {
        self.tape
    }

    /// Whether the document was parsed with this key table, so that its symbols can be compared.
    pub(crate) fn uses_key_table(&self, key_table: &Arc<KeyTable>) -> bool {
        self.key_table.as_ref().is_some_and(|table| Arc::ptr_eq(table, key_table))
    }

    /// The bytes of the text.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether all strings of the text are ASCII.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> Value<'_> {
        Value { document: self, index: 0 }
    }

    /// The issues of a text that satisfies the grammar, such as a duplicate key.
    pub(crate) fn diagnostics(&self) -> &[PendingIssue] {
        &self.diagnostics
    }

    /// Moves the diagnostics out of the document.
    pub(crate) fn take_diagnostics(&mut self) -> Vec<PendingIssue> {
        std::mem::take(&mut self.diagnostics)
    }

    /// Computes path, line and column of every pending issue, and sorts the issues by location.
    pub(crate) fn locate(&self, pending: Vec<PendingIssue>) -> Vec<Issue> {
        locate::locate(self, pending)
    }

    /// The number of tokens, which bounds the work of a validation.
    pub(crate) fn token_count(&self) -> usize {
        self.tape.len()
    }

    /// The value or key at this index of the tape, if the tape is that long.
    pub(crate) fn value_at(&self, index: u32) -> Option<Value<'_>> {
        ((index as usize) < self.tape.len()).then_some(Value { document: self, index })
    }

    /// The value at this index of the tape. INVARIANT: the index comes from this document.
    #[inline]
    pub(crate) fn value(&self, index: u32) -> Value<'_> {
        Value { document: self, index }
    }

    /// The key at this index of the tape. INVARIANT: the token is a key of this document.
    #[inline]
    pub(crate) fn key(&self, index: u32) -> Key<'_> {
        Key { document: self, index }
    }

    /// The string at this index of the tape, borrowed from the bytes where it has no escapes.
    pub(crate) fn text(&self, index: u32) -> Option<Cow<'a, str>> {
        value::text(self.bytes, self.token(index))
    }

    #[inline]
    pub(crate) fn token(&self, index: u32) -> Token {
        self.tape[index as usize]
    }
}

/// A scalar, a key, or one end of a container, in eight bytes.
///
/// `offset` is that of the first byte; for `Close`, of the closing bracket. The upper four bits of `word` are the kind. The
/// lower 28 bits are:
/// - for strings the number of bytes between the quotes, for numbers and literals their length;
/// - for containers the index of their `Close` token, and for `Close` the number of members or items;
/// - for an interned key its symbol in twelve bits and its length in sixteen.
#[derive(Clone, Copy, Debug)]
#[repr(C)] // JavaScript reads the tape, too.
pub(crate) struct Token {
    pub offset: u32,
    word: u32,
}

/// The kind of a token: finer than the types of JSON where the difference saves work later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum TokenKind {
    Null,
    True,
    False,
    /// A number without fraction and exponent.
    Integer,
    Number,
    /// A string of ASCII without escapes.
    Ascii,
    /// A string of UTF-8 without escapes.
    Utf8,
    /// A string with escapes.
    Escaped,
    Object,
    Array,
    Close,
}

const KINDS: [TokenKind; 16] = {
    let mut kinds = [TokenKind::Close; 16];
    let mut index = 0;
    let known = [
        TokenKind::Null,
        TokenKind::True,
        TokenKind::False,
        TokenKind::Integer,
        TokenKind::Number,
        TokenKind::Ascii,
        TokenKind::Utf8,
        TokenKind::Escaped,
        TokenKind::Object,
        TokenKind::Array,
        TokenKind::Close,
        TokenKind::Ascii, // INTERNED_KEY
    ];
    while index < known.len() {
        kinds[index] = known[index];
        index += 1;
    }
    kinds
};

impl Token {
    // The layout, of which JavaScript has names from `wasm/layout.rs`.
    pub const OFFSET_WORD: usize = std::mem::offset_of!(Self, offset) / 4;
    pub const KIND_WORD: usize = std::mem::offset_of!(Self, word) / 4;
    pub const KIND_SHIFT: u32 = 28;
    pub const LOW_BITS_MASK: u32 = (1 << Self::KIND_SHIFT) - 1;
    pub const SYMBOL_SHIFT: u32 = 16;
    pub const SYMBOL_MASK: u32 = 0xfff;
    pub const KEY_LENGTH_MASK: u32 = 0xffff;
    /// The kind bits of an interned key. [`token_kind`](Self::token_kind) reports such a token as an ASCII string.
    pub const INTERNED_KEY: u32 = 11;

    pub fn new(kind: TokenKind, offset: usize, low_bits: usize) -> Self {
        debug_assert!(offset <= MAX_DOCUMENT_BYTES && low_bits <= MAX_DOCUMENT_BYTES);
        #[allow(clippy::cast_possible_truncation)] // MAX_DOCUMENT_BYTES bounds both
        Self { offset: offset as u32, word: ((kind as u32) << Self::KIND_SHIFT) | low_bits as u32 }
    }

    #[inline]
    pub fn token_kind(self) -> TokenKind {
        KINDS[self.kind_bits()]
    }

    /// The token of a key of the key table.
    pub fn interned_key(offset: usize, symbol: Symbol, len: usize) -> Self {
        debug_assert!(offset <= MAX_DOCUMENT_BYTES && symbol < 1 << 12 && len < 1 << 16);
        #[allow(clippy::cast_possible_truncation)] // MAX_KEY_BYTES bounds it
        let word =
            Self::INTERNED_KEY << Self::KIND_SHIFT | u32::from(symbol) << Self::SYMBOL_SHIFT | len as u32;
        #[allow(clippy::cast_possible_truncation)] // MAX_DOCUMENT_BYTES bounds it
        Self { offset: offset as u32, word }
    }

    /// The symbol of an interned key.
    pub fn symbol(self) -> Option<Symbol> {
        #[allow(clippy::cast_possible_truncation)] // twelve bits
        (self.word >> Self::KIND_SHIFT == Self::INTERNED_KEY)
            .then_some((self.word >> Self::SYMBOL_SHIFT & Self::SYMBOL_MASK) as Symbol)
    }

    /// The upper four bits, as an index for lookup tables. Unlike [`token_kind`](Self::token_kind), they distinguish interned
    /// keys from other ASCII strings.
    #[inline]
    pub fn kind_bits(self) -> usize {
        (self.word >> Self::KIND_SHIFT) as usize
    }

    /// The index after the value that starts at `index`.
    #[inline]
    pub fn next_index(self, index: u32) -> u32 {
        if matches!(self.token_kind(), TokenKind::Object | TokenKind::Array) {
            self.low_bits() + 1
        } else {
            index + 1
        }
    }

    /// The lower 28 bits. The length of a string is [`len`](Self::len).
    pub fn low_bits(self) -> u32 {
        self.word & Self::LOW_BITS_MASK
    }

    /// The number of bytes between the quotes of a string.
    pub fn len(self) -> usize {
        (if self.kind_bits() == Self::INTERNED_KEY as usize {
            self.word & Self::KEY_LENGTH_MASK
        } else {
            self.low_bits()
        }) as usize
    }

    /// Compares the kind and the lower bits at once.
    pub fn is(self, kind: TokenKind, low_bits: u32) -> bool {
        self.word == ((kind as u32) << Self::KIND_SHIFT) | low_bits
    }
}
