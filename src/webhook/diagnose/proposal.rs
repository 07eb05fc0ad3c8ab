//! The provider definition of a scheme that was found.

use crate::delivery::Delivery;
use crate::json::{Document, Kind, quoted};
use crate::signature::{SchemeDefinition, TimestampUnit};

/// Members of payloads with the event type.
const TYPES: [&str; 10] = [
    "/type",
    "/event",
    "/event/type",
    "/event_type",
    "/eventType",
    "/eventName",
    "/event_name",
    "/topic",
    "/action",
    "/data/type",
];
/// Members of payloads with an id.
const IDS: [&str; 8] =
    ["/id", "/event/id", "/event_id", "/eventId", "/webhook_id", "/message_id", "/messageId", "/data/id"];

/// A definition as JSON.
pub struct Proposal {
    signature: Option<SignatureMember>,
    headers: HeadersMember,
    event_type: String,
    dedupe: Vec<String>,
}

struct SignatureMember {
    header: String,
    format: String,
    algorithms: Vec<&'static str>,
    signed_content: String,
    secret: &'static str,
    ambiguous: bool,
    timestamp_unit: Option<&'static str>,
}

#[derive(Default)]
struct HeadersMember {
    id: Option<String>,
    timestamp: Option<String>,
}

impl Proposal {
    /// A definition of a provider that signs nothing, with one event type.
    pub fn unsigned() -> String {
        Self::with(None, HeadersMember::default(), "=event".to_owned(), vec!["digest".to_owned()]).to_json()
    }

    /// The definition of a delivery by its scheme: type and id are read where the payload has them.
    pub fn new(delivery: &Delivery<'_>, scheme: &SchemeDefinition, secret_format: &'static str) -> Self {
        let document = Document::parse(delivery.body).ok();
        let member = |names: &[&'static str]| {
            let root = document.as_ref()?.root();
            let is_text = |name: &&&'static str| {
                root.pointer(name).is_some_and(|value| matches!(value.kind(), Kind::String))
            };
            names.iter().find(is_text).copied()
        };
        let named = |word: &str| {
            let is_named = |(name, _): &(&str, &str)| name.to_ascii_lowercase().ends_with(word);
            delivery.headers.iter().find(is_named).map(|(name, _)| ["header:", name].concat())
        };
        let event_type = member(&TYPES)
            .map(str::to_owned)
            .or_else(|| named("-event").or_else(|| named("-topic")).or_else(|| named("-event-type")))
            .unwrap_or_else(|| "=event".to_owned());
        let id_header = scheme.id_header.clone();
        let mut dedupe: Vec<String> = id_header.iter().map(|name| ["header:", name].concat()).collect();
        if dedupe.is_empty() {
            dedupe.extend(member(&IDS).map(|pointer| ["pointer:", pointer].concat()));
        }
        dedupe.push("digest".to_owned());
        let unit = match scheme.timestamp_unit {
            TimestampUnit::Seconds => None,
            TimestampUnit::Milliseconds => Some("ms"),
            TimestampUnit::Microseconds => Some("us"),
            TimestampUnit::Nanoseconds => Some("ns"),
            TimestampUnit::Rfc3339 => Some("rfc3339"),
            TimestampUnit::Iso8601 => Some("iso8601"),
            TimestampUnit::HttpDate => Some("http-date"),
        };
        let signature = SignatureMember {
            header: scheme.header.clone(),
            format: scheme.format.clone(),
            algorithms: scheme.algorithms.iter().map(|algorithm| algorithm.name()).collect(),
            signed_content: scheme.signed_content.clone(),
            secret: secret_format,
            ambiguous: scheme.ambiguous,
            timestamp_unit: unit,
        };
        let headers = HeadersMember { id: id_header, timestamp: scheme.timestamp_header.clone() };
        Self::with(Some(signature), headers, event_type, dedupe)
    }

    fn with(
        signature: Option<SignatureMember>,
        headers: HeadersMember,
        event_type: String,
        dedupe: Vec<String>,
    ) -> Self {
        Self { signature, headers, event_type, dedupe }
    }

    pub fn to_json(&self) -> String {
        let headers = object(&[
            ("id", self.headers.id.as_deref().map(quoted)),
            ("timestamp", self.headers.timestamp.as_deref().map(quoted)),
        ]);
        object(&[
            ("id", Some(quoted("sender"))),
            ("title", Some(quoted("Sender"))),
            ("signature", self.signature.as_ref().map(SignatureMember::to_json)),
            ("headers", Some(headers).filter(|text| text != "{}")),
            ("envelope", Some(object(&[("type", Some(quoted(&self.event_type)))]))),
            ("dedupe", Some(list(&self.dedupe))),
            ("events", Some(r#"{"*":{"schema":true}}"#.to_owned())),
        ])
    }
}

impl SignatureMember {
    fn to_json(&self) -> String {
        object(&[
            ("header", Some(quoted(&self.header))),
            ("format", Some(quoted(&self.format))),
            ("algorithms", Some(list(&self.algorithms))),
            ("signedContent", Some(quoted(&self.signed_content))),
            ("secret", Some(quoted(self.secret))),
            ("ambiguous", self.ambiguous.then(|| true.to_string())),
            ("timestampUnit", self.timestamp_unit.map(quoted)),
        ])
    }
}

/// Returns an object of the members that have a value. The values are JSON.
fn object(members: &[(&str, Option<String>)]) -> String {
    let present =
        members.iter().filter_map(|(key, value)| Some([&quoted(key), ":", value.as_ref()?].concat()));
    format!("{{{}}}", present.collect::<Vec<_>>().join(","))
}

/// Returns an array of strings.
fn list(texts: &[impl AsRef<str>]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text.as_ref())).collect::<Vec<_>>().join(","))
}
