//! [`Issue`]: one problem found, with its code, severity and location.
//!
//! The issues of a rejected delivery are in [`Error::issues`](crate::Error::issues), the warnings of an accepted one in
//! [`Verified::issues`](crate::Verified::issues), and all of them in [`Report::issues`](crate::Report::issues).

use crate::blob::blob;
pub use crate::code::{Code, CodeInfo, Stage};

/// The severity of an issue. Only an [`Error`](Severity::Error) rejects a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Severity {
    /// The delivery is rejected.
    Error,
    /// The delivery is accepted, and the issue needs attention.
    Warning,
    /// A harmless fact.
    Info,
}

blob!(enum Severity { 0 => Error, 1 => Warning, 2 => Info });

/// The profile of an evaluation: the severity of deviations from the contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// For receivers in production: known deviations of real senders are warnings.
    #[default]
    Lenient,
    /// For the tests of senders: every deviation from a documented rule is an error.
    Strict,
}

/// One element of the path to a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
pub enum PathSegment {
    /// The key of a member.
    Key(String),
    /// The index of an item, from 0.
    Index(usize),
}

/// A span of the text for people and editors: UTF-16 offsets, and line and column of the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
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

/// A span of the raw body, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ByteSpan {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

/// One problem found in a delivery, a definition, a schema or a capture.
///
/// SECURITY: no member quotes a value of the payload, which may be health data. The span locates the value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct Issue {
    /// The code.
    pub code: Code,
    /// The severity.
    pub severity: Severity,
    /// The problem, in a sentence.
    pub message: String,
    /// The path from the root of the payload to the value.
    pub path: Vec<PathSegment>,
    /// The same path as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// The span in the text.
    pub span: Span,
    /// The span in the bytes.
    pub byte_span: ByteSpan,
    /// The expected value or type, in words.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub expected: Option<String>,
    /// The type of the received value, in words; never the value itself.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub received: Option<String>,
    /// What to change.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub hint: Option<String>,
    /// The stage of the evaluation that found the issue; `None` if no evaluation of a delivery did.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub stage: Option<Stage>,
}

/// The location of an issue, before path, line and column are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// No part of the body: a header, or the whole delivery.
    Request,
    /// A value, by its index in the document's tape.
    Value(u32),
    /// The key of a member, by the key's index in the document's tape.
    Key(u32),
}

/// An issue whose path, line and column are not computed yet. Checks create it, and `json::locate` completes it.
#[derive(Clone, Debug)]
pub(crate) struct PendingIssue {
    pub code: Code,
    pub severity: Severity,
    pub location: Location,
    pub message: String,
    pub expected: Option<String>,
    pub received: Option<String>,
    pub hint: Option<String>,
    pub stage: Option<Stage>,
}

impl PendingIssue {
    // PERF: outlined, as the methods below. Inlined copies at all call sites would add kilobytes to the module.
    #[inline(never)]
    pub fn new(code: Code, severity: Severity, location: Location, message: impl Into<String>) -> Self {
        let (message, stage) = (message.into(), code.stage());
        Self { code, severity, location, message, expected: None, received: None, hint: None, stage }
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
