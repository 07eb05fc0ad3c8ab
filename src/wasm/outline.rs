//! Outlines for the page's editor. Only the page's module has them.

use wasm_bindgen::prelude::wasm_bindgen;

use super::{Hook, SCRATCH, decode_head, parse_delivery, split_lengths, write_text};
use crate::json::{FormPayload, PatternSet, form_outline, outline as build};

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

#[wasm_bindgen]
impl Hook {
    /// Writes the outline of a body that is a form to the result buffer: the number of bytes of the outline, the outline, the
    /// places of its values in the form, and the payload as JSON. Returns the length; 0 for any other body. The scratch buffer
    /// contains head and body of the delivery, and the patterns.
    #[must_use]
    pub fn form(&self, head: usize, body: usize, patterns: usize) -> usize {
        SCRATCH.with_borrow_mut(|buffer| {
            let [head, body, patterns] = split_lengths(buffer, [head, body, patterns]);
            let head = decode_head(head);
            let form = self.0.read_form(&parse_delivery(&head, body)).and_then(Result::ok);
            let write = |form: FormPayload, patterns| {
                let (outline, places) = form_outline(&form, body, &patterns);
                let length = u32::try_from(outline.len()).unwrap_or(0).to_le_bytes();
                write_text(&[&length, &outline, &places, form.json()])
            };
            form.zip(PatternSet::parse(patterns)).map_or(0, |(form, patterns)| write(form, patterns))
        })
    }
}
