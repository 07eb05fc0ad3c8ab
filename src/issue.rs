//! The type that all modules share: an issue with its code, severity and location.

use serde::Serialize;

pub use crate::code::{Code, CodeInfo, Stage};

/// The severity of an issue. Only an [`Error`](Severity::Error) rejects a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The delivery is rejected.
    Error,
    /// The delivery is accepted, and the issue deserves attention.
    Warning,
    /// The delivery is accepted, and the issue is harmless.
    Info,
}

/// The strictness of validation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// For receivers in production: known deviations of real senders are warnings.
    #[default]
    Lenient,
    /// For the tests of a sender: a violation of any documented rule is an error.
    Strict,
}

/// One segment of a path into a payload.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum PathSegment {
    /// A key of an object.
    Key(String),
    /// An index of an array.
    Index(usize),
}

/// A location for people and editors: UTF-16 offsets, line and column from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Span {
    /// UTF-16 offset of the first code unit.
    pub start: usize,
    /// UTF-16 offset after the last code unit.
    pub end: usize,
    /// Line of the start, from 1.
    pub line: usize,
    /// Column of the start in UTF-16 code units, from 1.
    pub column: usize,
}

/// A range of bytes: of the raw body, or of the signed content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct ByteSpan {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

/// One problem of a delivery. SECURITY: an issue never quotes a value of the payload, which may be health data. Its span
/// locates the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// The code of the issue.
    pub code: Code,
    /// The severity.
    pub severity: Severity,
    /// The problem, in one sentence.
    pub message: String,
    /// The path from the root of the payload to the value.
    pub path: Vec<PathSegment>,
    /// The same path as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// The location in the text.
    pub span: Span,
    /// The location in the bytes of the body.
    pub byte_span: ByteSpan,
    /// A description of valid values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// A description of the value, such as its JSON type; never the value itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// What to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The stage of checking a delivery that found the issue; `None` outside of such a check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
}

/// The location of an issue, before its path and its line are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// Not in the body: a header, or the request as a whole.
    Request,
    /// A value, by its index in the document's tape.
    Value(u32),
    /// The key of a member, by the key's index in the document's tape.
    Key(u32),
}

/// An issue of a check before it is located: `json` computes path, line and column.
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
    #[inline(never)] // one copy of this function and of those below: they have many callers
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
