//! Whether the signature covers event type and idempotency key, derived from the definition.

use super::idempotency::IdempotencySource;
use super::type_source::TypeSources;
use crate::blob::blob;
use crate::signature::SignatureScheme;
use serde::Serialize;

/// The part of a delivery that a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CoveredPart {
    /// The whole body.
    Body,
    /// Some values of the body, with event type and idempotency key among them. The other values are not signed.
    Fields,
    /// Nothing of the event: the delivery has a token, or a signature over values that say nothing of the event.
    Nothing,
}

blob!(enum CoveredPart { 0 => Body, 1 => Fields, 2 => Nothing });

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
}

blob!(struct Coverage { part, first_uncovered_type, uncovered_sources });

impl Coverage {
    pub(super) fn new(
        scheme: &SignatureScheme,
        part: CoveredPart,
        event_type: &TypeSources,
        dedupe: &[IdempotencySource],
        name_of: &dyn Fn(&str) -> String,
    ) -> Self {
        let scheme = match scheme.signing() {
            _ if part == CoveredPart::Nothing || !scheme.is_signature() => {
                let has_key = |source: &IdempotencySource| !matches!(source, IdempotencySource::None);
                return Self {
                    part: CoveredPart::Nothing,
                    first_uncovered_type: Some(0),
                    uncovered_sources: dedupe.iter().map(has_key).collect(),
                };
            }
            // `None` for a token with a digest of the body, which signs no header.
            scheme => scheme,
        };
        let signs = |name: &str| scheme.is_some_and(|scheme| scheme.signs_header(name));
        let is_unsigned = |name: &str| !signs(&name_of(name));
        let is_unsigned_pointer = |pointer: &str| part == CoveredPart::Fields && !signs(pointer);
        let is_unsigned_source = |source: &IdempotencySource| match source {
            IdempotencySource::Header(name) => is_unsigned(name),
            IdempotencySource::Pointer(pointer) => is_unsigned_pointer(pointer),
            IdempotencySource::Digest => part == CoveredPart::Fields,
            IdempotencySource::None => false,
        };
        Self {
            part,
            first_uncovered_type: event_type.sources().iter().position(|source| {
                let mut fields = source.fields().into_iter();
                source.has_header(is_unsigned)
                    || fields.any(|field| field.pointer().is_some_and(|pointer| is_unsigned_pointer(pointer)))
            }),
            uncovered_sources: dedupe.iter().map(is_unsigned_source).collect(),
        }
    }

    /// Returns the uncovered values of a delivery whose event type and idempotency key are from the sources with these
    /// indexes.
    pub(crate) fn uncovered(&self, type_source: usize, key_source: usize) -> Uncovered {
        Uncovered {
            event_type: self.first_uncovered_type.is_some_and(|first| first <= type_source),
            id: self.uncovered_sources.get(key_source).copied().unwrap_or(false),
        }
    }

    /// Returns the uncovered values of a delivery whose event type and idempotency key are from any source.
    pub(crate) fn uncovered_by_any_source(&self) -> Uncovered {
        Uncovered {
            event_type: self.first_uncovered_type.is_some(),
            id: self.uncovered_sources.contains(&true),
        }
    }
}
