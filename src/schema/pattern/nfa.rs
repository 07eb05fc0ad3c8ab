//! Runs a program over a text, backwards, as a nondeterministic automaton: a set of active states per position.
//!
//! SECURITY: the time is at most the length of the text times the number of states, for every text. The memory is the
//! number of states, without the heap for small programs.

use super::program::{Assertion, Instruction, Program, StateId};

/// PERF: lists of a program of about 40 states fit into these words on the stack. Clearing more of them takes longer than
/// matching most texts.
const INLINE: usize = 128;

/// Whether the program matches anywhere in the text.
pub(super) fn run(program: &Program, text: &str) -> bool {
    let states = program.states.len();
    let words = states.div_ceil(16);
    let needed = 3 * states + words;
    let mut inline = [0; INLINE];
    let mut heap = Vec::new();
    let room = if needed <= INLINE {
        &mut inline[..needed]
    } else {
        heap.resize(needed, 0);
        &mut heap[..]
    };
    let (current, room) = room.split_at_mut(states);
    let (pending, room) = room.split_at_mut(states);
    let (stack, seen) = room.split_at_mut(states);
    let mut machine = Nfa { program, text: text.as_bytes(), stack, seen, matched: Vec::new() };
    machine.matched.resize(program.parts.len() - 1, false);

    let mut at = text.len();
    let mut waiting = 0;
    loop {
        let Some(active) = machine.epsilon_closure(at, &pending[..waiting], current) else { return true };
        if at == 0 || (active == 0 && program.ends_at_end && machine.matched.is_empty()) {
            return false;
        }
        let code = match machine.text[at - 1] {
            byte @ ..0x80 => u32::from(byte),
            _ => text[..at].chars().next_back().map_or(0, u32::from),
        };
        at -= char::from_u32(code).map_or(1, char::len_utf8);
        waiting = 0;
        for &state in &current[..active] {
            let next = match program.states[usize::from(state)] {
                Instruction::Char { code: wanted, next } if wanted == code => next,
                Instruction::Set { set, next } if program.sets[usize::from(set)].contains(code) => next,
                _ => continue,
            };
            pending[waiting] = next;
            waiting += 1;
        }
    }
}

struct Nfa<'a> {
    program: &'a Program,
    text: &'a [u8],
    stack: &'a mut [StateId],
    /// A bit for each state that was reached at this position.
    seen: &'a mut [u16],
    /// For each lookahead, whether it matches at this position.
    matched: Vec<bool>,
}

impl Nfa<'_> {
    /// Follows all instructions that consume no character, from the pending states and from the entry, and lists the states
    /// that consume one. `None` if the pattern matches from this position.
    fn epsilon_closure(&mut self, at: usize, pending: &[StateId], current: &mut [StateId]) -> Option<usize> {
        self.seen.fill(0);
        let mut pending = pending.iter().copied().peekable();
        let mut active = 0;
        let last = self.program.parts.len() - 1;
        for (part, bounds) in self.program.parts.iter().enumerate() {
            let mut matched = false;
            // INVARIANT: pending states are in the order of their parts, because the parts are followed in order.
            if part < last || at == self.text.len() || !self.program.ends_at_end {
                matched |= self.follow(bounds.entry, at, current, &mut active);
            }
            while let Some(state) = pending.next_if(|&state| state < bounds.end) {
                matched |= self.follow(state, at, current, &mut active);
            }
            if part < last {
                self.matched[part] = matched;
            } else if matched {
                return None;
            }
        }
        Some(active)
    }

    fn follow(&mut self, state: StateId, at: usize, current: &mut [StateId], active: &mut usize) -> bool {
        let mut matched = false;
        let mut height = 0;
        self.push(state, &mut height);
        while height > 0 {
            height -= 1;
            let state = self.stack[height];
            match self.program.states[usize::from(state)] {
                Instruction::Char { .. } | Instruction::Set { .. } => {
                    current[*active] = state;
                    *active += 1;
                }
                Instruction::Split { left, right } => {
                    self.push(left, &mut height);
                    self.push(right, &mut height);
                }
                Instruction::Assert { what, next } => {
                    if self.holds(what, at) {
                        self.push(next, &mut height);
                    }
                }
                Instruction::Match => matched = true,
            }
        }
        matched
    }

    /// INVARIANT: each state is pushed at most once per position, so the stack never exceeds the number of states.
    fn push(&mut self, state: StateId, height: &mut usize) {
        let (word, bit) = (usize::from(state) / 16, 1 << (state % 16));
        if self.seen[word] & bit == 0 {
            self.seen[word] |= bit;
            self.stack[*height] = state;
            *height += 1;
        }
    }

    fn holds(&self, what: Assertion, at: usize) -> bool {
        match what {
            Assertion::Start => at == 0,
            Assertion::End => at == self.text.len(),
            Assertion::Boundary { negated } => {
                let before = at.checked_sub(1).is_some_and(|before| is_word(self.text[before]));
                let after = self.text.get(at).copied().is_some_and(is_word);
                (before != after) != negated
            }
            Assertion::Lookahead { part, negated } => self.matched[usize::from(part)] != negated,
        }
    }
}

/// `WordCharacters`, section 22.2.2.9.2. All of them are ASCII, so a byte decides.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
