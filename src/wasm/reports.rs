//! Reports of the full module, as objects of JavaScript.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::JsValue;

/// Returns a report as an object of JavaScript: the same as by [`to_js`](super::to_js), without JSON text.
#[must_use]
pub fn report_to_js(report: &impl Serialize) -> JsValue {
    // As JSON has it: null for none, objects for maps, and numbers for all integers.
    report.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}
