//! The envelope: the parts that every event of a provider has, and where they stand.

use std::borrow::Cow;

use super::idempotency::IdempotencySource;
use super::members::{pointer, text};
use crate::delivery::{Headers, is_plain_header};
use crate::json::{Pointer, Value};
use crate::text::is_plain;

/// Where the parts that every event has stand in the body.
#[derive(Debug)]
pub struct Envelope {
    /// The event type.
    pub event_type: FieldSource,
    /// Pointer to the event's id.
    pub id: Option<Pointer>,
    /// Pointer to the time the event was made.
    pub created_at: Option<Pointer>,
    /// Pointer to the event's own data.
    pub data: String,
}

/// Where a text comes from.
#[derive(Debug)]
pub enum FieldSource {
    /// A JSON Pointer into the body.
    Pointer(Pointer),
    /// A header's name.
    Header(String),
}

impl Envelope {
    /// Reads the envelope of a definition that fits its contract.
    pub(super) fn read(definition: Value<'_>, dedupe: &[IdempotencySource]) -> Self {
        let mut envelope = Self {
            event_type: match text(definition, "/envelope/type").unwrap_or_default() {
                source if source.starts_with("header:") => {
                    FieldSource::Header(source["header:".len()..].to_owned())
                }
                pointer => FieldSource::Pointer(pointer.as_str().into()),
            },
            id: pointer(definition, "/envelope/id"),
            created_at: pointer(definition, "/envelope/createdAt"),
            data: String::new(),
        };
        envelope.data =
            text(definition, "/envelope/data").unwrap_or_else(|| envelope.default_data_pointer(dedupe));
        envelope
    }

    /// Where the data of an event goes, where the definition does not say: beside the event type, if what else the
    /// envelope has stands there. And into a `data` there, as providers do who have one: that it is there is known by
    /// a time, or by an idempotency key that no id of the envelope is.
    fn default_data_pointer(&self, dedupe: &[IdempotencySource]) -> String {
        // Beside a type in a header is the body.
        let FieldSource::Pointer(event_type) = &self.event_type else { return String::new() };
        let parent = event_type.rfind('/').map_or("", |end| &event_type[..end]);
        let within = |pointer: &str, place: &str| {
            pointer.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
        };
        let parts = || self.id.iter().chain(&self.created_at);
        let parent = if parts().all(|part| within(part, parent)) { parent } else { "" };
        let data_pointer = format!("{parent}/data");
        let keys = dedupe.iter().filter_map(|way| match way {
            IdempotencySource::Pointer(pointer) => Some(pointer),
            IdempotencySource::Header(_) | IdempotencySource::Digest | IdempotencySource::None => None,
        });
        let is_made = self.id.as_ref().is_some_and(|id| within(id, &data_pointer));
        if !is_made && keys.chain(&self.created_at).any(|part| within(part, &data_pointer)) {
            data_pointer
        } else {
            parent.to_owned()
        }
    }

    pub(super) fn pointers(&mut self) -> impl Iterator<Item = &mut Pointer> {
        let event_type = match &mut self.event_type {
            FieldSource::Pointer(pointer) => Some(pointer),
            FieldSource::Header(_) => None,
        };
        event_type.into_iter().chain(&mut self.id).chain(&mut self.created_at)
    }

    /// The rest of a pointer that leads into the data.
    pub(crate) fn strip_data_prefix<'p>(&self, pointer: &'p str) -> Option<&'p str> {
        pointer.strip_prefix(self.data.as_str()).filter(|rest| rest.starts_with('/'))
    }

    /// Whether the data stands side by side with the event type, instead of in an object of its own.
    pub(crate) fn is_data_inline(&self) -> bool {
        match &self.event_type {
            FieldSource::Pointer(pointer) => self.strip_data_prefix(pointer).is_some(),
            FieldSource::Header(_) => true,
        }
    }

    /// Pointers to the parts of the envelope in the body. Ids and times inside data that is an object of
    /// its own are the data's business.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        let event_type = match &self.event_type {
            FieldSource::Pointer(pointer) => Some(&**pointer),
            FieldSource::Header(_) => None,
        };
        let merged = self.is_data_inline();
        let others = [&self.id, &self.created_at].into_iter().flatten().map(|pointer| &**pointer);
        event_type
            .into_iter()
            .chain(others.filter(move |pointer| merged || self.strip_data_prefix(pointer).is_none()))
    }
}

impl FieldSource {
    /// The text of this source in a delivery, if it can be an event type.
    pub(crate) fn find<'d>(&'d self, headers: &'d Headers<'_>, body: Value<'d>) -> Option<Cow<'d, str>> {
        let text = match self {
            FieldSource::Pointer(pointer) => body.resolve(pointer)?.as_str(),
            FieldSource::Header(name) => {
                headers.get(name).filter(|text| is_plain_header(text)).map(Into::into)
            }
        };
        text.filter(|text| is_name(text) && is_plain(text))
    }
}

/// Whether a text can be the name of something, an event type or an id: not empty, and no longer than a
/// store keeps as a key.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 256
}
