//! Validates a document by a compiled schema. Each node visits each value at most once per mode, and a document without
//! issues allocates nothing.

mod array;
mod branch;
mod memo;
mod object;
mod report;
mod scalar;

use super::compiled::{
    Applicator, CompiledSchema, Node, NodeId, ProfileSeverities, WithSeverity, exact_type, lexical_type,
    types,
};
use super::message;
use crate::issue::{Code, PendingIssue, Profile, Severity};
use crate::json::{TokenKind, Value};
use memo::Memo;
use report::IssueCollector;

/// SECURITY: nodes that can be active at once, which bounds the stack. The parser's limit alone does not: several schemas can
/// apply to each level of a document.
const MAX_NODE_DEPTH: u32 = 512;

/// SECURITY: visits of nodes in one validation, with an allowance for each token of the document. Schemas of real
/// providers need a small part of it. The limit stops combinations of schema and document that would run for hours.
const MAX_VISITS: u64 = 1 << 21;
const MAX_VISITS_PER_TOKEN: u64 = 1 << 11;

/// Validates a value and everything below it, and collects the issues.
pub(super) fn validate(
    schema: &CompiledSchema,
    value: Value<'_>,
    profile: Profile,
    issues: &mut Vec<PendingIssue>,
) {
    validate_node(schema, schema.root, value, profile, issues);
}

/// Whether a value is valid. Stops at the first error.
pub(super) fn is_valid(schema: &CompiledSchema, value: Value<'_>, profile: Profile) -> bool {
    let mut issues = Vec::new();
    let mut validator = Validator::new(schema, value, profile, Mode::FailFast, &mut issues);
    validator.visit(schema.root, value) && !validator.limit_exceeded
}

#[inline(never)]
fn validate_node(
    schema: &CompiledSchema,
    node: NodeId,
    value: Value<'_>,
    profile: Profile,
    issues: &mut Vec<PendingIssue>,
) {
    let mut validator = Validator::new(schema, value, profile, Mode::Collect, issues);
    validator.visit(node, value);
    if validator.limit_exceeded {
        let issue = message::limit_exceeded(value);
        validator.report.push(issue);
    }
    validator.report.finish(value);
}

/// A minimum or maximum of a length or a count.
type Limit = WithSeverity<usize>;

/// The effect of a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// The violation is reported, and validation continues.
    Collect,
    /// The first error ends the validation. No issue is created.
    FailFast,
    /// The first error ends the validation of one branch, such as one of `oneOf`. No issue is created.
    Probe,
    /// Errors are counted, to find the closest branch of `anyOf` or `oneOf`.
    Count,
}

struct Validator<'p, 'o> {
    schema: &'p CompiledSchema,
    /// Whether the document was parsed with the key table of the schema, so that symbols identify keys.
    by_symbol: bool,
    profile: Profile,
    mode: Mode,
    /// Whether the validation started in [`Mode::FailFast`]. `mode` can change to [`Mode::Probe`] for a branch.
    fail_fast: bool,
    /// The bit of the profile in `failing_profiles` and `warning_only_profiles`.
    profile_bit: u8,
    depth: u32,
    visits: u64,
    /// Whether a limit was exceeded. INVARIANT: the document is invalid then, even where a `not` inverts the result.
    limit_exceeded: bool,
    /// Errors counted in [`Mode::Count`].
    error_count: u32,
    /// Visits left in [`Mode::Count`].
    visits_left: u32,
    memo: Memo,
    report: IssueCollector<'o>,
}

impl<'p, 'o> Validator<'p, 'o> {
    fn new(
        schema: &'p CompiledSchema,
        value: Value<'_>,
        profile: Profile,
        mode: Mode,
        issues: &'o mut Vec<PendingIssue>,
    ) -> Self {
        Self {
            schema,
            by_symbol: schema.key_table.as_ref().is_some_and(|keys| value.document().uses_key_table(keys)),
            profile,
            mode,
            fail_fast: mode == Mode::FailFast,
            profile_bit: 1 << profile as u8,
            depth: 0,
            visits: 0,
            limit_exceeded: false,
            error_count: 0,
            visits_left: 0,
            memo: Memo::default(),
            report: IssueCollector::new(issues),
        }
    }

