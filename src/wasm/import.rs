//! Importing, printing and recognising deliveries, for JavaScript. None of it is on the hot path.

use serde::Serialize;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::{NONE, keep, to_js, with_delivery, with_scratch};
use crate::delivery::{Form, Imported, Importer, Print, import};
use crate::issue::Issue;
use crate::provider::{self, Recogniser};

/// A delivery whose body stands in `text`, behind those before it.
#[derive(Serialize)]
struct DeliveryData<'d> {
    headers: Vec<(&'d str, &'d str)>,
    url: Option<&'d str>,
    method: Option<&'d str>,
    length: usize,
}

#[derive(Serialize)]
struct ImportData<'d> {
    form: Option<&'static str>,
    deliveries: Vec<DeliveryData<'d>>,
    issues: &'d [Issue],
}

fn to_data<'d>(form: Option<Form>, deliveries: &'d [Imported], issues: &'d [Issue]) -> JsValue {
    let bodies: Vec<&[u8]> = deliveries.iter().map(|delivery| delivery.body.as_slice()).collect();
    keep(&bodies);
    let data = |delivery: &'d Imported| DeliveryData {
        headers: delivery.headers.iter().collect(),
        url: delivery.url.as_deref(),
        method: delivery.method.as_deref(),
        length: delivery.body.len(),
    };
    let deliveries = deliveries.iter().map(data).collect();
    to_js(&ImportData { form: form.map(Form::name), deliveries, issues })
}

/// Imports the text in the scratch buffer. A form without a name is what the text looks like.
#[wasm_bindgen]
#[must_use]
pub fn import_text(len: usize, form: &str) -> JsValue {
    let found = with_scratch(len, |text| import(text, Form::named(form)));
    to_data(found.form, &found.deliveries, &found.issues)
}

/// Imports an archive chunk by chunk.
#[wasm_bindgen]
pub struct ImportStream(Importer);

#[wasm_bindgen]
impl ImportStream {
    /// A limit of NaN is the usual one.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(form: &str, limit: f64) -> ImportStream {
        let importer = Importer::new(Form::named(form));
        ImportStream(match super::data::whole(limit) {
            Some(limit) => importer.with_limit(limit),
            None => importer,
        })
    }

    /// Takes the chunk in the scratch buffer.
    pub fn push(&mut self, len: usize) {
        with_scratch(len, |chunk| self.0.push(chunk));
    }

    /// Says that there is no more.
    pub fn finish(&mut self) {
        self.0.finish();
    }

    /// The next piece, if one is ready; its body stands in `text`.
    #[must_use]
    pub fn step(&mut self) -> JsValue {
        let Some(step) = self.0.next_step() else { return JsValue::UNDEFINED };
        to_data(self.0.form(), step.delivery.as_slice(), &step.issues)
    }
}

/// Prints the delivery in the scratch buffer into `text`, and says how long that is; `NONE` where the form
/// cannot hold it.
#[wasm_bindgen]
#[must_use]
pub fn print_delivery(headers: usize, body: usize, form: &str) -> u32 {
    let text = with_delivery(headers, body, |delivery| delivery.print(Print::named(form)?));
    text.and_then(|text| u32::try_from(keep(&[&text])).ok()).unwrap_or(NONE)
}

/// What tells the built-in providers apart.
#[wasm_bindgen]
pub struct Looks(Recogniser);

#[wasm_bindgen]
impl Looks {
    /// Reads the built-in definitions.
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[allow(clippy::new_without_default)] // JavaScript knows no traits
    pub fn new() -> Looks {
        Looks(Recogniser::new())
    }

    /// The provider that the delivery in the scratch buffer looks like.
    #[must_use]
    pub fn recognise(&self, headers: usize, body: usize) -> Option<String> {
        with_delivery(headers, body, |delivery| self.0.recognise(delivery)).map(str::to_owned)
    }
}

/// The ids of the built-in providers.
#[wasm_bindgen]
#[must_use]
pub fn provider_ids() -> Vec<String> {
    provider::ids().map(str::to_owned).collect()
}

/// Leaves a built-in definition in `text`, and says how long it is; 0 where there is none.
#[wasm_bindgen]
#[must_use]
pub fn provider_definition(id: &str) -> usize {
    provider::definition(id).map_or(0, |text| keep(&[text.as_bytes()]))
}
