//! The built-in providers: every folder of `providers/`, bundled by `build.rs`.

/// Id and definition of every built-in provider. A definition is one JSON text with its schemas inlined, as a run-time
/// definition is.
static BUNDLES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/bundles.rs"));

/// Returns the ids of the built-in providers.
pub fn ids() -> impl Iterator<Item = &'static str> {
    BUNDLES.iter().map(|(id, _)| *id)
}

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
    BUNDLES.iter().find(|(name, _)| *name == id).map(|(_, text)| *text)
}
