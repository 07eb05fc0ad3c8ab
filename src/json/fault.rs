//! Where a text stops being JSON: what the parser knows there, and what its diagnosis starts from.

use super::Token;

/// What the grammar allows at a place.
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

/// What is wrong at a place.
#[derive(Clone, Copy, Debug)]
pub(super) enum SyntaxErrorKind {
    /// Something else was expected; `comma` is the comma right before, if one is.
    Unexpected {
        expected: Expected,
        comma: Option<usize>,
    },
    Control {
        quote: usize,
    },
    UnterminatedString {
        quote: usize,
    },
    Escape,
    Number {
        start: usize,
    },
    NotUtf8,
    TooDeep,
    TooLarge,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct SyntaxError {
    pub pos: usize,
    pub wrong: SyntaxErrorKind,
}

impl SyntaxError {
    pub fn new(pos: usize, wrong: SyntaxErrorKind) -> Self {
        Self { pos, wrong }
    }

    pub fn expected(pos: usize, expected: Expected) -> Self {
        Self::new(pos, SyntaxErrorKind::Unexpected { expected, comma: None })
    }

    pub fn after(pos: usize, expected: Expected, comma: usize) -> Self {
        Self::new(pos, SyntaxErrorKind::Unexpected { expected, comma: Some(comma) })
    }
}

/// An array or object that is still open.
#[derive(Clone, Copy)]
pub(super) struct OpenContainer {
    /// The index of its token.
    pub open: u32,
    /// How many members or items were finished.
    pub count: u32,
    pub object: bool,
}

/// What the parser had read when it stopped.
pub(super) struct FaultContext<'a> {
    pub bytes: &'a [u8],
    pub tape: &'a [Token],
    pub stack: Vec<OpenContainer>,
}
