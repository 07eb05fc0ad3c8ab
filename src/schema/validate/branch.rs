//! `anyOf` and `oneOf`: which branches match, and which branch was probably meant if none does.

use super::{Mode, ProfileSeverities, Validator};
use crate::issue::{Code, Severity};
use crate::json::Value;
use crate::schema::compiled::{NodeId, exact_type};
use crate::schema::message;

/// Visits per branch in the search for the closest one: enough for the payloads of real providers, and few enough that
/// a branch that contains many others costs no more than a large object.
const MAX_COUNTED_VISITS: u32 = 4096;

impl Validator<'_, '_> {
    /// The first branch that accepts the type of the value, and the number of the others that do.
    fn candidates(&self, branches: &[NodeId], type_bit: u8) -> (Option<NodeId>, usize) {
        let mut matching = branches.iter().filter(|id| self.node(**id).accepts & type_bit != 0);
        (matching.next().copied(), matching.count())
    }

    /// Validates a value by the branches of `anyOf` or `oneOf`; `code` is the code of that keyword.
    pub(super) fn branches(
        &mut self,
        code: Code,
        branches: &[NodeId],
        severities: ProfileSeverities,
        value: Value<'_>,
    ) -> bool {
        let type_bit = exact_type(value);
        match self.candidates(branches, type_bit) {
            (None, _) => {
                let expected = self.schema.types_of(branches);
                return self.report_violation(severities, &move || message::no_type(code, expected, value));
            }
            // PERF: the only possible branch is validated once, and not tried first.
            (Some(branch), 0) => return self.validate_only_candidate(code, branch, severities, value),
            _ => {}
        }
        let mut first = None;
        for (index, branch) in branches.iter().enumerate() {
            if self.node(*branch).accepts & type_bit == 0 || !self.is_valid(*branch, value) {
                continue;
            }
            if let Some(first) = first {
                return self
                    .report_violation(severities, &move || message::one_of_several(first, index, value));
            }
            first = Some(index);
            if code == Code::ANY_OF {
                break;
            }
        }
        if self.limit_exceeded {
            return false;
        }
        if let Some(index) = first {
            // The branch was tried without reporting: a second visit collects its warnings.
            if self.mode == Mode::Collect && self.node(branches[index]).may_warn {
                self.visit(branches[index], value);
            }
            return true;
        }
        let is_valid = self.report_violation(severities, &move || message::no_alternative(code, value));
        self.report_closest(branches, severities, value);
        is_valid
    }

    /// Validates a value by the only branch that accepts its type.
    fn validate_only_candidate(
        &mut self,
        code: Code,
        branch: NodeId,
        severities: ProfileSeverities,
        value: Value<'_>,
    ) -> bool {
        let message = move || message::no_alternative(code, value);
        if self.mode != Mode::Collect {
            return self.is_valid_or_counts(branch, value) || self.report_violation(severities, &message);
        }
        if severities.for_profile(self.profile) == Some(Severity::Error) {
            let start = self.report.position();
            if self.visit(branch, value) {
                return true;
            }
            if self.limit_exceeded {
                return false;
            }
            let before = self.report.position();
            let is_valid = self.report_violation(severities, &message);
            if self.report.position() > before {
                self.report.move_last_to(start);
            }
            return is_valid;
        }
        if self.is_valid(branch, value) {
            return !self.node(branch).may_warn || self.visit(branch, value);
        }
        let is_valid = self.report_violation(severities, &message);
        self.report_branch(branch, severities, value);
        is_valid
    }

    /// While errors are counted, the errors of an only candidate count as those of its parent.
    fn is_valid_or_counts(&mut self, branch: NodeId, value: Value<'_>) -> bool {
        if self.mode == Mode::Count { self.visit(branch, value) } else { self.is_valid(branch, value) }
    }

    /// Reports the issues of the branch with the fewest errors.
    fn report_closest(&mut self, branches: &[NodeId], severities: ProfileSeverities, value: Value<'_>) {
        if self.mode != Mode::Collect || self.report.is_full() {
            return;
        }
        let type_bit = exact_type(value);
        let mut best: Option<(u32, NodeId)> = None;
        for branch in branches {
            if self.node(*branch).accepts & type_bit == 0 {
                continue;
            }
            self.mode = Mode::Count;
            self.error_count = 0;
            self.visits_left = MAX_COUNTED_VISITS;
            self.visit(*branch, value);
            self.mode = Mode::Collect;
            if best.is_none_or(|(min, _)| self.error_count < min) {
                best = Some((self.error_count, *branch));
            }
        }
        if let Some((_, branch)) = best {
            self.report_branch(branch, severities, value);
        }
    }

    /// Reports the issues of a branch that does not match, at most as severe as the violation of its keyword.
    fn report_branch(&mut self, branch: NodeId, severities: ProfileSeverities, value: Value<'_>) {
        if let Some(severity) = severities.for_profile(self.profile) {
            let before = self.report.lower(severity);
            self.visit(branch, value);
            self.report.restore(before);
        }
    }
}
