//! The events of a definition, with their schemas.

use crate::blob::blob;
use crate::json::{Document, KeyInterner, Pointer, Value};
use crate::schema::{CompileOptions, Schema};

use super::definition_error::{DefinitionError, definition_error};
use super::members::{items, members, pointer, text};

/// An event type and the revisions of its schema.
#[derive(Debug)]
pub struct Event {
    /// The event type in the envelope. `*` matches every type without an entry.
    pub event_type: String,
    /// The revisions, in the order in which they are tried.
    pub revisions: Vec<Revision>,
}

/// One revision of an event's schema.
#[derive(Debug)]
pub struct Revision {
    /// The name, if there are several.
    pub name: Option<String>,
    /// Selects the revision if the payload has this pointer; `None` always matches.
    pub when: Option<Pointer>,
    /// The compiled schema.
    pub schema: Schema,
}

blob!(struct Event { event_type, revisions });
blob!(struct Revision { name, when, schema });

/// The entry for every event type without its own.
pub(super) const WILDCARD_EVENT: &str = "*";

impl Event {
    /// Returns the type; `None` for the wildcard event.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        Some(self.event_type.as_str()).filter(|event_type| *event_type != WILDCARD_EVENT)
    }

    /// Returns the index in `revisions` of the first one that the body matches.
    #[must_use]
    pub fn find_revision(&self, body: Value<'_>) -> Option<usize> {
        self.revisions
            .iter()
            .position(|revision| revision.when.as_ref().is_none_or(|pointer| body.resolve(pointer).is_some()))
    }
}

#[inline(never)]
pub(super) fn events(
    document: &Document<'_>,
    interner: &mut KeyInterner,
) -> Result<Vec<Event>, DefinitionError> {
    let mut events = Vec::new();
    for (name, event) in members(document.root(), "events") {
        let mut revisions = Vec::new();
        for revision in items(event, "revisions") {
            revisions.push(Revision {
                name: text(revision, "/name"),
                when: pointer(revision, "/when"),
                schema: compile(document, revision, interner)?,
            });
        }
        if event.get("schema").is_some() {
            revisions.push(Revision { name: None, when: None, schema: compile(document, event, interner)? });
        }
        events.push(Event { event_type: name.text().into_owned(), revisions });
    }
    Ok(events)
}

#[inline(never)]
pub(super) fn compile(
    document: &Document<'_>,
    holder: Value<'_>,
    interner: &mut KeyInterner,
) -> Result<Schema, DefinitionError> {
    let Some(schema) = holder.get("schema") else {
        return Err(definition_error(document, holder, "Missing required property \"schema\"."));
    };
    let options = CompileOptions { strict: true, detect_placeholders: true, ..CompileOptions::default() };
    Schema::compile_with_interner(schema, options, interner).map_err(|error| {
        definition_error(document, schema.pointer(&error.pointer).unwrap_or(schema), &error.message)
    })
}
