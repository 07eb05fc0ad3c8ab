//! The position of a document's keys in a schema: the order in which the author of the schema lists them.

use super::compiled::{AdditionalItems, Applicator, CompiledSchema, NodeId};
use crate::json::{Key, Kind, Value, bytes_equal};

/// Subschemas of one value: enough for every contract, and a bound for schemas of references.
const MAX_NODES: usize = 32;

/// Calls `visit` with each key that the schema names and its position, in the order of the document.
pub fn visit_positions<'d>(schema: &CompiledSchema, value: Value<'d>, visit: &mut dyn FnMut(Key<'d>, usize)) {
    walk(schema, vec![schema.root], value, visit);
}

fn walk<'d>(
    schema: &CompiledSchema,
    mut nodes: Vec<NodeId>,
    value: Value<'d>,
    visit: &mut dyn FnMut(Key<'d>, usize),
) {
    add_conjuncts(schema, &mut nodes);
    let nodes = || nodes.iter().map(|id| &schema.nodes[*id as usize]);
    match value.kind() {
        Kind::Object => {
            for (key, member) in value.members() {
                let (mut position, mut children, mut before) = (None, Vec::new(), 0);
                let name = key.decoded_bytes();
                for object in nodes().filter_map(|node| node.object.as_deref()) {
                    let is_name = |index: usize| {
                        let property = object.properties.get(index);
                        property.is_some_and(|property| bytes_equal(property.name.as_bytes(), &name))
                    };
                    if let Some(index) = object.table.find(&name, is_name) {
                        position = position.or(Some(before + index));
                        children.extend(object.properties[index].node);
                    }
                    before += object.properties.len();
                }
                if let Some(position) = position {
                    visit(key, position);
                }
                if !children.is_empty() {
                    walk(schema, children, member, visit);
                }
            }
        }
        Kind::Array => {
            let mut children = Vec::new();
            for array in nodes().filter_map(|node| node.array.as_deref()) {
                children.extend_from_slice(&array.prefix);
                if let AdditionalItems::Validate(node) = array.rest {
                    children.push(node);
                }
            }
            if !children.is_empty() {
                value.elements().for_each(|item| walk(schema, children.clone(), item, visit));
            }
        }
        _ => {}
    }
}

/// Adds the subschemas that apply to the same value.
fn add_conjuncts(schema: &CompiledSchema, nodes: &mut Vec<NodeId>) {
    let mut index = 0;
    while let Some(id) = nodes.get(index) {
        let mut targets: Vec<NodeId> = Vec::new();
        for applicator in &schema.nodes[*id as usize].applicators {
            match applicator {
                Applicator::All(node) => targets.push(*node),
                Applicator::Any(branches) | Applicator::One(branches) => targets.extend(&branches.rule),
                Applicator::Not(_) => {}
                Applicator::If { condition, then, otherwise } => {
                    targets.extend([Some(*condition), *then, *otherwise].into_iter().flatten());
                }
            }
        }
        for target in targets {
            if nodes.len() < MAX_NODES && !nodes.contains(&target) {
                nodes.push(target);
            }
        }
        index += 1;
    }
}
