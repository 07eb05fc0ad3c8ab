//! What can be known about a plan before any document is seen: circles, aliases, which types fit,
//! what can warn, and where verdicts have to be remembered so that no document is validated twice.

use super::{
    Additional, AdditionalItems, Applicator, CompiledSchema, FastCheck, Literal, Node, NodeId, Number,
    NumberRules, ProfileSeverities, StringRules, Values, WithSeverity, types,
};
use crate::json::Kind;

/// The node that closes a circle: a schema refers to itself without consuming input.
#[derive(Debug, PartialEq, Eq)]
pub struct ReferenceCycle(pub NodeId);

/// Finishes a plan whose nodes are all there.
pub fn analyze(plan: &mut CompiledSchema) -> Result<(), ReferenceCycle> {
    let order = topological_order(plan)?;
    resolve_aliases(plan, &order);
    for &id in &order {
        plan.nodes[id as usize].accepts = accepts(plan, id);
        plan.nodes[id as usize].types_with_rules = types_with_rules(&plan.nodes[id as usize]);
    }
    mark_warnings(plan);
    mark_memoized(plan);
    mark_failures(plan);
    for node in &mut plan.nodes {
        node.fast_check = fast_check(node);
        node.warning_only_profiles = warning_only_profiles(node);
    }
    Ok(())
}

/// The profiles in which a scalar of a type that may stand here is at worst worth a warning.
fn warning_only_profiles(node: &Node) -> u8 {
    if !node.applicators.is_empty() || node.is_false_schema {
        return 0;
    }
    !severities(node).skip(1).map(|own| own.failing(false)).fold(0, |all, one| all | one)
}

/// How most values that fit this node are told, where its rules are of the usual kind.
fn fast_check(node: &Node) -> FastCheck {
    if !node.applicators.is_empty() {
        return FastCheck::None;
    }
    match (&node.values, &node.string, &node.number) {
        (Some(values), None, _) => match &**values {
            Values { any: Some(_), constant: None } => FastCheck::Enum,
            _ => FastCheck::None,
        },
        (None, Some(rules), _) => match &**rules {
            StringRules { min: None, max: None, format: Some(format), pattern: None, .. } => {
                FastCheck::Format(format.rule)
            }
            _ => FastCheck::None,
        },
        (None, None, Some(rules)) => match &**rules {
            NumberRules { min, max, exclusive_min: None, exclusive_max: None, multiple_of: None } => {
                let limit = |limit: &Option<WithSeverity<Number>>, none| match limit {
                    Some(limit) => limit.rule.as_i32(),
                    None => Some(none),
                };
                match (limit(min, i32::MIN), limit(max, i32::MAX)) {
                    (Some(min), Some(max)) => FastCheck::IntRange(min, max),
                    _ => FastCheck::None,
                }
            }
            _ => FastCheck::None,
        },
        _ => FastCheck::None,
    }
}

fn node(plan: &CompiledSchema, id: NodeId) -> &Node {
    &plan.nodes[id as usize]
}

/// Every node behind those that validate the same value for it, or the node where that is a circle.
#[inline(never)]
fn topological_order(plan: &CompiledSchema) -> Result<Vec<NodeId>, ReferenceCycle> {
    const OPEN: u8 = 1;
    const DONE: u8 = 2;
    let mut order = Vec::with_capacity(plan.nodes.len());
    let mut state = vec![0u8; plan.nodes.len()];
    for start in (0u32..).take(plan.nodes.len()) {
        let mut stack = vec![start];
        while let Some(&id) = stack.last() {
            let at = id as usize;
            if state[at] == 0 {
                state[at] = OPEN;
                let mut circle = false;
                node(plan, id).visit_applicators(&mut |next| match state[next as usize] {
                    0 => stack.push(next),
                    OPEN => circle = true,
                    _ => {}
                });
                if circle {
                    return Err(ReferenceCycle(id));
                }
            } else {
                stack.pop();
                if state[at] == OPEN {
                    state[at] = DONE;
                    order.push(id);
                }
            }
        }
    }
    Ok(order)
}

/// Lets every index that names a node which only refers to another name that other node.
#[inline(never)]
fn resolve_aliases(plan: &mut CompiledSchema, order: &[NodeId]) {
    let mut target: Vec<NodeId> = (0u32..).take(plan.nodes.len()).collect();
    for &id in order {
        if let Some(next) = node(plan, id).alias() {
            target[id as usize] = target[next as usize];
        }
    }
    plan.root = target[plan.root as usize];
    for node in &mut plan.nodes {
        node.remap_nodes(|id| target[id as usize]);
    }
}

fn accepts(plan: &CompiledSchema, id: NodeId) -> u8 {
    let this = node(plan, id);
    let mut fit = if this.type_grades.is_error() { this.types } else { types::ALL };
    if let Some(values) = &this.values {
        fit &= literal_types(values);
    }
    let of = |id: &NodeId| node(plan, *id).accepts;
    for rule in &this.applicators {
        match rule {
            Applicator::All(child) => fit &= of(child),
            Applicator::Any(WithSeverity { rule, grades })
            | Applicator::One(WithSeverity { rule, grades })
                if grades.is_error() =>
            {
                fit &= plan.types_of(rule);
            }
            _ => {}
        }
    }
    fit
}

