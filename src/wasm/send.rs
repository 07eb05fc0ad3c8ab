//! Calls of a sender: renewed signatures, and the values of its options. The send policy of a provider is part of its
//! metadata.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::data::from_js_millis;
use super::invalid_option::invalid_option;
use super::{Hook, error_to_js, signed_to_js, to_js, with_delivery};
use crate::provider::{MAX_DELAY_MS, parse_duration_ms, parse_status_range};
use crate::webhook::SignedDelivery;

#[wasm_bindgen]
impl Hook {
    /// Returns the headers of the delivery in the scratch buffer, with a signature of the time `now`.
    ///
    /// # Errors
    /// An error as data.
    pub fn resign(&self, headers: usize, body: usize, now: f64) -> Result<JsValue, JsValue> {
        with_delivery(Some(&self.0), headers, body, |delivery| {
            let headers = self.0.resign(delivery, from_js_millis(now));
            signed_to_js(headers.map(|headers| SignedDelivery { headers, body: Vec::new() }))
        })
    }
}

/// Reads an option that is milliseconds or a duration such as `30s`, as milliseconds.
///
/// # Errors
/// An error as data.
#[wasm_bindgen]
pub fn duration_option(option: &str, value: &JsValue) -> Result<f64, JsValue> {
    let ms = match value.as_string() {
        Some(text) => parse_duration_ms(&text).map(f64::from),
        None => value.as_f64().filter(|ms| (0.0..=f64::from(MAX_DELAY_MS)).contains(ms)),
    };
    ms.ok_or_else(|| error_to_js(&invalid_option(option)))
}

/// Reads an option that is a range of statuses such as `2xx`, as the first and the last status.
///
/// # Errors
/// An error as data.
#[wasm_bindgen]
pub fn status_range_option(option: &str, value: &JsValue) -> Result<JsValue, JsValue> {
    let range = value.as_string().and_then(|text| parse_status_range(&text));
    range.map(|range| to_js(&range)).ok_or_else(|| error_to_js(&invalid_option(option)))
}
