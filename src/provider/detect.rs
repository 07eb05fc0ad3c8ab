//! Detects the built-in provider of a delivery. SECURITY: a convenience only; detection authenticates nothing.

use super::members::{members, text};
use super::type_source::{TypeSource, TypeSources};
use crate::delivery::Delivery;
use crate::json::{Document, Kind, Value};
use crate::text::eq_ignore_ascii_case;

/// Signature headers that several providers send, so that the name shows no provider.
pub(crate) const SHARED_HEADERS: [&str; 6] = [
    "X-Hub-Signature",
    "X-Hub-Signature-256",
    "X-Signature",
    "X-Webhook-Signature",
    "Authorization",
    "Signature",
];

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
    signatures: Vec<SignatureHeader>,
    /// The pointer to a signature or a token in the body; of a list, in its first element.
    from: Option<String>,
    /// Whether each element of a list has a signature.
    is_of_each: bool,
    /// Headers with ids, times and the event type.
    headers: Vec<String>,
    /// The sources of the event type.
    sources: TypeSources,
    event_types: Vec<String>,
}

#[derive(Debug)]
struct SignatureHeader {
    name: String,
    /// The literal text with which the format begins. Without it, any request with an `Authorization` would be Microsoft's.
    prefix: String,
    is_shared: bool,
    /// Whether it is the first name: other names are of later families, which other providers have as their first.
    is_first: bool,
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
        Self { fingerprints: super::ids().filter_map(Fingerprint::of_built_in).collect() }
    }

    /// Returns the provider that most likely sent the delivery; `None` if none fits, or several.
    #[must_use]
    pub fn detect(&self, delivery: &Delivery<'_>) -> Option<&'static str> {
        match self.detect_all(delivery)[..] {
            [id] => Some(id),
            _ => None,
        }
    }

    /// Returns every provider that can have sent the delivery: those with the most headers in it, and of these, those whose event
    /// type it has. If no provider has a header in it, those that name its event type.
    ///
    /// ```
    /// use hookseal::delivery::{Delivery, Headers};
    /// use hookseal::provider::ProviderDetector;
    ///
    /// let detector = ProviderDetector::new();
    /// let headers = || Headers::from_iter([("x-hub-signature", "sha256=00"), ("x-request-uuid", "1")]);
    /// assert_eq!(detector.detect_all(&Delivery::new(headers(), b"")), ["bitbucket"]);
    /// let body = br#"{ "webhookEvent": "jira:issue_updated" }"#;
    /// let headers = Headers::from_iter([("x-hub-signature", "sha256=00")]);
    /// assert_eq!(detector.detect_all(&Delivery::new(headers, body)), ["jira"]);
    /// ```
    #[must_use]
    pub fn detect_all(&self, delivery: &Delivery<'_>) -> Vec<&'static str> {
        let document = Document::parse(delivery.body).ok();
        let root = document.as_ref().map(Document::root);
        let counts: Vec<usize> = self.fingerprints.iter().map(|f| f.count_headers(delivery, root)).collect();
        let max = counts.iter().copied().max().unwrap_or(0);
        let all =
            || self.fingerprints.iter().zip(&counts).filter(|(_, count)| **count == max).map(|(f, _)| f);
        if max == 0 {
            return all().filter(|f| f.names_event_type(delivery, root)).map(|f| f.id).collect();
        }
        let with_type: Vec<_> = all().filter(|f| f.has_event_type(delivery, root)).map(|f| f.id).collect();
        if with_type.is_empty() { all().map(|f| f.id).collect() } else { with_type }
    }
}

impl Fingerprint {
    fn of_built_in(id: &'static str) -> Option<Self> {
        let document = Document::parse(super::definition(id)?.as_bytes()).ok()?;
        let root = document.root();
        // Its headers are those of the provider that it extends, which is the result.
        root.get("extends").is_none().then_some(())?;
        let sources = TypeSources::of_delivery(root).ok()?;
        let mut headers: Vec<String> =
            members(root, "headers").into_iter().flat_map(|(_, value)| names(value)).collect();
        headers.extend(sources.headers().into_iter().map(str::to_owned));
        let schemes = root.get("signature").into_iter().flat_map(|value| match value.kind() {
            Kind::Array => value.elements().collect(),
            _ => vec![value],
        });
        let signatures = schemes.enumerate().flat_map(|(scheme, value)| {
            let format = text(value, "/format").unwrap_or_default();
            let prefix = format.split('{').next().unwrap_or_default().to_owned();
            let names = value.get("header").map(names).unwrap_or_default();
            names.into_iter().enumerate().map(move |(family, name)| SignatureHeader {
                prefix: prefix.clone(),
                is_shared: SHARED_HEADERS.iter().any(|shared| eq_ignore_ascii_case(shared, &name)),
                is_first: scheme == 0 && family == 0,
                name,
            })
        });
        let signatures = signatures.collect();
        let events = members(root, "events").into_iter();
        let each = text(root, "/signature/each");
        Some(Self {
            id,
            signatures,
            from: text(root, "/signature/from").filter(|from| from.starts_with('/')).map(
                |from| match &each {
                    Some(list) => [list, "/0", &from].concat(),
                    None => from,
                },
            ),
            is_of_each: each.is_some(),
            headers,
            sources,
            event_types: events.map(|(name, _)| name.text().into_owned()).collect(),
        })
    }

    /// How well the delivery's headers fit: two for each header of the provider, and one more for the first name of its signature
    /// header. A signature header that several providers send counts next to another header or the event type only. One for a
    /// signature in the body next to the event type.
    fn count_headers(&self, delivery: &Delivery<'_>, root: Option<Value<'_>>) -> usize {
        let is_present = |name: &&String| delivery.headers.get(name.as_str()).is_some();
        let count = self.headers.iter().filter(is_present).count();
        let is_signed = |signature: &&SignatureHeader| {
            delivery.headers.get(&signature.name).is_some_and(|value| value.contains(&signature.prefix))
                && (!signature.is_shared || count > 0 || self.has_event_type(delivery, root))
        };
        let signature = self.signatures.iter().find(is_signed);
        let in_body = self.from.as_ref().zip(root).and_then(|(from, root)| root.pointer(from));
        let is_in_body = in_body.is_some_and(|value| value.kind() == Kind::String);
        2 * count
            + signature.map_or(0, |signature| 2 + usize::from(signature.is_first))
            + usize::from(is_in_body && (self.is_of_each || self.has_event_type(delivery, root)))
    }

    /// Whether the delivery has a type of its own, and not only the one that the definition gives to every delivery.
    fn has_event_type(&self, delivery: &Delivery<'_>, root: Option<Value<'_>>) -> bool {
        let Some(root) = root else {
            return self.sources.headers().into_iter().any(|name| delivery.headers.get(name).is_some());
        };
        let found = self.sources.find(&delivery.headers, root);
        found.is_some_and(|(_, source)| !matches!(self.sources.sources()[source], TypeSource::Fixed(_)))
    }

    /// Whether the definition has an entry for the event type in the delivery.
    fn names_event_type(&self, delivery: &Delivery<'_>, root: Option<Value<'_>>) -> bool {
        let event_type = root.and_then(|root| self.sources.find_text(&delivery.headers, root));
        event_type.is_some_and(|event_type| self.event_types.iter().any(|name| *name == event_type))
    }
}
