//! Regular expressions of ECMA-262 with the `u` flag, in time linear in the text.

use std::fmt;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    literal: Box<str>,
}

/// Why a pattern cannot be used, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternError {
    message: String,
    at: usize,
}

impl PatternError {
    /// Where in the pattern, counted in characters from zero.
    pub(crate) fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at character {} of the pattern", self.message, self.at + 1)
    }
}

impl Pattern {
    /// Compiles a pattern.
    pub(crate) fn compile(text: &str) -> Result<Self, PatternError> {
        match text.chars().position(|char| "^$\\.*+?()[]{}|".contains(char)) {
            None => Ok(Self { literal: text.into() }),
            Some(at) => Err(PatternError { message: "only literal text is supported".into(), at }),
        }
    }

    /// Whether the pattern matches anywhere in the text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        text.contains(&*self.literal)
    }
}
