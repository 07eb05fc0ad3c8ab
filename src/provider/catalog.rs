//! The built-in providers: every folder of `providers/`, bundled by the build.

/// Id and definition of every built-in provider. A definition is one JSON text, event contracts
/// inlined, in the very form a run-time definition has.
static BUNDLES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/bundles.rs"));

/// The ids of the built-in providers.
pub fn ids() -> impl Iterator<Item = &'static str> {
    BUNDLES.iter().map(|(id, _)| *id)
}

/// The definition of a built-in provider as a JSON text.
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
