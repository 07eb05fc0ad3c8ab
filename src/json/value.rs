//! A value on the tape: its type, its content and its location.

use std::borrow::Cow;
use std::fmt;

use super::string;
use super::{Decimal, Document, Symbol, Token, TokenKind, bytes_equal};
use crate::issue::{ByteSpan, Location};

/// The JSON types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Kind {
    /// The name of the type with its article, for messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Boolean => "a boolean",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::Array => "an array",
            Kind::Object => "an object",
        }
    }
}

/// A value of a [`Document`]: a reference and an index, cheap to copy.
#[derive(Clone, Copy)]
pub struct Value<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) index: u32,
}

/// SECURITY: prints type and span only. The value may be health data.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = self.span();
        write!(f, "Value({} at {}..{})", self.kind().name(), span.start, span.end)
    }
}

impl<'d> Value<'d> {
    #[inline]
    pub(crate) fn token(self) -> Token {
        self.document.token(self.index)
    }

    pub(crate) fn token_kind(self) -> TokenKind {
        self.token().token_kind()
    }

    /// The document of the value.
    pub(crate) fn document(self) -> &'d Document<'d> {
        self.document
    }

    /// The indices of the tokens inside a container.
    #[inline]
    pub(crate) fn child_range(self) -> std::ops::Range<u32> {
        let token = self.token();
        let end =
            if token.next_index(self.index) == self.index + 1 { self.index + 1 } else { token.low_bits() };
        self.index + 1..end
    }

    /// The index on the tape, which identifies the value within its document.
    pub(crate) fn index(self) -> u32 {
        self.index
    }

    /// The location of an issue about the value.
    pub(crate) fn location(self) -> Location {
        Location::Value(self.index)
    }

    /// The type of the value.
    #[inline]
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.token_kind() {
            TokenKind::Null => Kind::Null,
            TokenKind::True | TokenKind::False => Kind::Boolean,
            TokenKind::Integer | TokenKind::Number => Kind::Number,
            TokenKind::Ascii | TokenKind::Utf8 | TokenKind::Escaped => Kind::String,
            TokenKind::Object => Kind::Object,
            TokenKind::Array | TokenKind::Close => Kind::Array,
        }
    }

    /// The span of the value in the text, quotes and brackets included.
    #[must_use]
    pub fn span(self) -> ByteSpan {
        let token = self.token();
        let start = token.offset as usize;
        let end = match token.token_kind() {
            TokenKind::Ascii | TokenKind::Utf8 | TokenKind::Escaped => start + token.len() + 2,
            TokenKind::Object | TokenKind::Array => self.document.token(token.low_bits()).offset as usize + 1,
            _ => start + token.low_bits() as usize,
        };
        ByteSpan { start, end }
    }

    /// The bytes of the value in the text.
    #[inline]
    #[must_use]
    pub fn raw_bytes(self) -> &'d [u8] {
        let span = self.span();
        &self.document.bytes[span.start..span.end]
    }

    /// The bytes between the quotes of a string, escapes not decoded. Empty for other types.
    #[inline]
    pub(crate) fn string_bytes(self) -> &'d [u8] {
        let token = self.token();
        match token.token_kind() {
            TokenKind::Ascii | TokenKind::Utf8 | TokenKind::Escaped => {
                string_bytes(self.document.bytes, token)
            }
            _ => &[],
        }
    }

    /// The losslessly decoded bytes of a string: equal for equal strings only. Empty for other types.
    pub(crate) fn decoded_bytes(self) -> Cow<'d, [u8]> {
        if self.token_kind() == TokenKind::Escaped {
            Cow::Owned(string::decode_lossless(self.string_bytes()))
        } else {
            self.string_bytes().into()
        }
    }

    /// The decoded string. Half of a surrogate pair becomes U+FFFD.
    #[must_use]
    #[inline(never)]
    pub fn as_str(self) -> Option<Cow<'d, str>> {
        text(self.document.bytes, self.token())
    }

    /// The value as a boolean.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.token_kind() {
            TokenKind::True => Some(true),
            TokenKind::False => Some(false),
            _ => None,
        }
    }

    /// The value as an exact number.
    #[must_use]
    pub fn as_decimal(self) -> Option<Decimal<'d>> {
        match self.token_kind() {
            TokenKind::Integer | TokenKind::Number => Some(Decimal::parse(self.raw_bytes())),
            _ => None,
        }
    }

    /// The value as an `i64`, if it is an integer in that range.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        if self.token_kind() == TokenKind::Integer
            && let digits = self.raw_bytes()
            && digits.len() <= 9
            && digits[0] != b'-'
        {
            // PERF: up to nine digits need neither a `Decimal` nor overflow checks.
            return Some(digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit & 15)));
        }
        self.as_decimal().and_then(Decimal::to_i64)
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.token_kind() == TokenKind::Null
    }

    /// The number of members of an object or items of an array; 0 for scalars.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // "empty" has no meaning for a scalar
    pub fn len(self) -> usize {
        let token = self.token();
        match token.token_kind() {
            TokenKind::Object | TokenKind::Array => self.document.token(token.low_bits()).low_bits() as usize,
            _ => 0,
        }
    }

    /// Iterates over the members of an object in the order of the text; empty for other types.
    #[inline]
    #[must_use]
    pub fn members(self) -> Members<'d> {
        let token = self.token();
        let end = if token.token_kind() == TokenKind::Object { token.low_bits() } else { self.index + 1 };
        Members { document: self.document, next: self.index + 1, end }
    }

    /// Iterates over the items of an array; empty for other types.
    #[inline]
    #[must_use]
    pub fn elements(self) -> Elements<'d> {
        let token = self.token();
        let end = if token.token_kind() == TokenKind::Array { token.low_bits() } else { self.index + 1 };
        Elements { document: self.document, next: self.index + 1, end }
    }

    /// The value of the member with this key. Of duplicate keys the last one wins, as in `JSON.parse`.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Value<'d>> {
        self.member(|other| other.eq_str(key))
    }

    /// The value of the member whose key satisfies `is_match`; the last one, if the document has duplicate keys.
    #[inline]
    pub(super) fn member(self, is_match: impl Fn(Key<'d>) -> bool) -> Option<Value<'d>> {
        let mut found = self.members().filter(|(key, _)| is_match(*key)).map(|(_, value)| value);
        if self.document.has_duplicate_keys { found.last() } else { found.next() }
    }

    /// The index of the token after this value.
    #[inline]
    fn next_index(self) -> u32 {
        self.token().next_index(self.index)
    }
}

#[inline]
fn string_bytes(bytes: &[u8], token: Token) -> &[u8] {
    let start = token.offset as usize + 1;
    &bytes[start..start + token.len()]
}

pub(super) fn text(bytes: &[u8], token: Token) -> Option<Cow<'_, str>> {
    match token.token_kind() {
        TokenKind::Ascii | TokenKind::Utf8 => {
            let raw = string_bytes(bytes, token);
            // PERF: `from_utf8` is faster than `from_utf8_lossy`. The parser has checked the encoding, so that it succeeds.
            Some(std::str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed))
        }
        TokenKind::Escaped => Some(Cow::Owned(string::decode(string_bytes(bytes, token)))),
        _ => None,
    }
}

