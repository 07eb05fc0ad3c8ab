//! Strict JSON (RFC 8259) over bytes: one pass makes a flat tape of offsets, and everything else
//! reads the tape. Knows nothing of webhooks.

mod equality;
mod locate;
mod number;
mod reader;
mod sort;
mod string;
mod syntax;
mod value;
mod write;

pub use equality::{hash, same};
pub(crate) use locate::outside;
pub use number::{Decimal, Step as NumberStep};
pub(crate) use sort::sort_by;
pub use value::{Elements, Key, Kind, Members, Value};
pub(crate) use write::{escape_into, pointer_step_into};

use std::fmt;

use crate::issue::{Draft, Issue};

/// Arrays and objects deeper than this are refused.
pub const MAX_DEPTH: usize = 128;

/// Texts longer than this are refused: offsets on the tape have 28 bits.
pub const MAX_BYTES: usize = (1 << 28) - 1;

/// A text that was read to the end and is JSON: the bytes and a flat index of where values stand.
///
/// ```
/// use hookseal::json::Document;
///
/// let document = Document::read(br#"{ "files": [{ "size": 2904221 }] }"#)?;
/// let size = document.root().pointer("/files/0/size").unwrap();
/// assert_eq!(size.as_i64(), Some(2_904_221));
/// assert_eq!((size.span().start, size.raw()), (22, &b"2904221"[..]));
///
/// let issue = Document::read(b"{ \"a\": 1,\n  \"b\": 2, }").unwrap_err();
/// assert_eq!(issue.message, "Trailing comma: nothing stands between this comma and the '}'.");
/// assert_eq!((issue.span.line, issue.span.column), (2, 9));
/// # Ok::<(), Box<hookseal::Issue>>(())
/// ```
///
/// What a grammar cannot refuse and a reader should know (a key that stands twice, half a
/// surrogate pair, a number that JavaScript would change) is in its findings.
pub struct Document<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) tape: Vec<Token>,
    findings: Vec<Draft>,
    ascii: bool,
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
    pub fn read(bytes: &'a [u8]) -> Result<Self, Box<Issue>> {
        reader::read(bytes)
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
    pub(crate) fn findings(&self) -> &[Draft] {
        &self.findings
    }

    /// Works out path, line and column of every draft, and sorts them by place.
    pub(crate) fn locate(&self, drafts: Vec<Draft>) -> Vec<Issue> {
        locate::locate(self, drafts)
    }

    /// How many tokens were read: a measure of how much there is to judge.
    pub(crate) fn tokens(&self) -> usize {
        self.tape.len()
    }

    /// The value, or the key, with this index on the tape.
    pub(crate) fn at(&self, index: u32) -> Option<Value<'_>> {
        ((index as usize) < self.tape.len()).then_some(Value { document: self, index })
    }

    pub(crate) fn token(&self, index: u32) -> Token {
        self.tape[index as usize]
    }
}

/// Eight bytes for a scalar, a key, or one end of a container.
///
/// `at` is the offset of the first byte (of the closing bracket, for `Close`). The upper four bits of
/// `word` are the tag; the lower 28 are the length in bytes between the quotes for strings, the length for numbers and
/// literals, the index of the `Close` token for containers, and the number of members or items for `Close`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub at: u32,
    word: u32,
}

/// What kind of token, finer than JSON's own types where that saves work later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Tag {
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

const TAGS: [Tag; 16] = [
    Tag::Null,
    Tag::True,
    Tag::False,
    Tag::Integer,
    Tag::Number,
    Tag::Ascii,
    Tag::Utf8,
    Tag::Escaped,
    Tag::Object,
    Tag::Array,
    Tag::Close,
    Tag::Close,
    Tag::Close,
    Tag::Close,
    Tag::Close,
    Tag::Close,
];

impl Token {
    pub fn new(tag: Tag, at: usize, payload: usize) -> Self {
        debug_assert!(at <= MAX_BYTES && payload <= MAX_BYTES);
        #[allow(clippy::cast_possible_truncation)] // MAX_BYTES bounds both
        Self { at: at as u32, word: ((tag as u32) << 28) | payload as u32 }
    }

    pub fn tag(self) -> Tag {
        TAGS[(self.word >> 28) as usize]
    }

    pub fn payload(self) -> u32 {
        self.word & 0x0fff_ffff
    }

    /// Whether tag and payload are these: one comparison.
    pub fn is(self, tag: Tag, payload: u32) -> bool {
        self.word == ((tag as u32) << 28) | payload
    }
}
