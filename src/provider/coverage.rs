//! What of a delivery's type and id a signature covers: worked out from the definition, never believed.

use super::envelope::FieldSource;
use super::idempotency::IdempotencySource;
use crate::signature::Scheme;

/// What a signature does not cover of what a receiver goes by. Whoever recorded one signed delivery can send
/// it again with another value there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uncovered {
    /// The event type is in a header that is not signed.
    pub event_type: bool,
    /// The idempotency key is in a header that is not signed.
    pub id: bool,
}

impl Uncovered {
    /// The names as reports write them: `type`, `id`.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        [(self.event_type, "type"), (self.id, "id")]
            .into_iter()
            .filter_map(|(is_uncovered, name)| is_uncovered.then_some(name))
            .collect()
    }
}

/// Which of a provider's headers its signature does not cover, worked out once.
#[derive(Debug)]
pub(crate) struct Coverage {
    event_type: bool,
    /// In the order of `Provider::dedupe`.
    keys: Vec<bool>,
}

impl Coverage {
    pub(super) fn new(
        scheme: Option<&Scheme>,
        event_type: &FieldSource,
        dedupe: &[IdempotencySource],
    ) -> Self {
        let is_unsigned = |name: &str| !scheme.is_some_and(|scheme| scheme.signs_header(name));
        let key =
            |way: &IdempotencySource| matches!(way, IdempotencySource::Header(name) if is_unsigned(name));
        Self {
            event_type: match event_type {
                FieldSource::Header(name) => is_unsigned(name),
                FieldSource::Pointer(_) => false,
            },
            keys: dedupe.iter().map(key).collect(),
        }
    }

    /// What is not covered of a delivery whose idempotency key was found this way.
    pub(crate) fn uncovered(&self, way: usize) -> Uncovered {
        Uncovered { event_type: self.event_type, id: self.keys.get(way).copied().unwrap_or(false) }
    }

    /// What is not covered where the idempotency key may be found any way.
    pub(crate) fn of_any_way(&self) -> Uncovered {
        Uncovered { event_type: self.event_type, id: self.keys.contains(&true) }
    }
}
