//! Judging a document by a plan: one visit of each node to each value, everything said at once, and
//! nothing allocated where there is nothing to say.

mod array;
mod branch;
mod memo;
mod object;
mod report;
mod scalar;

use super::message;
use super::plan::{
    Applicator, CompiledSchema, Node, NodeId, ProfileSeverities, exact_type, lexical_type, types,
};
use crate::issue::{PendingIssue, Profile, Severity};
use crate::json::{TokenKind, Value};
use memo::Memo;
use report::IssueCollector;

/// Nodes that may be open at once. The parser bounds a document's depth; this bounds it times the
/// schemas that validate one value, and so the stack.
const MAX_NODE_DEPTH: u32 = 512;

/// How much of its time a validator may spend on one document: so many visits, and so many more for each
/// token. Sound schemas stay far below.
const MAX_VISITS: u64 = 1 << 21;
const MAX_VISITS_PER_TOKEN: u64 = 1 << 11;

/// Judges a value and everything below it.
pub(super) fn validate(
    plan: &CompiledSchema,
    value: Value<'_>,
    profile: Profile,
    drafts: &mut Vec<PendingIssue>,
) {
    validate_node(plan, plan.root, value, profile, drafts);
}

/// Whether a value fits, to the first error.
pub(super) fn is_valid(plan: &CompiledSchema, value: Value<'_>, profile: Profile) -> bool {
    let mut drafts = Vec::new();
    let mut judge = Validator::new(plan, value, profile, Mode::FailFast, &mut drafts);
    judge.visit(plan.root, value) && !judge.limit_exceeded
}

fn validate_node(
    plan: &CompiledSchema,
    node: NodeId,
    value: Value<'_>,
    profile: Profile,
    drafts: &mut Vec<PendingIssue>,
) {
    let mut judge = Validator::new(plan, value, profile, Mode::Collect, drafts);
    judge.visit(node, value);
    if judge.limit_exceeded {
        let draft = message::limit_exceeded(value);
        judge.report.push(draft);
    }
    judge.report.finish(value);
}

/// What is done about a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// It is reported, and validation goes on.
    Collect,
    /// The first error ends everything: only the verdict is asked.
    FailFast,
    /// An error ends the branch: only whether it fits is asked.
    Probe,
    /// Errors are counted, to find the branch that was meant.
    Count,
}

struct Validator<'p, 'o> {
    plan: &'p CompiledSchema,
    /// Whether the document's symbols are those of the plan.
    by_symbol: bool,
    profile: Profile,
    mode: Mode,
    /// Only the verdict is asked, now and to the end.
    fail_fast: bool,
    /// The bit of the profile.
    profile_bit: u8,
    depth: u32,
    visits: u64,
    /// A limit was hit: the verdict is an error whatever a `not` makes of it.
    limit_exceeded: bool,
    /// How many errors were counted.
    error_count: u32,
    /// How many more visits counting may take.
    budget: u32,
    memo: Memo,
    report: IssueCollector<'o>,
}

impl<'p, 'o> Validator<'p, 'o> {
    fn new(
        plan: &'p CompiledSchema,
        value: Value<'_>,
        profile: Profile,
        mode: Mode,
        drafts: &'o mut Vec<PendingIssue>,
    ) -> Self {
        Self {
            plan,
            by_symbol: plan.names.as_ref().is_some_and(|names| value.document().uses_key_table(names)),
            profile,
            mode,
            fail_fast: mode == Mode::FailFast,
            profile_bit: 1 << profile as u8,
            depth: 0,
            visits: 0,
            limit_exceeded: false,
            error_count: 0,
            budget: 0,
            memo: Memo::default(),
            report: IssueCollector::new(drafts),
        }
    }

