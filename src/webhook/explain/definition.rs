//! How a cause is defined, and how its placeholders are replaced.

use super::cause::{Cause, FrameworkFix};
use crate::text::escape_controls;

/// The part of a delivery that a cause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseCategory {
    /// The body differs from the signed bytes.
    Body,
    /// The sender signed with another key.
    Secret,
    /// Another algorithm, or another way to write the signature.
    Signature,
    /// The sender signed other content than the provider's `signedContent`.
    Content,
    /// Headers and timestamps.
    Headers,
    /// The result of the search itself.
    Search,
}

/// One entry of [`CAUSES`](super::CAUSES). Messages and fixes hold placeholders such as `{secret}`.
#[derive(Clone, Copy, Debug)]
pub struct CauseDefinition {
    /// Stable, kebab-case code.
    pub code: &'static str,
    /// The part of a delivery that the cause is about.
    pub category: CauseCategory,
    /// Whether the cause is proven by reproducing the received signature, and so one of the matches. All others are
    /// observations.
    pub is_proof: bool,
    /// Noun phrase for a headline, without placeholders.
    pub title: &'static str,
    /// What was found.
    pub message: &'static str,
    /// What to change.
    pub fix: &'static str,
    /// The code to write in each framework.
    pub frameworks: &'static [FrameworkFix],
}

impl CauseDefinition {
    /// Compares by code: the same definition can have several addresses.
    pub(super) fn same_cause(&self, other: &Self) -> bool {
        self.code == other.code
    }

    /// Returns the cause with its placeholders replaced.
    #[inline(never)]
    pub(super) fn render(&self, args: &[(&str, &str)]) -> Cause {
        Cause {
            code: self.code,
            title: self.title,
            message: escape_controls(interpolate(self.message, args)),
            fix: escape_controls(interpolate(self.fix, args)),
            frameworks: self.frameworks,
            alternatives: Vec::new(),
            changed_bytes: None,
            difference: None,
        }
    }
}

/// A cause, and another one that reproduces the same bytes in its place.
pub type Alternative = (&'static CauseDefinition, &'static CauseDefinition);

/// Returns the one cause of `causes` that another list replaces by another cause; `None` if they differ in more.
#[inline(never)]
pub fn single_difference(
    causes: &[&'static CauseDefinition],
    other: &[&'static CauseDefinition],
) -> Option<Alternative> {
    let without = |list: &[&'static CauseDefinition], excluded: &[&'static CauseDefinition]| {
        let mut rest = list.iter().filter(|cause| !excluded.iter().any(|other| other.same_cause(cause)));
        rest.next().copied().filter(|_| rest.next().is_none())
    };
    (causes.len() == other.len()).then_some(())?;
    Some((without(causes, other)?, without(other, causes)?))
}

/// Replaces the placeholders that `args` names. Other braces are code in a fix, and stay.
fn interpolate(text: &str, args: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let argument = args
            .iter()
            .find_map(|(name, value)| Some((value, rest[1..].strip_prefix(name)?.strip_prefix('}')?)));
        if let Some((value, tail)) = argument {
            out.push_str(value);
            rest = tail;
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_placeholders_and_keeps_the_braces_of_code() {
        assert_eq!(interpolate("{a}{b} { a } {c} {", &[("a", "{b}"), ("b", "2")]), "{b}2 { a } {c} {");
        assert_eq!(interpolate("", &[]), "");
    }
}
