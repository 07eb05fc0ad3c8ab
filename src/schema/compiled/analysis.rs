//! Static analysis of a compiled schema: cycles of references, aliases, accepted types, possible warnings and errors, and
//! the nodes whose results must be memoized so that validation time stays linear.

use super::{
    Additional, AdditionalItems, Applicator, CompiledSchema, Edge, FastCheck, Literal, Node, NodeId, Number,
    NumberRules, ProfileSeverities, StringRules, Values, WithSeverity, types,
};
use crate::json::Kind;

/// The bits of both profiles.
const ALL_PROFILES: u8 = 3;

/// The node that closes a cycle: a schema that references itself for the same value.
#[derive(Debug, PartialEq, Eq)]
pub struct ReferenceCycle(pub NodeId);

/// Computes the derived fields of all nodes.
pub fn analyze(schema: &mut CompiledSchema) -> Result<(), ReferenceCycle> {
    let order = topological_order(schema)?;
    resolve_aliases(schema, &order);
    for &id in &order {
        schema.nodes[id as usize].accepts = accepts(schema, id);
        schema.nodes[id as usize].types_with_rules = types_with_rules(&schema.nodes[id as usize]);
    }
    mark_warnings(schema);
    mark_memoized(schema);
    mark_failures(schema);
    for node in &mut schema.nodes {
        node.fast_check = fast_check(node);
        node.warning_only_profiles = warning_only_profiles(node);
    }
    Ok(())
}

/// Computes [`Node::warning_only_profiles`].
fn warning_only_profiles(node: &Node) -> u8 {
    if !node.applicators.is_empty() || node.is_false_schema {
        return 0;
    }
    !failing_rules(node) & ALL_PROFILES
}

/// Chooses the fast check of a node.
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

fn node(schema: &CompiledSchema, id: NodeId) -> &Node {
    &schema.nodes[id as usize]
}

/// Orders the nodes so that each follows the nodes that it applies to the same value.
#[inline(never)]
fn topological_order(schema: &mut CompiledSchema) -> Result<Vec<NodeId>, ReferenceCycle> {
    const VISITING: u8 = 1;
    const DONE: u8 = 2;
    let mut order = Vec::with_capacity(schema.nodes.len());
    let mut state = vec![0u8; schema.nodes.len()];
    for start in (0u32..).take(schema.nodes.len()) {
        let mut stack = vec![start];
        while let Some(&id) = stack.last() {
            let index = id as usize;
            if state[index] == 0 {
                state[index] = VISITING;
                let mut has_cycle = false;
                schema.nodes[index].visit_edges(&mut |edge, next| match state[*next as usize] {
                    0 if edge.is_same_value() => stack.push(*next),
                    VISITING if edge.is_same_value() => has_cycle = true,
                    _ => {}
                });
                if has_cycle {
                    return Err(ReferenceCycle(id));
                }
            } else {
                stack.pop();
                if state[index] == VISITING {
                    state[index] = DONE;
                    order.push(id);
                }
            }
        }
    }
    Ok(order)
}

/// Replaces references to nodes that are nothing but a reference by references to their targets.
#[inline(never)]
fn resolve_aliases(schema: &mut CompiledSchema, order: &[NodeId]) {
    let mut target: Vec<NodeId> = (0u32..).take(schema.nodes.len()).collect();
    for &id in order {
        if let Some(next) = node(schema, id).alias() {
            target[id as usize] = target[next as usize];
        }
    }
    schema.root = target[schema.root as usize];
    for node in &mut schema.nodes {
        node.visit_edges(&mut |_, id| *id = target[*id as usize]);
    }
}

fn accepts(schema: &CompiledSchema, id: NodeId) -> u8 {
    let this = node(schema, id);
    let mut accepted = if this.type_severities.is_error() { this.types } else { types::ALL };
    if let Some(values) = &this.values {
        accepted &= literal_types(values);
    }
    let of = |id: &NodeId| node(schema, *id).accepts;
    for rule in &this.applicators {
        match rule {
            Applicator::All(child) => accepted &= of(child),
            Applicator::Any(WithSeverity { rule, severities })
            | Applicator::One(WithSeverity { rule, severities })
                if severities.is_error() =>
            {
                accepted &= schema.types_of(rule);
            }
            _ => {}
        }
    }
    accepted
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
    let mut accepted = types::ALL;
    if let Some(WithSeverity { rule, severities }) = &values.constant
        && severities.is_error()
    {
        accepted &= kind(rule);
    }
    if let Some(WithSeverity { rule, severities }) = &values.any
        && severities.is_error()
    {
        let strings = if rule.strings.values().is_empty() { 0 } else { types::STRING };
        accepted &= rule.others.values().iter().map(kind).fold(strings, |all, bits| all | bits);
    }
    accepted
}

