//! The error of parsing or compiling a pattern.

use std::fmt;

/// Why a pattern cannot be compiled, and where. Boxed, because it is the error type of all parser functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternError(pub(super) Box<PatternErrorKind>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PatternErrorKind {
    pub(super) message: String,
    /// The position in characters from zero, unless the error concerns the whole pattern.
    pub(super) position: Option<usize>,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PatternErrorKind { message, position } = &*self.0;
        match position {
            Some(position) => write!(f, "{message}, at character {} of the pattern", position + 1),
            None => f.write_str(message),
        }
    }
}

impl std::error::Error for PatternError {}

impl PatternError {
    pub(super) fn new(message: String, position: Option<usize>) -> Self {
        Self(Box::new(PatternErrorKind { message, position }))
    }
}
