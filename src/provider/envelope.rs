//! The envelope: where every event of a provider has its type, id, time and data.

use super::idempotency::IdempotencySource;
use super::members::{pointer, text};
use super::type_source::TypeSources;
use crate::blob::blob;
use crate::json::{Pointer, Value};

/// Sources of the members that every event has.
#[derive(Debug)]
pub struct Envelope {
    /// The event type.
    pub event_type: TypeSources,
    /// Pointer to the event's id.
    pub id: Option<Pointer>,
    /// Pointer to the time of the event.
    pub created_at: Option<Pointer>,
    /// Pointer to the data of the event.
    pub data: String,
}

blob!(struct Envelope { event_type, id, created_at, data });

impl Envelope {
    /// Parses the envelope of a valid definition.
    pub(super) fn parse(
        definition: Value<'_>,
        event_type: TypeSources,
        dedupe: &[IdempotencySource],
    ) -> Self {
        let mut envelope = Self {
            event_type,
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
        // With the type in a header, or in different objects, the data is the whole body.
        let Some(parent) = self.event_type.parent() else { return String::new() };
        let is_within = |pointer: &str, parent: &str| {
            pointer.strip_prefix(parent).is_some_and(|rest| rest.starts_with('/'))
        };
        let parts = || self.id.iter().chain(&self.created_at);
        let parent = if parts().all(|part| is_within(part, parent)) { parent } else { "" };
        let data_pointer = format!("{parent}/data");
        let keys = dedupe.iter().filter_map(|source| match source {
            IdempotencySource::Pointer(pointer) => Some(pointer),
            _ => None,
        });
        let contains_id = self.id.as_ref().is_some_and(|id| is_within(id, &data_pointer));
        if !contains_id && keys.chain(&self.created_at).any(|part| is_within(part, &data_pointer)) {
            data_pointer
        } else {
            parent.to_owned()
        }
    }

    pub(super) fn pointers(&mut self) -> impl Iterator<Item = &mut Pointer> {
        self.event_type.pointers_mut().into_iter().chain(&mut self.id).chain(&mut self.created_at)
    }

    /// Returns the pointer relative to the data; `None` for a pointer outside of the data.
    pub(crate) fn strip_data_prefix<'p>(&self, pointer: &'p str) -> Option<&'p str> {
        pointer.strip_prefix(self.data.as_str()).filter(|rest| rest.starts_with('/'))
    }

    /// Returns whether the event type is a member of the data, or not in the body.
    pub(crate) fn is_data_inline(&self) -> bool {
        let pointers = self.event_type.pointers();
        pointers.is_empty() || pointers.iter().any(|pointer| self.strip_data_prefix(pointer).is_some())
    }

    /// Returns the pointers to id and time, except those inside a separate data object.
    pub(crate) fn member_pointers(&self) -> impl Iterator<Item = &Pointer> {
        let is_data_inline = self.is_data_inline();
        let members = [&self.id, &self.created_at].into_iter().flatten();
        members.filter(move |pointer| is_data_inline || self.strip_data_prefix(pointer).is_none())
    }
}