    fn node(&self, id: NodeId) -> &'p Node {
        &self.schema.nodes[id as usize]
    }

    /// Validates a value by a node. The value is valid if it violates no rule that is an error in this profile.
    #[inline]
    fn visit(&mut self, id: NodeId, value: Value<'_>) -> bool {
        let node = self.node(id);
        let type_bit = lexical_type(value);
        if node.types & !node.types_with_rules & type_bit != 0 || self.can_skip_node(node) {
            return true;
        }
        if node.types & type_bit == 0 && !is_integral(node, type_bit, value) {
            return self.wrong_type(id, value);
        }
        node.types_with_rules & type_bit == 0
            || node.passes_fast_check(value)
            || self.can_skip_scalar(node, type_bit, value)
            || self.validate_rules(id, value)
    }

    /// Whether validating this scalar can be skipped: no rule of the node is an error in this profile, and issues are
    /// not collected. Placeholders are excluded because they are always errors.
    #[inline]
    fn can_skip_scalar(&self, node: &Node, type_bit: u8, value: Value<'_>) -> bool {
        self.fail_fast
            && node.warning_only_profiles & self.profile_bit != 0
            && type_bit & (types::OBJECT | types::ARRAY) == 0
            && !(self.schema.detects_placeholders && message::is_placeholder(value))
    }

    /// Whether a node can be skipped: nothing in it is an error in this profile, and issues are not collected.
    #[inline]
    fn can_skip_node(&self, node: &Node) -> bool {
        node.failing_profiles & self.profile_bit == 0 && self.fail_fast
    }

    /// Validates a value whose type is allowed, by the other rules of the node, within the limits and with the memo table.
    fn validate_rules(&mut self, id: NodeId, value: Value<'_>) -> bool {
        let node = self.node(id);
        if self.mode == Mode::Count {
            if self.visits_left == 0 {
                return true;
            }
            self.visits_left -= 1;
        }
        let memoize = node.memoize && self.mode != Mode::Count;
        if memoize && let Some(is_valid) = self.memo.get(id, value.index(), self.memo_mode()) {
            return is_valid;
        }
        if !self.enter(value) {
            return false;
        }
        let is_valid = self.apply_rules(node, value);
        self.depth -= 1;
        if memoize {
            let mode = self.memo_mode();
            self.memo.set(id, value.index(), mode, is_valid);
        }
        is_valid
    }

    /// The part of the memo key for the mode. Issues that were collected with a lower maximum severity are collected
    /// again with a higher one.
    fn memo_mode(&self) -> u8 {
        match self.mode {
            Mode::Collect => self.report.max_severity() as u8,
            Mode::FailFast | Mode::Probe | Mode::Count => u8::MAX,
        }
    }

    /// Counts a visit and checks the limits.
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

    fn apply_rules(&mut self, node: &'p Node, value: Value<'_>) -> bool {
        let mut is_valid = true;
        if let Some(values) = &node.values {
            is_valid &= self.values(values, value);
        }
        match value.token_kind() {
            TokenKind::Object => {
                if let Some(rules) = &node.object {
                    is_valid &= self.should_continue(is_valid) && self.object(rules, value);
                }
            }
            TokenKind::Array => {
                if let Some(rules) = &node.array {
                    is_valid &= self.should_continue(is_valid) && self.array(rules, value);
                }
            }
            TokenKind::Ascii | TokenKind::Utf8 | TokenKind::Escaped => {
                if let Some(rules) = &node.string {
                    is_valid &= self.should_continue(is_valid) && self.string(rules, value, is_valid);
                }
            }
            TokenKind::Integer | TokenKind::Number => {
                if let Some(rules) = &node.number {
                    is_valid &= self.should_continue(is_valid) && self.number(rules, value);
                }
            }
            _ => {}
        }
        for rule in &node.applicators {
            if !self.should_continue(is_valid) {
                return false;
            }
            is_valid &= match rule {
                Applicator::All(child) => self.visit(*child, value),
                Applicator::Any(branches) => {
                    self.branches(Code::ANY_OF, &branches.rule, branches.severities, value)
                }
                Applicator::One(branches) => {
                    self.branches(Code::ONE_OF, &branches.rule, branches.severities, value)
                }
                Applicator::Not(inner) => {
                    !self.is_valid(inner.rule, value)
                        || self.report_violation(inner.severities, &move || message::not(value))
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
        is_valid
    }

    /// Whether the result or the report can still change.
    #[inline]
    fn should_continue(&self, is_valid: bool) -> bool {
        let should_continue = match self.mode {
            Mode::FailFast | Mode::Probe => is_valid,
            Mode::Count => true,
            Mode::Collect => !self.report.is_done(),
        };
        should_continue && !self.limit_exceeded
    }

    /// Whether a value is valid by a node. Reports nothing.
    fn is_valid(&mut self, id: NodeId, value: Value<'_>) -> bool {
        let mode = std::mem::replace(&mut self.mode, Mode::Probe);
        let is_valid = self.visit(id, value);
        self.mode = mode;
        is_valid
    }

    /// Validates a length or a count by its minimum and its maximum. `message` creates the issue.
    #[inline]
    fn limits(
        &mut self,
        (min, max): (Option<&Limit>, Option<&Limit>),
        count: usize,
        message: fn(&str, usize, Value<'_>) -> PendingIssue,
        value: Value<'_>,
    ) -> bool {
        let mut is_valid = true;
        if let Some(min) = min
            && count < min.rule
        {
            let issue = move || message("at least", min.rule, value);
            is_valid &= self.report_violation(min.severities, &issue);
        }
        if let Some(max) = max
            && count > max.rule
        {
            let issue = move || message("at most", max.rule, value);
            is_valid &= self.report_violation(max.severities, &issue);
        }
        is_valid
    }

    /// Reports a violation. Returns whether the value is valid nevertheless, because the violation is no error.
    ///
    /// The issue is created only if it will be listed. `dyn`: one copy of this function, not one per rule (wasm size).
    #[cold]
    #[inline(never)]
    fn report_violation(&mut self, severities: ProfileSeverities, issue: &dyn Fn() -> PendingIssue) -> bool {
        let Some(severity) = severities.for_profile(self.profile) else { return true };
        self.report(severity, 1, issue)
    }

    #[cold]
    #[inline(never)]
    fn report(&mut self, severity: Severity, weight: u32, issue: &dyn Fn() -> PendingIssue) -> bool {
        let error = severity == Severity::Error;
        match self.mode {
            Mode::Collect => {
                if self.report.accepts(severity) {
                    let mut issue = issue();
                    issue.severity = severity;
                    self.report.push(issue);
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
        let is_valid = if node.is_false_schema {
            self.report_violation(ProfileSeverities::default(), &move || message::not_allowed(value))
        } else {
            let detects_placeholders = self.schema.detects_placeholders;
            self.report_violation(node.type_severities, &move || {
                let mut issue = message::wrong_type(node.types, value);
                issue.hint = if detects_placeholders && message::is_placeholder(value) {
                    Some(message::PLACEHOLDER_HINT.to_owned())
                } else {
                    node.type_hint.as_deref().map(str::to_owned)
                };
                issue
            })
        };
        // A wrong type that is only a warning: the rules for the type of the value still apply.
        is_valid && (node.types_with_rules & lexical_type(value) == 0 || self.validate_rules(id, value))
    }
}

/// Whether a number with a fraction or an exponent, such as `1.0`, is an integer, where the node allows integers.
#[inline]
fn is_integral(node: &Node, type_bit: u8, value: Value<'_>) -> bool {
    type_bit == types::FRACTION && node.types & types::INTEGER != 0 && exact_type(value) == types::INTEGER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;
    use crate::schema::{CompileOptions, Schema};

    /// A payload full of errors takes no longer than a valid one.
    #[test]
    fn validation_stops_when_the_report_is_full_of_errors() {
        let schema = br#"{"items":{"required":["a"]},"uniqueItems":true}"#;
        let schema = Schema::compile(schema, &CompileOptions::default()).unwrap();
        let text = format!("[{}]", vec!["{}"; 5000].join(","));
        let document = Document::parse(text.as_bytes()).unwrap();
        let mut issues = Vec::new();
        let mut validator =
            Validator::new(&schema.compiled, document.root(), Profile::Lenient, Mode::Collect, &mut issues);
        validator.visit(schema.compiled.root, document.root());
        assert_eq!(validator.visits, 102, "the array, and one object more than the report lists");
        validator.report.finish(document.root());
        assert_eq!(issues.len(), 101);
    }
}