    fn node(&self, id: NodeId) -> &'p Node {
        &self.plan.nodes[id as usize]
    }

    /// Validates a value by a node. Says whether it fits: whether no rule was broken whose breach is an
    /// error in this profile.
    #[inline]
    fn visit(&mut self, id: NodeId, value: Value<'_>) -> bool {
        let node = self.node(id);
        let quick = lexical_type(value);
        if node.types & !node.types_with_rules & quick != 0 || self.can_skip_node(node) {
            return true;
        }
        if node.types & quick == 0 && !is_integral(node, quick, value) {
            return self.wrong_type(id, value);
        }
        node.types_with_rules & quick == 0
            || node.passes_fast_check(value)
            || self.can_skip_scalar(node, quick, value)
            || self.inspect(id, value)
    }

    /// Whether there can be no worse than a warning about a scalar, and nobody listens: a placeholder is an error
    /// wherever another value would be worth a word.
    #[inline]
    fn can_skip_scalar(&self, node: &Node, quick: u8, value: Value<'_>) -> bool {
        self.fail_fast
            && node.warning_only_profiles & self.profile_bit != 0
            && quick & (types::OBJECT | types::ARRAY) == 0
            && !(self.plan.placeholders && message::is_placeholder(value))
    }

    /// Whether the node can only warn, and nobody listens.
    #[inline]
    fn can_skip_node(&self, node: &Node) -> bool {
        node.failing_profiles & self.profile_bit == 0 && self.fail_fast
    }

    /// Judges what is more than the type.
    fn inspect(&mut self, id: NodeId, value: Value<'_>) -> bool {
        let node = self.node(id);
        if self.mode == Mode::Count {
            if self.budget == 0 {
                return true;
            }
            self.budget -= 1;
        }
        let remember = node.memoize && self.mode != Mode::Count;
        if remember && let Some(verdict) = self.memo.get(id, value.index(), self.memo_mode()) {
            return verdict;
        }
        if !self.enter(value) {
            return false;
        }
        let fits = self.rules(node, value);
        self.depth -= 1;
        if remember {
            let mode = self.memo_mode();
            self.memo.set(id, value.index(), mode, fits);
        }
        fits
    }

    /// What was said about a value under a ceiling has to be said again without one.
    fn memo_mode(&self) -> u8 {
        match self.mode {
            Mode::Collect => self.report.max_severity() as u8,
            Mode::FailFast | Mode::Probe | Mode::Count => u8::MAX,
        }
    }

    fn enter(&mut self, value: Value<'_>) -> bool {
        self.visits += 1;
        if self.depth >= MAX_NODE_DEPTH || self.visits > MAX_VISITS {
            let tokens = value.document().token_count() as u64;
            self.limit_exceeded |=
                self.depth >= MAX_NODE_DEPTH || self.visits > MAX_VISITS + MAX_VISITS_PER_TOKEN * tokens;
            if self.limit_exceeded {
                return false;
            }
        }
        self.depth += 1;
        true
    }

    fn rules(&mut self, node: &'p Node, value: Value<'_>) -> bool {
        let mut fits = true;
        if let Some(values) = &node.values {
            fits &= self.values(values, value);
        }
        match value.tag() {
            TokenKind::Object => {
                if let Some(rules) = &node.object {
                    fits &= self.should_continue(fits) && self.object(rules, value);
                }
            }
            TokenKind::Array => {
                if let Some(rules) = &node.array {
                    fits &= self.should_continue(fits) && self.array(rules, value);
                }
            }
            TokenKind::Ascii | TokenKind::Utf8 | TokenKind::Escaped => {
                if let Some(rules) = &node.string {
                    fits &= self.should_continue(fits) && self.string(rules, value, fits);
                }
            }
            TokenKind::Integer | TokenKind::Number => {
                if let Some(rules) = &node.number {
                    fits &= self.should_continue(fits) && self.number(rules, value);
                }
            }
            _ => {}
        }
        for rule in &node.applicators {
            if !self.should_continue(fits) {
                return false;
            }
            fits &= match rule {
                Applicator::All(child) => self.visit(*child, value),
                Applicator::Any(branches) => self.any_of(&branches.rule, branches.grades, value),
                Applicator::One(branches) => self.one_of(&branches.rule, branches.grades, value),
                Applicator::Not(inner) => {
                    !self.is_valid(inner.rule, value)
                        || self.report_violation(inner.grades, || message::not(value))
                }
                Applicator::If { then, otherwise, .. }
                    if [then, otherwise]
                        .into_iter()
                        .flatten()
                        .all(|branch| self.can_skip_node(self.node(*branch))) =>
                {
                    true
                }
                Applicator::If { condition, then, otherwise } => {
                    let branch = if self.is_valid(*condition, value) { then } else { otherwise };
                    branch.is_none_or(|branch| self.visit(branch, value))
                }
            };
        }
        fits
    }

    /// Whether there is a reason to validate further.
    #[inline]
    fn should_continue(&self, fits: bool) -> bool {
        let should_continue = match self.mode {
            Mode::FailFast | Mode::Probe => fits,
            Mode::Count => true,
            Mode::Collect => !self.report.is_done(),
        };
        should_continue && !self.limit_exceeded
    }

    /// Whether the value fits; says nothing.
    fn is_valid(&mut self, id: NodeId, value: Value<'_>) -> bool {
        let mode = std::mem::replace(&mut self.mode, Mode::Probe);
        let fits = self.visit(id, value);
        self.mode = mode;
        fits
    }

    /// A rule is broken. Says whether the value fits all the same, because that is no error.
    #[cold]
    fn report_violation(&mut self, grades: ProfileSeverities, draft: impl FnOnce() -> PendingIssue) -> bool {
        let Some(severity) = grades.of(self.profile) else { return true };
        self.report(severity, 1, draft)
    }

    #[cold]
    fn report(&mut self, severity: Severity, weight: u32, draft: impl FnOnce() -> PendingIssue) -> bool {
        let error = severity == Severity::Error;
        match self.mode {
            Mode::Collect => {
                if self.report.accepts(severity) {
                    let mut draft = draft();
                    draft.severity = severity;
                    self.report.push(draft);
                }
            }
            Mode::Count if error => self.error_count = self.error_count.saturating_add(weight),
            Mode::FailFast | Mode::Probe | Mode::Count => {}
        }
        !error
    }

    #[cold]
    fn wrong_type(&mut self, id: NodeId, value: Value<'_>) -> bool {
        let node = self.node(id);
        let copied = self.plan.placeholders && message::is_placeholder(value);
        let fits = if node.is_false_schema {
            self.report_violation(ProfileSeverities::default(), || message::not_allowed(value))
        } else {
            self.report_violation(node.type_grades, || {
                let draft = message::wrong_type(node.types, value);
                let hint = if copied { Some(message::PLACEHOLDER_HINT) } else { node.type_hint.as_deref() };
                PendingIssue { hint: hint.map(str::to_owned), ..draft }
            })
        };
        // A type that is tolerated is validated by the rules for what it is.
        fits && (node.types_with_rules & lexical_type(value) == 0 || self.inspect(id, value))
    }
}

/// Whether a number that is not written as a whole one is one, where only whole ones are wanted.
#[inline]
fn is_integral(node: &Node, quick: u8, value: Value<'_>) -> bool {
    quick == types::FRACTION && node.types & types::INTEGER != 0 && exact_type(value) == types::INTEGER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;
    use crate::schema::{CompileOptions, Schema};

    /// Nobody reads more, and a payload of nothing but errors would take many times as long as any other.
    #[test]
    fn judging_ends_where_a_report_is_full_of_errors() {
        let schema = br#"{"items":{"required":["a"]},"uniqueItems":true}"#;
        let schema = Schema::compile(schema, &CompileOptions::default()).unwrap();
        let text = format!("[{}]", vec!["{}"; 5000].join(","));
        let document = Document::parse(text.as_bytes()).unwrap();
        let mut drafts = Vec::new();
        let mut judge =
            Validator::new(&schema.plan, document.root(), Profile::Lenient, Mode::Collect, &mut drafts);
        judge.visit(schema.plan.root, document.root());
        assert_eq!(judge.visits, 102, "the list, and an object more than are listed");
        judge.report.finish(document.root());
        assert_eq!(drafts.len(), 101);
    }
}
