//! Why a provider definition is invalid.

use crate::issue::{Code, Issue, Severity};
use crate::json::{Document, Value};
use crate::text::escape_controls;

/// Why a definition is invalid.
#[derive(Debug)]
pub struct DefinitionError {
    /// The issues, located in the definition.
    pub issues: Vec<Issue>,
}

impl std::fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invalid provider definition.")?;
        for issue in &self.issues {
            let pointer = if issue.pointer.is_empty() { "/" } else { issue.pointer.as_str() };
            write!(f, " {}: {}", escape_controls(pointer.to_owned()), issue.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for DefinitionError {}

#[inline(never)]
pub(super) fn definition_error(document: &Document<'_>, value: Value<'_>, message: &str) -> DefinitionError {
    let issue =
        crate::issue::PendingIssue::new(Code::DEFINITION_INVALID, Severity::Error, value.location(), message);
    DefinitionError { issues: document.locate(vec![issue]) }
}

/// Locates the issues of a whole definition in the one that extends another: at the same pointer, or at `extends` if the
/// value is not in this definition.
#[cold]
pub(super) fn relocate(document: &Document<'_>, error: DefinitionError) -> DefinitionError {
    let root = document.root();
    let relocate = |issue: Issue| {
        let value = root.pointer(&issue.pointer).or_else(|| root.get("extends")).unwrap_or(root);
        definition_error(document, value, &issue.message).issues
    };
    DefinitionError { issues: error.issues.into_iter().flat_map(relocate).collect() }
}