fn types_with_rules(node: &Node) -> u8 {
    if node.values.is_some() || !node.applicators.is_empty() {
        return types::ALL;
    }
    let part = |has_rules: bool, bit: u8| if has_rules { bit } else { 0 };
    part(node.string.is_some(), types::STRING)
        | part(node.number.is_some(), types::NUMBER)
        | part(node.object.is_some(), types::OBJECT)
        | part(node.array.is_some(), types::ARRAY)
}

/// For each node, the nodes that reference it by an included edge.
#[inline(never)]
fn parents(schema: &mut CompiledSchema, is_included: fn(Edge) -> bool) -> Vec<Vec<NodeId>> {
    let mut parents: Vec<Vec<NodeId>> = vec![Vec::new(); schema.nodes.len()];
    for (id, node) in (0u32..).zip(&mut schema.nodes) {
        node.visit_edges(&mut |edge, child| {
            if is_included(edge) {
                parents[*child as usize].push(id);
            }
        });
    }
    parents
}

/// Marks nodes that can warn about a valid value, by their own rules or by those of a subschema.
#[inline(never)]
fn mark_warnings(schema: &mut CompiledSchema) {
    let parents = parents(schema, |_| true);
    let detects_placeholders = schema.detects_placeholders;
    let can_warn = |node: &Node| {
        let mut can_warn =
            (detects_placeholders && node.object.is_some()) || !node.type_severities.is_error();
        visit_severities(node, &mut |severities| can_warn |= !severities.is_error());
        can_warn
    };
    let mut pending: Vec<NodeId> =
        (0u32..).zip(&schema.nodes).filter(|(_, node)| can_warn(node)).map(|(id, _)| id).collect();
    while let Some(id) = pending.pop() {
        if !std::mem::replace(&mut schema.nodes[id as usize].may_warn, true) {
            pending.extend_from_slice(&parents[id as usize]);
        }
    }
}

/// Computes [`Node::failing_profiles`] from the rules of each node and of its subschemas.
#[inline(never)]
fn mark_failures(schema: &mut CompiledSchema) {
    let parents = parents(schema, Edge::is_required);
    let mut pending: Vec<(NodeId, u8)> = (0u32..)
        .zip(&schema.nodes)
        .map(|(id, node)| (id, own_failures(node, schema.detects_placeholders)))
        .collect();
    while let Some((id, failing)) = pending.pop() {
        let current = &mut schema.nodes[id as usize].failing_profiles;
        if *current | failing != *current {
            *current |= failing;
            pending.extend(parents[id as usize].iter().map(|parent| (*parent, failing)));
        }
    }
}

/// The profiles in which a violation of one of the node's own rules can be an error.
fn own_failures(node: &Node, detects_placeholders: bool) -> u8 {
    if node.is_false_schema || node.memoize {
        // A memoized node can exceed the limits of validation, which is an error in every profile.
        return ALL_PROFILES;
    }
    let mut failing = failing_rules(node);
    if node.types != types::ALL {
        failing |= node.type_severities.failing(false);
    }
    if detects_placeholders {
        // A placeholder is an error wherever another invalid value is reported at all.
        if let Some(values) = &node.values {
            values.any.iter().for_each(|rule| failing |= rule.severities.failing(true));
            values.constant.iter().for_each(|rule| failing |= rule.severities.failing(true));
        }
        if let Some(string) = &node.string {
            string.format.iter().for_each(|rule| failing |= rule.severities.failing(true));
            string.pattern.iter().for_each(|rule| failing |= rule.severities.failing(true));
        }
    }
    failing
}

/// The profiles in which a violation of a rule other than `type` is an error.
#[inline(never)]
fn failing_rules(node: &Node) -> u8 {
    let mut profiles = 0;
    visit_severities(node, &mut |severities| profiles |= severities.failing(false));
    profiles
}

