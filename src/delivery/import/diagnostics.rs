//! [`Diagnostics`]: the issues of a capture that is not JSON.

use crate::issue::{ByteSpan, Code, Issue, Location, PendingIssue, Severity};
use crate::json::{located_at, without_location};

/// Bounded because each issue scans the capture for its line and column.
const MAX_ISSUES: usize = 100;

/// A capture, and the issues found in it.
pub(super) struct Diagnostics<'t> {
    pub text: &'t [u8],
    pub issues: Vec<Issue>,
}

impl<'t> Diagnostics<'t> {
    pub fn new(text: &'t [u8]) -> Self {
        Self { text, issues: Vec::new() }
    }

    #[cold] // the blocks that report an issue are not worth inlining
    #[inline(never)] // called at many sites: inlined, it costs kilobytes
    pub fn add(&mut self, code: Code, severity: Severity, span: ByteSpan, message: &str, hint: Option<&str>) {
        match self.issues.len() {
            MAX_ISSUES => self.issues.push(without_location(PendingIssue::new(
                Code::ISSUES_TRUNCATED,
                Severity::Info,
                Location::Request,
                "Too many issues: only the first 100 are listed.",
            ))),
            count if count > MAX_ISSUES => {}
            _ => {
                let mut issue = PendingIssue::new(code, severity, Location::Request, message);
                issue.hint = hint.map(str::to_owned);
                self.issues.push(located_at(self.text, span, issue));
            }
        }
    }
}
