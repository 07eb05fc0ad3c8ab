//! The provider definition of a scheme that was found.

use serde::Serialize;

use crate::delivery::Delivery;
use crate::json::{Document, Kind, json_text};
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
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    id: &'static str,
    title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<SignatureMember>,
    #[serde(skip_serializing_if = "HeadersMember::is_empty")]
    headers: HeadersMember,
    envelope: EnvelopeMember,
    dedupe: Vec<String>,
    events: EventsMember,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignatureMember {
    header: String,
    format: String,
    algorithms: Vec<&'static str>,
    signed_content: String,
    secret: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ambiguous: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp_unit: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct HeadersMember {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
}

impl HeadersMember {
    fn is_empty(&self) -> bool {
        self.id.is_none() && self.timestamp.is_none()
    }
}

#[derive(Serialize)]
struct EnvelopeMember {
    r#type: String,
}

#[derive(Serialize)]
struct EventsMember {
    #[serde(rename = "*")]
    all: EventMember,
}

#[derive(Serialize)]
struct EventMember {
    schema: bool,
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
        Self {
            id: "sender",
            title: "Sender",
            signature,
            headers,
            envelope: EnvelopeMember { r#type: event_type },
            dedupe,
            events: EventsMember { all: EventMember { schema: true } },
        }
    }

    pub fn to_json(&self) -> String {
        json_text(self).unwrap_or_default()
    }
}
