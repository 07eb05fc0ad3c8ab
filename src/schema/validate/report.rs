//! What was said so far. However much there is to say, a report stays short.

use crate::issue::{Code, Location, PendingIssue, Severity};
use crate::json::Value;

/// More issues than this are not listed, and where all are errors, not looked for: nobody reads a thousand, and to make and hand over so many takes
/// twenty times as long as to judge 64 KB.
pub(super) const MAX_ISSUES: usize = 100;

pub(super) struct IssueCollector<'o> {
    drafts: &'o mut Vec<PendingIssue>,
    /// How many drafts were there before.
    start: usize,
    /// How many of those listed are no errors, and make room for one.
    non_errors: usize,
    /// Whether there was one more than are listed.
    omitted: bool,
    /// The worst that may be said: a rule that only warns does not quote the errors behind it as errors.
    max_severity: Severity,
}

impl<'o> IssueCollector<'o> {
    pub fn new(drafts: &'o mut Vec<PendingIssue>) -> Self {
        let start = drafts.len();
        Self { drafts, start, non_errors: 0, omitted: false, max_severity: Severity::Error }
    }

    pub fn max_severity(&self) -> Severity {
        self.max_severity
    }

    /// Lowers what may be said, until [`Report::restore`] is called with what this returns.
    pub fn lower(&mut self, to: Severity) -> Severity {
        let before = self.max_severity;
        self.max_severity = before.max(to);
        before
    }

    pub fn restore(&mut self, before: Severity) {
        self.max_severity = before;
    }

    pub fn is_full(&self) -> bool {
        self.drafts.len() - self.start >= MAX_ISSUES
    }

    /// Whether this was said about this place already. A full report is not searched: it lists no more anyway.
    pub fn has(&self, code: Code, place: Location) -> bool {
        !self.is_full()
            && self.drafts[self.start..].iter().any(|draft| draft.place == place && draft.code == code)
    }

    /// Whether nothing more will be listed, and it is known that there is more.
    pub fn is_done(&self) -> bool {
        self.omitted && self.is_full() && self.non_errors == 0
    }

    /// Whether one more would be listed; takes note if not.
    pub fn accepts(&mut self, severity: Severity) -> bool {
        let wanted = !self.is_full() || self.can_replace_non_error(severity.max(self.max_severity));
        self.omitted |= !wanted;
        wanted
    }

    /// Errors are never crowded out: in a full report one takes the place of what matters less, if that is there.
    fn can_replace_non_error(&self, severity: Severity) -> bool {
        severity == Severity::Error && self.non_errors > 0
    }

    pub fn push(&mut self, mut draft: PendingIssue) {
        draft.severity = draft.severity.max(self.max_severity);
        if !self.is_full() {
            self.non_errors += usize::from(draft.severity != Severity::Error);
            self.drafts.push(draft);
            return;
        }
        self.omitted = true;
        // A draft is looked for only where there is one, so a hundred times at the most.
        if self.can_replace_non_error(draft.severity)
            && let Some(last) =
                self.drafts[self.start..].iter_mut().rfind(|listed| listed.severity != Severity::Error)
        {
            *last = draft;
            self.non_errors -= 1;
        }
    }

    /// How many drafts there are, to [move](Report::move_last_to) one in front of what comes after.
    pub fn position(&self) -> usize {
        self.drafts.len()
    }

    /// Moves the last draft in front of those pushed since the mark.
    pub fn move_last_to(&mut self, mark: usize) {
        if let Some(tail) = self.drafts.get_mut(mark..)
            && !tail.is_empty()
        {
            tail.rotate_right(1);
        }
    }

    /// Says at the end that there was more.
    pub fn finish(self, value: Value<'_>) {
        if self.omitted {
            let message = format!("There are more issues than the {MAX_ISSUES} that are listed.");
            self.drafts.push(PendingIssue::new(
                Code::ISSUES_TRUNCATED,
                Severity::Info,
                value.place(),
                message,
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_report_knows_without_looking_whether_an_error_still_fits() {
        let draft = |severity| PendingIssue::new(Code::TYPE, severity, Location::Value(0), "");
        let mut drafts = vec![draft(Severity::Warning)]; // somebody else's
        let mut report = IssueCollector::new(&mut drafts);
        assert!(!report.is_done());
        for n in 0..MAX_ISSUES {
            report.push(draft(if n % 4 == 0 { Severity::Info } else { Severity::Error }));
        }
        let before = report.lower(Severity::Warning);
        assert!(!report.accepts(Severity::Error), "an error that may only warn displaces nothing");
        report.restore(before);
        for left in (0..MAX_ISSUES / 4).rev() {
            assert!(!report.is_done(), "there is room for an error");
            assert!(report.accepts(Severity::Error));
            assert!(!report.accepts(Severity::Warning));
            report.push(draft(Severity::Error));
            assert_eq!(report.non_errors, left);
        }
        assert!(!report.accepts(Severity::Error) && report.is_done());
        assert!(report.drafts[1..].iter().all(|draft| draft.severity == Severity::Error));
        assert_eq!(report.drafts[0].severity, Severity::Warning);
        assert!(report.omitted);
    }
}
