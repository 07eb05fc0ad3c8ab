//! The texts of the built-in providers: every folder of `providers/`, bundled by `build.rs`.

/// Id, definition and key orders of every built-in provider. A definition is one JSON text with its schemas inlined, as a
/// run-time definition is.
pub(super) static BUNDLES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/bundles.rs"));

/// Returns the definition of a built-in provider as a JSON text.
///
/// ```
/// for id in hookseal::provider::ids() {
///     let text = hookseal::provider::definition(id).unwrap();
///     assert!(hookseal::provider::Provider::from_json(text.as_bytes()).is_ok());
/// }
/// ```
#[must_use]
pub fn definition(id: &str) -> Option<&'static str> {
    BUNDLES.iter().find(|(name, ..)| *name == id).map(|(_, text, _)| *text)
}

/// Returns the order of the keys in the samples of a built-in provider: a JSON array with an object without values for
/// each event type. An array is replaced by the object of all its items.
#[cfg(feature = "full")]
pub(crate) fn key_orders(id: &str) -> Option<&'static str> {
    BUNDLES.iter().find(|(name, ..)| *name == id).map(|(.., orders)| *orders)
}
