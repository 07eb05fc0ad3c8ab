//! What a pattern says, as a tree in one arena: no depth of it is ever walked by recursion to be dropped.

/// Where a node stands in the arena. Children stand before their parents.
pub(super) type Id = usize;

/// A parsed pattern. Groups leave no node: nobody asks what they captured.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) root: Id,
}

#[derive(Debug)]
pub(super) enum Node {
    Empty,
    Char(u32),
    Class { items: Box<[Item]>, negated: bool },
    Sequence(Box<[Id]>),
    Either(Box<[Id]>),
    Repeat { body: Id, min: u32, max: Option<u32> },
    Start,
    End,
    Boundary { negated: bool },
    Lookahead { body: Id, negated: bool },
}

/// One member of a class. Small whatever it stands for: sets are spelled out by whoever runs the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
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
    pub(super) fn consuming(&self) -> Vec<bool> {
        let mut consuming = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let any = |ids: &[Id]| ids.iter().any(|&id| consuming[id]);
            consuming.push(match node {
                Node::Char(_) | Node::Class { .. } => true,
                Node::Sequence(ids) | Node::Either(ids) => any(ids),
                Node::Repeat { body, max, .. } => *max != Some(0) && consuming[*body],
                Node::Empty | Node::Start | Node::End | Node::Boundary { .. } | Node::Lookahead { .. } => {
                    false
                }
            });
        }
        consuming
    }
}
