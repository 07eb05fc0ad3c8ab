//! A pattern compiled to an automaton that reads the text backwards.
//!
//! Reading backwards, the result of a lookahead is known before it is needed: its body is an automaton of its own (a
//! "part") that starts at every position and reaches its end where the lookahead matches. So each position is read once,
//! and the active states are the only memory.

use super::error::PatternError;
use super::set::CharSet;
use super::tree::{Id, PatternNode, Tree};
use crate::blob::{Blob, Reader, Writer, blob};

/// SECURITY: limits the time of a match. A schema needs more only with large nested repetitions.
const MAX_STATES: usize = 10_000;

/// The number of a state. PERF: 16 bits keep the lists of states small.
pub(super) type StateId = u16;

#[derive(Debug)]
pub(super) struct Program {
    pub(super) states: Vec<Instruction>,
    pub(super) sets: Vec<CharSet>,
    /// The bodies of lookaheads, inner before outer, and the whole pattern as the last part.
    pub(super) parts: Vec<SubProgram>,
    /// Whether every match ends at the end of the text.
    pub(super) ends_at_end: bool,
}

/// One automaton. Its states start at the end of the previous part.
#[derive(Debug)]
pub(super) struct SubProgram {
    pub(super) entry: StateId,
    pub(super) end: StateId,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Instruction {
    Char {
        code: u32,
        next: StateId,
    },
    Set {
        set: u16,
        next: StateId,
    },
    Split {
        left: StateId,
        right: StateId,
    },
    Assert {
        what: Assertion,
        next: StateId,
    },
    /// The part has matched.
    Match,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Assertion {
    Start,
    End,
    Boundary { negated: bool },
    Lookahead { part: u16, negated: bool },
}

blob!(struct SubProgram { entry, end });
blob!(enum Instruction {
    0 => Char { code, next },
    1 => Set { set, next },
    2 => Split { left, right },
    3 => Assert { what, next },
    4 => Match,
});
blob!(enum Assertion {
    0 => Start,
    1 => End,
    2 => Boundary { negated },
    3 => Lookahead { part, negated },
});

impl Blob for Program {
    fn put(&self, out: &mut Writer) {
        let Self { states, sets, parts, ends_at_end } = self;
        states.put(out);
        sets.put(out);
        parts.put(out);
        ends_at_end.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let program = Self {
            states: Blob::get(input),
            sets: Blob::get(input),
            parts: Blob::get(input),
            ends_at_end: Blob::get(input),
        };
        input.check(program.is_valid());
        program
    }
}

impl Program {
    /// Whether all numbers of states, sets and parts exist, and the states belong to the parts in order.
    fn is_valid(&self) -> bool {
        let is_state = |state: StateId| usize::from(state) < self.states.len();
        let mut end = 0;
        let are_parts_valid = self.parts.iter().all(|part| {
            let is_valid = end <= part.end && is_state(part.entry);
            end = part.end;
            is_valid
        });
        let lookaheads = self.parts.len().saturating_sub(1);
        are_parts_valid
            && self.states.len() <= MAX_STATES + 1
            && usize::from(end) == self.states.len()
            && self.states.iter().all(|state| match *state {
                Instruction::Set { set, next } => usize::from(set) < self.sets.len() && is_state(next),
                Instruction::Split { left, right } => is_state(left) && is_state(right),
                Instruction::Assert { what: Assertion::Lookahead { part, .. }, next } => {
                    usize::from(part) < lookaheads && is_state(next)
                }
                Instruction::Char { next, .. } | Instruction::Assert { next, .. } => is_state(next),
                Instruction::Match => true,
            })
    }

    pub(super) fn new(tree: &Tree) -> Result<Self, PatternError> {
        let mut compiler = PatternCompiler {
            tree,
            consuming: tree.can_consume(),
            part_of: vec![0; tree.nodes.len()],
            set_of: vec![None; tree.nodes.len()],
            program: Self { states: Vec::new(), sets: Vec::new(), parts: Vec::new(), ends_at_end: false },
        };
        for (id, node) in tree.nodes.iter().enumerate() {
            if let PatternNode::Lookahead { body, .. } = node {
                compiler.part_of[id] = to_state_id(compiler.program.parts.len())?;
                compiler.part(*body)?;
            }
        }
        compiler.part(tree.root)?;
        let mut program = compiler.program;
        program.ends_at_end = ends_at_end(tree, tree.root);
        Ok(program)
    }
}

/// Whether every match of the node ends with `$`. PERF: `false` is always correct, but slower.
fn ends_at_end(tree: &Tree, id: Id) -> bool {
    match &tree.nodes[id] {
        PatternNode::End => true,
        PatternNode::Sequence(ids) => ids.last().is_some_and(|&last| ends_at_end(tree, last)),
        PatternNode::Alternation(ids) => ids.iter().all(|&id| ends_at_end(tree, id)),
        _ => false,
    }
}

struct PatternCompiler<'a> {
    tree: &'a Tree,
    consuming: Vec<bool>,
    part_of: Vec<u16>,
    set_of: Vec<Option<u16>>,
    program: Program,
}

impl PatternCompiler<'_> {
    fn part(&mut self, body: Id) -> Result<(), PatternError> {
        let matched = self.add(Instruction::Match)?;
        let entry = self.node(body, matched)?;
        let end = to_state_id(self.program.states.len())?;
        self.program.parts.push(SubProgram { entry, end });
        Ok(())
    }