/// Calls `visitor` with the severities of all rules of a node except `type`.
#[inline(never)]
fn visit_severities(node: &Node, visitor: &mut dyn FnMut(ProfileSeverities)) {
    if let Some(values) = &node.values {
        values.any.iter().for_each(|rule| visitor(rule.severities));
        values.constant.iter().for_each(|rule| visitor(rule.severities));
    }
    if let Some(string) = &node.string {
        [&string.min, &string.max].into_iter().flatten().for_each(|rule| visitor(rule.severities));
        string.format.iter().for_each(|rule| visitor(rule.severities));
        string.pattern.iter().for_each(|rule| visitor(rule.severities));
    }
    if let Some(number) = &node.number {
        let limits = [&number.min, &number.exclusive_min, &number.max, &number.exclusive_max];
        limits.into_iter().flatten().for_each(|rule| visitor(rule.severities));
        number.multiple_of.iter().for_each(|rule| visitor(rule.severities));
    }
    if let Some(object) = &node.object {
        object.required.iter().for_each(|rule| visitor(rule.severities));
        object.dependent.iter().for_each(|rule| visitor(rule.severities));
        [&object.min, &object.max].into_iter().flatten().for_each(|rule| visitor(rule.severities));
        object.property_names.iter().for_each(|rule| visitor(rule.severities));
        if let Additional::Deny(severities) = object.additional {
            visitor(severities);
        }
    }
    if let Some(array) = &node.array {
        [&array.min, &array.max].into_iter().flatten().for_each(|rule| visitor(rule.severities));
        array.unique.iter().for_each(|severities| visitor(*severities));
        if let Some(contains) = &array.contains {
            visitor(contains.min.severities);
            contains.max.iter().for_each(|rule| visitor(rule.severities));
        }
        if let AdditionalItems::Deny(severities) = array.rest {
            visitor(severities);
        }
    }
    for rule in &node.applicators {
        match rule {
            Applicator::Any(rule) | Applicator::One(rule) => visitor(rule.severities),
            Applicator::Not(rule) => visitor(rule.severities),
            Applicator::All(_) | Applicator::If { .. } => {}
        }
    }
}

/// PERF: the search for shared nodes takes quadratic time in large schemas. After this number of steps, every candidate
/// is memoized.
const MAX_STEPS: usize = 20_000_000;

/// Marks the nodes that one value can reach on two paths: through two branches of one node that apply to the same value,
/// or through a branch of a recursive schema that is first tried and then reported. Without memoization, the number of
/// paths would multiply with every level of the document.
#[inline(never)]
fn mark_memoized(schema: &mut CompiledSchema) {
    let count = schema.nodes.len();
    let mut references = vec![0u32; count];
    let mut has_children = vec![false; count];
    references[schema.root as usize] += 1;
    for (node, has_children) in schema.nodes.iter_mut().zip(&mut has_children) {
        node.visit_edges(&mut |_, child| {
            references[*child as usize] += 1;
            *has_children = true;
        });
    }
    let mut search =
        SharedNodeSearch { schema, last: vec![0; count], stamp: 0, shared: vec![false; count], steps: 0 };
    for id in (0u32..).take(count) {
        search.fork(id);
    }
    let is_incomplete = search.steps > MAX_STEPS;
    let shared = search.shared;
    for (index, node) in schema.nodes.iter_mut().enumerate() {
        node.memoize = (is_incomplete || shared[index]) && has_children[index] && references[index] > 1;
    }
}

struct SharedNodeSearch<'p> {
    schema: &'p mut CompiledSchema,
    /// For each node, the stamp of the last branch that reached it.
    last: Vec<u32>,
    stamp: u32,
    shared: Vec<bool>,
    steps: usize,
}

impl SharedNodeSearch<'_> {
    /// Follows all branches of one node.
    fn fork(&mut self, id: NodeId) {
        let this = &mut self.schema.nodes[id as usize];
        let mut branches: Vec<Vec<NodeId>> = Vec::new();
        let mut members = Vec::new();
        this.visit_edges(&mut |edge, child| match edge {
            Edge::Member => members.push(*child),
            Edge::Name => {}
            _ => branches.push(vec![*child]),
        });
        branches.push(members);
        let tries_branches =
            this.applicators.iter().any(|rule| matches!(rule, Applicator::Any(_) | Applicator::One(_)));
        if branches.len() < 2 {
            return;
        }
        let first = self.stamp + 1;
        for branch in &branches {
            self.walk(branch, first);
        }
        if tries_branches && self.last[id as usize] >= first {
            // A recursive node whose branches are tried before they are reported: every branch runs twice.
            for branch in &branches {
                self.walk(branch, first);
            }
        }
    }

    /// Follows one branch. A node that an earlier branch of the same fork reached is shared.
    fn walk(&mut self, branch: &[NodeId], first: u32) {
        self.stamp += 1;
        let mut pending = branch.to_vec();
        while let Some(id) = pending.pop() {
            let index = id as usize;
            if self.last[index] == self.stamp || self.steps > MAX_STEPS {
                continue;
            }
            self.steps += 1;
            self.shared[index] |= self.last[index] >= first;
            self.last[index] = self.stamp;
            self.schema.nodes[index].visit_edges(&mut |_, child| pending.push(*child));
        }
    }
}
