//! What was said so far. However much there is to say, a report stays short.

use crate::issue::{Code, Draft, Place, Severity};
use crate::json::Value;

/// More issues than this are counted and not listed.
pub(super) const MOST: usize = 1000;

pub(super) struct Report<'o> {
    drafts: &'o mut Vec<Draft>,
    /// How many drafts were there before.
    start: usize,
    omitted: usize,
    /// The worst that may be said: a rule that only warns does not quote the errors behind it as errors.
    ceiling: Severity,
}

impl<'o> Report<'o> {
    pub fn new(drafts: &'o mut Vec<Draft>) -> Self {
        let start = drafts.len();
        Self { drafts, start, omitted: 0, ceiling: Severity::Error }
    }

    pub fn ceiling(&self) -> Severity {
        self.ceiling
    }

    /// Lowers what may be said, until [`Report::restore`] is called with what this returns.
    pub fn lower(&mut self, to: Severity) -> Severity {
        let before = self.ceiling;
        self.ceiling = before.max(to);
        before
    }

    pub fn restore(&mut self, before: Severity) {
        self.ceiling = before;
    }

    pub fn is_full(&self) -> bool {
        self.drafts.len() - self.start >= MOST
    }

    /// Whether this was said about this place already.
    pub fn has(&self, code: Code, place: Place) -> bool {
        self.drafts[self.start..].iter().any(|draft| draft.place == place && draft.code == code)
    }

    /// Whether one more would be listed; counts it as omitted if not.
    pub fn listens(&mut self, severity: Severity) -> bool {
        let wanted = !self.is_full() || self.replaceable(severity).is_some();
        self.omitted += usize::from(!wanted);
        wanted
    }

    /// The last draft that matters less than an error, where this is one: errors are never crowded out.
    fn replaceable(&self, severity: Severity) -> Option<usize> {
        if severity.max(self.ceiling) != Severity::Error {
            return None;
        }
        (self.start..self.drafts.len()).rev().find(|at| self.drafts[*at].severity != Severity::Error)
    }

    pub fn push(&mut self, mut draft: Draft) {
        draft.severity = draft.severity.max(self.ceiling);
        if self.is_full() {
            self.omitted += 1;
            if let Some(at) = self.replaceable(draft.severity) {
                self.drafts[at] = draft;
            }
        } else {
            self.drafts.push(draft);
        }
    }

    /// How many drafts there are, to [move](Report::move_last_to) one in front of what comes after.
    pub fn mark(&self) -> usize {
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
        if self.omitted > 0 {
            let (verb, many) = if self.omitted == 1 { ("is", "issue") } else { ("are", "issues") };
            let message =
                format!("There {verb} {} more {many} than the {MOST} that are listed.", self.omitted);
            self.drafts.push(Draft::new(Code::ISSUES_OMITTED, Severity::Info, value.place(), message));
        }
    }
}
