//! Whether the signature covers event type and idempotency key, derived from the definition.

use super::idempotency::IdempotencySource;
use super::type_source::TypeSources;
use crate::blob::blob;
use crate::signature::SignatureScheme;

/// The part of a delivery that a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum CoveredPart {
    /// The whole body.
    Body,
    /// The CRC-32 of the body: an attacker who recorded a delivery can make another body with the same one.
    Checksum,
    /// Some values of the body, with event type and idempotency key among them. The other values are not signed.
    Fields,
    /// Nothing of the event: the delivery has a token, or a signature over values that say nothing of the event.
    Nothing,
}

blob!(enum CoveredPart { 0 => Body, 1 => Fields, 2 => Nothing, 3 => Checksum });

/// The values a receiver relies on that the signature does not cover. An attacker can replay a recorded delivery with
/// other values there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uncovered {
    /// The event type, or a part of it, is not signed: it is in another header, or the provider sends a token, which signs
    /// nothing.
    pub event_type: bool,
    /// The idempotency key is not signed, in the same way.
    pub id: bool,
}

impl Uncovered {
    /// Returns what is uncovered in one of the two.
    pub(crate) fn or(self, other: Self) -> Self {
        Self { event_type: self.event_type || other.event_type, id: self.id || other.id }
    }

    /// Returns the names in reports: `type`, `id`.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        [(self.event_type, "type"), (self.id, "id")]
            .into_iter()
            .filter_map(|(is_uncovered, name)| is_uncovered.then_some(name))
            .collect()
    }
}

/// The headers of a provider that its signature does not cover, derived once.
#[derive(Debug)]
pub(crate) struct Coverage {
    pub part: CoveredPart,
    /// The index of the first source of the event type that is not signed. An attacker can change or remove a header, and so
    /// choose between this source and those after it.
    first_uncovered_type: Option<usize>,
    /// Whether each source of the idempotency key is not signed, in the order of `Provider::dedupe`.
    uncovered_sources: Vec<bool>,
    /// Whether the key of each source has no event type in front of it.
    bare_sources: Vec<bool>,
}

blob!(struct Coverage { part, first_uncovered_type, uncovered_sources, bare_sources });

impl Coverage {
    pub(super) fn new(
        scheme: &SignatureScheme,
        part: CoveredPart,
        event_type: &TypeSources,
        dedupe: &[IdempotencySource],
        name_of: &dyn Fn(&str) -> String,
    ) -> Self {
        let signing = scheme.signing();
        let signs = |name: &str| signing.is_some_and(|scheme| scheme.signs_header(name));
        // SECURITY: an attacker who can choose the type, and every other value of the body, would get a new key for each type.
        // Where the body is covered, a type in a header tells events with equal bodies apart.
        let is_signed_source = |source: &IdempotencySource| match source {
            IdempotencySource::Header(name) => signs(&name_of(name)),
            IdempotencySource::Pointer(pointer) | IdempotencySource::PointerDigest(pointer) => signs(pointer),
            IdempotencySource::Digest | IdempotencySource::Claim(_) | IdempotencySource::None => false,
        };
        let bare = |is_type_signed: bool| {
            let is_bare = |source| part != CoveredPart::Body && !is_type_signed && is_signed_source(source);
            dedupe.iter().map(is_bare).collect()
        };
        match signing {
            _ if part == CoveredPart::Nothing || !scheme.is_signature() => {
                // A token signs its own claims, whatever else it leaves uncovered.
                let has_key = |source: &IdempotencySource| {
                    !matches!(source, IdempotencySource::None | IdempotencySource::Claim(_))
                };
                return Self {
                    part: CoveredPart::Nothing,
                    first_uncovered_type: Some(0),
                    uncovered_sources: dedupe.iter().map(has_key).collect(),
                    bare_sources: bare(false),
                };
            }
            // `None` for a token with a digest of the body, which signs no header.
            _ => {}
        }
        let is_unsigned = |name: &str| !signs(&name_of(name));
        let is_unsigned_pointer = |pointer: &str| part != CoveredPart::Body && !signs(pointer);
        let is_unsigned_source = |source: &IdempotencySource| match source {
            IdempotencySource::Header(name) => is_unsigned(name),
            IdempotencySource::Pointer(pointer) | IdempotencySource::PointerDigest(pointer) => {
                is_unsigned_pointer(pointer)
            }
            IdempotencySource::Digest => part != CoveredPart::Body,
            IdempotencySource::Claim(_) | IdempotencySource::None => false,
        };
        let first_uncovered_type = event_type.sources().iter().position(|source| {
            let mut fields = source.fields().into_iter();
            source.has_header(is_unsigned)
                || fields.any(|field| field.pointer().is_some_and(|pointer| is_unsigned_pointer(pointer)))
        });
        Self {
            part,
            first_uncovered_type,
            bare_sources: bare(first_uncovered_type.is_none()),
            uncovered_sources: dedupe.iter().map(is_unsigned_source).collect(),
        }
    }

    /// Returns the uncovered values of a delivery whose event type and idempotency key are from the sources with these
    /// indexes.
    pub(crate) fn uncovered(&self, type_source: usize, key_source: usize) -> Uncovered {
        Uncovered {
            event_type: self.first_uncovered_type.is_some_and(|first| first <= type_source),
            // Without a usable source, the key is the digest of the body.
            id: self.uncovered_sources.get(key_source).copied().unwrap_or(self.part != CoveredPart::Body),
        }
    }

    /// Returns whether the key from this source has the event type in front of it.
    pub(crate) fn has_type_in_key(&self, key_source: usize) -> bool {
        !self.bare_sources.get(key_source).copied().unwrap_or(false)
    }

    /// Returns the uncovered values of a delivery whose event type and idempotency key are from any source.
    pub(crate) fn uncovered_by_any_source(&self) -> Uncovered {
        Uncovered {
            event_type: self.first_uncovered_type.is_some(),
            id: self.uncovered_sources.contains(&true),
        }
    }
}
