//! Explanations, for JavaScript.

use serde::Serialize;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::data::{from_js_millis, to_usize};
use super::reports::report_to_js;
use super::{Hook, with_delivery, write_text};
use crate::webhook::{Cause, DEFAULT_MAX_COMBINATIONS, DiagnoseOptions, SecretText};

/// An explanation without the signed body, which is bytes and crosses the bridge as such.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExplanationData<'e> {
    matches: &'e [Cause],
    observations: &'e [Cause],
    tried: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_length: Option<usize>,
}

#[wasm_bindgen]
impl Hook {
    /// Explains the delivery in the scratch buffer. `max_combinations` is NaN for the default. The signed body is left in
    /// `text`, and its length is a member of the result.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "numbers cross the bridge one by one")]
    pub fn explain(
        &self,
        head: usize,
        body: usize,
        now: f64,
        profile: u32,
        max_bytes: f64,
        tolerance: f64,
        max_combinations: f64,
    ) -> JsValue {
        let options = self.options(profile, max_bytes, tolerance);
        let max_combinations = to_usize(max_combinations).unwrap_or(DEFAULT_MAX_COMBINATIONS);
        with_delivery(Some(&self.0), head, body, |delivery| {
            let explanation = self.0.explain_with(delivery, from_js_millis(now), &options, max_combinations);
            report_to_js(&ExplanationData {
                matches: &explanation.matches,
                observations: &explanation.observations,
                tried: explanation.tried,
                signed_length: explanation.signed_body.map(|body| write_text(&[&body])),
            })
        })
    }
}

/// Diagnoses the delivery in the scratch buffer, whose provider is unknown. The limits are NaN for the defaults.
#[wasm_bindgen]
#[must_use]
pub fn diagnose(
    head: usize,
    body: usize,
    now: f64,
    secrets: Vec<String>,
    max_bytes: f64,
    max_combinations: f64,
) -> JsValue {
    let options = DiagnoseOptions {
        secrets: secrets.into_iter().map(SecretText::from).collect(),
        max_combinations: to_usize(max_combinations),
        max_bytes: to_usize(max_bytes),
    };
    with_delivery(None, head, body, |delivery| {
        report_to_js(&crate::webhook::diagnose(delivery, from_js_millis(now), &options))
    })
}
