//! The findings of an evaluation: issues without their locations, and what a report says of each check.

use crate::Code;
use crate::issue::{Issue, Location, PendingIssue, Severity};
use crate::json::{Document, FormPayload, without_location};
use crate::signature::{Outcome, ReceivedSignature};
use crate::webhook::{Error, Webhook};

/// What an evaluation found.
#[derive(Default)]
pub(crate) struct Findings<'d> {
    /// The outcome of verifying the signature; `None` where the evaluation ended before it.
    pub signature: Option<Outcome<'d>>,
    /// The index of the scheme that decided.
    pub scheme: usize,
    /// The signature that was compared.
    pub received: Option<ReceivedSignature<'d>>,
    /// The text of that signature, for a report.
    pub tag: Option<String>,
    /// Index of the event in the provider's list; `None` for an unknown event type too.
    pub event: Option<usize>,
    /// Index of the revision in the event's list.
    pub revision: Option<usize>,
    /// Whether the items of a delivery with several events were checked.
    pub has_items: bool,
    /// Whether the cross-field rules were evaluated.
    pub has_run_rules: bool,
    /// Whether the evaluation skipped later stages, so that the number of errors is unknown.
    pub(super) is_partial: bool,
    pub(super) issues: Vec<PendingIssue>,
    /// The payload of a body that is a form, and the body, in which issues are located.
    pub(super) form: Option<(&'d FormPayload, &'d [u8])>,
    /// Why the body is not JSON.
    pub(super) syntax_error: Option<Box<Issue>>,
}

impl Findings<'_> {
    /// Takes the issues and locates them, the slow part: line and column are counted from the start of the body.
    pub fn take_issues(&mut self, document: Option<&Document<'_>>) -> Vec<Issue> {
        let issues = std::mem::take(&mut self.issues);
        let mut located: Vec<Issue> = match document {
            Some(document) => document.locate(issues),
            None => issues
                .into_iter()
                .map(without_location)
                .chain(self.syntax_error.take().map(|issue| *issue))
                .collect(),
        };
        if let Some((form, body)) = self.form {
            form.relocate(body, &mut located);
        }
        located
    }

    /// The error of a rejected delivery, without its issues. PERF: only the issue of the message is located.
    #[cold]
    pub fn error(&self, code: Code, document: Option<&Document<'_>>) -> Error {
        let errors = || self.issues.iter().filter(|issue| issue.severity == Severity::Error);
        // Indexes of the tape are in the order of the text.
        let rank = |issue: &&PendingIssue| match issue.location {
            Location::Request => 0,
            Location::Value(index) | Location::Key(index) => u64::from(index) + 1,
        };
        let reason = errors().filter(|issue| issue.code == code).min_by_key(rank);
        let syntax_error = self.syntax_error.as_deref();
        let mut first = match syntax_error.filter(|issue| reason.is_none() && issue.code == code) {
            Some(issue) => Some(issue.clone()),
            None => match reason.or_else(|| errors().min_by_key(rank)) {
                Some(issue) => match document {
                    Some(document) => document.locate(vec![issue.clone()]).pop(),
                    None => Some(without_location(issue.clone())),
                },
                None => syntax_error.cloned(),
            },
        };
        if let (Some((form, body)), Some(first)) = (self.form, &mut first) {
            form.relocate(body, std::slice::from_mut(first));
        }
        // The message does not count other errors if there may be more.
        let count = if self.is_partial { 1 } else { errors().count() + usize::from(syntax_error.is_some()) };
        Error::about(code, first.as_ref(), count)
    }

    /// The name of the revision, where the event has several.
    pub fn revision_name<'w>(&self, webhook: &'w Webhook) -> Option<&'w str> {
        webhook.provider.events[self.event?].revisions[self.revision?].name.as_deref()
    }
}
