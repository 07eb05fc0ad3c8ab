//! PERF: common simple patterns that match in one pass without an automaton. Either literal text, or `^`, then classes with
//! counts where each character can belong to one class only, then optionally `$`.

use super::set::CharSet;
use super::tree::{Id, PatternNode, Tree};
use crate::blob::blob;

/// A pattern that needs no automaton.
#[derive(Debug)]
pub(super) enum Sequence {
    /// Literal text, anywhere.
    Literal(Box<str>),
    /// Classes, from the start of the text.
    Anchored { items: Vec<SequenceItem>, is_anchored_end: bool },
}

#[derive(Debug)]
pub(super) struct SequenceItem {
    set: CharSet,
    min: u32,
    max: Option<u32>,
}

blob!(struct SequenceItem { set, min, max });
blob!(enum Sequence { 0 => Literal(text), 1 => Anchored { items, is_anchored_end } });

impl Sequence {
    /// Converts a pattern, if it is a sequence.
    pub(super) fn from_tree(tree: &Tree) -> Option<Self> {
        let mut terms = Vec::new();
        flatten(tree, tree.root, &mut terms);
        let Some((PatternNode::Start, mut terms)) = terms.split_first().map(|(first, rest)| (*first, rest))
        else {
            return literal(&terms);
        };
        let is_anchored_end = matches!(terms.last(), Some(PatternNode::End));
        if is_anchored_end {
            terms = &terms[..terms.len() - 1];
        }
        let items = terms.iter().map(|term| item(tree, term)).collect::<Option<Vec<SequenceItem>>>()?;
        let is_clear = (0..items.len()).all(|i| is_deterministic(&items[i], &items[i + 1..]));
        is_clear.then_some(Self::Anchored { items, is_anchored_end })
    }

    /// Whether the pattern matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => text.contains(&**literal),
            Self::Anchored { items, is_anchored_end } => {
                let mut rest = text.chars();
                for item in items {
                    let mut count = 0;
                    while item.max.is_none_or(|max| count < max) {
                        let mut ahead = rest.clone();
                        if !ahead.next().is_some_and(|char| item.set.contains(char.into())) {
                            break;
                        }
                        rest = ahead;
                        count += 1;
                    }
                    if count < item.min {
                        return false;
                    }
                }
                !is_anchored_end || rest.as_str().is_empty()
            }
        }
    }
}

/// Whether greedy matching of an item never takes a character that a later item needs.
fn is_deterministic(item: &SequenceItem, rest: &[SequenceItem]) -> bool {
    if item.max == Some(item.min) {
        return true;
    }
    let needed = rest.iter().position(|next| next.min > 0).map_or(rest.len(), |index| index + 1);
    rest[..needed].iter().all(|next| next.set.is_disjoint(&item.set))
}

fn item(tree: &Tree, node: &PatternNode) -> Option<SequenceItem> {
    match node {
        PatternNode::Char(code) => {
            Some(SequenceItem { set: CharSet::from_code(*code), min: 1, max: Some(1) })
        }
        PatternNode::Class { items, negated } => {
            Some(SequenceItem { set: CharSet::class(items, *negated), min: 1, max: Some(1) })
        }
        PatternNode::Repeat { body, min, max } => match &tree.nodes[*body] {
            body @ (PatternNode::Char(_) | PatternNode::Class { .. }) => {
                item(tree, body).map(|item| SequenceItem { min: *min, max: *max, ..item })
            }
            _ => None,
        },
        _ => None,
    }
}

fn literal(terms: &[&PatternNode]) -> Option<Sequence> {
    let chars = terms.iter().map(|term| match term {
        PatternNode::Char(code) => char::from_u32(*code),
        _ => None,
    });
    chars.collect::<Option<String>>().map(|text| Sequence::Literal(text.into()))
}

/// Collects the terms of a sequence and of the nested groups that are sequences themselves.
fn flatten<'a>(tree: &'a Tree, id: Id, terms: &mut Vec<&'a PatternNode>) {
    match &tree.nodes[id] {
        PatternNode::Sequence(ids) => ids.iter().for_each(|&id| flatten(tree, id, terms)),
        PatternNode::Empty => {}
        node => terms.push(node),
    }
}
