//! Strict JSON (RFC 8259) over bytes: one pass makes a flat tape of offsets, and everything else
//! reads the tape. Knows nothing of webhooks.

mod double;
mod duplicates;
mod equality;
mod fault;
mod keys;
mod locate;
mod number;
#[cfg(any(feature = "outline", test))]
mod outline;
mod parser;
mod pointer;
mod sort;
mod string;
mod syntax;
mod table;
mod value;
mod write;

pub(crate) use equality::repeated;
pub use equality::{hash, values_equal};
pub(crate) use keys::{KeyInterner, KeyTable, NO_SYMBOL, Symbol};
pub(crate) use locate::{located_at, without_location};
pub use number::{Decimal, Divisor as NumberStep};
#[cfg(feature = "outline")]
pub(crate) use outline::{PatternSet, outline};
pub use pointer::Pointer;
pub(crate) use sort::sort_by;
pub(crate) use table::{Table, bytes_equal};
pub use value::{Elements, Key, Kind, Members, Value};
pub(crate) use write::{escape_into, push_pointer_segment, quoted};

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::issue::{Issue, PendingIssue};

/// Arrays and objects deeper than this are refused.
pub const MAX_DEPTH: usize = 128;

/// Texts longer than this are refused: offsets on the tape have 28 bits.
pub const MAX_DOCUMENT_BYTES: usize = (1 << 28) - 1;

/// A text that was read to the end and is JSON: the bytes and a flat index of where values stand.
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
/// assert_eq!(issue.message, "Trailing comma: nothing stands between this comma and the '}'.");
/// assert_eq!((issue.span.line, issue.span.column), (2, 9));
/// # Ok::<(), Box<hookseal::Issue>>(())
/// ```
///
/// What a grammar cannot refuse and a caller should know (a key that stands twice, half a
/// surrogate pair, a number that JavaScript would change) is in its findings.
pub struct Document<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) tape: Vec<Token>,
    diagnostics: Vec<PendingIssue>,
    ascii: bool,
    /// Whether an object has a key twice.
    has_duplicate_keys: bool,
    key_table: Option<Arc<KeyTable>>,
}

/// Says how much there is, and not what: a payload may be health data.
impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = format_args!("[{} bytes]", self.bytes.len());
        f.debug_struct("Document").field("bytes", &bytes).finish_non_exhaustive()
    }
}

impl<'a> Document<'a> {
    /// Reads the text to its end.
    ///
    /// # Errors
    /// One issue that says where the text stops being JSON, what stands there, what was expected
    /// and the likely cause.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Box<Issue>> {
        parser::read(bytes, None)
    }

    /// The same, with keys to expect: those that are met carry their symbol.
    pub(crate) fn parse_with_keys(bytes: &'a [u8], names: &Arc<KeyTable>) -> Result<Self, Box<Issue>> {
        parser::read(bytes, Some(names))
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

    /// Whether it was these keys that the parser was told to expect, so that symbols mean what they mean there.
    pub(crate) fn uses_key_table(&self, names: &Arc<KeyTable>) -> bool {
        self.key_table.as_ref().is_some_and(|own| Arc::ptr_eq(own, names))
    }

    /// The bytes that were read.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether the text is nothing but ASCII.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> Value<'_> {
        Value { document: self, index: 0 }
    }

    /// What is JSON by the grammar and still worth an issue, in the order of the text.
    pub(crate) fn diagnostics(&self) -> &[PendingIssue] {
        &self.diagnostics
    }

    /// The same, to be kept.
    pub(crate) fn take_findings(&mut self) -> Vec<PendingIssue> {
        std::mem::take(&mut self.diagnostics)
    }

    /// Works out path, line and column of every draft, and sorts them by place.
    pub(crate) fn locate(&self, drafts: Vec<PendingIssue>) -> Vec<Issue> {
        locate::locate(self, drafts)
    }

    /// How many tokens were read: a measure of how much there is to validate.
    pub(crate) fn token_count(&self) -> usize {
        self.tape.len()
    }

    /// The value, or the key, with this index on the tape.
    pub(crate) fn offset(&self, index: u32) -> Option<Value<'_>> {
        ((index as usize) < self.tape.len()).then_some(Value { document: self, index })
    }

    /// The value with this index on the tape, which has to be there.
    #[inline]
    pub(crate) fn value(&self, index: u32) -> Value<'_> {
        Value { document: self, index }
    }

    /// The key with this index on the tape, which has to be one.
    #[inline]
    pub(crate) fn key(&self, index: u32) -> Key<'_> {
        Key { document: self, index }
    }

    /// The string with this index on the tape, for as long as the bytes are there.
    pub(crate) fn text(&self, index: u32) -> Option<Cow<'a, str>> {
        value::text(self.bytes, self.token(index))
    }

    #[inline]
    pub(crate) fn token(&self, index: u32) -> Token {
        self.tape[index as usize]
    }
}