/// The key of a member.
#[derive(Clone, Copy, Debug)]
pub struct Key<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) index: u32,
}

impl<'d> Key<'d> {
    fn token(self) -> Token {
        self.document.token(self.index)
    }

    /// The symbol of the key, if it is interned.
    #[inline]
    pub(crate) fn symbol(self) -> Option<Symbol> {
        self.token().symbol()
    }

    /// Whether the key, which has no symbol, can be one that has: such a key is written with escapes that it does not need.
    #[inline]
    pub(crate) fn may_be_interned(self) -> bool {
        let token = self.token();
        token.token_kind() == TokenKind::Escaped
            && string::may_be_plain(string_bytes(self.document.bytes, token))
    }

    /// Whether the decoded key equals `text`.
    #[must_use]
    pub fn eq_str(self, text: &str) -> bool {
        let token = self.token();
        let (raw, text) = (string_bytes(self.document.bytes, token), text.as_bytes());
        if token.token_kind() == TokenKind::Escaped {
            string::may_equal(raw, text) && string::decode_lossless(raw) == text
        } else {
            bytes_equal(raw, text)
        }
    }

    /// The decoded key.
    #[must_use]
    #[inline(never)]
    pub fn text(self) -> Cow<'d, str> {
        text(self.document.bytes, self.token()).unwrap_or_default()
    }

    /// The losslessly decoded bytes of the key: equal for equal keys only.
    pub(crate) fn decoded_bytes(self) -> Cow<'d, [u8]> {
        self.as_value().decoded_bytes()
    }

    /// Whether both keys are equal after decoding.
    pub(super) fn key_eq(self, other: Key<'_>) -> bool {
        self.decoded_bytes() == other.decoded_bytes()
    }

    /// The bytes of the key, if it has no escapes.
    #[inline]
    pub(crate) fn unescaped_bytes(self) -> Option<&'d [u8]> {
        let token = self.token();
        (token.token_kind() != TokenKind::Escaped).then(|| string_bytes(self.document.bytes, token))
    }

    /// The location of an issue about the key.
    pub(crate) fn location(self) -> Location {
        Location::Key(self.index)
    }

    /// The key as a string value, for the keyword `propertyNames`.
    pub(crate) fn as_value(self) -> Value<'d> {
        Value { document: self.document, index: self.index }
    }
}

/// Iterator over the members of an object.
#[derive(Clone, Debug)]
pub struct Members<'d> {
    document: &'d Document<'d>,
    next: u32,
    end: u32,
}

impl<'d> Iterator for Members<'d> {
    type Item = (Key<'d>, Value<'d>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let key = Key { document: self.document, index: self.next };
        let value = Value { document: self.document, index: self.next + 1 };
        self.next = value.next_index();
        Some((key, value))
    }
}

/// Iterator over the items of an array.
#[derive(Clone, Debug)]
pub struct Elements<'d> {
    document: &'d Document<'d>,
    next: u32,
    end: u32,
}

impl<'d> Iterator for Elements<'d> {
    type Item = Value<'d>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let value = Value { document: self.document, index: self.next };
        self.next = value.next_index();
        Some(value)
    }
}
