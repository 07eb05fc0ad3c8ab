//! Lists the events of a delivery that has several, each with a key of its own.

use super::Webhook;
#[cfg(all(feature = "js", target_arch = "wasm32"))]
use super::evaluate::idempotency_key;
use super::evaluate::{item_key, key_text};
use super::item::Item;
use crate::delivery::Delivery;
#[cfg(all(feature = "js", target_arch = "wasm32"))]
use crate::json::Document;
use crate::json::Value;
use crate::provider::MAX_ITEMS;

impl Webhook {
    /// Lists the items of a delivery that was accepted.
    #[cfg(all(feature = "js", target_arch = "wasm32"))]
    pub(crate) fn items(&self, delivery: &Delivery<'_>) -> Option<Vec<Item>> {
        let document = Document::parse_with_keys(delivery.json(), &self.provider.key_table).ok()?;
        let root = document.root();
        let (event_type, _) = self.provider.envelope.event_type.find(&delivery.headers, root)?;
        let (id, _) = idempotency_key(self, delivery, root, &event_type)?;
        self.list_items(delivery, root, &id)
    }

    /// Lists the items of a body, for a provider that sends several events at once. `id` is the idempotency key of the delivery.
    #[inline(never)]
    pub(crate) fn list_items(&self, delivery: &Delivery<'_>, root: Value<'_>, id: &str) -> Option<Vec<Item>> {
        let batch = self.provider.batch.as_ref()?;
        let list = batch.list(root)?;
        let mut items = Vec::new();
        for (index, value) in list.elements().take(MAX_ITEMS).enumerate() {
            // An item without a type is in a report only: it rejects the delivery.
            let Some((event_type, _)) = batch.item.event_type.find(&delivery.headers, value) else {
                continue;
            };
            let index = index.to_string();
            let id = match item_key(batch, value) {
                Ok(Some(key)) => [&event_type, ":", &key].concat(),
                _ if id.is_empty() => String::new(),
                _ => [id, "/", &index].concat(),
            };
            let time = batch.item.created_at.as_ref().and_then(|pointer| value.resolve(pointer));
            items.push(Item {
                unknown: self.provider.find_event(&event_type).is_none(),
                event_type: event_type.into_owned(),
                id,
                created_at: time.and_then(key_text).map(std::borrow::Cow::into_owned),
                pointer: [&*batch.list, "/", &index].concat(),
            });
        }
        Some(items)
    }
}
