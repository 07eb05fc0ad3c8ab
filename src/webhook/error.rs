//! The one error of the verbs: why, everything that was found, and the status to answer.

use std::fmt;

use crate::issue::{Code, Draft, Issue, Place, Severity};
use crate::json::outside;
use crate::provider::DefinitionError;
use crate::signature::{KeysError, SecretError};

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
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        let message = message.into();
        let issue = outside(Draft::new(code, Severity::Error, Place::Delivery, message.clone()));
        Self { code, issues: vec![issue], message }
    }

    /// An error about a delivery.
    pub(crate) fn rejected(code: Code, issues: Vec<Issue>) -> Self {
        let mut errors = issues.iter().filter(|issue| issue.severity == Severity::Error);
        let message = match (errors.next(), errors.count()) {
            (None, _) => code.as_str().to_owned(),
            (Some(first), more) => {
                let place =
                    if first.path.is_empty() { String::new() } else { format!("{}: ", first.pointer) };
                let line = if first.byte_span.end > 0 {
                    format!(" (line {}, column {})", first.span.line, first.span.column)
                } else {
                    String::new()
                };
                let rest = match more {
                    0 => String::new(),
                    1 => " And one more error.".to_owned(),
                    more => format!(" And {more} more errors."),
                };
                format!("{place}{}{line}{rest}", first.message)
            }
        };
        Self { code, issues, message }
    }

    /// The HTTP status to answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.code.status()
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

impl From<SecretError> for Error {
    fn from(error: SecretError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<KeysError> for Error {
    fn from(error: KeysError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
