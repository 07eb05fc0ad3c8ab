//! The error of the verbs: its code, its issues, and the HTTP status of the response.

use std::fmt;

use crate::issue::{Code, Issue, Location, PendingIssue, Severity};
use crate::json::without_location;
use crate::provider::{CompiledError, DefinitionError};
use crate::signature::KeysError;
use crate::text::escape_controls;

/// The reason why a webhook cannot be made, or a delivery is rejected. SECURITY: an error holds no secret, no expected
/// signature and no value of the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The reason.
    pub code: Code,
    /// Every issue that was found, including the reason.
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

    /// An error about a delivery, without its issues. `first` is the issue of the message: the reason, or the first error
    /// in the text where no issue has the code. `errors` is the number of errors.
    pub(super) fn about(code: Code, first: Option<&Issue>, errors: usize) -> Self {
        let message = match first {
            None => code.as_str().to_owned(),
            Some(issue) => {
                let rest = match errors - 1 {
                    0 => String::new(),
                    1 => " And one more error.".to_owned(),
                    more => format!(" And {more} more errors."),
                };
                format!("{}{}{rest}", location_prefix(issue), issue.message)
            }
        };
        Self { code, issues: Vec::new(), message }
    }

    /// The same error with a hint.
    pub(crate) fn with_hint(mut self, hint: Option<&str>) -> Self {
        self.issues.iter_mut().for_each(|issue| issue.hint = hint.map(str::to_owned));
        self
    }

    /// What to change, where the issues say so: the first hint.
    ///
    /// ```
    /// # use hookseal::{Webhook, WebhookOptions};
    /// let error = Webhook::built_in("painchk", WebhookOptions::default()).unwrap_err();
    /// assert_eq!(error.to_string(), "There is no built-in provider by this id. `hookseal::provider::ids` lists them.");
    /// assert_eq!(error.hint(), Some("Did you mean \"painchek\"?"));
    /// ```
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        let mut of_reason = self.issues.iter().filter(|issue| issue.code == self.code);
        of_reason.find_map(|issue| issue.hint.as_deref())
    }

    /// The HTTP status of the response.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.code.status()
    }
}

/// Longer pointers are cut in a message: the sender chooses the length of the keys.
const MAX_POINTER_CHARS: usize = 200;

/// A pointer for a message: escaped, and cut after [`MAX_POINTER_CHARS`].
fn shown(pointer: &str) -> String {
    let start: String = pointer.chars().take(MAX_POINTER_CHARS).collect();
    let ellipsis = if start.len() < pointer.len() { "…" } else { "" };
    escape_controls(start + ellipsis)
}

/// The location of an issue, as its message begins: `/data/uuid (line 1, column 34): `.
fn location_prefix(issue: &Issue) -> String {
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

impl From<CompiledError> for Error {
    fn from(error: CompiledError) -> Self {
        let code = match error {
            CompiledError::NeedsFull => Code::FULL_MISSING,
            CompiledError::Damaged | CompiledError::OtherVersion { .. } => Code::DEFINITION_INVALID,
        };
        Self::new(code, error.to_string())
    }
}

impl From<KeysError> for Error {
    fn from(error: KeysError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