    /// Compiles a node whose left neighbor is `next`. Returns its entry, which is at its right end.
    fn node(&mut self, id: Id, next: StateId) -> Result<StateId, PatternError> {
        let tree = self.tree;
        match &tree.nodes[id] {
            PatternNode::Empty => Ok(next),
            &PatternNode::Char(code) => self.add(Instruction::Char { code, next }),
            PatternNode::Class { items, negated } => {
                let set = match self.set_of[id] {
                    Some(set) => set,
                    None => self.set(CharSet::class(items, *negated))?,
                };
                self.set_of[id] = Some(set);
                self.add(Instruction::Set { set, next })
            }
            PatternNode::Sequence(ids) => ids.iter().try_fold(next, |next, &id| self.node(id, next)),
            PatternNode::Alternation(ids) => {
                let (first, rest) = ids.split_first().expect("an alternative has branches");
                let first = self.node(*first, next)?;
                rest.iter().try_fold(first, |left, &id| {
                    let right = self.node(id, next)?;
                    self.add(Instruction::Split { left, right })
                })
            }
            &PatternNode::Repeat { body, min, max } => self.repeat(body, min, max, next),
            PatternNode::Start => self.add(Instruction::Assert { what: Assertion::Start, next }),
            PatternNode::End => self.add(Instruction::Assert { what: Assertion::End, next }),
            &PatternNode::Boundary { negated } => {
                self.add(Instruction::Assert { what: Assertion::Boundary { negated }, next })
            }
            &PatternNode::Lookahead { negated, .. } => {
                let what = Assertion::Lookahead { part: self.part_of[id], negated };
                self.add(Instruction::Assert { what, next })
            }
        }
    }

    fn repeat(
        &mut self,
        body: Id,
        min: u32,
        max: Option<u32>,
        next: StateId,
    ) -> Result<StateId, PatternError> {
        if !self.consuming[body] {
            // A node that consumes nothing matches any number of times where it matches once.
            return if min == 0 { Ok(next) } else { self.node(body, next) };
        }
        let mut entry = next;
        for _ in 0..min {
            entry = self.node(body, entry)?;
        }
        let Some(max) = max else {
            let split = self.add(Instruction::Match)?;
            let left = self.node(body, split)?;
            self.program.states[usize::from(split)] = Instruction::Split { left, right: entry };
            return Ok(split);
        };
        let right = entry;
        for _ in min..max {
            let left = self.node(body, entry)?;
            entry = self.add(Instruction::Split { left, right })?;
        }
        Ok(entry)
    }

    fn set(&mut self, set: CharSet) -> Result<u16, PatternError> {
        let sets = &mut self.program.sets;
        let index = sets.iter().position(|known| *known == set).unwrap_or_else(|| {
            sets.push(set);
            sets.len() - 1
        });
        to_state_id(index)
    }

    #[inline(never)]
    fn add(&mut self, instruction: Instruction) -> Result<StateId, PatternError> {
        self.program.states.push(instruction);
        to_state_id(self.program.states.len() - 1)
    }
}

fn to_state_id(number: usize) -> Result<u16, PatternError> {
    u16::try_from(number).ok().filter(|&number| usize::from(number) <= MAX_STATES).ok_or_else(|| {
        let message =
            format!("the pattern needs more than {MAX_STATES} states after its repetitions are expanded");
        PatternError::new(message, None)
    })
}
