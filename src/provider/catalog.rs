//! The built-in providers, made of their texts or of their compiled form.
//!
//! The full module of the npm package has them compiled, too, and never reads the texts to make a webhook. The light module has
//! none of them: JavaScript passes each one compiled, so that a program contains only those that it uses.

#[cfg(feature = "full")]
use super::bundles::BUNDLES;
#[cfg(any(not(blob), test))]
use super::bundles::definition;
#[cfg(feature = "full")]
use super::compiled::seal_catalog;
use super::{DefinitionError, Provider};
#[cfg(all(feature = "full", any(blob, test)))]
use crate::blob::Reader;
#[cfg(feature = "full")]
use crate::blob::{Blob, Writer};

/// The ids of the built-in providers.
static IDS: &[&str] = include!(concat!(env!("OUT_DIR"), "/ids.rs"));

/// The built-in providers as [`compile_catalog`] writes them, without the seal.
#[cfg(all(blob, feature = "full"))]
static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/providers.blob"));

/// Returns the ids of the built-in providers.
pub fn ids() -> impl Iterator<Item = &'static str> {
    IDS.iter().copied()
}

/// Returns a built-in provider.
#[cfg(not(blob))]
pub(crate) fn built_in(id: &str) -> Option<Result<Provider, DefinitionError>> {
    Some(Provider::from_trusted_json(definition(id)?.as_bytes()))
}

/// Returns a built-in provider. PERF: no other provider is read.
#[cfg(all(blob, feature = "full"))]
pub(crate) fn built_in(id: &str) -> Option<Result<Provider, DefinitionError>> {
    let (_, bytes) = compiled_parts(BLOB).into_iter().find(|(name, _)| *name == id)?;
    Provider::from_payload(bytes).ok().map(Ok)
}

/// Returns `None`: the light module has no built-in providers.
#[cfg(all(blob, not(feature = "full")))]
pub(crate) fn built_in(_: &str) -> Option<Result<Provider, DefinitionError>> {
    None
}

/// Compiles each built-in provider to the text of [`Provider::to_compiled_text`], for the JavaScript of the npm package.
///
/// # Errors
/// A definition is invalid.
#[cfg(feature = "full")]
pub fn compiled_texts() -> Result<Vec<(&'static str, String)>, DefinitionError> {
    let text = |(id, text, _): &(&'static str, &str, &str)| {
        Ok((*id, Provider::from_trusted_json(text.as_bytes())?.to_compiled_text()))
    };
    BUNDLES.iter().map(text).collect()
}

/// Compiles all built-in providers to a blob, for the build of a module: the environment variable `HOOKSEAL_BLOB` has the
/// path of a file with it.
///
/// # Errors
/// A definition is invalid.
#[cfg(feature = "full")]
pub fn compile_catalog() -> Result<Vec<u8>, DefinitionError> {
    let (mut index, mut parts) = (Writer::default(), Vec::new());
    BUNDLES.len().put(&mut index);
    for (id, text, _) in BUNDLES {
        let part = Writer::bytes_of(&Provider::from_trusted_json(text.as_bytes())?);
        index.text(id);
        part.len().put(&mut index);
        parts.extend(part);
    }
    Ok(seal_catalog(&[index.into_bytes(), parts].concat()))
}

/// The id and the bytes of each provider of a catalog.
#[cfg(all(feature = "full", any(blob, test)))]
fn compiled_parts(payload: &[u8]) -> Vec<(&str, &[u8])> {
    let mut input = Reader::new(payload);
    let index: Vec<(&str, usize)> =
        (0..input.length()).map(|_| (input.text(), usize::get(&mut input))).collect();
    index.into_iter().map(|(id, length)| (id, input.take(length))).collect()
}

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::*;
    use crate::provider::compiled::unseal_catalog;

    #[test]
    fn a_catalog_has_every_provider_by_its_id() {
        let catalog = compile_catalog().unwrap();
        let parts = compiled_parts(unseal_catalog(&catalog).unwrap());
        assert_eq!(parts.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids().collect::<Vec<_>>());
        for (id, bytes) in parts {
            let compiled = Provider::from_payload(bytes).unwrap();
            let text = Provider::from_json(definition(id).unwrap().as_bytes()).unwrap();
            assert!(format!("{compiled:?}") == format!("{text:?}"), "{id}");
        }
    }
}
