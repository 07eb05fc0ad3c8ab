//! What a pattern says, as a tree in one arena: no depth of it is ever walked by recursion to be dropped.

/// Where a node stands in the arena. Children stand before their parents.
pub(super) type Id = usize;

/// A parsed pattern. Groups leave no node: nobody asks what they captured.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) nodes: Vec<PatternNode>,
    pub(super) root: Id,
}

#[derive(Debug)]
pub(super) enum PatternNode {
    Empty,
    Char(u32),
    Class { items: Box<[ClassItem]>, negated: bool },
    Sequence(Box<[Id]>),
    Alternation(Box<[Id]>),
    Repeat { body: Id, min: u32, max: Option<u32> },
    Start,
    End,
    Boundary { negated: bool },
    Lookahead { body: Id, negated: bool },
}

/// One member of a class. Small whatever it stands for: sets are spelled out by whoever runs the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClassItem {
    Range(u32, u32),
    Fixed {
        ranges: &'static [(u32, u32)],
        negated: bool,
    },
    /// A bit for each general category, in the order of [`super::category::NAMES`].
    Categories {
        mask: u32,
        negated: bool,
    },
}

impl Tree {
    /// For each node, whether it can match anything but the empty text.
    pub(super) fn can_consume(&self) -> Vec<bool> {
        let mut consuming = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let any = |ids: &[Id]| ids.iter().any(|&id| consuming[id]);
            consuming.push(match node {
                PatternNode::Char(_) | PatternNode::Class { .. } => true,
                PatternNode::Sequence(ids) | PatternNode::Alternation(ids) => any(ids),
                PatternNode::Repeat { body, max, .. } => *max != Some(0) && consuming[*body],
                PatternNode::Empty
                | PatternNode::Start
                | PatternNode::End
                | PatternNode::Boundary { .. }
                | PatternNode::Lookahead { .. } => false,
            });
        }
        consuming
    }
}
