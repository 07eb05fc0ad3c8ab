//! The common simple pattern, checked in one pass without an automaton: `^`, then classes with counts where
//! it is always clear which one a character belongs to, then perhaps `$`. And text to be found as it stands.

use super::set::CharSet;
use super::tree::{Id, PatternNode, Tree};

/// A pattern that needs no automaton.
#[derive(Debug)]
pub(super) enum Sequence {
    /// Text to be found anywhere.
    Literal(Box<str>),
    /// Classes from the beginning on.
    Anchored { items: Box<[SequenceItem]>, is_anchored_end: bool },
}

#[derive(Debug)]
pub(super) struct SequenceItem {
    set: CharSet,
    min: u32,
    max: Option<u32>,
}

impl Sequence {
    /// The pattern as a sequence, where it is one.
    pub(super) fn of(tree: &Tree) -> Option<Self> {
        let mut terms = Vec::new();
        flatten(tree, tree.root, &mut terms);
        let Some((PatternNode::Start, mut terms)) = terms.split_first().map(|(first, rest)| (*first, rest))
        else {
            return literal(&terms);
        };
        let to_end = matches!(terms.last(), Some(PatternNode::End));
        if to_end {
            terms = &terms[..terms.len() - 1];
        }
        let items = terms.iter().map(|term| item(tree, term)).collect::<Option<Box<[SequenceItem]>>>()?;
        let clear = (0..items.len()).all(|at| is_deterministic(&items[at], &items[at + 1..]));
        clear.then_some(Self::Anchored { items, is_anchored_end: to_end })
    }

    /// Whether the pattern matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => text.contains(&**literal),
            Self::Anchored { items, is_anchored_end: to_end } => {
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
                !to_end || rest.as_str().is_empty()
            }
        }
    }
}

/// Whether taking as many characters as possible never takes one that an item after it needs.
fn is_deterministic(item: &SequenceItem, rest: &[SequenceItem]) -> bool {
    if item.max == Some(item.min) {
        return true;
    }
    let needed = rest.iter().position(|next| next.min > 0).map_or(rest.len(), |at| at + 1);
    rest[..needed].iter().all(|next| next.set.is_disjoint(&item.set))
}

fn item(tree: &Tree, node: &PatternNode) -> Option<SequenceItem> {
    match node {
        PatternNode::Char(code) => Some(SequenceItem { set: CharSet::of(*code), min: 1, max: Some(1) }),
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

/// The terms of a sequence and of the groups in it that are sequences themselves.
fn flatten<'a>(tree: &'a Tree, id: Id, terms: &mut Vec<&'a PatternNode>) {
    match &tree.nodes[id] {
        PatternNode::Sequence(ids) => ids.iter().for_each(|&id| flatten(tree, id, terms)),
        PatternNode::Empty => {}
        node => terms.push(node),
    }
}
