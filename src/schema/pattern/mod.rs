//! Regular expressions of ECMA-262 with the `u` flag. SECURITY: matching takes time linear in the text.
//!
//! The parser accepts the whole grammar. The compiler rejects what linear time excludes or what needs large tables:
//! backreferences, lookbehinds, groups that change flags, and most Unicode properties other than general categories.

#[cfg(all(test, not(target_arch = "wasm32")))]
mod against_regress;
pub(super) mod category;
mod error;
mod escape;
mod nfa;
mod parser;
mod program;
mod property;
mod sequence;
mod set;
#[cfg(test)]
mod tests;
mod tree;

use crate::blob::{Blob, Reader, Writer, blob};
use error::PatternError;
use program::Program;
use sequence::Sequence;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern(CompiledPattern);

#[derive(Debug)]
enum CompiledPattern {
    Sequence(Sequence),
    Program(Program),
}

blob!(enum CompiledPattern { 0 => Sequence(sequence), 1 => Program(program) });

impl Blob for Pattern {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        Self(Blob::get(input))
    }
}

impl Pattern {
    /// Compiles a pattern.
    pub(crate) fn compile(text: &str) -> Result<Self, PatternError> {
        let parsed = parser::parse(text)?;
        if let Some(error) = parsed.unsupported {
            return Err(error);
        }
        Ok(Self(match Sequence::from_tree(&parsed.tree) {
            Some(sequence) => CompiledPattern::Sequence(sequence),
            None => CompiledPattern::Program(Program::new(&parsed.tree)?),
        }))
    }

    /// Whether the pattern matches anywhere in the text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match &self.0 {
            CompiledPattern::Sequence(sequence) => sequence.matches(text),
            CompiledPattern::Program(program) => nfa::run(program, text),
        }
    }

    /// Whether a text is a pattern by the grammar. Not every such pattern can be compiled.
    #[cfg(any(feature = "full", not(blob)))]
    pub(crate) fn is_valid(text: &str) -> bool {
        parser::parse(text).is_ok()
    }
}
