//! One event of a delivery that has several.

use std::fmt;

/// One event of a delivery that has several. `Debug` leaves out id and time, which are values of the payload.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct Item {
    /// The event type.
    #[cfg_attr(feature = "serde", serde(rename = "type"))]
    pub event_type: String,
    /// Whether the provider's definition does not name this event type: nothing validated the item.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "is_false"))]
    pub unknown: bool,
    /// The idempotency key: the item's own id, prefixed by its type; or the key of the delivery and the index of the item. Empty
    /// where neither has one.
    pub id: String,
    /// The time of the event, as the payload writes it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub created_at: Option<String>,
    /// The location in the payload: a JSON Pointer.
    pub pointer: String,
}

#[cfg(feature = "serde")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item")
            .field("event_type", &self.event_type)
            .field("unknown", &self.unknown)
            .field("pointer", &self.pointer)
            .finish_non_exhaustive()
    }
}
