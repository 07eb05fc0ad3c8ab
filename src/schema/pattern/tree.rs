//! The syntax tree of a pattern. SECURITY: the nodes are in one arena, so that dropping a deep tree needs no recursion.

/// The index of a node in the arena. INVARIANT: children come before their parents.
pub(super) type Id = usize;

/// A parsed pattern. Groups have no node, because captures are not needed.
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

/// One member of a class. PERF: large sets stay symbolic here. The compiler expands them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClassItem {
    Range(u32, u32),
    Fixed {
        ranges: &'static [(u32, u32)],
        negated: bool,
    },
    /// Bit set of general categories, in the order of [`super::category::NAMES`].
    Categories {
        mask: u32,
        negated: bool,
    },
}

impl Tree {
    /// For each node, whether it can match more than the empty text.
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
