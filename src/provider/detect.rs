//! Which built-in provider a delivery looks like: a guess for people, and never a reason to trust.

use super::members::{members, text};
use crate::delivery::Delivery;
use crate::json::{Document, Value};

/// What every built-in provider's deliveries look like.
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
    /// Headers that are the provider's own.
    headers: Vec<String>,
    /// Where the type of an event stands in the body, and which types there are.
    pointer: String,
    events: Vec<String>,
}

impl Default for ProviderDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl ProviderDetector {
    /// Reads the built-in definitions: make one, and keep it.
    #[must_use]
    pub fn new() -> Self {
        let look = |id| {
            let document = Document::parse(super::definition(id)?.as_bytes()).ok()?;
            let root = document.root();
            let mut headers: Vec<String> = text(root, "/signature/header").into_iter().collect();
            headers.extend(members(root, "headers").into_iter().filter_map(|(_, name)| text(name, "")));
            let events = members(root, "events").into_iter();
            let pointer = text(root, "/envelope/type").unwrap_or_default();
            headers.extend(pointer.strip_prefix("header:").map(str::to_owned));
            Some(Fingerprint {
                id,
                headers,
                pointer,
                events: events.map(|(name, _)| name.text().into_owned()).collect(),
            })
        };
        Self { fingerprints: super::ids().filter_map(look).collect() }
    }

    /// The provider most of whose headers, or else whose event, the delivery has.
    #[must_use]
    pub fn detect(&self, delivery: &Delivery<'_>) -> Option<&'static str> {
        let has = |name: &&String| delivery.headers.get(name.as_str()).is_some();
        let counts = self.fingerprints.iter().map(|look| (look.headers.iter().filter(has).count(), look.id));
        let most =
            counts.fold((0, None), |most, (count, id)| if count > most.0 { (count, Some(id)) } else { most });
        if most.1.is_some() {
            return most.1;
        }
        let document = Document::parse(delivery.body).ok()?;
        let fits = |look: &&Fingerprint| {
            let event_type = document.root().pointer(&look.pointer).and_then(Value::as_str);
            look.pointer.starts_with('/')
                && event_type.is_some_and(|it| look.events.iter().any(|name| *name == it))
        };
        self.fingerprints.iter().find(fits).map(|look| look.id)
    }
}
