//! JavaScript's conversion of numbers, for `json::js_number`.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Number)]
    fn parse(text: &str) -> f64;

    #[wasm_bindgen(js_name = String)]
    fn format(number: f64) -> String;
}

/// Runs when the module is instantiated, before every other call.
#[wasm_bindgen(start, private)]
fn start() {
    crate::json::set_js_text(|text| format(parse(text)));
}
