//! The errors of compiling a schema.

use std::borrow::Cow;
use std::fmt;

use crate::issue::{Code, Location, PendingIssue, Severity};
use crate::json::Value;
use crate::text::escape_controls;

/// Why a schema cannot be compiled: the keyword, its location in the schema, and a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    /// The keyword that caused the error. Empty if the text is not a schema at all.
    pub keyword: String,
    /// The location of the error: a JSON Pointer (RFC 6901) from the root of the schema.
    pub pointer: String,
    /// What is wrong, and what to change.
    pub message: String,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = if self.pointer.is_empty() { "the root" } else { self.pointer.as_str() };
        write!(f, "{} (at {} of the schema)", self.message, escape_controls(location.to_owned()))
    }
}

impl std::error::Error for SchemaError {}

/// A [`SchemaError`] whose pointer is not computed yet. Boxed, because it is the error type of all compile functions.
#[derive(Debug)]
pub(super) struct CompileError(Box<PendingError>);

#[derive(Debug)]
struct PendingError {
    keyword: String,
    /// The location as an index on the tape of the schema.
    index: u32,
    message: String,
}

impl CompileError {
    #[inline(never)]
    pub fn new(keyword: &str, value: Value<'_>, message: impl Into<String>) -> Self {
        Self(Box::new(PendingError {
            keyword: keyword.to_owned(),
            index: value.index(),
            message: message.into(),
        }))
    }

    /// Creates the error that the value of a keyword has the wrong type.
    #[inline(never)]
    pub fn must_be(keyword: &str, value: Value<'_>, expected: &str) -> Self {
        Self::new(keyword, value, format!("\"{keyword}\" must be {expected}."))
    }

    /// Computes the pointer. The root of the schema can be a part of a document, and the pointer starts at that part.
    pub fn finish(self, root: Value<'_>) -> SchemaError {
        let pointer_of = |index: u32| {
            let issue =
                PendingIssue::new(Code::DEFINITION_INVALID, Severity::Error, Location::Value(index), "");
            root.document().locate(vec![issue]).pop().map(|issue| issue.pointer).unwrap_or_default()
        };
        let PendingError { keyword, index, message } = *self.0;
        let full = pointer_of(index);
        let pointer = full.strip_prefix(&pointer_of(root.index())).unwrap_or(&full).to_owned();
        SchemaError { keyword, pointer, message: escape_controls(message) }
    }
}

/// The text of a keyword's value, or the error that the value is no string.
#[inline(never)]
pub(super) fn expect_string<'s>(keyword: &str, value: Value<'s>) -> Result<Cow<'s, str>, CompileError> {
    value.as_str().ok_or_else(|| CompileError::must_be(keyword, value, "a string"))
}
