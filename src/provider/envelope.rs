//! The envelope: where every event of a provider has its type, id, time and data.

use std::borrow::Cow;

use super::idempotency::IdempotencySource;
use super::members::{pointer, text};
use crate::blob::blob;
use crate::delivery::{Headers, is_plain_header};
use crate::json::{Pointer, Value};
use crate::text::is_plain;

/// Sources of the members that every event has.
#[derive(Debug)]
pub struct Envelope {
    /// The event type.
    pub event_type: FieldSource,
    /// Pointer to the event's id.
    pub id: Option<Pointer>,
    /// Pointer to the time of the event.
    pub created_at: Option<Pointer>,
    /// Pointer to the data of the event.
    pub data: String,
}

/// The source of a text.
#[derive(Debug)]
pub enum FieldSource {
    /// A JSON Pointer into the body.
    Pointer(Pointer),
    /// Name of a header.
    Header(String),
}

blob!(struct Envelope { event_type, id, created_at, data });
blob!(enum FieldSource { 0 => Pointer(pointer), 1 => Header(name) });

impl Envelope {
    /// Parses the envelope of a valid definition.
    pub(super) fn parse(definition: Value<'_>, dedupe: &[IdempotencySource]) -> Self {
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

    /// Returns the pointer to the data, for definitions without one. The envelope is the object around the event type, or the
    /// whole body if id or time are outside of that object. The data is its member `data`, if the pointer of the time or of an
    /// idempotency key leads into that member and the pointer of the id does not. Otherwise the data is the envelope itself.
    fn default_data_pointer(&self, dedupe: &[IdempotencySource]) -> String {
        // With the type in a header, the data is the whole body.
        let FieldSource::Pointer(event_type) = &self.event_type else { return String::new() };
        let parent = event_type.rfind('/').map_or("", |end| &event_type[..end]);
        let is_within = |pointer: &str, parent: &str| {
            pointer.strip_prefix(parent).is_some_and(|rest| rest.starts_with('/'))
        };
        let parts = || self.id.iter().chain(&self.created_at);
        let parent = if parts().all(|part| is_within(part, parent)) { parent } else { "" };
        let data_pointer = format!("{parent}/data");
        let keys = dedupe.iter().filter_map(|source| match source {
            IdempotencySource::Pointer(pointer) => Some(pointer),
            IdempotencySource::Header(_) | IdempotencySource::Digest | IdempotencySource::None => None,
        });
        let contains_id = self.id.as_ref().is_some_and(|id| is_within(id, &data_pointer));
        if !contains_id && keys.chain(&self.created_at).any(|part| is_within(part, &data_pointer)) {
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

    /// Returns the pointer relative to the data; `None` for a pointer outside of the data.
    pub(crate) fn strip_data_prefix<'p>(&self, pointer: &'p str) -> Option<&'p str> {
        pointer.strip_prefix(self.data.as_str()).filter(|rest| rest.starts_with('/'))
    }

    /// Returns whether data and event type are members of the same object.
    pub(crate) fn is_data_inline(&self) -> bool {
        match &self.event_type {
            FieldSource::Pointer(pointer) => self.strip_data_prefix(pointer).is_some(),
            FieldSource::Header(_) => true,
        }
    }

    /// Returns the pointers to event type, id and time, except for an id or a time inside a separate data object.
    pub(crate) fn member_pointers(&self) -> impl Iterator<Item = &Pointer> {
        let event_type = match &self.event_type {
            FieldSource::Pointer(pointer) => Some(pointer),
            FieldSource::Header(_) => None,
        };
        let is_data_inline = self.is_data_inline();
        let others = [&self.id, &self.created_at].into_iter().flatten();
        event_type
            .into_iter()
            .chain(others.filter(move |pointer| is_data_inline || self.strip_data_prefix(pointer).is_none()))
    }
}

impl FieldSource {
    /// Returns the text of this source in a delivery, if the text can be an event type.
    pub(crate) fn find<'d>(&'d self, headers: &'d Headers<'_>, body: Value<'d>) -> Option<Cow<'d, str>> {
        let text = match self {
            FieldSource::Pointer(pointer) => body.resolve(pointer)?.as_str(),
            FieldSource::Header(name) => {
                headers.get(name).filter(|text| is_plain_header(text)).map(Into::into)
            }
        };
        text.filter(|text| is_id_or_type(text) && is_plain(text))
    }
}

/// Returns whether a text can be an event type or an id: not empty, and no longer than the keys of a store.
pub(crate) fn is_id_or_type(text: &str) -> bool {
    !text.is_empty() && text.len() <= 256
}
