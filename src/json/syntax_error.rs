//! [`SyntaxError`]: offset and kind of the first violation of the grammar, and the parser state that the diagnosis in
//! `syntax` needs.

use super::Token;

/// The tokens that the grammar allows at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
    End,
}

/// The kind of a syntax error, with the offsets that its diagnosis needs.
#[derive(Clone, Copy, Debug)]
pub(super) enum SyntaxErrorKind {
    /// Another token was expected. `comma` is the offset of the comma right before, if there is one.
    Unexpected {
        expected: Expected,
        comma: Option<usize>,
    },
    /// An unescaped control character in the string that starts at `quote`.
    ControlCharacter {
        quote: usize,
    },
    UnterminatedString {
        quote: usize,
    },
    Escape,
    /// A violation of the number grammar in the number that starts at `start`.
    Number {
        start: usize,
    },
    NotUtf8,
    TooDeep,
    TooLarge,
}

/// The first byte that violates the grammar, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct SyntaxError {
    pub offset: usize,
    pub kind: SyntaxErrorKind,
}

impl SyntaxError {
    pub fn new(offset: usize, kind: SyntaxErrorKind) -> Self {
        Self { offset, kind }
    }

    pub fn expected(offset: usize, expected: Expected) -> Self {
        Self::new(offset, SyntaxErrorKind::Unexpected { expected, comma: None })
    }

    pub fn after_comma(offset: usize, expected: Expected, comma: usize) -> Self {
        Self::new(offset, SyntaxErrorKind::Unexpected { expected, comma: Some(comma) })
    }
}

/// An array or object that is still open.
#[derive(Clone, Copy)]
pub(super) struct OpenContainer {
    /// The index of its `Object` or `Array` token.
    pub token_index: u32,
    /// The number of finished members or items.
    pub count: u32,
    pub is_object: bool,
}

/// The state of the parser at a syntax error.
pub(super) struct SyntaxErrorContext<'a> {
    pub bytes: &'a [u8],
    pub tape: &'a [Token],
    pub stack: Vec<OpenContainer>,
}
