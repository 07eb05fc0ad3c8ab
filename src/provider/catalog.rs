//! The built-in providers, made of their texts or of their compiled form.
//!
//! A build with `cfg(blob)` has them compiled, too. Then it never reads the texts to make a webhook.

use super::bundles::BUNDLES;
#[cfg(any(not(blob), test))]
use super::bundles::definition;
use super::compiled::seal_catalog;
use super::{DefinitionError, Provider};
#[cfg(any(blob, test))]
use crate::blob::Reader;
use crate::blob::{Blob, Writer};

/// The built-in providers as [`compile_catalog`] writes them, without the seal.
#[cfg(blob)]
static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/providers.blob"));

/// Returns the ids of the built-in providers.
#[cfg(not(blob))]
pub fn ids() -> impl Iterator<Item = &'static str> {
    BUNDLES.iter().map(|(id, ..)| *id)
}

/// Returns the ids of the built-in providers.
#[cfg(blob)]
pub fn ids() -> impl Iterator<Item = &'static str> {
    compiled_parts(BLOB).into_iter().map(|(id, _)| id)
}

/// Returns a built-in provider.
#[cfg(not(blob))]
pub(crate) fn built_in(id: &str) -> Option<Result<Provider, DefinitionError>> {
    Some(Provider::from_trusted_json(definition(id)?.as_bytes()))
}

/// Returns a built-in provider. PERF: no other provider is read.
#[cfg(blob)]
pub(crate) fn built_in(id: &str) -> Option<Result<Provider, DefinitionError>> {
    let (_, bytes) = compiled_parts(BLOB).into_iter().find(|(name, _)| *name == id)?;
    Provider::from_payload(bytes).ok().map(Ok)
}

/// Compiles all built-in providers to a blob, for the build of a module: the environment variable `HOOKSEAL_BLOB` has the
/// path of a file with it.
///
/// # Errors
/// A definition is invalid.
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
#[cfg(any(blob, test))]
fn compiled_parts(payload: &[u8]) -> Vec<(&str, &[u8])> {
    let mut input = Reader::new(payload);
    let index: Vec<(&str, usize)> =
        (0..input.length()).map(|_| (input.text(), usize::get(&mut input))).collect();
    index.into_iter().map(|(id, length)| (id, input.take(length))).collect()
}

#[cfg(test)]
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
