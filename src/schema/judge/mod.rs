//! Judging a document by a plan: one visit of each node to each value, everything said at once, and
//! nothing allocated where there is nothing to say.

mod array;
mod branch;
mod memo;
mod object;
mod report;
mod scalar;

use super::message;
use super::plan::{Grades, InPlace, Node, NodeId, Plan, exact_type, quick_type, types};
use crate::issue::{Draft, Profile, Severity};
use crate::json::{Tag, Value};
use memo::Memo;
use report::Report;

/// Nodes that may be open at once. The reader bounds a document's depth; this bounds it times the
/// schemas that judge one value, and so the stack.
const MAX_OPEN: u32 = 512;

/// How much of its time a judge may spend on one document: so many visits, and so many more for each
/// token. Sound schemas stay far below.
const MAX_VISITS: u64 = 1 << 21;
const MAX_VISITS_PER_TOKEN: u64 = 1 << 11;

/// Judges a value and everything below it.
pub(super) fn judge(plan: &Plan, value: Value<'_>, profile: Profile, drafts: &mut Vec<Draft>) {
    judge_by(plan, plan.root, value, profile, drafts);
}

/// Whether a value fits, to the first error.
pub(super) fn fits(plan: &Plan, value: Value<'_>, profile: Profile) -> bool {
    let mut drafts = Vec::new();
    let mut judge = Judge::new(plan, value, profile, Mode::Verdict, &mut drafts);
    judge.visit(plan.root, value) && !judge.gave_up
}

fn judge_by(plan: &Plan, node: NodeId, value: Value<'_>, profile: Profile, drafts: &mut Vec<Draft>) {
    let mut judge = Judge::new(plan, value, profile, Mode::Report, drafts);
    judge.visit(node, value);
    if judge.gave_up {
        let draft = message::gave_up(value);
        judge.report.push(draft);
    }
    judge.report.finish(value);
}

/// What is done about a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// It is reported, and judging goes on.
    Report,
    /// The first error ends everything: only the verdict is asked.
    Verdict,
    /// An error ends the branch: only whether it fits is asked.
    Probe,
    /// Errors are counted, to find the branch that was meant.
    Count,
}

struct Judge<'p, 'o> {
    plan: &'p Plan,
    /// Whether the document's symbols are those of the plan.
    by_symbol: bool,
    profile: Profile,
    mode: Mode,
    /// Only the verdict is asked, now and to the end.
    deaf: bool,
    /// The bit of the profile.
    listens: u8,
    open: u32,
    visits: u64,
    /// A limit was hit: the verdict is an error whatever a `not` makes of it.
    gave_up: bool,
    /// How many errors were counted.
    tally: u32,
    /// How many more visits counting may take.
    budget: u32,
    memo: Memo,
    report: Report<'o>,
}

impl<'p, 'o> Judge<'p, 'o> {
    fn new(
        plan: &'p Plan,
        value: Value<'_>,
        profile: Profile,
        mode: Mode,
        drafts: &'o mut Vec<Draft>,
    ) -> Self {
        Self {
            plan,
            by_symbol: plan.names.as_ref().is_some_and(|names| value.document().expects(names)),
            profile,
            mode,
            deaf: mode == Mode::Verdict,
            listens: 1 << profile as u8,
            open: 0,
            visits: 0,
            gave_up: false,
            tally: 0,
            budget: 0,
            memo: Memo::default(),
            report: Report::new(drafts),
        }
    }

