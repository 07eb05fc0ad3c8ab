//! The one error of the verbs: why, everything that was found, and the status to answer.

use std::fmt;

use crate::issue::{Code, Issue, Location, PendingIssue, Severity};
use crate::json::without_location;
use crate::provider::DefinitionError;
use crate::signature::KeysError;
use crate::text::escape_controls;

/// Why a webhook could not be made, or a delivery is rejected. Holds no secret, no expected
/// signature and no value of the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The reason.
    pub code: Code,
    /// Everything that was found, the reason among it.
    pub issues: Vec<Issue>,
    message: String,
}

impl Error {
    /// An error about the call itself.
    #[inline(never)]
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        let message = escape_controls(message.into());
        let issue =
            without_location(PendingIssue::new(code, Severity::Error, Location::Request, message.clone()));
        Self { code, issues: vec![issue], message }
    }

    /// An error about a delivery.
    pub(crate) fn rejected(code: Code, issues: Vec<Issue>) -> Self {
        let errors = || issues.iter().filter(|issue| issue.severity == Severity::Error);
        let first = errors().find(|issue| issue.code == code).or_else(|| errors().next());
        let error = Self::about(code, first, errors().count());
        Self { issues, ..error }
    }

    /// An error about a delivery whose issues are not worked out: of so many errors, the one that is the reason, or
    /// the first in the text where none has its code.
    pub(super) fn about(code: Code, first: Option<&Issue>, errors: usize) -> Self {
        let message = match first {
            None => code.as_str().to_owned(),
            Some(issue) => {
                let rest = match errors - 1 {
                    0 => String::new(),
                    1 => " And one more error.".to_owned(),
                    more => format!(" And {more} more errors."),
                };
                format!("{}{}{rest}", place(issue), issue.message)
            }
        };
        Self { code, issues: Vec::new(), message }
    }

    /// The same with a hint at what to do about it.
    pub(crate) fn hint(mut self, hint: Option<&str>) -> Self {
        self.issues.iter_mut().for_each(|issue| issue.hint = hint.map(str::to_owned));
        self
    }

    /// The HTTP status to answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.code.status()
    }
}

/// A pointer for people: escaped, and no longer than a sentence bears.
fn shown(pointer: &str) -> String {
    let start: String = pointer.chars().take(MAX_SHOWN).collect();
    let cut = if start.len() < pointer.len() { "…" } else { "" };
    escape_controls(start + cut)
}

/// The characters of a pointer that a message shows: its keys may have any length.
const MAX_SHOWN: usize = 200;

/// Where an issue stands, in front of its message.
fn place(issue: &Issue) -> String {
    let (line, column) = (issue.span.line, issue.span.column);
    match (issue.byte_span.end, issue.pointer.as_str()) {
        (0, _) => String::new(),
        (_, "") => format!("Line {line}, column {column}: "),
        (_, pointer) => format!("{} (line {line}, column {column}): ", shown(pointer)),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<DefinitionError> for Error {
    fn from(error: DefinitionError) -> Self {
        let message = error.to_string();
        Self { code: Code::DEFINITION_INVALID, issues: error.issues, message }
    }
}

impl From<KeysError> for Error {
    fn from(error: KeysError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
