//! Detects the built-in provider of a delivery. SECURITY: a convenience only; detection authenticates nothing.

use super::members::{members, text};
use crate::delivery::Delivery;
use crate::json::{Document, Kind, Value};

/// Detects built-in providers by their headers and event types.
///
/// ```
/// use hookseal::delivery::{Delivery, Headers};
/// use hookseal::provider::ProviderDetector;
///
/// let detector = ProviderDetector::new();
/// let headers = Headers::from_iter([("x-painchek-wh-signature", "sha1=00")]);
/// assert_eq!(detector.detect(&Delivery::new(headers, b"")), Some("painchek"));
/// let body = br#"{ "event": { "type": "calls.user.create" } }"#;
/// assert_eq!(detector.detect(&Delivery::new(Headers::new(), body)), Some("xon"));
/// assert_eq!(detector.detect(&Delivery::new(Headers::new(), b"{}")), None);
/// ```
#[derive(Debug)]
pub struct ProviderDetector {
    fingerprints: Vec<Fingerprint>,
}

#[derive(Debug)]
struct Fingerprint {
    id: &'static str,
    /// Headers of the provider.
    headers: Vec<String>,
    /// Pointer to the event type.
    pointer: String,
    event_types: Vec<String>,
}

/// Returns the names of a header: a list for several families of headers, or one.
fn names(value: Value<'_>) -> Vec<String> {
    match value.kind() {
        Kind::Array => value.elements().filter_map(|name| text(name, "")).collect(),
        _ => text(value, "").into_iter().collect(),
    }
}

impl Default for ProviderDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl ProviderDetector {
    /// Parses the built-in definitions: create one detector, and reuse it.
    #[must_use]
    pub fn new() -> Self {
        let fingerprint = |id| {
            let document = Document::parse(super::definition(id)?.as_bytes()).ok()?;
            let root = document.root();
            let signatures = root.get("signature").into_iter().flat_map(|value| match value.kind() {
                Kind::Array => value.elements().collect(),
                _ => vec![value],
            });
            let mut headers: Vec<String> =
                signatures.filter_map(|value| value.get("header")).flat_map(names).collect();
            headers.extend(members(root, "headers").into_iter().flat_map(|(_, value)| names(value)));
            let events = members(root, "events").into_iter();
            let pointer = text(root, "/envelope/type").unwrap_or_default();
            headers.extend(pointer.strip_prefix("header:").map(str::to_owned));
            Some(Fingerprint {
                id,
                headers,
                pointer,
                event_types: events.map(|(name, _)| name.text().into_owned()).collect(),
            })
        };
        Self { fingerprints: super::ids().filter_map(fingerprint).collect() }
    }

    /// Returns the provider with the most headers in the delivery; if there is none, the first with the delivery's event type.
    #[must_use]
    pub fn detect(&self, delivery: &Delivery<'_>) -> Option<&'static str> {
        let is_present = |name: &&String| delivery.headers.get(name.as_str()).is_some();
        let counts = self.fingerprints.iter().map(|f| (f.headers.iter().filter(is_present).count(), f.id));
        let best =
            counts.fold((0, None), |best, (count, id)| if count > best.0 { (count, Some(id)) } else { best });
        if best.1.is_some() {
            return best.1;
        }
        let document = Document::parse(delivery.body).ok()?;
        let has_event_type = |f: &&Fingerprint| {
            let event_type = document.root().pointer(&f.pointer).and_then(Value::as_str);
            f.pointer.starts_with('/')
                && event_type.is_some_and(|event_type| f.event_types.iter().any(|name| *name == event_type))
        };
        self.fingerprints.iter().find(has_event_type).map(|f| f.id)
    }
}
