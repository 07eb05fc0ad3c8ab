//! Importing, exporting and detecting deliveries, for JavaScript. None of these functions is on the hot path.

use serde::Serialize;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::reports::report_to_js;
use super::{to_u32, with_delivery, with_scratch, write_text};
use crate::delivery::{ExportFormat, ImportFormat, ImportedDelivery, Importer, import};
use crate::issue::Issue;
use crate::layout::result::ABSENT;
use crate::provider::{self, ProviderDetector};

/// A delivery without its body. The bodies of all deliveries are concatenated in `text`.
#[derive(Serialize)]
struct DeliveryData<'d> {
    headers: Vec<(&'d str, &'d str)>,
    url: Option<&'d str>,
    method: Option<&'d str>,
    length: usize,
}

#[derive(Serialize)]
struct ImportData<'d> {
    format: Option<&'static str>,
    deliveries: Vec<DeliveryData<'d>>,
    issues: &'d [Issue],
}

fn to_data<'d>(
    format: Option<ImportFormat>,
    deliveries: &'d [ImportedDelivery],
    issues: &'d [Issue],
) -> JsValue {
    let bodies: Vec<&[u8]> = deliveries.iter().map(|delivery| delivery.body.as_slice()).collect();
    write_text(&bodies);
    let data = |delivery: &'d ImportedDelivery| DeliveryData {
        headers: delivery.headers.iter().collect(),
        url: delivery.url.as_deref(),
        method: delivery.method.as_deref(),
        length: delivery.body.len(),
    };
    let deliveries = deliveries.iter().map(data).collect();
    report_to_js(&ImportData { format: format.map(ImportFormat::name), deliveries, issues })
}

/// Imports the capture in the scratch buffer. An empty name means to detect the format.
#[wasm_bindgen]
#[must_use]
pub fn import_text(len: usize, format: &str) -> JsValue {
    let result = with_scratch(len, |input| import(input, ImportFormat::from_name(format)));
    to_data(result.format, &result.deliveries, &result.issues)
}

/// Imports a capture that arrives in chunks.
#[wasm_bindgen]
pub struct ImportStream(Importer);

#[wasm_bindgen]
impl ImportStream {
    /// `max_bytes` is NaN for the default limit.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(format: &str, max_bytes: f64) -> ImportStream {
        let importer = Importer::new(ImportFormat::from_name(format));
        ImportStream(match super::data::to_usize(max_bytes) {
            Some(max_bytes) => importer.with_max_bytes(max_bytes),
            None => importer,
        })
    }

    /// Consumes the chunk in the scratch buffer.
    pub fn push(&mut self, len: usize) {
        with_scratch(len, |chunk| self.0.push(chunk));
    }

    /// Ends the capture.
    pub fn finish(&mut self) {
        self.0.finish();
    }

    /// Returns the next item, or undefined; its body is in `text`.
    #[must_use]
    pub fn next_item(&mut self) -> JsValue {
        let Some(item) = self.0.next_item() else { return JsValue::UNDEFINED };
        to_data(self.0.format(), item.delivery.as_slice(), &item.issues)
    }
}

/// Exports the delivery in the scratch buffer into `text`, and returns the length; `ABSENT` if the format cannot represent
/// the delivery.
#[wasm_bindgen]
#[must_use]
pub fn export_delivery(head: usize, body: usize, format: &str) -> u32 {
    let text = with_delivery(None, head, body, |delivery| delivery.export(ExportFormat::from_name(format)?));
    text.map_or(ABSENT, |text| to_u32(write_text(&[&text])))
}

/// Detects the built-in provider of a delivery.
#[wasm_bindgen]
pub struct DetectorHandle(ProviderDetector);

#[wasm_bindgen]
impl DetectorHandle {
    /// Parses the built-in definitions.
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[allow(clippy::new_without_default)] // JavaScript has no traits
    pub fn new() -> DetectorHandle {
        DetectorHandle(ProviderDetector::new())
    }

    /// Returns the ids of the providers that can have sent the delivery in the scratch buffer, separated by commas.
    #[must_use]
    pub fn detect(&self, head: usize, body: usize) -> String {
        with_delivery(None, head, body, |delivery| self.0.detect_all(delivery)).join(",")
    }
}

/// Writes a built-in definition into `text`, and returns its length; 0 if the id is unknown. For the text of a definition
/// that extends a built-in one, writes the whole definition.
#[wasm_bindgen]
#[must_use]
pub fn provider_definition(id: &str) -> usize {
    let whole = id.starts_with('{').then(|| provider::extended_definition(id)).flatten();
    let text = whole.as_deref().or_else(|| provider::definition(id));
    text.map_or(0, |text| write_text(&[text.as_bytes()]))
}
