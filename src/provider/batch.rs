//! Deliveries with a list of events: where the list is, and where each item has its type, id and time.

use super::definition_error::{DefinitionError, definition_error};
use super::envelope::Envelope;
use super::event::compile;
use super::members::pointer;
use super::type_source::TypeSources;
use crate::blob::blob;
use crate::json::{Document, KeyInterner, Kind, Pointer, Value};
use crate::schema::Schema;

/// More items than this are rejected: the sender of a delivery does not choose how long a receiver works.
pub const MAX_ITEMS: usize = 1000;

/// The list of events in a delivery.
#[derive(Debug)]
pub struct Batch {
    /// Pointer to the list; empty for a body that is the list itself.
    pub list: Pointer,
    /// Where an item has its type, its id and its time: pointers from the item on.
    pub item: Envelope,
    /// Pointers to the id of an item that has none at the first one.
    pub(crate) other_ids: Vec<Pointer>,
    /// The schema of the whole body.
    pub(crate) schema: Option<Schema>,
}

blob!(struct Batch { list, item, other_ids, schema });

impl Batch {
    /// Parses the list of a valid definition; `None` for a provider that sends one event in a delivery.
    #[inline(never)]
    pub(super) fn parse(
        document: &Document<'_>,
        interner: &mut KeyInterner,
    ) -> Result<Option<Self>, DefinitionError> {
        let root = document.root();
        let whole = root.get("batch");
        let (Some(list), Some(item)) = (pointer(root, "/envelope/items"), root.pointer("/envelope/item"))
        else {
            return match whole {
                Some(batch) => {
                    let message = "`batch` is the schema of a delivery with several events. Add `envelope.items`, or remove `batch`.";
                    Err(definition_error(document, batch, message))
                }
                None => Ok(None),
            };
        };
        let event_type = TypeSources::parse(item.get("type").unwrap_or(item))
            .map_err(|(value, message)| definition_error(document, value, &message))?;
        if event_type.header().is_some() {
            let message = "A header has one value for all items. Name a field of the item.";
            return Err(definition_error(document, item.get("type").unwrap_or(item), message));
        }
        let mut ids: Vec<Pointer> = match item.get("id") {
            Some(value) if value.kind() == Kind::Array => {
                value.elements().filter_map(|id| pointer(id, "")).collect()
            }
            Some(value) => pointer(value, "").into_iter().collect(),
            None => Vec::new(),
        };
        let other_ids = ids.split_off(ids.len().min(1));
        Ok(Some(Self {
            list,
            item: Envelope {
                event_type,
                id: ids.pop(),
                created_at: pointer(item, "/createdAt"),
                data: String::new(),
            },
            other_ids,
            schema: whole.map(|batch| compile(document, batch, interner)).transpose()?,
        }))
    }

    pub(super) fn pointers(&mut self) -> impl Iterator<Item = &mut Pointer> {
        [&mut self.list].into_iter().chain(self.item.pointers()).chain(&mut self.other_ids)
    }

    /// Returns the list of a body; `None` if there is none.
    pub(crate) fn list<'d>(&self, root: Value<'d>) -> Option<Value<'d>> {
        root.resolve(&self.list).filter(|list| list.kind() == Kind::Array)
    }

    /// Returns the pointers to the id of an item, in the order in which they are tried.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &Pointer> {
        self.item.id.iter().chain(&self.other_ids)
    }
}
