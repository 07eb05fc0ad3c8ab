//! Collects the issues of one validation. A report stays short however many issues there are.

use crate::issue::{Code, Location, PendingIssue, Severity};
use crate::json::Value;

/// Issues in one report. PERF: a thousand issues help no reader, and creating and serializing them takes twenty times
/// as long as validating 64 KB. Once the list is full of errors, validation stops.
pub(super) const MAX_ISSUES: usize = 100;

pub(super) struct IssueCollector<'o> {
    issues: &'o mut Vec<PendingIssue>,
    /// The number of issues that were in the list before this validation.
    start: usize,
    /// The number of listed issues that are no errors. In a full list, errors replace them.
    non_errors: usize,
    /// Whether an issue was found that is not listed.
    omitted: bool,
    /// The highest severity to report: a keyword that only warns reports the errors of its subschemas as warnings.
    max_severity: Severity,
}

impl<'o> IssueCollector<'o> {
    pub fn new(issues: &'o mut Vec<PendingIssue>) -> Self {
        let start = issues.len();
        Self { issues, start, non_errors: 0, omitted: false, max_severity: Severity::Error }
    }

    pub fn max_severity(&self) -> Severity {
        self.max_severity
    }

    /// Lowers the highest severity. The result is the argument for [`restore`](Self::restore).
    pub fn lower(&mut self, to: Severity) -> Severity {
        let before = self.max_severity;
        self.max_severity = before.max(to);
        before
    }

    pub fn restore(&mut self, before: Severity) {
        self.max_severity = before;
    }

    pub fn is_full(&self) -> bool {
        self.issues.len() - self.start >= MAX_ISSUES
    }

    /// Whether an issue with this code is listed for this location. PERF: a full list is not searched, because it
    /// accepts no further issue of that kind.
    pub fn has(&self, code: Code, location: Location) -> bool {
        !self.is_full()
            && self.issues[self.start..].iter().any(|issue| issue.location == location && issue.code == code)
    }

    /// Whether the list cannot change any more: it is full of errors, and an issue was omitted already.
    pub fn is_done(&self) -> bool {
        self.omitted && self.is_full() && self.non_errors == 0
    }

    /// Whether an issue of this severity will be listed. If not, the report will say that issues are omitted.
    pub fn accepts(&mut self, severity: Severity) -> bool {
        let is_accepted = !self.is_full() || self.can_replace_non_error(severity.max(self.max_severity));
        self.omitted |= !is_accepted;
        is_accepted
    }

    /// Whether this is an error and a full list has a warning or an info that the error can replace.
    fn can_replace_non_error(&self, severity: Severity) -> bool {
        severity == Severity::Error && self.non_errors > 0
    }

    pub fn push(&mut self, mut issue: PendingIssue) {
        issue.severity = issue.severity.max(self.max_severity);
        if !self.is_full() {
            self.non_errors += usize::from(issue.severity != Severity::Error);
            self.issues.push(issue);
            return;
        }
        self.omitted = true;
        // PERF: the search runs only while there is a non-error, so at most `MAX_ISSUES` times.
        if self.can_replace_non_error(issue.severity)
            && let Some(last) =
                self.issues[self.start..].iter_mut().rfind(|listed| listed.severity != Severity::Error)
        {
            *last = issue;
            self.non_errors -= 1;
        }
    }

    /// The position of the next issue, for [`move_last_to`](Self::move_last_to).
    pub fn position(&self) -> usize {
        self.issues.len()
    }

    /// Moves the last issue to an earlier position.
    pub fn move_last_to(&mut self, position: usize) {
        if let Some(tail) = self.issues.get_mut(position..)
            && !tail.is_empty()
        {
            tail.rotate_right(1);
        }
    }

    /// Adds an info at the end if issues were omitted.
    pub fn finish(self, value: Value<'_>) {
        if self.omitted {
            let message = format!("Only {MAX_ISSUES} issues are listed. There are more.");
            self.issues.push(PendingIssue::new(
                Code::ISSUES_TRUNCATED,
                Severity::Info,
                value.location(),
                message,
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_report_has_room_for_an_error_while_it_lists_a_warning() {
        let issue = |severity| PendingIssue::new(Code::TYPE, severity, Location::Value(0), "");
        let mut issues = vec![issue(Severity::Warning)]; // an issue from before
        let mut report = IssueCollector::new(&mut issues);
        assert!(!report.is_done());
        for n in 0..MAX_ISSUES {
            report.push(issue(if n % 4 == 0 { Severity::Info } else { Severity::Error }));
        }
        let before = report.lower(Severity::Warning);
        assert!(!report.accepts(Severity::Error), "an error that is lowered to a warning replaces nothing");
        report.restore(before);
        for left in (0..MAX_ISSUES / 4).rev() {
            assert!(!report.is_done(), "there is room for an error");
            assert!(report.accepts(Severity::Error));
            assert!(!report.accepts(Severity::Warning));
            report.push(issue(Severity::Error));
            assert_eq!(report.non_errors, left);
        }
        assert!(!report.accepts(Severity::Error) && report.is_done());
        assert!(report.issues[1..].iter().all(|issue| issue.severity == Severity::Error));
        assert_eq!(report.issues[0].severity, Severity::Warning);
        assert!(report.omitted);
    }
}