/// Eight bytes for a scalar, a key, or one end of a container.
///
/// `at` is the offset of the first byte (of the closing bracket, for `Close`). The upper four bits of
/// `word` are the tag; the lower 28 are the length in bytes between the quotes for strings, the length for numbers and
/// literals, the index of the `Close` token for containers, and the number of members or items for `Close`.
/// A key that was expected has a tag of its own, its symbol in twelve bits, and its length in sixteen.
#[derive(Clone, Copy, Debug)]
#[repr(C)] // JavaScript reads the tape too
pub(crate) struct Token {
    pub offset: u32,
    word: u32,
}

/// What kind of token, finer than JSON's own types where that saves work later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum TokenKind {
    Null,
    True,
    False,
    /// A number without fraction and exponent.
    Integer,
    Number,
    /// Only ASCII, no escapes: bytes are characters.
    Ascii,
    /// UTF-8 without escapes.
    Utf8,
    /// With escapes.
    Escaped,
    Object,
    Array,
    Close,
}

/// What stands in the place of a tag for a key that was expected. To all but those who ask for its symbol it
/// is a string.
const INTERNED_KEY: u32 = 11;

const TAGS: [TokenKind; 16] = {
    let mut tags = [TokenKind::Close; 16];
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
        TokenKind::Ascii, // KNOWN
    ];
    while index < known.len() {
        tags[index] = known[index];
        index += 1;
    }
    tags
};

impl Token {
    pub fn new(tag: TokenKind, at: usize, payload: usize) -> Self {
        debug_assert!(at <= MAX_DOCUMENT_BYTES && payload <= MAX_DOCUMENT_BYTES);
        #[allow(clippy::cast_possible_truncation)] // MAX_BYTES bounds both
        Self { offset: at as u32, word: ((tag as u32) << 28) | payload as u32 }
    }

    #[inline]
    pub fn tag(self) -> TokenKind {
        TAGS[self.class()]
    }

    /// A key that was expected.
    pub fn interned_key(at: usize, symbol: Symbol, len: usize) -> Self {
        debug_assert!(at <= MAX_DOCUMENT_BYTES && symbol < 1 << 12 && len < 1 << 16);
        #[allow(clippy::cast_possible_truncation)] // names are bounded, and MAX_BYTES bounds the offset
        Self { offset: at as u32, word: INTERNED_KEY << 28 | u32::from(symbol) << 16 | len as u32 }
    }

    /// The symbol of a key that was expected.
    pub fn symbol(self) -> Option<Symbol> {
        #[allow(clippy::cast_possible_truncation)] // twelve bits
        (self.word >> 28 == INTERNED_KEY).then_some((self.word >> 16 & 0xfff) as Symbol)
    }

    /// The number of the tag, below sixteen, for those who have a table of their own.
    #[inline]
    pub fn class(self) -> usize {
        (self.word >> 28) as usize
    }

    /// The index behind the value that stands at this one.
    #[inline]
    pub fn next_index(self, index: u32) -> u32 {
        if matches!(self.tag(), TokenKind::Object | TokenKind::Array) {
            self.payload() + 1
        } else {
            index + 1
        }
    }

    /// What the tag says of the lower bits. Not for strings, whose length is [`len`](Self::len).
    pub fn payload(self) -> u32 {
        self.word & 0x0fff_ffff
    }

    /// How many bytes stand between the quotes of a string.
    pub fn len(self) -> usize {
        (if self.word >> 28 == INTERNED_KEY { self.word & 0xffff } else { self.payload() }) as usize
    }

    /// Whether tag and payload are these: one comparison.
    pub fn is(self, tag: TokenKind, payload: u32) -> bool {
        self.word == ((tag as u32) << 28) | payload
    }
}