    fn node(&self, id: NodeId) -> &'p Node {
        &self.plan.nodes[id as usize]
    }

    /// Judges a value by a node. Says whether it fits: whether no rule was broken whose breach is an
    /// error in this profile.
    #[inline]
    fn visit(&mut self, id: NodeId, value: Value<'_>) -> bool {
        let node = self.node(id);
        let quick = quick_type(value);
        if node.types & !node.more & quick != 0 || self.is_beyond_question(node) {
            return true;
        }
        if node.types & quick == 0 && !is_whole(node, quick, value) {
            return self.wrong_type(id, value);
        }
        node.more & quick == 0
            || node.fits_at_a_glance(value)
            || self.is_harmless(node, quick, value)
            || self.inspect(id, value)
    }

    /// Whether there can be no worse than a warning about a scalar, and nobody listens: a placeholder is an error
    /// wherever another value would be worth a word.
    #[inline]
    fn is_harmless(&self, node: &Node, quick: u8, value: Value<'_>) -> bool {
        self.deaf
            && node.soft & self.listens != 0
            && quick & (types::OBJECT | types::ARRAY) == 0
            && !(self.plan.placeholders && message::is_placeholder(value))
    }

    /// Whether the node can only warn, and nobody listens.
    #[inline]
    fn is_beyond_question(&self, node: &Node) -> bool {
        node.can_fail & self.listens == 0 && self.deaf
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
        let remember = node.remember && self.mode != Mode::Count;
        if remember && let Some(verdict) = self.memo.get(id, value.index(), self.memo_mode()) {
            return verdict;
        }
        if !self.enter(value) {
            return false;
        }
        let fits = self.rules(node, value);
        self.open -= 1;
        if remember {
            let mode = self.memo_mode();
            self.memo.set(id, value.index(), mode, fits);
        }
        fits
    }

    /// What was said about a value under a ceiling has to be said again without one.
    fn memo_mode(&self) -> u8 {
        match self.mode {
            Mode::Report => self.report.ceiling() as u8,
            Mode::Verdict | Mode::Probe | Mode::Count => u8::MAX,
        }
    }

    fn enter(&mut self, value: Value<'_>) -> bool {
        self.visits += 1;
        if self.open >= MAX_OPEN || self.visits > MAX_VISITS {
            let tokens = value.document().tokens() as u64;
            self.gave_up |= self.open >= MAX_OPEN || self.visits > MAX_VISITS + MAX_VISITS_PER_TOKEN * tokens;
            if self.gave_up {
                return false;
            }
        }
        self.open += 1;
        true
    }

    fn rules(&mut self, node: &'p Node, value: Value<'_>) -> bool {
        let mut fits = true;
        if let Some(values) = &node.values {
            fits &= self.values(values, value);
        }
        match value.tag() {
            Tag::Object => {
                if let Some(rules) = &node.object {
                    fits &= self.goes_on(fits) && self.object(rules, value);
                }
            }
            Tag::Array => {
                if let Some(rules) = &node.array {
                    fits &= self.goes_on(fits) && self.array(rules, value);
                }
            }
            Tag::Ascii | Tag::Utf8 | Tag::Escaped => {
                if let Some(rules) = &node.string {
                    fits &= self.goes_on(fits) && self.string(rules, value, fits);
                }
            }
            Tag::Integer | Tag::Number => {
                if let Some(rules) = &node.number {
                    fits &= self.goes_on(fits) && self.number(rules, value);
                }
            }
            _ => {}
        }
        for rule in &node.in_place {
            if !self.goes_on(fits) {
                return false;
            }
            fits &= match rule {
                InPlace::All(child) => self.visit(*child, value),
                InPlace::Any(branches) => self.any_of(&branches.rule, branches.grades, value),
                InPlace::One(branches) => self.one_of(&branches.rule, branches.grades, value),
                InPlace::Not(inner) => {
                    !self.fits(inner.rule, value) || self.broken(inner.grades, || message::not(value))
                }
                InPlace::If { then, otherwise, .. }
                    if [then, otherwise]
                        .into_iter()
                        .flatten()
                        .all(|branch| self.is_beyond_question(self.node(*branch))) =>
                {
                    true
                }
                InPlace::If { condition, then, otherwise } => {
                    let branch = if self.fits(*condition, value) { then } else { otherwise };
                    branch.is_none_or(|branch| self.visit(branch, value))
                }
            };
        }
        fits
    }

    /// Whether there is a reason to judge further.
    #[inline]
    fn goes_on(&self, fits: bool) -> bool {
        let goes_on = match self.mode {
            Mode::Verdict | Mode::Probe => fits,
            Mode::Count => true,
            Mode::Report => !self.report.is_done(),
        };
        goes_on && !self.gave_up
    }

    /// Whether the value fits; says nothing.
    fn fits(&mut self, id: NodeId, value: Value<'_>) -> bool {
        let mode = std::mem::replace(&mut self.mode, Mode::Probe);
        let fits = self.visit(id, value);
        self.mode = mode;
        fits
    }

    /// A rule is broken. Says whether the value fits all the same, because that is no error.
    #[cold]
    fn broken(&mut self, grades: Grades, draft: impl FnOnce() -> Draft) -> bool {
        let Some(severity) = grades.of(self.profile) else { return true };
        self.say(severity, 1, draft)
    }

    #[cold]
    fn say(&mut self, severity: Severity, weight: u32, draft: impl FnOnce() -> Draft) -> bool {
        let error = severity == Severity::Error;
        match self.mode {
            Mode::Report => {
                if self.report.listens(severity) {
                    let mut draft = draft();
                    draft.severity = severity;
                    self.report.push(draft);
                }
            }
            Mode::Count if error => self.tally = self.tally.saturating_add(weight),
            Mode::Verdict | Mode::Probe | Mode::Count => {}
        }
        !error
    }

    #[cold]
    fn wrong_type(&mut self, id: NodeId, value: Value<'_>) -> bool {
        let node = self.node(id);
        let copied = self.plan.placeholders && message::is_placeholder(value);
        let fits = if node.never {
            self.broken(Grades::default(), || message::never(value))
        } else {
            self.broken(node.type_grades, || {
                let draft = message::wrong_type(node.types, value);
                let hint = if copied { Some(message::COPIED) } else { node.type_hint.as_deref() };
                Draft { hint: hint.map(str::to_owned), ..draft }
            })
        };
        // A type that is tolerated is judged by the rules for what it is.
        fits && (node.more & quick_type(value) == 0 || self.inspect(id, value))
    }
}

/// Whether a number that is not written as a whole one is one, where only whole ones are wanted.
#[inline]
fn is_whole(node: &Node, quick: u8, value: Value<'_>) -> bool {
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
        let document = Document::read(text.as_bytes()).unwrap();
        let mut drafts = Vec::new();
        let mut judge =
            Judge::new(&schema.plan, document.root(), Profile::Lenient, Mode::Report, &mut drafts);
        judge.visit(schema.plan.root, document.root());
        assert_eq!(judge.visits, 102, "the list, and an object more than are listed");
        judge.report.finish(document.root());
        assert_eq!(drafts.len(), 101);
    }
}
