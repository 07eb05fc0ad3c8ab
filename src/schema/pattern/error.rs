//! Why a pattern cannot be used: the error of everything that reads or compiles one.

use std::fmt;

/// Why a pattern cannot be used, and where in it. In a box: whatever reads one hands it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternError(pub(super) Box<PatternErrorKind>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PatternErrorKind {
    pub(super) message: String,
    /// In characters from zero, where it is one place and not the whole.
    pub(super) at: Option<usize>,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PatternErrorKind { message, at } = &*self.0;
        match at {
            Some(at) => write!(f, "{message}, at character {} of the pattern", at + 1),
            None => f.write_str(message),
        }
    }
}

impl std::error::Error for PatternError {}

impl PatternError {
    pub(super) fn new(message: String, at: Option<usize>) -> Self {
        Self(Box::new(PatternErrorKind { message, at }))
    }
}
