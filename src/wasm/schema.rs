//! Compiled schemas, for JavaScript.

use serde::Serialize;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::{to_js, with_scratch};
use crate::layout::dialect;
use crate::schema::{CompileOptions, Dialect, Schema};

/// A schema error for JavaScript.
#[derive(Serialize)]
struct SchemaErrorData {
    keyword: String,
    pointer: String,
    message: String,
}

/// A compiled schema.
#[wasm_bindgen]
pub struct SchemaHandle(Schema);

#[wasm_bindgen]
impl SchemaHandle {
    /// Compiles the schema in the scratch buffer.
    ///
    /// # Errors
    /// An error as data.
    #[wasm_bindgen(constructor)]
    pub fn new(len: usize, strict: bool, number: u32) -> Result<SchemaHandle, JsValue> {
        let dialect = match number {
            dialect::DRAFT_07 => Some(Dialect::Draft7),
            dialect::DRAFT_2020_12 => Some(Dialect::Draft2020),
            _ => None,
        };
        let options = CompileOptions { strict, dialect, ..CompileOptions::default() };
        with_scratch(len, |text| Schema::compile(text, &options)).map(SchemaHandle).map_err(|error| {
            to_js(&SchemaErrorData {
                message: error.to_string(),
                keyword: error.keyword,
                pointer: error.pointer,
            })
        })
    }

    /// The issues of the text in the scratch buffer; undefined if there are none, which needs no conversion.
    #[must_use]
    pub fn check(&self, len: usize) -> JsValue {
        with_scratch(len, |text| match self.0.check(text) {
            issues if issues.is_empty() => JsValue::UNDEFINED,
            issues => to_js(&issues),
        })
    }
}