fn literal_types(values: &Values) -> u8 {
    let kind = |literal: &Literal| match literal.kind() {
        Kind::Null => types::NULL,
        Kind::Boolean => types::BOOLEAN,
        Kind::Number => types::NUMBER,
        Kind::String => types::STRING,
        Kind::Array => types::ARRAY,
        Kind::Object => types::OBJECT,
    };
    let mut fit = types::ALL;
    if let Some(WithSeverity { rule, grades }) = &values.constant
        && grades.is_error()
    {
        fit &= kind(rule);
    }
    if let Some(WithSeverity { rule, grades }) = &values.any
        && grades.is_error()
    {
        let words = if rule.words.values().is_empty() { 0 } else { types::STRING };
        fit &= rule.others.values().iter().map(kind).fold(words, |all, one| all | one);
    }
    fit
}

fn types_with_rules(node: &Node) -> u8 {
    if node.values.is_some() || !node.applicators.is_empty() {
        return types::ALL;
    }
    let part = |there: bool, kind: u8| if there { kind } else { 0 };
    part(node.string.is_some(), types::STRING)
        | part(node.number.is_some(), types::NUMBER)
        | part(node.object.is_some(), types::OBJECT)
        | part(node.array.is_some(), types::ARRAY)
}

fn each_child(node: &Node, see: &mut dyn FnMut(NodeId)) {
    node.visit_applicators(see);
    node.visit_children(see);
}

/// Marks what can warn about a value that fits, by its own rules or those of a schema below it.
#[inline(never)]
fn mark_warnings(plan: &mut CompiledSchema) {
    let count = plan.nodes.len();
    let mut parents: Vec<Vec<NodeId>> = vec![Vec::new(); count];
    for (id, node) in (0u32..).zip(&plan.nodes) {
        each_child(node, &mut |child| parents[child as usize].push(id));
    }
    let placeholders = plan.placeholders;
    let mut open: Vec<NodeId> = (0u32..)
        .zip(&plan.nodes)
        .filter(|(_, node)| {
            (placeholders && node.object.is_some()) || severities(node).any(|own| !own.is_error())
        })
        .map(|(id, _)| id)
        .collect();
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut plan.nodes[id as usize].may_warn, true) {
            open.extend_from_slice(&parents[id as usize]);
        }
    }
}

/// Marks what can violate a rule whose violation is an error, by its own rules or those of a schema below it.
#[inline(never)]
fn mark_failures(plan: &mut CompiledSchema) {
    let mut parents: Vec<Vec<NodeId>> = vec![Vec::new(); plan.nodes.len()];
    for (id, node) in (0u32..).zip(&plan.nodes) {
        node.visit_failing(&mut |child| parents[child as usize].push(id));
    }
    let mut open: Vec<(NodeId, u8)> =
        (0u32..).zip(&plan.nodes).map(|(id, node)| (id, own_failures(node, plan.placeholders))).collect();
    while let Some((id, failing)) = open.pop() {
        let there = &mut plan.nodes[id as usize].failing_profiles;
        if *there | failing != *there {
            *there |= failing;
            open.extend(parents[id as usize].iter().map(|parent| (*parent, failing)));
        }
    }
}

/// The profiles in which breaking one of the node's own rules can be an error.
fn own_failures(node: &Node, placeholders: bool) -> u8 {
    if node.is_false_schema || node.memoize {
        // What is remembered may take more time than there is, and that is an error in every profile.
        return 3;
    }
    let mut failing: u8 =
        severities(node).skip(1).map(|own| own.failing(false)).fold(0, |all, one| all | one);
    if node.types != types::ALL {
        failing |= node.type_grades.failing(false);
    }
    if placeholders {
        // A placeholder is an error wherever another wrong value is worth a word.
        let values = node.values.iter().flat_map(|values| {
            let any = values.any.iter().map(|rule| rule.grades);
            any.chain(values.constant.iter().map(|rule| rule.grades))
        });
        let strings = node.string.iter().flat_map(|string| {
            let format = string.format.iter().map(|rule| rule.grades);
            format.chain(string.pattern.iter().map(|rule| rule.grades))
        });
        failing |= values.chain(strings).map(|own| own.failing(true)).fold(0, |all, one| all | one);
    }
    failing
}

