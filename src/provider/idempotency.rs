//! Where a provider's idempotency key comes from.

use super::members::texts;
use crate::json::{Pointer, Value};

/// One way to an idempotency key.
#[derive(Debug)]
pub enum IdempotencySource {
    /// The value a JSON Pointer leads to.
    Pointer(Pointer),
    /// A header's value.
    Header(String),
    /// The SHA-256 of the body.
    Digest,
    /// There is no key: two deliveries with the same body are two events.
    None,
}

impl IdempotencySource {
    pub(super) fn pointer(&mut self) -> Option<&mut Pointer> {
        match self {
            IdempotencySource::Pointer(pointer) => Some(pointer),
            IdempotencySource::Header(_) | IdempotencySource::Digest | IdempotencySource::None => None,
        }
    }
}

/// Reads the member `dedupe`; without one, the body's digest is the key.
#[inline(never)]
pub(super) fn read_sources(root: Value<'_>) -> Vec<IdempotencySource> {
    let list: Vec<IdempotencySource> = texts(root, "dedupe")
        .iter()
        .map(|way| {
            if let Some(pointer) = way.strip_prefix("pointer:") {
                IdempotencySource::Pointer(pointer.into())
            } else if let Some(header) = way.strip_prefix("header:") {
                IdempotencySource::Header(header.to_owned())
            } else if way == "none" {
                IdempotencySource::None
            } else {
                IdempotencySource::Digest
            }
        })
        .collect();
    if list.is_empty() { vec![IdempotencySource::Digest] } else { list }
}
