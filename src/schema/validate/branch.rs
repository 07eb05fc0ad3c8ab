//! Alternatives: which of them fit, and which was meant where none does.

use super::{Mode, ProfileSeverities, Validator};
use crate::issue::{PendingIssue, Severity};
use crate::json::Value;
use crate::schema::message;
use crate::schema::plan::{NodeId, exact_type};

/// How many visits the search for the branch that was meant may take, for each value.
const BUDGET: u32 = 4096;

impl Validator<'_, '_> {
    /// The branches whose type fits the value at all: the first, and how many.
    fn candidates(&self, branches: &[NodeId], value: Value<'_>) -> (Option<usize>, usize) {
        let kind = exact_type(value);
        let mut fitting = branches
            .iter()
            .enumerate()
            .filter(|(_, id)| self.node(**id).accepts & kind != 0)
            .map(|(at, _)| at);
        (fitting.next(), fitting.count())
    }

    pub(super) fn any_of(
        &mut self,
        branches: &[NodeId],
        grades: ProfileSeverities,
        value: Value<'_>,
    ) -> bool {
        let kind = exact_type(value);
        match self.candidates(branches, value) {
            (None, _) => {
                let plan = self.plan;
                return self
                    .report_violation(grades, || message::no_type(plan.types_of(branches), value, false));
            }
            // The only one that can be meant is validated at once: nothing is tried before.
            (Some(at), 0) => {
                return self.validate_only_candidate(branches[at], grades, value, message::any_of);
            }
            _ => {}
        }
        for (at, branch) in branches.iter().enumerate() {
            if self.node(*branch).accepts & kind != 0 && self.is_valid(*branch, value) {
                // What the first one that fits has to say besides is worth hearing.
                if self.mode == Mode::Collect && self.node(*branch).may_warn {
                    self.visit(branches[at], value);
                }
                return true;
            }
        }
        if self.limit_exceeded {
            return false;
        }
        let fits = self.report_violation(grades, || message::any_of(value));
        self.closest(branches, grades, value);
        fits
    }

    pub(super) fn one_of(
        &mut self,
        branches: &[NodeId],
        grades: ProfileSeverities,
        value: Value<'_>,
    ) -> bool {
        let kind = exact_type(value);
        match self.candidates(branches, value) {
            (None, _) => {
                let plan = self.plan;
                return self
                    .report_violation(grades, || message::no_type(plan.types_of(branches), value, true));
            }
            (Some(at), 0) => {
                return self.validate_only_candidate(branches[at], grades, value, message::one_of_none);
            }
            _ => {}
        }
        let mut first = None;
        for (at, branch) in branches.iter().enumerate() {
            if self.node(*branch).accepts & kind == 0 || !self.is_valid(*branch, value) {
                continue;
            }
            if let Some(first) = first {
                return self.report_violation(grades, || message::one_of_several(first, at, value));
            }
            first = Some(at);
        }
        if self.limit_exceeded {
            return false;
        }
        if let Some(at) = first {
            if self.mode == Mode::Collect && self.node(branches[at]).may_warn {
                self.visit(branches[at], value);
            }
            return true;
        }
        let fits = self.report_violation(grades, || message::one_of_none(value));
        self.closest(branches, grades, value);
        fits
    }

    /// Judges by the only branch whose type fits.
    fn validate_only_candidate(
        &mut self,
        branch: NodeId,
        grades: ProfileSeverities,
        value: Value<'_>,
        none: fn(Value<'_>) -> PendingIssue,
    ) -> bool {
        if self.mode != Mode::Collect {
            return self.fits_or_counts(branch, value) || self.report_violation(grades, || none(value));
        }
        if grades.of(self.profile) == Some(Severity::Error) {
            let mark = self.report.position();
            if self.visit(branch, value) {
                return true;
            }
            if self.limit_exceeded {
                return false;
            }
            let before = self.report.position();
            let fits = self.report_violation(grades, || none(value));
            if self.report.position() > before {
                self.report.move_last_to(mark);
            }
            return fits;
        }
        if self.is_valid(branch, value) {
            return !self.node(branch).may_warn || self.visit(branch, value);
        }
        let fits = self.report_violation(grades, || none(value));
        self.quote(branch, grades, value);
        fits
    }

    /// In a branch that is counted, the errors of an alternative's only candidate count as its own.
    fn fits_or_counts(&mut self, branch: NodeId, value: Value<'_>) -> bool {
        if self.mode == Mode::Count { self.visit(branch, value) } else { self.is_valid(branch, value) }
    }

    /// Says what the branch that was most likely meant has against the value.
    fn closest(&mut self, branches: &[NodeId], grades: ProfileSeverities, value: Value<'_>) {
        if self.mode != Mode::Collect || self.report.is_full() {
            return;
        }
        let kind = exact_type(value);
        let mut best: Option<(u32, NodeId)> = None;
        for branch in branches {
            if self.node(*branch).accepts & kind == 0 {
                continue;
            }
            self.mode = Mode::Count;
            self.error_count = 0;
            self.budget = BUDGET;
            self.visit(*branch, value);
            self.mode = Mode::Collect;
            if best.is_none_or(|(least, _)| self.error_count < least) {
                best = Some((self.error_count, *branch));
            }
        }
        if let Some((_, branch)) = best {
            self.quote(branch, grades, value);
        }
    }

    /// Lets a branch that does not fit say why, no louder than the rule it is part of.
    fn quote(&mut self, branch: NodeId, grades: ProfileSeverities, value: Value<'_>) {
        if let Some(severity) = grades.of(self.profile) {
            let before = self.report.lower(severity);
            self.visit(branch, value);
            self.report.restore(before);
        }
    }

    /// The first error a node has with a value, for a sentence of another rule.
    pub(super) fn first_error(&mut self, id: NodeId, value: Value<'_>) -> Option<PendingIssue> {
        if self.report.is_full() {
            return None;
        }
        let mut drafts = Vec::new();
        super::validate_node(self.plan, id, value, self.profile, &mut drafts);
        drafts.into_iter().find(|draft| draft.severity == Severity::Error)
    }
}