/// What breaking each of the node's own rules means; first, what another type means.
fn severities(node: &Node) -> impl Iterator<Item = ProfileSeverities> {
    let mut all = vec![node.type_grades];
    if let Some(values) = &node.values {
        all.extend(values.any.iter().map(|rule| rule.grades));
        all.extend(values.constant.iter().map(|rule| rule.grades));
    }
    if let Some(string) = &node.string {
        all.extend(string.min.iter().chain(&string.max).map(|rule| rule.grades));
        all.extend(string.format.iter().map(|rule| rule.grades));
        all.extend(string.pattern.iter().map(|rule| rule.grades));
    }
    if let Some(number) = &node.number {
        let limits = [&number.min, &number.exclusive_min, &number.max, &number.exclusive_max];
        all.extend(limits.into_iter().flatten().map(|rule| rule.grades));
        all.extend(number.multiple_of.iter().map(|rule| rule.grades));
    }
    if let Some(object) = &node.object {
        all.extend(object.required.iter().map(|rule| rule.grades));
        all.extend(object.dependent.iter().map(|rule| rule.grades));
        all.extend(object.min.iter().chain(&object.max).map(|rule| rule.grades));
        all.extend(object.names.iter().map(|rule| rule.grades));
        if let Additional::Deny(grades) = object.additional {
            all.push(grades);
        }
    }
    if let Some(array) = &node.array {
        all.extend(array.min.iter().chain(&array.max).map(|rule| rule.grades));
        all.extend(array.unique);
        if let Some(contains) = &array.contains {
            all.push(contains.min.grades);
            all.extend(contains.max.iter().map(|rule| rule.grades));
        }
        if let AdditionalItems::Deny(grades) = array.rest {
            all.push(grades);
        }
    }
    for rule in &node.applicators {
        match rule {
            Applicator::Any(rule) | Applicator::One(rule) => all.push(rule.grades),
            Applicator::Not(rule) => all.push(rule.grades),
            Applicator::All(_) | Applicator::If { .. } => {}
        }
    }
    all.into_iter()
}

/// How many steps the search for shared nodes may take before every candidate is taken.
const MAX_STEPS: usize = 20_000_000;

/// Marks the nodes that one value can reach by two ways: through two branches of one node that validate
/// the same value, or through a branch that is first tried and then reported, in a schema that
/// contains itself. Without a memory the ways would multiply with every level of the document.
#[inline(never)]
fn mark_memoized(plan: &mut CompiledSchema) {
    let count = plan.nodes.len();
    let mut ways = vec![0u32; count];
    ways[plan.root as usize] += 1;
    for node in &plan.nodes {
        each_child(node, &mut |child| ways[child as usize] += 1);
    }
    let candidate = |id: NodeId| {
        let mut below = false;
        each_child(node(plan, id), &mut |_| below = true);
        below && ways[id as usize] > 1
    };
    let mut search =
        SharedNodeSearch { plan, last: vec![0; count], stamp: 0, shared: vec![false; count], steps: 0 };
    for id in (0u32..).take(count) {
        search.fork(id);
    }
    let all = search.steps > MAX_STEPS;
    let shared = search.shared;
    let remembered: Vec<bool> =
        (0u32..).zip(shared).map(|(id, shared)| (all || shared) && candidate(id)).collect();
    for (node, remember) in plan.nodes.iter_mut().zip(remembered) {
        node.memoize = remember;
    }
}

struct SharedNodeSearch<'p> {
    plan: &'p CompiledSchema,
    /// The stamp of the last branch that came by.
    last: Vec<u32>,
    stamp: u32,
    shared: Vec<bool>,
    steps: usize,
}

impl SharedNodeSearch<'_> {
    fn fork(&mut self, id: NodeId) {
        let this = node(self.plan, id);
        let mut branches: Vec<Vec<NodeId>> = Vec::new();
        this.visit_applicators(&mut |child| branches.push(vec![child]));
        let mut own = Vec::new();
        if let Some(object) = &this.object {
            own.extend(object.properties.iter().filter_map(|property| property.node));
            branches.extend(object.patterns.iter().map(|(_, node)| vec![*node]));
            if let Additional::Validate(node) = object.additional {
                own.push(node);
            }
        }
        if let Some(array) = &this.array {
            own.extend(&array.prefix);
            branches.extend(array.contains.iter().map(|contains| vec![contains.node]));
            if let AdditionalItems::Validate(node) = array.rest {
                own.push(node);
            }
        }
        branches.push(own);
        let tries =
            this.applicators.iter().any(|rule| matches!(rule, Applicator::Any(_) | Applicator::One(_)));
        if branches.len() < 2 {
            return;
        }
        let first = self.stamp + 1;
        for branch in &branches {
            self.walk(branch, first);
        }
        if tries && self.last[id as usize] >= first {
            // It contains itself, and its branches are tried before they are reported.
            for branch in &branches {
                self.walk(branch, first);
            }
        }
    }

    /// Follows one branch; what an earlier branch of the same fork has reached is shared.
    fn walk(&mut self, branch: &[NodeId], first: u32) {
        self.stamp += 1;
        let mut open = branch.to_vec();
        while let Some(id) = open.pop() {
            let at = id as usize;
            if self.last[at] == self.stamp || self.steps > MAX_STEPS {
                continue;
            }
            self.steps += 1;
            self.shared[at] |= self.last[at] >= first;
            self.last[at] = self.stamp;
            each_child(node(self.plan, id), &mut |child| open.push(child));
        }
    }
}
