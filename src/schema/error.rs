//! Why a schema cannot be used.

use std::fmt;

use crate::issue::{Code, Location, PendingIssue, Severity};
use crate::json::Value;
use crate::text::escape_controls;

/// Why a schema cannot be used: the keyword, where it stands in the schema, and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    /// The keyword at fault; empty where the text is no schema at all.
    pub keyword: String,
    /// Where the fault stands, as a JSON Pointer (RFC 6901) from the root of the schema.
    pub pointer: String,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the root" } else { self.pointer.as_str() };
        write!(f, "{} (at {} of the schema)", self.message, escape_controls(place.to_owned()))
    }
}

impl std::error::Error for SchemaError {}

/// The same, before the pointer is worked out. In a box: whatever compiles a schema hands it on.
#[derive(Debug)]
pub(super) struct CompileError(Box<PendingError>);

#[derive(Debug)]
struct PendingError {
    keyword: String,
    /// Where, as an index on the schema's tape.
    at: u32,
    message: String,
}

impl CompileError {
    #[inline(never)]
    pub fn new(keyword: &str, at: Value<'_>, message: impl Into<String>) -> Self {
        Self(Box::new(PendingError { keyword: keyword.to_owned(), at: at.index(), message: message.into() }))
    }

    /// Works out the pointer, from the root of the schema even where that is a part of a document.
    pub fn finish(self, root: Value<'_>) -> SchemaError {
        let pointer_of = |index: u32| {
            let draft =
                PendingIssue::new(Code::DEFINITION_INVALID, Severity::Error, Location::Value(index), "");
            root.document().locate(vec![draft]).pop().map(|issue| issue.pointer).unwrap_or_default()
        };
        let PendingError { keyword, at, message } = *self.0;
        let full = pointer_of(at);
        let pointer = full.strip_prefix(&pointer_of(root.index())).unwrap_or(&full).to_owned();
        SchemaError { keyword, pointer, message: escape_controls(message) }
    }
}
