//! The word every floor shares: an issue, its code, its severity and its place.

use serde::Serialize;

pub use crate::code::{Code, CodeInfo, Stage};

/// How bad an issue is. Only an [`Error`](Severity::Error) makes a delivery rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The delivery is rejected.
    Error,
    /// The delivery is accepted, and somebody should look.
    Warning,
    /// Worth knowing, and harmless.
    Info,
}

/// How much a contract tolerates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// What a receiver in production wants: known deviations of real senders are warnings.
    #[default]
    Lenient,
    /// What a sender's own tests want: every documented rule is an error.
    Strict,
}

/// One step of a path into a payload.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum PathSegment {
    /// A key of an object.
    Key(String),
    /// An index of an array.
    Index(usize),
}

/// Where something stands for a person and for an editor: UTF-16 offsets, line and column from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Span {
    /// UTF-16 offset of the first code unit.
    pub start: usize,
    /// UTF-16 offset behind the last code unit.
    pub end: usize,
    /// Line of the start, from 1.
    pub line: usize,
    /// Column of the start in UTF-16 code units, from 1.
    pub column: usize,
}

/// Where something stands in the raw body, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct ByteSpan {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

/// One thing to say about a delivery. It never quotes a value of the payload, which may be health
/// data: its span says where the value stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// What kind of issue.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// A sentence a person can act on.
    pub message: String,
    /// The way from the root of the payload to the value.
    pub path: Vec<PathSegment>,
    /// The same way as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// The place in the text.
    pub span: Span,
    /// The place in the bytes.
    pub byte_span: ByteSpan,
    /// What would have been right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What kind of thing stands there; never the value itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// At which stage of checking a delivery it was found; `None` where it was found outside of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
}

/// Where an issue stands, before its path and its line are worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// Nowhere in the body: a header, the delivery as a whole.
    Request,
    /// A value, by its index in the document's tape.
    Value(u32),
    /// The key of a member, by the key's index in the document's tape.
    Key(u32),
}

/// An issue whose place is not worked out yet: what the checks make, and `json` finishes.
#[derive(Clone, Debug)]
pub(crate) struct PendingIssue {
    pub code: Code,
    pub severity: Severity,
    pub place: Location,
    pub message: String,
    pub expected: Option<String>,
    pub received: Option<String>,
    pub hint: Option<String>,
    pub stage: Option<Stage>,
}

impl PendingIssue {
    #[inline(never)] // as of the others below: they are called everywhere
    pub fn new(code: Code, severity: Severity, place: Location, message: impl Into<String>) -> Self {
        let (message, stage) = (message.into(), code.stage());
        Self { code, severity, place, message, expected: None, received: None, hint: None, stage }
    }

    #[inline(never)]
    pub fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = Some(text.into());
        self
    }

    #[inline(never)]
    pub fn at_stage(mut self, stage: Stage) -> Self {
        self.stage = Some(stage);
        self
    }

    #[inline(never)]
    pub fn received(mut self, text: impl Into<String>) -> Self {
        self.received = Some(text.into());
        self
    }

    #[inline(never)]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }
}
