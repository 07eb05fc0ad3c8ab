//! Outlines for the page's editor. Only the page's module has them.

use wasm_bindgen::prelude::wasm_bindgen;

use super::{SCRATCH, split_lengths, write_text};
use crate::json::{PatternSet, outline as build};

/// Writes the outline of a text to the result buffer, and returns its length in bytes. The scratch buffer contains the text
/// and the patterns of sensitive values and ids, `[[…], […]]`.
#[wasm_bindgen]
#[must_use]
pub fn outline(text: usize, patterns: usize) -> usize {
    SCRATCH.with_borrow_mut(|buffer| {
        let [text, patterns] = split_lengths(buffer, [text, patterns]);
        PatternSet::parse(patterns).map_or(0, |patterns| write_text(&[&build(text, &patterns)]))
    })
}
