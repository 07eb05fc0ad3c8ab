//! Compiled providers: a definition with its schemas as bytes, which this build of the crate reads without the compiler.

use std::fmt;

use super::{DefinitionError, Provider};
use crate::blob::seal::{BlobKind, SealError, seal, unseal};
use crate::blob::{Reader, Writer, ascii, blob};

/// The version of the crate, for messages.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The fingerprint of the sources, which decide what the bytes of a blob mean.
#[allow(clippy::unreadable_literal, reason = "a generated number")]
const FINGERPRINT: u64 = include!(concat!(env!("OUT_DIR"), "/fingerprint.rs"));

/// Why a compiled provider is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompiledError {
    /// The bytes are no compiled provider, are cut, or have changed.
    Damaged,
    /// Another version of the crate compiled the provider, or another build of this version.
    OtherVersion {
        /// The version that compiled the provider.
        version: String,
    },
    /// A schema has the format `regex`, which the light module of the npm package lacks.
    NeedsFull,
}

impl fmt::Display for CompiledError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let again = "Compile the definition again with this version: `hookseal compile`.";
        match self {
            Self::Damaged => write!(f, "Invalid compiled provider: its bytes are not complete. {again}"),
            Self::OtherVersion { version } if version == VERSION => {
                write!(f, "Another build of version {VERSION} compiled this provider. {again}")
            }
            Self::OtherVersion { version } => {
                write!(f, "Version {version} compiled this provider, and this is version {VERSION}. {again}")
            }
            Self::NeedsFull => f.write_str(concat!(
                "The format \"regex\" of this provider's schema needs the full module. Add `",
                option!(full),
                "`."
            )),
        }
    }
}

impl std::error::Error for CompiledError {}

impl From<SealError> for CompiledError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Damaged => Self::Damaged,
            SealError::OtherBuild { version } => Self::OtherVersion { version },
        }
    }
}

/// Seals the payload of the catalog, which `build.rs` unseals.
#[cfg(feature = "full")]
pub(super) fn seal_catalog(payload: &[u8]) -> Vec<u8> {
    seal(BlobKind::Catalog, VERSION, FINGERPRINT, payload)
}

/// Returns the payload of a catalog of this build.
#[cfg(all(test, feature = "full"))]
pub(super) fn unseal_catalog(bytes: &[u8]) -> Result<&[u8], SealError> {
    unseal(BlobKind::Catalog, VERSION, FINGERPRINT, bytes)
}

impl Provider {
    /// Compiles a definition to bytes, for [`Provider::from_compiled`].
    ///
    /// # Errors
    /// As [`Provider::from_json`].
    pub fn compile(definition: &[u8]) -> Result<Vec<u8>, DefinitionError> {
        Self::from_json(definition).map(|provider| provider.to_compiled())
    }

    /// Returns the provider as bytes, for [`Provider::from_compiled`].
    #[must_use]
    pub fn to_compiled(&self) -> Vec<u8> {
        seal(BlobKind::Provider, VERSION, FINGERPRINT, &Writer::bytes_of(self))
    }

    /// Returns the provider as a text of printable ASCII, for [`Provider::from_compiled_text`].
    #[cfg(feature = "full")]
    #[must_use]
    pub fn to_compiled_text(&self) -> String {
        ascii::encode(&self.to_compiled())
    }

    /// Reads a provider from the text of [`Provider::to_compiled_text`].
    ///
    /// # Errors
    /// As [`Provider::from_compiled`].
    pub fn from_compiled_text(text: &str) -> Result<Self, CompiledError> {
        Self::from_compiled(&ascii::decode(text).ok_or(CompiledError::Damaged)?)
    }

    /// Reads a provider that the same version of this crate compiled. PERF: takes a tenth of the time of
    /// [`Provider::from_json`].
    ///
    /// ```
    /// use hookseal::provider::Provider;
    ///
    /// let compiled = Provider::compile(br#"{
    ///     "id": "mine",
    ///     "signature": { "header": "X-Mine-Signature", "format": "sha256={hex}", "algorithms": ["sha256"] },
    ///     "envelope": { "type": "/type" },
    ///     "events": { "ping": { "schema": { "required": ["id"] } } }
    /// }"#)?;
    /// let provider = Provider::from_compiled(&compiled)?;
    /// assert_eq!(provider.id, "mine");
    ///
    /// let error = Provider::from_compiled(&compiled[1..]).unwrap_err();
    /// assert!(error.to_string().starts_with("Invalid compiled provider"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Another version of the crate compiled the provider, or the bytes have changed.
    pub fn from_compiled(bytes: &[u8]) -> Result<Self, CompiledError> {
        let payload = unseal(BlobKind::Provider, VERSION, FINGERPRINT, bytes)?;
        Self::from_payload(payload)
    }

    /// Reads a provider without its seal.
    pub(super) fn from_payload(payload: &[u8]) -> Result<Self, CompiledError> {
        let mut input = Reader::new(payload);
        let mut provider: Self = input.only_value().ok_or(CompiledError::Damaged)?;
        if input.needs_full {
            return Err(CompiledError::NeedsFull);
        }
        provider.bind_keys();
        Ok(provider)
    }
}

// The key table is first, because schemas name their keys by symbol.
blob!(struct Provider {
    key_table,
    id,
    title,
    is_unconfirmed,
    schemes,
    signed_time,
    tolerance,
    webhook_id,
    delivery_id,
    content_type,
    body_formats,
    envelope,
    batch,
    dedupe,
    immutable,
    success,
    retry_delays_ms,
    events,
    sensitive,
    settings,
    key_source,
    handshakes,
    rules,
    known_mistakes,
});

#[cfg(test)]
mod tests;
